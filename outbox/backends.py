"""Django's EMAIL_BACKEND for sign-in mail (codes, resets, notices): into the outbox, in the caller's transaction."""

import uuid
from collections.abc import Sequence
from copy import copy
from datetime import datetime, timedelta
from email.utils import parseaddr
from typing import Any

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone

from base.mail_addresses import wire_header
from outbox.composing import our_headers
from outbox.models import SIGN_IN, OutgoingMail, message_id
from outbox.smtp import header_line
from outbox.waking import wake

LIVES = timedelta(hours=1)


class QueueBackend(BaseEmailBackend):
    """One row for each recipient, with the bytes on it. The row dies with what the mail carries: after an hour, or after
    the message's own `lives`; None for a notice that never expires."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        now = timezone.now()
        for message in email_messages:
            for recipient in message.recipients():
                _queue(message, parseaddr(recipient)[1] or recipient, now)
        wake()
        return len(email_messages)


def _converted(message: EmailMessage) -> EmailMessage:
    """The same with addresses as they go on the wire: Django itself converts them by IDNA 2003, or raises. One that cannot
    be converted is in no header; its row dies with the reason."""
    wired = copy(message)
    wired.from_email = wire_header(message.from_email)
    for name in ("to", "cc", "reply_to"):
        lines = [wire_header(str(line)) for line in getattr(message, name)]
        setattr(wired, name, [line for line in lines if line])
    return wired


def _queue(message: EmailMessage, recipient: str, now: datetime) -> None:
    key = f"{SIGN_IN}:{uuid.uuid4()}"
    letter: Any = _converted(message).message()
    for name, value in our_headers(message_id(None, key), now).items():
        del letter[name]
        letter[name] = value
    lives: timedelta | None = getattr(message, "lives", LIVES)
    OutgoingMail.objects.queue(
        kind=SIGN_IN,
        key=key,
        recipient=header_line(recipient),
        now=now,
        owner_id=None,
        content=letter.as_bytes(linesep="\r\n"),
        expires_at=None if lives is None else now + lives,
    )
