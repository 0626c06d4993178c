"""What all mails to a contact and to the user have in common: who they are from, and their two parts."""

import re
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import parseaddr
from typing import Any
from urllib.parse import quote, urlencode

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from accounts.models import User
from base.text import clean_line
from crm.models import Contact
from interviews.models import Offer
from interviews.offering.actions import OFFER
from interviews.planning.contact_mail import mailable, may_have_arrived
from outbox.composing import POLICY
from outbox.kinds import Composed

_BLANK_LINES = re.compile(r"\n[ \t]*(?:\n[ \t]*)+\n")  # where something is not said, its lines go too


def to_contact(recipient: str, owner: User, contact: Contact, name: str, context: dict[str, Any]) -> EmailMessage:
    """A mail in the user's name; answers reach the user."""
    with owner.own_hours():
        message = _message(name, context)
    address(message, recipient, owner, contact)
    return message


def address(message: EmailMessage, recipient: str, owner: User, contact: Contact) -> None:
    """The sender and reply address of every mail in the user's name."""
    sender = clean_line(_("%(name)s via Keepword") % {"name": owner.signature})
    message["From"] = Address(sender, addr_spec=parseaddr(settings.DEFAULT_FROM_EMAIL)[1])
    message["To"] = Address(clean_line(contact.name), addr_spec=recipient)
    reply_to = mailable(owner.email)
    if reply_to:
        message["Reply-To"] = Address(clean_line(owner.signature), addr_spec=reply_to)


def to_owner(recipient: str, name: str, context: dict[str, Any]) -> Composed:
    """From the app to its user; nobody answers it."""
    with context["owner"].own_hours():
        message = _message(name, context)
    message["From"] = settings.DEFAULT_FROM_EMAIL
    message["To"] = recipient
    mark_as_automatic(message)
    message["X-Auto-Response-Suppress"] = "All"
    return Composed(message, str(message["Subject"]))


def why_silent(contact: Contact) -> str:
    """Why nothing goes to the contact, or about them, any more; empty when it may."""
    if contact.binned_at:
        return _("%(name)s is in the bin") % {"name": contact.first_name}
    return _("you dropped %(name)s") % {"name": contact.first_name} if contact.is_dropped else ""


def mailto(address: str, subject: str, body: str) -> str:
    """A link that opens the mail program with the mail written in it."""
    written = urlencode({"subject": subject, "body": body.replace("\n", "\r\n")}, quote_via=quote)
    return f"mailto:{quote(address, safe='@')}?{written}"


def mark_as_automatic(message: EmailMessage) -> None:
    """Nobody pressed a button for it: absence notices leave it unanswered (RFC 3834)."""
    message["Auto-Submitted"] = "auto-generated"


def put_in_thread(message: EmailMessage, references: list[str]) -> None:
    """Mail programs show it below the mails with these Message-IDs, oldest first."""
    if references:
        message["In-Reply-To"] = references[-1]
        message["References"] = " ".join(references)


def offer_references(offer: Offer | None) -> list[str]:
    """The Message-IDs of the mails that have told the contact of an offer."""
    if offer is None:
        return []
    mails = offer.owner.outgoingmails.filter(occurrence_key__startswith=f"{OFFER}:{offer.uid}").order_by("pk")
    return [mail.message_id for mail in mails if may_have_arrived(mail)]


def attach_calendar(message: EmailMessage, ics: bytes, *, method: str, name: str) -> None:
    """As a part to answer, and as a file for programs that show none."""
    message.add_alternative(ics.decode(), subtype="calendar", params={"method": method}, cte="base64")
    message.add_attachment(ics, maintype="application", subtype="ics", filename=f"{name}.ics")


def _message(name: str, context: dict[str, Any]) -> EmailMessage:
    message = EmailMessage(policy=POLICY)
    subject = clean_line(render_to_string(f"interviews/email/{name}_subject.txt", context))[:200]
    context = {**context, "subject": subject}
    message["Subject"] = subject
    text = _BLANK_LINES.sub("\n\n", render_to_string(f"interviews/email/{name}_body.txt", context))
    message.set_content(text, cte="quoted-printable")
    html = render_to_string(f"interviews/email/{name}_body.html", context)
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    return message
