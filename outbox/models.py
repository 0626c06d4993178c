"""The outbox: one row per mail, inserted in the same transaction as what causes it (delivery.md is the contract)."""

import hashlib
import hmac
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

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


def message_id(owner_id: int | None, occurrence_key: str) -> str:
    """The Message-ID of an occurrence: the same however often it is inserted or resent, and tells nothing about it."""
    digest = hmac.new(
        settings.SECRET_KEY.encode(), f"message-id:{owner_id}:{occurrence_key}".encode(), hashlib.sha256
    ).hexdigest()[:32]
    return f"<{digest}@{settings.SITE_HOST or 'localhost'}>"


class WorkerBeat(models.Model):
    """A delivering process and when it was last seen: tells at once that a claim belongs to the dead."""

    host = models.CharField(max_length=255)
    pid = models.PositiveIntegerField()
    started_at = models.CharField(max_length=64)  # the process's start time as the kernel knows it: pids are used again
    seen_at = models.DateTimeField()
    drained_at = models.DateTimeField(null=True)  # the last tick that ran through

    class Meta:
        constraints = [models.UniqueConstraint(fields=["host", "pid", "started_at"], name="worker_beat_unique")]
        indexes = [models.Index(fields=["-seen_at"], name="worker_beat_seen")]

    def __str__(self) -> str:
        return f"{self.host}:{self.pid}"


class OutgoingMailQuerySet(models.QuerySet["OutgoingMail"]):
    def waiting(self) -> "OutgoingMailQuerySet":
        return self.filter(state__in=[State.PENDING, State.CLAIMED])

    def of_kind(self, kind: str) -> "OutgoingMailQuerySet":
        return self.filter(kind=kind)

    def due(self, now: datetime) -> "OutgoingMailQuerySet":
        return self.filter(state=State.PENDING, next_attempt_at__lte=now)

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
        summary: str = "",
        content: bytes | None = None,
        expires_at: datetime | None = None,
    ) -> "OutgoingMail":
        """Puts one mail into the outbox, in the caller's transaction; the same owner and key give the row that is there."""
        row, _created = self.get_or_create(
            owner_id=owner_id,
            occurrence_key=key,
            defaults={
                "kind": kind,
                "message_id": message_id(owner_id, key),
                "recipient": recipient,
                "not_before": now + delay,
                "next_attempt_at": now + delay,
                "created_at": now,
                "context": context or {},
                "summary": summary,
                "content": content,
                "expires_at": expires_at,
            },
        )
        return row

    def cancel(self, cause: str, now: datetime) -> int:
        """Cancels what has not reached its fence, and says how many. A mail that is leaving is left alone."""
        return self.filter(state__in=[State.PENDING, State.CLAIMED, State.HELD]).update(
            state=State.CANCELLED, cause=cause, claim_token=None, lease_until=None, claimed_by=None, updated_at=now
        )


class OutgoingMail(models.Model):
    """One mail, and what became of it. Owner is null for sign-in mail only."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="outgoingmails"
    )
    kind = models.CharField(max_length=32)
    occurrence_key = models.CharField(max_length=255)
    message_id = models.CharField(max_length=128, unique=True)
    recipient = models.CharField(max_length=320)
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
    claimed_by = models.ForeignKey(WorkerBeat, null=True, on_delete=models.SET_NULL, related_name="claims")
    lease_until = models.DateTimeField(null=True)
    fence_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    reply_code = models.PositiveSmallIntegerField(null=True)
    reply_text = models.CharField(max_length=500, blank=True)
    last_error = models.CharField(max_length=500, blank=True)
    possible_duplicate = models.PositiveSmallIntegerField(default=0)
    seen = models.BooleanField(default=False)  # the user has read that it is uncertain or dead
    content = models.BinaryField(null=True)  # the bytes, frozen at the fence; erased 7 days after sending

    objects: ClassVar[Any] = OutgoingMailQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "occurrence_key"], name="mail_occurrence_unique"),
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
            models.Index(fields=["next_attempt_at"], condition=Q(state="pending"), name="mail_pending_due"),
            models.Index(fields=["lease_until"], condition=Q(state="claimed"), name="mail_claimed_lease"),
            models.Index(
                fields=["fence_at"], condition=Q(state__in=["handing", "uncertain"]), name="mail_unsettled_fence"
            ),
            models.Index(fields=["owner", "-next_attempt_at", "-id"], name="mail_of_owner"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.recipient}: {self.state}"


class DeliveryAttempt(models.Model):
    """One try, never changed: at which phase it ended and what the server said."""

    mail = models.ForeignKey(OutgoingMail, on_delete=models.CASCADE, related_name="tries")
    at = models.DateTimeField()
    phase = models.CharField(max_length=16)
    code = models.PositiveSmallIntegerField(null=True)
    reply = models.CharField(max_length=500, blank=True)

    class Meta:
        indexes = [models.Index(fields=["mail", "-at"], name="attempt_of_mail")]

    def __str__(self) -> str:
        return f"{self.phase} {self.code or ''}".strip()
