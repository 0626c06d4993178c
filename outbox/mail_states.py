"""What became of a mail, in words, for the person whose mail it is."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.templatetags.keepword import clock
from base import counting
from outbox.kinds import KINDS
from outbox.models import OutgoingMail, State

LATE_AFTER = timedelta(minutes=1)
RESEND_AFTER = timedelta(minutes=15)

# icon and tone of each state on the page
LOOKS = {
    State.PENDING: ("clock", "quiet"),
    State.CLAIMED: ("clock", "quiet"),
    State.HANDING: ("send", "quiet"),
    State.HELD: ("pause", "soon"),
    State.SENT: ("check", "good"),
    State.UNCERTAIN: ("info", "soon"),
    State.DEAD: ("triangle-alert", "late"),
    State.CANCELLED: ("x", "quiet"),
}


def title(mail: OutgoingMail) -> str:
    """What the mail says, or before it is composed what kind it is. Of sign-in mail never more than that."""
    if mail.summary and mail.owner_id:
        return mail.summary
    return str(KINDS[mail.kind].label) if mail.kind in KINDS else mail.kind


def addressee(mail: OutgoingMail, user: User) -> str:
    if mail.recipient.casefold() == user.email.casefold():
        return _("You")
    return mail.recipient_name or mail.recipient


def answer(mail: OutgoingMail, user: User) -> str:
    """The last thing known: what the mail server said, or why it did not come to that."""
    if mail.state == State.CANCELLED:
        return _said(mail.cause)
    if mail.state == State.UNCERTAIN:
        return _doubt(mail, user)
    if mail.state == State.SENT:
        said = f"{mail.reply_code or ''} {mail.reply_text}".strip()
        return _("%(said)s · may have arrived twice") % {"said": said} if mail.possible_duplicate else said
    return mail.last_error


def duration(span: timedelta) -> str:
    """Minutes up to two hours, since lateness is told in them."""
    return counting.duration(span, hours_from=timedelta(hours=2))


@dataclass(frozen=True)
class Trouble:
    """One mail that is late, held, not delivered or in doubt: how it stands, and what was said."""

    mail: OutgoingMail
    title: str
    to: str
    standing: str
    said: str

    @property
    def tone(self) -> str:
        return "late" if self.mail.state == State.DEAD else "soon"

    @property
    def icon(self) -> str:
        return LOOKS[State(self.mail.state)][0]

    @property
    def is_waiting(self) -> bool:
        return self.mail.state in (State.PENDING, State.CLAIMED)

    @property
    def is_held(self) -> bool:
        return self.mail.state == State.HELD

    @property
    def is_dead(self) -> bool:
        return self.mail.state == State.DEAD


def is_late(mail: OutgoingMail, now: datetime) -> bool:
    """Held, or waiting past its time: to be told apart from what is merely to come."""
    return mail.state == State.HELD or (mail.state != State.HANDING and now - mail.not_before > LATE_AFTER)


def trouble(mail: OutgoingMail, user: User, now: datetime) -> Trouble:
    standing, said = _standing(mail, user, now)
    return Trouble(mail, title(mail), addressee(mail, user), standing, said)


def _standing(mail: OutgoingMail, user: User, now: datetime) -> tuple[str, str]:
    if mail.state == State.HELD:
        return _("Held"), _said(mail.cause)
    if mail.state == State.DEAD:
        return _("Did not arrive"), mail.last_error
    if mail.state == State.UNCERTAIN:
        return _("Uncertain"), _doubt(mail, user)
    if mail.state == State.SENT:
        return _("May have arrived twice"), _("the server fell silent; it was sent once more, as the same mail")
    late = _("%(span)s late") % {"span": duration(now - mail.not_before)}
    if not mail.last_error:
        return late, _("waits for a worker to look")
    words = {"error": mail.last_error, "time": clock(mail.next_attempt_at, user.zone)}
    return late, _("%(error)s; tried again at %(time)s") % words


def _doubt(mail: OutgoingMail, user: User) -> str:
    if mail.possible_duplicate:
        return _("no answer, and none to the second try: it may have arrived twice")
    if mail.cause:
        return _("no answer; not sent again: %(cause)s") % {"cause": _said(mail.cause)}
    again = (mail.fence_at or mail.next_attempt_at) + RESEND_AFTER
    return _("no answer; sent once more at %(time)s, as the same mail") % {"time": clock(again, user.zone)}


def _said(cause: str) -> str:
    """Causes of the engine's own are kept in English and told in the reader's language."""
    return _(cause) if cause else ""
