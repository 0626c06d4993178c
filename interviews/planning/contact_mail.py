"""What the contact has been told of a talk, read from the outbox, and the mails that bring it up to date."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from accounts.models import User
from base.mail_addresses import wire_address
from base.text import clean_line
from crm.models import Contact
from interviews.models import Agreed, Interview
from outbox.models import OutgoingMail, State

INVITATION, CANCELLATION = "invitation", "cancellation"


@dataclass(frozen=True)
class Told:
    """What a change of an interview means for the contact."""

    invites: str = ""  # the address that gets a REQUEST
    cancels: str = ""  # the address that gets a CANCEL
    is_update: bool = False  # the REQUEST changes one that may have arrived


def mailable(address: str) -> str:
    """An address as a mail server takes it, its domain in ASCII; empty when no mail could go there."""
    try:
        found = wire_address(clean_line(address))
        validate_email(found)
    except ValidationError:
        return ""
    return found if found.isascii() and len(found) <= 254 else ""


def address_of(contact: Contact) -> str:
    return mailable(contact.email)


def mail_contact(
    owner: User,
    contact: Contact,
    address: str,
    *,
    kind: str,
    key: str,
    summary: str,
    context: dict[str, Any],
    now: datetime,
) -> OutgoingMail:
    """Puts a mail to the contact into the outbox; it leaves after the moment in which it can be taken back."""
    return owner.outgoingmails.queue(
        kind=kind,
        key=key,
        recipient=address,
        now=now,
        owner_id=owner.pk,
        delay=timedelta(seconds=settings.INVITATION_DELAY),
        context=context,
        recipient_name=clean_line(contact.name),
        summary=clean_line(summary)[:300],
    )


def occurrence_key(kind: str, interview: Interview, sequence: int, address: str) -> str:
    return f"{kind}:{interview.uid}:{sequence}:{address}"[:255]


def announce(
    interview: Interview,
    *,
    before: Agreed,
    changed: bool,
    by_them: bool = False,
    by_rules: bool = False,
    now: datetime,
) -> Told:
    """Brings the contact up to date with the interview, in the caller's transaction; the caller saves the interview.

    What has not left is taken back first, so that several changes within the delay are one mail, or none. Who may hold
    a REQUEST that is no longer true gets a CANCEL, saying what stood `before`.
    """
    wanted = address_of(interview.contact) if interview.is_planned and interview.ends_at > now else ""
    had = interview.invited_email
    arrived = [mail for mail in take_back(interview, now) if may_have_arrived(mail)] if had else []
    holds_one = bool(arrived) and arrived[-1].kind == INVITATION
    cancels = had if holds_one and had != wanted and before.ends_at > now else ""
    if cancels:
        context = {"agreed": before.as_json(), **_thread(arrived)}
        _queue(interview, CANCELLATION, cancels, context, now)
    is_current = holds_one and arrived[-1].occurrence_key == current_key(interview)
    invites = wanted if changed or had != wanted or not is_current else ""
    is_update = holds_one and had == wanted
    if invites:
        context = {**_thread(arrived), "by_them": by_them, "by_rules": by_rules} if is_update else {}
        _queue(interview, INVITATION, invites, context, now)
        interview.invited_email, interview.invited_sequence = invites, interview.sequence
        interview.forget_answer()
    return Told(invites=invites, cancels=cancels, is_update=is_update)


def may_have_arrived(mail: OutgoingMail) -> bool:
    """Whether the contact may have the mail: it was sent, or crossed its fence without a known outcome."""
    if mail.state in (State.SENT, State.HANDING, State.UNCERTAIN) or mail.possible_duplicate:
        return True
    return mail.state in (State.HELD, State.CANCELLED) and mail.fence_at is not None


def last_mail(interview: Interview) -> OutgoingMail | None:
    """The mail that tells the contact how things stand: the invitation, or the cancellation of a cancelled interview."""
    if not interview.invited_email:
        return None
    keys = [current_key(interview)]
    if interview.is_cancelled:
        keys = [key for key in _keys(interview) if key.startswith(CANCELLATION)]
    return interview.owner.outgoingmails.filter(occurrence_key__in=keys).order_by("pk").last()


def take_back(interview: Interview, now: datetime) -> list[OutgoingMail]:
    """Cancels what has not left yet; all mails of this interview, oldest first."""
    mails = interview.owner.outgoingmails.filter(occurrence_key__in=_keys(interview))
    # first the update, then the look: what it left alone has crossed its fence
    mails.cancel(_("changed before it left"), now)
    return list(mails.order_by("pk"))


def _queue(interview: Interview, kind: str, address: str, context: dict[str, Any], now: datetime) -> None:
    if interview.invited_email:  # a SEQUENCE is used once
        interview.sequence += 1
    mail_contact(
        interview.owner,
        interview.contact,
        address,
        kind=kind,
        key=occurrence_key(kind, interview, interview.sequence, address),
        summary=interview.agreed.said,
        context={"interview": str(interview.uid), "sequence": interview.sequence, **context},
        now=now,
    )


def _thread(arrived: list[OutgoingMail]) -> dict[str, Any]:
    return {"references": [mail.message_id for mail in arrived]}


def current_key(interview: Interview) -> str:
    return occurrence_key(INVITATION, interview, interview.invited_sequence, interview.invited_email)


def _keys(interview: Interview) -> list[str]:
    """The key of every mail there can have been for this interview to the address invited last: found by the index."""
    return [
        occurrence_key(kind, interview, sequence, interview.invited_email)
        for kind in (INVITATION, CANCELLATION)
        for sequence in range(interview.sequence + 1)
    ]
