"""What became of a mail, written down in one commit: the states that follow a try. And the breaker."""

import logging
import random
import re
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.crypto import salted_hmac

from outbox.claims import Moment, Timings, adapted
from outbox.kinds import KINDS, Cancelled, Kind
from outbox.models import NOT_CLAIMED, RELAY, DeliveryAttempt, OutgoingMail, OutgoingMailQuerySet, Relay, State
from outbox.smtp import Accepted, Outcome, Refused, RelayDown, Unknown, Withdrawn

logger = logging.getLogger(__name__)

# Written by hand as the fence is, and for the same reason. A late answer counts too: from a process that was frozen, or taken
# for lost.
_SENT = """
UPDATE outbox_outgoingmail
SET state = 'sent', sent_at = {later}({now}, fence_at), updated_at = {now}, attempts = attempts + 1,
    first_attempt_at = COALESCE(first_attempt_at, fence_at), last_error = '', reply_code = %(code)s, reply_text = %(reply)s,
    claim_token = NULL, claimed_by_id = NULL, lease_until = NULL{erased}
WHERE id = %(id)s AND claim_token = %(token)s AND state IN ('handing', 'uncertain', 'held')
"""
_TRIED = "INSERT INTO outbox_deliveryattempt (mail_id, at, phase, code, reply)"
_TRY = "%(at)s, %(phase)s, %(code)s, %(reply)s"
_TOKEN, _AT = OutgoingMail._meta.get_field("claim_token"), DeliveryAttempt._meta.get_field("at")

Statements = list[tuple[str, dict[str, Any]]]
DATABASE_AWAY = (OperationalError, InterfaceError)
EVERYBODY = 5
OF_THE_RECIPIENT = re.compile(r"5\.[12]\.\d")  # RFC 3463: bad address, bad mailbox
SHUT_AT_MOST = timedelta(seconds=Timings.breaker_most)


def _refused_in_a_row(answer: Outcome) -> list[int]:
    """The last mails, each to another recipient, that were refused as this one was, with none accepted since."""
    if OF_THE_RECIPIENT.match(answer.reply):
        return []
    found: dict[str, int] = {}
    tries = DeliveryAttempt.objects.filter(Q(code__gte=500) | Q(code__lt=300)).order_by("-pk")
    for pk, recipient, phase, code in tries.values_list("mail_id", "mail__recipient", "phase", "code")[: 4 * EVERYBODY]:
        if (phase, code) != (answer.phase, answer.code) or len(found) == EVERYBODY:
            break
        found.setdefault(recipient.casefold(), pk)
    return list(found.values())


def backoff(attempts: int, timings: Timings) -> float:
    """Seconds until the next try after this many, with jitter, so that a burst does not come back as a burst."""
    longest = min(timings.retry_most, timings.retry_first * 2.0 ** min(attempts - 1, 20))
    return longest * random.uniform(0.8, 1.2)  # noqa: S311 - no secret


