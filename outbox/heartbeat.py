"""Whether mail goes out: what every page says of it in one line."""

from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Subquery
from django.utils.translation import gettext as _

from outbox.models import OutgoingMail, State, WorkerBeat

TICK_LATE, MAIL_LATE = timedelta(minutes=2), timedelta(minutes=5)


class Heartbeat(NamedTuple):
    is_late: bool
    words: str


def last_look() -> Subquery:
    """When a worker last looked for mail, as a column."""
    beats = WorkerBeat.objects.filter(drained_at__isnull=False)
    return Subquery(beats.order_by("-drained_at").values("drained_at")[:1])


def oldest_due() -> Subquery:
    """Since when the mail that has waited longest could have left, as a column."""
    waiting = OutgoingMail.objects.filter(state=State.PENDING)
    return Subquery(waiting.order_by("next_attempt_at").values("next_attempt_at")[:1])


def heartbeat(looked: datetime | None, oldest: datetime | None, now: datetime) -> Heartbeat:
    """Late when the oldest due mail waits over 5 minutes or the last look is over 2 minutes old (delivery.md)."""
    if looked is None:
        return Heartbeat(False, _("No mail has been looked for yet"))
    if oldest is not None and now - oldest > MAIL_LATE:
        return Heartbeat(True, _("Mail has waited for %d minutes") % ((now - oldest).total_seconds() // 60))
    if now - looked > TICK_LATE:
        said = _("Mail has not been looked for since %d minutes") % ((now - looked).total_seconds() // 60)
        return Heartbeat(True, said)
    return Heartbeat(False, _("Mail is going out"))
