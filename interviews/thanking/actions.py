"""The thank-you: the text proposed for it, and its mail (product.md rule 9)."""

import re
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from interviews.debriefing.actions import told_later_uid
from interviews.holding.room_page import room_of
from interviews.models import Interview
from interviews.planning.contact_mail import mail_contact
from outbox.models import OutgoingMail, OutgoingMailQuerySet, State

THANK_YOU = "thank-you"
ABOUT_THEM = re.compile(r"^- .*\b(?:him|her|his|them|their)\b", re.IGNORECASE | re.MULTILINE)
MOST_TRIES = 20  # times it may be taken back and written anew


@dataclass(frozen=True)
class ThankYou:
    subject: str
    body: str
    names_something: bool = True

    @property
    def speaks_of_them(self) -> bool:
        """Whether a promise is quoted as I noted it ("send him the paper"), which reads oddly to the one it speaks of."""
        return bool(ABOUT_THEM.search(self.body))

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def proposed(interview: Interview) -> ThankYou:
    """What I wrote and took back, else words of ours that name what I learned."""
    mail = last_mail(interview)
    if mail and not is_leaving(mail):
        return ThankYou(mail.context["subject"], mail.context["body"])
    debrief = getattr(interview, "debrief", None)
    learned = debrief.learned if debrief else ""  # what I think of the fit is mine alone
    parts = [
        _("Dear %(name)s,") % {"name": interview.contact.first_name},
        _("thank you for your time. I know that it was a gift."),
        _("This stays with me: %(learned)s") % {"learned": learned} if learned else "",
        _owed(interview),
        interview.owner.signature,
    ]
    return ThankYou(_("Thank you"), "\n\n".join(part for part in parts if part), bool(learned))


def _owed(interview: Interview) -> str:
    promises = interview.promises.open().mine().filter(contact=interview.contact, check_in_of__isnull=True)
    promises = promises.exclude(kind="thank_you").exclude(uid=told_later_uid(interview))
    said = list(promises.order_by("due_on", "pk").values_list("what", flat=True)[:3])
    return "\n".join([_("What I promised you:"), *(f"- {what}" for what in said)]) if said else ""


def last_mail(interview: Interview) -> OutgoingMail | None:
    found: OutgoingMail | None = _mails(interview).order_by("pk").last()
    return found


def is_leaving(mail: OutgoingMail | None) -> bool:
    """Whether it waits, leaves or has left: then there is no second one."""
    return mail is not None and mail.state not in (State.CANCELLED, State.DEAD)


def send(*, interview: Interview, address: str, subject: str, body: str, now: datetime) -> OutgoingMail:
    """Puts the thank-you into the outbox. Two taps send one mail: its key counts the tries before."""
    return mail_contact(
        interview.owner,
        interview.contact,
        address,
        kind=THANK_YOU,
        key=_key(interview, min(_mails(interview).count(), MOST_TRIES - 1)),
        summary=subject,
        context={"interview": str(interview.uid), "subject": subject, "body": body},
        now=now,
    )


def take_back(interview: Interview, now: datetime) -> bool:
    return bool(_mails(interview).cancel(_("you took it back"), now))


def took(interview: Interview, promise: Any) -> timedelta | None:
    """How long after the talk the thank-you was sent; None while it is owed."""
    if promise is None or promise.state != "kept":
        return None
    room = room_of(interview)
    ended_at = (room.ended_at if room else None) or min(interview.ends_at, interview.held_at or interview.ends_at)
    closed_at: datetime = promise.closed_at
    return max(timedelta(0), closed_at - ended_at)


def _mails(interview: Interview) -> OutgoingMailQuerySet:
    keys = [_key(interview, n) for n in range(MOST_TRIES)]
    return interview.owner.outgoingmails.filter(occurrence_key__in=keys)


def _key(interview: Interview, n: int) -> str:
    return f"{THANK_YOU}:{interview.uid}:{n}"
