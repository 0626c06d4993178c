"""The mail of a letter: the text as it was typed, without a layout around it. Answers reach the user."""

from datetime import datetime
from email.message import EmailMessage

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from base.text import clean_line
from interviews.asking.actions import ASK
from interviews.mail_messages import address, put_in_thread, why_silent
from interviews.models import Ask
from outbox.composing import POLICY
from outbox.kinds import Cancelled, Composed, Kind, register
from outbox.models import OutgoingMail


def compose_ask(mail: OutgoingMail, now: datetime) -> Composed | Cancelled:
    ask = _ask(mail)
    cause = _why_not(ask)
    if ask is None or cause:
        return Cancelled(cause)
    message = EmailMessage(policy=POLICY)
    message["Subject"] = clean_line(ask.subject)
    address(message, mail.recipient, ask.owner, ask.contact)
    put_in_thread(message, _sent_before(ask))
    message.set_content(ask.body + "\n", cte="quoted-printable")
    return Composed(message, str(message["Subject"]))


def ask_still_wanted(mail: OutgoingMail) -> bool:
    return not _why_not(_ask(mail))


register(Kind(ASK, gettext_lazy("A request"), compose_ask, still_wanted=ask_still_wanted))


def _ask(mail: OutgoingMail) -> Ask | None:
    rows = Ask.objects.select_related("owner", "contact")
    return rows.filter(owner_id=mail.owner_id, uid=mail.context["ask"]).first()


def _why_not(ask: Ask | None) -> str:
    return why_silent(ask.contact) if ask else _("it was taken back")


def _sent_before(ask: Ask) -> list[str]:
    """The letters it follows, so that all of them stand in one thread."""
    uids = ask.contact.asks.filter(pk__lt=ask.pk).order_by("pk").values_list("uid", flat=True)[:10]
    keys = [f"{ASK}:{uid}" for uid in uids]
    mails = OutgoingMail.objects.filter(owner_id=ask.owner_id, occurrence_key__in=keys, state="sent")
    return list(mails.order_by("pk").values_list("message_id", flat=True))
