"""The outbox: one row per mail, inserted in the same transaction as what causes it (delivery.md is the contract)."""

import hashlib
import hmac
import zlib
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.db.models import Case, F, Q, When
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

REMINDERS = "reminders"
SIGN_IN = "sign-in"


class State(models.TextChoices):
    PENDING = "pending", _("Waiting")
    CLAIMED = "claimed", _("Waiting")
    HANDING = "handing", _("Leaving now")
    SENT = "sent", _("Sent")
    UNCERTAIN = "uncertain", _("Uncertain")
    DEAD = "dead", _("Not delivered")
    HELD = "held", _("Held")
    CANCELLED = "cancelled", _("Cancelled")


# OR and not IN: SQLite knows the partial index again by the values of an OR only
TO_COME = Q(state="pending") | Q(state="claimed") | Q(state="handing") | Q(state="held")
GONE = Q(state="sent") | Q(state="uncertain") | Q(state="dead") | Q(state="cancelled")
UNSEEN = Q(seen=False) & (Q(state="uncertain") | Q(state="dead") | Q(state="sent", possible_duplicate=1))
BY_HAND = "you cancelled it"
PUT_BACK = gettext_noop("due before the backup was put back")
OVER = Q(state="cancelled") & ~Q(cause=BY_HAND)  # its cause is gone: there is nothing to send again
# codes that somebody waits for, then mail to contacts, then reminders; outbox/claims.py spells it the same
RIGHT_OF_WAY = Case(When(kind=SIGN_IN, then=0), When(kind=REMINDERS, then=2), default=1)
NOT_CLAIMED: dict[str, Any] = {"claim_token": None, "claimed_by": None, "lease_until": None}


def message_id(owner_id: int | None, occurrence_key: str) -> str:
    """The Message-ID of an occurrence: the same however often it is inserted or resent, and tells nothing about it."""
    digest = hmac.new(
        settings.SECRET_KEY.encode(), f"message-id:{owner_id}:{occurrence_key}".encode(), hashlib.sha256
    ).hexdigest()[:32]
    return f"<{digest}@{settings.SITE_HOST or 'localhost'}>"


class FrozenField(models.BinaryField):  # type: ignore[type-arg]  # generic in the stubs only
    """Bytes that lie packed, at a third of their size: SQLite writes the row's every page again whenever its state changes.

    What was written before they were packed is read as it is: no mail begins with an x, and what zlib has packed does.
    """

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.BinaryField", args, kwargs  # a column like any other

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        packed = None if value is None else zlib.compress(value, 1)
        return super().get_db_prep_value(packed, connection, prepared)

    def from_db_value(self, value: Any, _expression: Any, _connection: Any) -> bytes | None:
        if value is None:
            return None
        stored = bytes(value)
        return zlib.decompress(stored) if stored.startswith(b"x") else stored