class Books:
    """Where one drain writes what became of its mails. Writing the same thing twice changes nothing."""

    def __init__(self, moment: Moment, timings: Timings) -> None:
        self.moment, self.timings = moment, timings
        self.look_at_relay()

    def look_at_relay(self) -> None:
        self.relay: Relay = relay_state()
        self.is_shut = relay_is_shut(self.relay, self.moment.now())

    def record(self, mail: OutgoingMail, result: Outcome | Cancelled) -> None:
        if isinstance(result, Cancelled):
            self._cancelled(mail, result.cause)
        elif isinstance(result, Accepted):
            self._sent(mail, result)
        elif isinstance(result, Unknown):
            self._tried(mail, State.UNCERTAIN, result, [State.HANDING])
        elif isinstance(result, RelayDown):
            self._relay_down(mail, result)
        elif isinstance(result, Withdrawn):
            self.unsent(mail)
        else:
            self._refused(mail, result)

    def unsent(self, mail: OutgoingMail) -> None:
        """Nothing was sent, whatever became of the fence's commit: if the row is still this claim's, it waits again."""
        self.still_ours(mail, State.CLAIMED, State.HANDING).update(
            state=State.PENDING,
            fence_at=None,
            content=self._kept_bytes(mail, State.PENDING),
            updated_at=self.moment.sql(),
            **NOT_CLAIMED,
        )

    def _sent(self, mail: OutgoingMail, answer: Outcome) -> None:
        """Sent, and what it settles, in one commit. When `settle` fails, the mail still must not leave again."""
        statements = self._statements(mail, answer)
        try:
            self.mark_sent(mail, statements, KINDS.get(mail.kind))
        except DATABASE_AWAY:
            raise
        except Exception as error:
            data = {"kind": mail.kind, "mail": mail.pk, "error": type(error).__name__}
            logger.exception("A mail left, but what it settles could not be written.", extra={"data": data})
            self.mark_sent(mail, statements, None)
        mend(self.relay)

    @transaction.atomic
    def mark_sent(self, mail: OutgoingMail, statements: Statements, kind: Kind | None) -> None:
        if kind is not None:
            # first the cause, then the mail: in the order in which a tap on a promise locks them
            kind.settle(mail, self.moment.now())
        with connection.cursor() as cursor:
            for sql, parameters in statements:
                cursor.execute(sql, parameters)
                if not cursor.rowcount:
                    transaction.set_rollback(True)
                    return
        mail.state = State.SENT

    def _statements(self, mail: OutgoingMail, answer: Outcome) -> Statements:
        now, parameters = self.moment.words()
        parameters |= {
            "id": mail.pk,
            "token": adapted(_TOKEN, mail.claim_token),
            "code": answer.code,
            "reply": answer.reply,
            "phase": answer.phase,
            "at": adapted(_AT, self.moment.now()),
        }
        is_postgres = connection.vendor == "postgresql"
        later, erased = "GREATEST" if is_postgres else "MAX", ", content = NULL" if _is_stored(mail) else ""
        sent = _SENT.format(now=now, later=later, erased=erased)
        if is_postgres:
            both = f"WITH sent AS ({sent} RETURNING id) {_TRIED} SELECT id, {_TRY} FROM sent"  # noqa: S608 - constants
            return [(both, parameters)]
        return [(sent, parameters), (f"{_TRIED} VALUES (%(id)s, {_TRY})", parameters)]

    def _refused(self, mail: OutgoingMail, answer: Outcome) -> None:
        """Certain that nothing was accepted: waits and is composed anew, or is dead after a lasting no or its window."""
        now = self.moment.now()
        pause = backoff(mail.attempts + 1, self.timings)
        spent = (now - (mail.first_attempt_at or now)).total_seconds()
        is_over = isinstance(answer, Refused) or spent + pause > self.timings.retry_window
        state = State.DEAD if is_over else State.PENDING
        changes: dict[str, Any] = {"fence_at": None, "content": self._kept_bytes(mail, state)}
        if not is_over:
            changes["next_attempt_at"] = self.moment.sql(pause)
        self._tried(mail, state, answer, [State.CLAIMED, State.HANDING], **changes)
        if isinstance(answer, Refused) and answer.code is not None and mail.state == State.DEAD:
            self._is_it_everybody(mail, answer)

    def _is_it_everybody(self, mail: OutgoingMail, answer: Outcome) -> None:
        """The same lasting no to five recipients in a row is no fault of theirs: a password is missing, or the relay knows us
        no more. They wait again, and the relay is left alone for a while. Those tried for too long stay dead."""
        refused = _refused_in_a_row(answer)
        if len(refused) < EVERYBODY:
            return
        pause = trip(self.moment, self.relay, f"{answer.phase}: {answer.said}"[:500], self.timings)
        self.is_shut = True
        since = self.moment.now() - timedelta(seconds=self.timings.retry_window)
        for row in OutgoingMail.objects.filter(pk__in=refused, state=State.DEAD, first_attempt_at__gt=since):
            if row.wait_again(self.moment.sql(pause.total_seconds())) and row.pk == mail.pk:
                mail.state = State.PENDING

    @transaction.atomic
    def _tried(self, mail: OutgoingMail, state: State, answer: Outcome, before: list[State], **changes: Any) -> None:
        now = self.moment.sql()
        changed = self.still_ours(mail, *before).update(
            **_tried_at(now),
            state=state,
            updated_at=now,
            seen=False,
            last_error=answer.said[:500],
            reply_code=answer.code,
            reply_text=answer.reply,
            **changes,
        )
        if changed:
            mail.state = state
            self._log(mail, answer)

    def _cancelled(self, mail: OutgoingMail, cause: str) -> None:
        changed = self.still_ours(mail, State.CLAIMED).update(
            state=State.CANCELLED,
            cause=cause[:200],
            content=self._kept_bytes(mail, State.CANCELLED),
            updated_at=self.moment.sql(),
            **NOT_CLAIMED,
        )
        if changed:
            mail.state = State.CANCELLED

    @transaction.atomic
    def _relay_down(self, mail: OutgoingMail, answer: Outcome) -> None:
        """No fault of the mail's, so not counted. But it goes behind the others, should it be what upsets the server."""
        pause: timedelta = trip(self.moment, self.relay, f"{answer.phase}: {answer.said}"[:500], self.timings)
        self.is_shut = True
        changed = self.still_ours(mail, State.CLAIMED).update(
            state=State.PENDING,
            next_attempt_at=self.moment.sql(pause.total_seconds()),
            updated_at=self.moment.sql(),
            last_error=answer.said[:500],
            **NOT_CLAIMED,
        )
        if changed:
            mail.state = State.PENDING
            self._log(mail, answer)

    def _kept_bytes(self, mail: OutgoingMail, state: State) -> Any:
        """Dropped at a certain refusal. Kept of what may have arrived once, and of a stored mail while it may still
        leave: one that died of the relay's fault comes back."""
        is_kept = state in (State.PENDING, State.DEAD) if _is_stored(mail) else mail.possible_duplicate
        return mail.content if is_kept else None

    def still_ours(self, mail: OutgoingMail, *states: State) -> OutgoingMailQuerySet:
        """The row, if it is still under the token it was claimed with: every change is a compare and swap."""
        return OutgoingMail.objects.filter(pk=mail.pk, claim_token=mail.claim_token, state__in=states)

    def _log(self, mail: OutgoingMail, answer: Outcome) -> None:
        DeliveryAttempt.objects.create(
            mail_id=mail.pk, at=self.moment.now(), phase=answer.phase, code=answer.code, reply=answer.reply
        )


