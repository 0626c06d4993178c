"""A clock that was wrong for a moment leaves nothing behind: what it wrote too far ahead is pulled back."""

import logging
from datetime import datetime, timedelta

from django.utils.translation import gettext_noop

from outbox.models import OutgoingMail, Relay, State, WorkerBeat

logger = logging.getLogger(__name__)

LONGEST_RETRY = timedelta(hours=7)  # six, with jitter
WRONG_CLOCK = gettext_noop("a wrong clock had planned it")
APART = timedelta(minutes=5)  # what clocks of several machines may differ by


def put_right(now: datetime) -> int:
    """Says how many rows a clock that ran ahead has written. On SQLite this host's clock is the only one."""
    future = now + APART
    mails = OutgoingMail.objects.filter(state__in=[State.PENDING, State.CLAIMED])
    counts = [
        sum(_asked_for_now(mail, now) for mail in mails.filter(created_at__gt=future)),
        mails.filter(not_before__lte=now, next_attempt_at__gt=now + LONGEST_RETRY).update(next_attempt_at=now),
        mails.filter(first_attempt_at__gt=future).update(first_attempt_at=now),
        mails.filter(lease_until__gt=future).update(lease_until=now),
        OutgoingMail.objects.filter(state=State.UNCERTAIN, fence_at__gt=future, not_before__lte=now).update(
            fence_at=now
        ),
        WorkerBeat.objects.filter(seen_at__gt=future).update(seen_at=now),
        Relay.objects.filter(drained_at__gt=future).update(drained_at=now),
        Relay.objects.filter(failed_at__gt=future).update(failed_at=now, shut_until=None, failing_since=now),
    ]
    if any(counts):
        logger.warning("A clock was wrong: rows lay in the future.", extra={"data": {"rows": sum(counts)}})
    return sum(counts)


def _asked_for_now(mail: OutgoingMail, now: datetime) -> int:
    """What was asked for in the future was asked for by now at the latest. A planner that ran ahead plans again in time."""
    if mail.not_before < mail.created_at:
        return int(mail.cancel(WRONG_CLOCK, now))
    at = now + (mail.not_before - mail.created_at)
    rows = OutgoingMail.objects.filter(pk=mail.pk, state=State.PENDING)
    return rows.update(created_at=now, not_before=at, next_attempt_at=at)
