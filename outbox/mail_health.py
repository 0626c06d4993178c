"""Whether mail goes out, as every page tells it: the foot of the navigation, and the banner when something is wrong."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import QuerySet, Subquery
from django.utils.translation import gettext as _

from base.counting import count_up_to, in_figures
from outbox.models import RELAY, RIGHT_OF_WAY, OutgoingMail, Relay, State, WorkerBeat

TICK_LATE, MAIL_LATE = timedelta(minutes=2), timedelta(minutes=5)
# the server is asked every five minutes as long as something waits: after this nothing did, and nobody knows
FAILURE_FORGOTTEN = timedelta(minutes=15)
LOOKED_AT = 100  # mails at the front of the queue
HELD_CAP = 100


@dataclass(frozen=True)
class MailHealth:
    said: str
    is_late: bool = False  # worth a banner
    advice: str = ""
    looked_at: datetime | None = None  # by a worker, last
    held: str = ""  # how many of this user's mails wait for their word, since the database was put back


def read_mail_health(user_id: int, now: datetime) -> MailHealth:
    """One query. Late is judged by `not_before`: the next attempt is moved by every try, and is never late itself."""
    columns = mail_columns(user_id, now)
    found = get_user_model().objects.filter(pk=user_id).values_list(*columns.values()).first()
    return judge(*(found or (None,) * len(columns)), now=now)


def mail_columns(user_id: int, now: datetime) -> dict[str, Subquery]:
    """What `judge` goes by, as columns of somebody's query."""
    return {
        "looked_at": Subquery(
            WorkerBeat.objects.exclude(drained_at=None).order_by("-drained_at").values("drained_at")[:1]
        ),
        "untried": Subquery(_first(_never_tried())),
        "own": Subquery(_first(OutgoingMail.objects.waiting().filter(owner=user_id))),
        "failing_since": Subquery(_failing(now).values("failing_since")),
        "error": Subquery(_failing(now).values("last_error")),
        "held": count_up_to(OutgoingMail.objects.filter(owner=user_id).held_by_put_back(), HELD_CAP),
    }


def judge(
    looked_at: datetime | None,
    untried: datetime | None,
    own: datetime | None,
    failing_since: datetime | None,
    error: str | None,
    held: int | None,
    *,
    now: datetime,
) -> MailHealth:
    """`untried` and `own` are since when the oldest mail waits: of everybody's that nobody has tried, and of this user's."""
    waits_since = min((at for at in (untried, own) if at is not None and now - at > MAIL_LATE), default=None)
    if failing_since is None:
        health = _without_failure(looked_at, waits_since, now)
    else:
        is_late = waits_since is not None or now - failing_since > MAIL_LATE
        said = _("Mail waits: the mail server does not answer")
        health = MailHealth(said, is_late, _its_words(error), looked_at)
    return replace(health, held=in_figures(held, HELD_CAP)) if held else health


def _without_failure(looked_at: datetime | None, waits_since: datetime | None, now: datetime) -> MailHealth:
    worker = _("Nothing is lost; it leaves as soon as a worker is back.")
    if looked_at is not None and now - looked_at > TICK_LATE:
        said = _("No worker has looked for mail for %d minutes") % ((now - looked_at).total_seconds() // 60)
        return MailHealth(said, True, worker, looked_at)
    if waits_since is not None:
        said = _("Mail has waited for %d minutes") % ((now - waits_since).total_seconds() // 60)
        again = _("Nothing is lost; it is tried again by itself.") if looked_at else worker
        return MailHealth(said, True, again, looked_at)
    return MailHealth(
        _("Mail is going out") if looked_at else _("No mail has been looked for yet"), looked_at=looked_at
    )


def _never_tried() -> QuerySet[OutgoingMail]:
    """Of everybody, at the front of the queue. What one recipient's server puts off is no alarm for the others."""
    front = OutgoingMail.objects.filter(state=State.PENDING).order_by(RIGHT_OF_WAY, "next_attempt_at")[:LOOKED_AT]
    return OutgoingMail.objects.filter(pk__in=front.values("pk"), attempts=0)


def _first(mails: QuerySet[OutgoingMail]) -> QuerySet[OutgoingMail, Any]:
    return mails.order_by("not_before").values("not_before")[:1]


def _failing(now: datetime) -> QuerySet[Relay]:
    return Relay.objects.filter(pk=RELAY, failures__gt=0, failed_at__gt=now - FAILURE_FORGOTTEN)


def _its_words(error: str | None) -> str:
    kept = _("Nothing is lost; it leaves as soon as the server takes it.")
    return _("It says: %(words)s. %(kept)s") % {"words": error, "kept": kept} if error else kept
