"""The two mails a contact gets: the invitation, with its changes, and the cancellation. Both composed just before they leave."""

from datetime import datetime
from email.message import EmailMessage
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from interviews import calendars, links
from interviews.invitations import CANCELLATION, INVITATION
from interviews.mails import letters
from interviews.models import Agreed, Interview, Offer
from outbox.kinds import Cancelled, Composed, Kind, register
from outbox.models import OutgoingMail


def compose_invitation(mail: OutgoingMail, now: datetime) -> Composed | Cancelled:
    interview = _interview(mail)
    if interview is None:
        return Cancelled(_("the interview is gone"))
    cause = _why_not(interview, mail, now)
    if cause:
        return Cancelled(cause)
    ics = calendars.request(interview, address=mail.recipient, sequence=mail.context["sequence"], now=now)
    return _composed(mail, interview, interview.agreed, INVITATION, ics)


def compose_cancellation(mail: OutgoingMail, now: datetime) -> Composed | Cancelled:
    interview = _interview(mail)
    if interview is None:
        return Cancelled(_("the interview is gone"))
    if interview.is_planned and interview.invited_email == mail.recipient:
        return Cancelled(_("it is planned again"))
    agreed = Agreed.from_json(mail.context["agreed"])
    ics = calendars.cancel(interview, agreed=agreed, address=mail.recipient, sequence=mail.context["sequence"], now=now)
    return _composed(mail, interview, agreed, CANCELLATION, ics)


def invitation_still_wanted(mail: OutgoingMail) -> bool:
    interview = _interview(mail)
    return interview is not None and not _why_not(interview, mail, timezone.now())


def cancellation_still_wanted(mail: OutgoingMail) -> bool:
    interview = _interview(mail)
    return interview is not None and not (interview.is_planned and interview.invited_email == mail.recipient)


register(Kind(INVITATION, gettext_lazy("Invitation"), compose_invitation, still_wanted=invitation_still_wanted))
register(Kind(CANCELLATION, gettext_lazy("Cancellation"), compose_cancellation, still_wanted=cancellation_still_wanted))


def _interview(mail: OutgoingMail) -> Interview | None:
    found: Interview | None = (
        Interview.objects.filter(owner_id=mail.owner_id, uid=mail.context["interview"])
        .select_related("owner", "contact")
        .first()
    )
    return found


def _why_not(interview: Interview, mail: OutgoingMail, now: datetime) -> str:
    """Why the invitation is not sent after all; empty when it is."""
    contact = interview.contact
    reasons = {
        _("%(name)s is in the bin"): contact.binned_at or interview.binned_at,
        _("you dropped %(name)s"): contact.is_dropped,
        _("the interview was cancelled"): interview.is_cancelled,
        _("the interview is over"): interview.ends_at <= now or not interview.is_planned,
        _("%(name)s gets a newer invitation"): (
            (interview.invited_email, interview.invited_sequence) != (mail.recipient, mail.context["sequence"])
        ),
    }
    found = next((words for words, holds in reasons.items() if holds), "")
    return (found % {"name": contact.first_name})[:200] if found else ""


def _composed(mail: OutgoingMail, interview: Interview, agreed: Agreed, name: str, ics: bytes) -> Composed:
    context = _words(mail, interview, agreed)
    letter = letters.to_contact(mail.recipient, interview.owner, interview.contact, name, context)
    for header, ids in (("In-Reply-To", context["references"][-1:]), ("References", context["references"])):
        if ids:
            letter.message[header] = " ".join(ids)
    assert isinstance(letter.message, EmailMessage)  # noqa: S101 - for mypy: `letters` makes these
    method = "REQUEST" if name == INVITATION else "CANCEL"
    letter.message.add_alternative(ics.decode(), subtype="calendar", params={"method": method}, cte="base64")
    letter.message.add_attachment(ics, maintype="application", subtype="ics", filename=f"{name}.ics")
    return letter


def _words(mail: OutgoingMail, interview: Interview, agreed: Agreed) -> dict[str, Any]:
    """What the templates say, each time in the contact's zone first, when it is known."""
    theirs = interview.contact.time_zone
    is_update, by_them = bool(mail.context.get("references")), mail.context.get("by_them", False)
    offer = Offer.objects.filter(interview=interview).first()
    return {
        "interview": interview,
        "contact": interview.contact,
        "owner": interview.owner,
        "agreed": agreed,
        "zone": theirs or agreed.zone,
        "other_zone": agreed.zone if theirs and theirs != agreed.zone else "",
        "zone_is_theirs": bool(theirs),
        "references": mail.context.get("references", []),
        "is_update": is_update,
        "by_them": by_them,
        "is_theirs": by_them
        or (offer is not None and not is_update),  # they chose the time: nobody asks whether it suits
        "page_url": links.offer_url(links.secret_of(offer.uid, offer.secret_hash)) if offer else "",
        "yes_url": links.answer_url(interview.uid, mail.context["sequence"], "yes"),
        "no_url": links.answer_url(interview.uid, mail.context["sequence"], "no"),
    }