def _tried_at(first: Any) -> dict[str, Any]:
    return {"attempts": F("attempts") + 1, "first_attempt_at": Coalesce("first_attempt_at", first), **NOT_CLAIMED}


def _is_stored(mail: OutgoingMail) -> bool:
    return mail.kind in KINDS and KINDS[mail.kind].is_stored


# --- the breaker: while the mail server as a whole fails, nobody asks it, and no mail is blamed -----------------------
def relay_state() -> Relay:
    return Relay.objects.filter(pk=RELAY).first() or Relay(pk=RELAY)


def relay_is_shut(relay: Relay, now: datetime) -> bool:
    """Believed for as long as it is ever shut: further ahead a clock was wrong when it was written."""
    return is_of_this_server(relay) and relay.shut_until is not None and now < relay.shut_until <= now + SHUT_AT_MOST


def is_of_this_server(relay: Relay) -> bool:
    """Whether it failed with the EMAIL_URL of today: a start with another one asks the server at once."""
    return relay.server in ("", _server())


def _server() -> str:
    return salted_hmac("outbox.relay", settings.EMAIL_URL or "").hexdigest()[:40]


def trip(moment: Moment, relay: Relay, error: str, timings: Timings) -> timedelta:
    """One more failure in a row, and how long to leave it alone. Of several workers who saw it the first one counts."""
    now = moment.now()
    failures = relay.failures if is_of_this_server(relay) else 0
    pause = timedelta(seconds=min(timings.breaker_most, timings.breaker_first * 2.0 ** min(failures, 20)))
    Relay.objects.get_or_create(pk=RELAY)
    Relay.objects.filter(pk=RELAY, failures=relay.failures).update(
        failures=failures + 1,
        server=_server(),
        shut_until=now + pause,
        last_error=error,
        failing_since=relay.failing_since or now,
        failed_at=now,
    )
    return pause


def open_for_a_try() -> None:
    """By hand: the next drain asks the server once, and shuts it again when it still fails."""
    Relay.objects.filter(pk=RELAY).update(shut_until=None)


def mend(relay: Relay) -> None:
    """It took a mail: all is well again."""
    if relay.failures:
        Relay.objects.filter(pk=RELAY).update(failures=0, shut_until=None, failing_since=None)
        relay.failures = 0
