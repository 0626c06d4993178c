"""From what a kind composed to the bytes that leave: the engine's own headers, each header on one line."""

from datetime import datetime
from email.message import EmailMessage, Message
from email.utils import format_datetime, parseaddr
from typing import Any

from django.conf import settings

from outbox.models import OutgoingMail
from outbox.smtp import Envelope
from outbox.text import header


def freeze(message: EmailMessage, mail: OutgoingMail, now: datetime) -> bytes:
    """The bytes of this mail: its Message-ID is the row's, so that a resend is the same mail to whoever gets it."""
    for name, value in set(message.items()):
        if header(str(value)) != str(value):
            message.replace_header(name, header(str(value)))
    stamp(message, mail.message_id, now)
    has_letters = not mail.recipient.rpartition("@")[0].isascii()
    policy: Any = message.policy
    return message.as_bytes(policy=policy.clone(linesep="\r\n", utf8=has_letters))


def stamp(message: "Message[Any, Any]", message_id: str, now: datetime) -> None:
    ours = {"Message-ID": message_id, "Date": format_datetime(now)}
    if settings.EMAIL_IDEMPOTENCY_HEADER:
        ours[settings.EMAIL_IDEMPOTENCY_HEADER] = message_id.strip("<>")
    for name, value in ours.items():
        del message[name]
        message[name] = value


def envelope(mail: OutgoingMail, content: bytes) -> Envelope:
    return Envelope(
        sender=parseaddr(settings.DEFAULT_FROM_EMAIL)[1],
        recipient=mail.recipient,
        content=content,
        name=f"{mail.created_at:%Y%m%dT%H%M%S}-{mail.kind}-{mail.pk}",
    )