class OutgoingMailQuerySet(models.QuerySet["OutgoingMail"]):
    def of_kind(self, kind: str) -> "OutgoingMailQuerySet":
        return self.filter(kind=kind)

    def front(self, count: int = 100) -> "OutgoingMailQuerySet":
        """The first of what waits, in the order in which it leaves: as cheap in a long queue as in a short one."""
        return self.filter(state=State.PENDING).order_by(RIGHT_OF_WAY, "next_attempt_at")[:count]

    def in_hand(self) -> "OutgoingMailQuerySet":
        """Claimed or being handed over: the few that have a lease."""
        return self.filter(lease_until__isnull=False)

    def to_come(self) -> "OutgoingMailQuerySet":
        """What has not left, the next one first."""
        return self.filter(TO_COME).order_by("next_attempt_at", "pk")

    def gone(self) -> "OutgoingMailQuerySet":
        """What has left or ended, the last one first."""
        return self.filter(GONE).order_by("-updated_at", "-pk")

    def held_by_put_back(self) -> "OutgoingMailQuerySet":
        """Due before the database was put back from a backup: they may have left already."""
        return self.filter(TO_COME, state=State.HELD, cause=PUT_BACK)

    def unseen(self) -> "OutgoingMailQuerySet":
        """What the user has to know of: not delivered, or perhaps delivered twice."""
        return self.filter(UNSEEN).order_by("-updated_at", "-pk")

    def came_back(self) -> "OutgoingMailQuerySet":
        """Mails to contacts that did not arrive, until the user has seen it: what a row of Today shows of them."""
        row = ("owner", "kind", "state", "summary", "recipient", "recipient_name", "last_error")
        return (
            self.filter(seen=False, state=State.DEAD)
            .exclude(recipient_name="")
            .order_by("-updated_at", "-pk")
            .only(*row)
        )

    def queue(
        self,
        *,
        kind: str,
        key: str,
        recipient: str,
        now: datetime,
        owner_id: int | None,
        delay: timedelta = timedelta(0),
        context: dict[str, Any] | None = None,
        recipient_name: str = "",
        summary: str = "",
        content: bytes | None = None,
        expires_at: datetime | None = None,
    ) -> "OutgoingMail":
        """Puts one mail into the outbox, in the caller's transaction; the same owner and key give the row that is there."""
        try:
            with transaction.atomic():
                return self.create(
                    owner_id=owner_id,
                    occurrence_key=key,
                    kind=kind,
                    message_id=message_id(owner_id, key),
                    recipient=recipient,
                    recipient_name=recipient_name[:300],
                    not_before=now + delay,
                    next_attempt_at=now + delay,
                    created_at=now,
                    context=context or {},
                    summary=summary[:300],
                    content=content,
                    expires_at=expires_at,
                )
        except IntegrityError:
            if row := self.filter(owner_id=owner_id, occurrence_key=key).first():
                return row
            raise

    def revive(self, now: datetime | Now, **also: Any) -> int:
        """Back to waiting and due at once; says how many.

        What has crossed its fence before goes as the one marked resend. A second reminder of one owner on its way is
        refused by the database: then nothing changes, since the other one says it all.
        """
        try:
            with transaction.atomic():
                return self.update(
                    possible_duplicate=Case(
                        When(fence_at__isnull=False, then=1),
                        default=F("possible_duplicate"),
                        output_field=models.PositiveSmallIntegerField(),
                    ),
                    state=State.PENDING,
                    next_attempt_at=now,
                    updated_at=now,
                    fence_at=None,
                    cause="",
                    seen=False,
                    **NOT_CLAIMED,
                    **also,
                )
        except IntegrityError:
            return 0

    def compose_anew(self, now: datetime) -> int:
        """What these mails say has changed: whoever has composed one already loses the claim to it, up to the fence.

        Called in the transaction of the change, after it. The rows are locked till then, so nobody claims one in between.
        """
        waiting = self.filter(state__in=[State.PENDING, State.CLAIMED])
        return waiting.update(state=State.PENDING, updated_at=now, **NOT_CLAIMED)

    def cancel(self, cause: str, now: datetime) -> int:
        """Cancels what has not reached its fence, and says how many. A mail that is leaving is left alone."""
        return self.filter(state__in=[State.PENDING, State.CLAIMED, State.HELD]).update(
            state=State.CANCELLED, cause=cause, updated_at=now, **NOT_CLAIMED
        )


