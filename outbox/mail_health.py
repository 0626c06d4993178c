"""Whether mail goes out, as every page tells it: the foot of the navigation, and the banner when something is wrong."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from base.counting import in_figures
from outbox.models import RIGHT_OF_WAY, OutgoingMail, State
from outbox.settling import relay_state

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
    """Two queries, and one more once a database was put back. Late is judged by `not_before`: the next attempt is moved by every
    try, and is never late itself."""
    relay = relay_state()
    front = OutgoingMail.objects.filter(state=State.PENDING).order_by(RIGHT_OF_WAY, "next_attempt_at")
    waiting = front.values_list("owner", "attempts", "not_before")[:LOOKED_AT]
    # what another recipient's server puts off is no alarm for this user
    concern = (at for owner, attempts, at in waiting if owner == user_id or not attempts)
    waits_since = min((at for at in concern if now - at > MAIL_LATE), default=None)
    held = _count_held(user_id) if relay.put_back_at else ""
    # also while nothing is pending: the one mail that waits may be in hand at this moment
    if relay.failing_since and relay.failed_at and relay.failed_at > now - FAILURE_FORGOTTEN:
        is_late = waits_since is not None or now - relay.failing_since > MAIL_LATE
        said = _("Mail waits: the mail server does not answer")
        return MailHealth(said, is_late, _its_words(relay.last_error), relay.drained_at, held)
    return replace(_without_failure(relay.drained_at, waits_since, now), held=held)


def _count_held(user_id: int) -> str:
    count = OutgoingMail.objects.filter(owner=user_id).held_by_put_back()[: HELD_CAP + 1].count()
    return in_figures(count, HELD_CAP) if count else ""


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


def _its_words(error: str) -> str:
    kept = _("Nothing is lost; it leaves as soon as the server takes it.")
    return _("It says: %(words)s. %(kept)s") % {"words": error, "kept": kept} if error else kept
