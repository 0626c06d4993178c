"""Whether mail goes out, as every page tells it: the foot of the navigation, and the banner when something is wrong."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from base.counting import in_figures
from outbox.models import OutgoingMail, Relay
from outbox.settling import relay_state

TICK_LATE, MAIL_LATE = timedelta(minutes=2), timedelta(minutes=5)
# the server is asked every five minutes as long as something waits: after this nothing did, and nobody knows
FAILURE_FORGOTTEN = timedelta(minutes=15)
HELD_CAP = 100


@dataclass(frozen=True)
class MailHealth:
    said: str
    is_late: bool = False  # worth a banner
    advice: str = ""
    looked_at: datetime | None = None  # by a worker, last
    held: str = ""  # how many of this user's mails wait for their word, since the database was put back


def read_mail_health(user_id: int, now: datetime) -> MailHealth:
    """One query; one more when the last drain left something that is late by now, and one once a database was put back."""
    relay = relay_state()
    held = _count_held(user_id) if relay.put_back_at else ""
    # also while nothing is pending: the one mail that waits may be in hand at this moment
    if relay.failing_since and relay.failed_at and relay.failed_at > now - FAILURE_FORGOTTEN:
        is_late = now - relay.failing_since > MAIL_LATE or _waits_since(user_id, now) is not None
        said = _("Mail waits: the mail server does not answer")
        return MailHealth(said, is_late, _its_words(relay.last_error), relay.drained_at, held)
    return replace(_without_failure(relay, user_id, now), held=held)


def _waits_since(user_id: int, now: datetime) -> datetime | None:
    """Since when the oldest late mail waits. By `not_before`: the next attempt is moved by every try, and is never late itself.
    What another recipient's server puts off is no alarm for this user."""
    front = OutgoingMail.objects.front().values_list("owner", "attempts", "not_before")
    concern = (at for owner, attempts, at in front if owner == user_id or not attempts)
    return min((at for at in concern if now - at > MAIL_LATE), default=None)


def _count_held(user_id: int) -> str:
    count = OutgoingMail.objects.filter(owner=user_id).held_by_put_back()[: HELD_CAP + 1].count()
    return in_figures(count, HELD_CAP) if count else ""


def _without_failure(relay: Relay, user_id: int, now: datetime) -> MailHealth:
    looked_at = relay.drained_at
    worker = _("Nothing is lost; it leaves as soon as a worker is back.")
    if looked_at is not None and now - looked_at > TICK_LATE:
        said = _("No worker has looked for mail for %d minutes") % ((now - looked_at).total_seconds() // 60)
        return MailHealth(said, True, worker, looked_at)
    # what came after that drain cannot be late yet
    may_wait = looked_at is None or (relay.left_since is not None and now - relay.left_since > MAIL_LATE)
    waits_since = _waits_since(user_id, now) if may_wait else None
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
