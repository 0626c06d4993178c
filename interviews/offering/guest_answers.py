"""What a contact answers to an offer: the owner is told, and what it says of them is kept."""

import re
import uuid
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from base.text import clean_line
from crm.models import Contact
from interviews.models import Medium, NewsKind, Offer
from interviews.news.actions import report
from outbox.waking import wake

ANSWERED, WORD = "answered", "word"
NEWS = {
    "chosen": NewsKind.YES,
    "moved": NewsKind.MOVED,
    "declined": NewsKind.NO,
    "cancelled": NewsKind.CALLED_OFF,
    WORD: NewsKind.WORD,
}
FEWEST_DIGITS, LONGEST_NUMBER = 5, 60  # of a telephone number


@dataclass(frozen=True)
class Answer:
    """What the contact says with a time."""

    starts_at: datetime
    medium: str
    where: str = ""
    note: str = ""
    zone: str = ""


def learn_from(answer: Answer, contact: Contact) -> None:
    """Keeps the zone and the number they named, where none was known."""
    known = {"time_zone": answer.zone, "phone": _number_in(answer)}
    learned = {name: value for name, value in known.items() if value and not getattr(contact, name)}
    for name, value in learned.items():
        setattr(contact, name, value)
    if learned:
        contact.save(update_fields=list(learned))
        contact.refresh_search_text()


def _number_in(answer: Answer) -> str:
    """What they wrote, when it is a telephone number."""
    words = answer.where.strip()
    is_number = (
        re.fullmatch(r"\+?[\d\s().,/x#-]+", words, re.ASCII) and sum(c.isdigit() for c in words) >= FEWEST_DIGITS
    )
    return words if answer.medium == Medium.PHONE and is_number and len(words) <= LONGEST_NUMBER else ""


def keep_words(offer: Offer, words: str, now: datetime) -> None:
    """Keeps what they wrote as a note of the contact. A line of theirs that begins with ! makes no promise."""
    if words:
        body = _("%(name)s, with the answer to your times: “%(words)s”") % {
            "name": offer.contact.first_name,
            "words": words,
        }
        offer.contact.notes.create(owner_id=offer.owner_id, uid=uuid.uuid4(), body=body, created_at=now)
        offer.contact.refresh_search_text()


def tell_owner(offer: Offer, what: str, answer: Answer, now: datetime, once: str = "") -> None:
    """Mails the answer to the owner at once, and puts it on Today; a time they propose stands there by itself."""
    if what in NEWS:
        report(contact=offer.contact, kind=NEWS[what], talk=offer.interview, offer=offer, words=answer.note, now=now)
    offer.owner.outgoingmails.queue(
        kind=ANSWERED,
        key=f"{ANSWERED}:{offer.uid}:{once or offer.version}",
        recipient=offer.owner.email,
        now=now,
        owner_id=offer.owner_id,
        context={
            "offer": str(offer.uid),
            "what": what,
            "starts_at": answer.starts_at.isoformat(),
            "medium": answer.medium,
            "where": answer.where,
            "note": answer.note,
            "zone": answer.zone,
        },
        summary=clean_line(_("%(name)s answered") % {"name": offer.contact.first_name}),
    )
    wake()
