"""Whether mail goes out, as every page tells it: the foot of the navigation, and the banner when something is wrong."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.contrib.auth import get_user_model
from django.db.models import Exists, Subquery
from django.utils.translation import gettext as _

from base.counting import in_figures
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
    """Two queries, and one more for the words of a mail server that fails, or while mail is held. Late is judged by `not_before`:
    the next attempt is moved by every try, and is never late itself."""
    held_mails = OutgoingMail.objects.filter(owner=user_id).held_by_put_back()
    drained = WorkerBeat.objects.filter(drained_at__isnull=False).order_by("-drained_at").values("drained_at")
    # asked also while nothing is pending: the one mail that waits may be in hand at this moment
    failing = Relay.objects.filter(pk=RELAY, failures__gt=0, failed_at__gt=now - FAILURE_FORGOTTEN)
    users = get_user_model().objects.filter(pk=user_id)
    columns = (Subquery(drained[:1]), Subquery(failing.values("failing_since")), Exists(held_mails))
    looked_at, failing_since, is_held = users.values_list(*columns).first() or (None, None, False)
    front = OutgoingMail.objects.filter(state=State.PENDING).order_by(RIGHT_OF_WAY, "next_attempt_at")
    waiting = front.values_list("owner", "attempts", "not_before")[:LOOKED_AT]
    # what another recipient's server puts off is no alarm for this user
    concern = (at for owner, attempts, at in waiting if owner == user_id or not attempts)
    waits_since = min((at for at in concern if now - at > MAIL_LATE), default=None)
    if failing_since is not None:
        is_late = waits_since is not None or now - failing_since > MAIL_LATE
        words = _its_words(failing.values_list("last_error", flat=True).first())
        health = MailHealth(_("Mail waits: the mail server does not answer"), is_late, words, looked_at)
    else:
        health = _without_failure(looked_at, waits_since, now)
    return replace(health, held=in_figures(held_mails[: HELD_CAP + 1].count(), HELD_CAP)) if is_held else health


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


def _its_words(error: str | None) -> str:
    kept = _("Nothing is lost; it leaves as soon as the server takes it.")
    return _("It says: %(words)s. %(kept)s") % {"words": error, "kept": kept} if error else kept
