"""From what a kind composed to the bytes that leave: the engine's own headers, each header on one line."""

from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from functools import cache
from typing import Any

from django.conf import settings

from base.mail_addresses import wire_header
from outbox.models import OutgoingMail
from outbox.smtp import Envelope
from outbox.text import OF_PEOPLE, Letter, header


def freeze(message: EmailMessage, mail: OutgoingMail, now: datetime) -> bytes:
    """The bytes of this mail: its Message-ID is the row's, so that a resend is the same mail to whoever gets it."""
    if not isinstance(message, Letter):  # a Letter's headers are clean
        for name, value in message.items():
            line = header(str(value))
            message.replace_header(name, wire_header(line) if name.lower() in OF_PEOPLE else line)
    ours = our_headers(mail.message_id, now)
    for name in ours:
        del message[name]
    head = "".join(f"{name}: {value}\r\n" for name, value in ours.items()).encode()
    if isinstance(message, Letter) and message.mark and mail.recipient.isascii():
        return head + message.wire()
    has_letters = not mail.recipient.rpartition("@")[0].isascii()
    policy: Any = message.policy
    return head + message.as_bytes(policy=policy.clone(linesep="\r\n", utf8=has_letters))


def our_headers(message_id: str, now: datetime) -> dict[str, str]:
    ours = {"Message-ID": message_id, "Date": format_datetime(now)}
    if settings.EMAIL_IDEMPOTENCY_HEADER:
        ours[settings.EMAIL_IDEMPOTENCY_HEADER] = message_id.strip("<>")
    return ours


@cache
def _bare(address: str) -> str:
    return parseaddr(address)[1]


def envelope(mail: OutgoingMail, content: bytes) -> Envelope:
    return Envelope(
        sender=_bare(settings.DEFAULT_FROM_EMAIL),
        recipient=mail.recipient,
        content=content,
        name=f"{mail.created_at:%Y%m%dT%H%M%S}-{mail.kind}-{mail.pk}",
    )
