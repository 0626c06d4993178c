"""The thank-you, in my words to one person; sending it keeps the promise."""

from contextlib import suppress
from datetime import datetime
from email.message import EmailMessage

from django.db import transaction
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from base.owned import Stale
from base.text import clean_line
from crm.actions import touch
from interviews.debriefing.actions import thank_you_promise
from interviews.mail_messages import address
from interviews.models import Interview
from interviews.thanking.actions import THANK_YOU
from outbox.composing import POLICY
from outbox.kinds import Cancelled, Composed, Kind, register
from outbox.models import OutgoingMail


def compose_thank_you(mail: OutgoingMail, now: datetime) -> Composed | Cancelled:
    interview = Interview.objects.of_mail(mail)
    if interview is None or interview.binned_at or interview.contact.binned_at:
        return Cancelled(_("the talk is gone"))
    owner, contact = interview.owner, interview.contact
    context = {"subject": mail.context["subject"], "body": mail.context["body"], "owner": owner, "contact": contact}
    subject = clean_line(render_to_string("interviews/email/thank_you_subject.txt", context))[:250]
    message = EmailMessage(policy=POLICY)
    message["Subject"] = subject
    address(message, mail.recipient, owner, contact)
    message.set_content(render_to_string("interviews/email/thank_you_body.txt", context), cte="quoted-printable")
    html = render_to_string("interviews/email/thank_you_body.html", context)
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    return Composed(message, summary=subject)


def settle_thank_you(mail: OutgoingMail, now: datetime) -> None:
    """The mail has left: keeps the promise and counts as being in touch."""
    interview = Interview.objects.of_mail(mail)
    if interview is None:
        return
    with suppress(Stale), transaction.atomic():  # Stale: the promise was kept by hand at this moment
        interview.lock_contacts()
        promise = thank_you_promise(interview)
        if promise:
            touch(contact=promise.contact, on=promise.owner.today(now), now=now)
            promise.keep(now)


def still_wanted(mail: OutgoingMail) -> bool:
    """Asked before a mail of unknown outcome is sent again: whether the promise is still open."""
    interview = Interview.objects.of_mail(mail)
    promise = thank_you_promise(interview) if interview else None
    return promise is not None and promise.is_open


register(Kind(THANK_YOU, gettext_lazy("Thank-you"), compose_thank_you, settle_thank_you, still_wanted))