class OutgoingMail(models.Model):
    """One mail, and what became of it. Owner is null for sign-in mail only."""

    # no index of its own: `mail_occurrence_unique` begins with it
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="outgoingmails", db_index=False
    )
    kind = models.CharField(max_length=32)
    occurrence_key = models.CharField(max_length=255)
    message_id = models.CharField(max_length=128)
    recipient = models.CharField(max_length=320)
    recipient_name = models.CharField(max_length=300, blank=True)  # as the Deliveries page calls them
    summary = models.CharField(max_length=300, blank=True)
    context = models.JSONField(default=dict)  # what the composer needs to find today's truth
    settles = models.JSONField(default=dict)  # what the frozen bytes say, for `settle`
    cause = models.CharField(max_length=200, blank=True)  # why it was cancelled or held

    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField(null=True)
    not_before = models.DateTimeField()
    next_attempt_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)  # sign-in mail: dies with its code
    attempts = models.PositiveSmallIntegerField(default=0)
    first_attempt_at = models.DateTimeField(null=True)

    claim_token = models.UUIDField(null=True)
    # no index, and nothing for the database to check: who holds something is found through `mail_in_hand`
    claimed_by = models.ForeignKey(
        "outbox.WorkerBeat",
        null=True,
        on_delete=models.DO_NOTHING,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    lease_until = models.DateTimeField(null=True)
    fence_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    reply_code = models.PositiveSmallIntegerField(null=True)  # of the last try
    reply_text = models.CharField(max_length=500, blank=True)
    last_error = models.CharField(max_length=500, blank=True)
    possible_duplicate = models.PositiveSmallIntegerField(default=0)
    seen = models.BooleanField(default=False)  # the user has read that it is uncertain or dead
    content = FrozenField(null=True)  # the bytes, frozen at the fence; erased 7 days after sending
    prepared: Any = None  # what `Kind.prepare` has read for this mail

    objects = OutgoingMailQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "occurrence_key"], name="mail_occurrence_unique"),
            models.UniqueConstraint(fields=["message_id"], name="mail_message_id_unique"),
            models.UniqueConstraint(
                fields=["owner"],
                condition=Q(kind=REMINDERS, state__in=["pending", "claimed", "handing"]),
                name="mail_one_reminder_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(owner__isnull=False) | Q(kind=SIGN_IN), name="mail_owner_unless_sign_in"
            ),
            models.CheckConstraint(condition=Q(state__in=State.values), name="mail_state_known"),
            models.CheckConstraint(
                condition=(Q(state="sent") & Q(sent_at__isnull=False)) | (~Q(state="sent") & Q(sent_at__isnull=True)),
                name="mail_sent_has_sent_at",
            ),
            models.CheckConstraint(
                condition=Q(fence_at__isnull=True) | Q(fence_at__gte=F("not_before")), name="mail_fence_not_early"
            ),
            models.CheckConstraint(
                condition=Q(sent_at__isnull=True) | Q(sent_at__gte=F("fence_at")), name="mail_sent_after_fence"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["handing", "uncertain", "sent"]) | Q(fence_at__isnull=False),
                name="mail_fenced_before_leaving",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["claimed", "handing"]) | Q(claim_token__isnull=False),
                name="mail_claim_has_token",
            ),
            models.CheckConstraint(condition=Q(possible_duplicate__lte=1), name="mail_marked_resend_once"),
        ]
        indexes = [
            models.Index(RIGHT_OF_WAY, "next_attempt_at", condition=Q(state="pending"), name="mail_pending_next"),
            # by its lease and not by its state: crossing the fence leaves the entry as it is
            models.Index(fields=["lease_until"], condition=Q(lease_until__isnull=False), name="mail_in_hand"),
            models.Index(fields=["fence_at"], condition=Q(state="uncertain"), name="mail_uncertain_fence"),
            models.Index(fields=["owner", "next_attempt_at", "id"], condition=TO_COME, name="mail_to_come"),
            models.Index(fields=["owner", "-updated_at", "-id"], condition=GONE, name="mail_gone"),
            models.Index(fields=["owner"], condition=UNSEEN, name="mail_unseen"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.recipient}: {self.state}"

    def try_now(self, now: datetime) -> bool:
        """Does not wait for the next try. False when it is not waiting any more."""
        at = max(now, self.not_before)
        return bool(self._still(State.PENDING).update(next_attempt_at=at, updated_at=now))

    def send_again(self, now: datetime) -> bool:
        """After it died, was held or was cancelled by hand. False when it moved on, or a newer reminder says it all."""
        rows = self._still(State.DEAD, State.HELD, State.CANCELLED).exclude(OVER)
        return bool(rows.revive(max(now, self.not_before), attempts=0, first_attempt_at=None))

    def wait_again(self, at: Any) -> bool:
        """It died for no fault of its own. False when a newer reminder says it all."""
        try:
            with transaction.atomic():
                return bool(self._still(State.DEAD).update(state=State.PENDING, next_attempt_at=at, **NOT_CLAIMED))
        except IntegrityError:
            return False

    def cancel(self, cause: str, now: datetime) -> bool:
        return bool(self._still(State.PENDING, State.CLAIMED, State.HELD).cancel(cause, now))

    def hold_again(self, cause: str, now: datetime) -> bool:
        """Undoes the discarding of a held mail."""
        rows = self._still(State.CANCELLED).filter(cause=BY_HAND)
        return bool(rows.update(state=State.HELD, cause=cause, updated_at=now))

    def mark_seen(self) -> None:
        self._still(State.SENT, State.UNCERTAIN, State.DEAD).update(seen=True)

    def _still(self, *states: State) -> OutgoingMailQuerySet:
        """This row, if it is still in one of these states: every change is a compare and swap."""
        return OutgoingMail.objects.filter(pk=self.pk, state__in=states)


class DeliveryAttempt(models.Model):
    """One try, never changed: at which phase it ended and what the server said."""

    # no index of its own: `attempt_of_mail` begins with it
    mail = models.ForeignKey(OutgoingMail, on_delete=models.CASCADE, related_name="tries", db_index=False)
    at = models.DateTimeField()
    phase = models.CharField(max_length=16)
    code = models.PositiveSmallIntegerField(null=True)
    reply = models.CharField(max_length=500, blank=True)

    class Meta:
        indexes = [models.Index(fields=["mail", "-at"], name="attempt_of_mail")]

    def __str__(self) -> str:
        return f"{self.phase} {self.code or ''}".strip()
