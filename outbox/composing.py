"""From what a kind composed to the bytes that leave: each header on the lines that the rules allow, the engine's own first."""

import quopri
import secrets
from collections.abc import Iterator
from datetime import datetime
from email.header import Header
from email.message import Message
from email.policy import SMTP
from email.utils import format_datetime, getaddresses
from typing import Any

from django.conf import settings

from base.mail_addresses import quoted_name, wire_header
from outbox.models import OutgoingMail
from outbox.smtp import header_line

LONGEST = 76  # characters of an encoded line (RFC 2045, RFC 2047)
POLICY = SMTP.clone(max_line_length=LONGEST)
ADDRESSES = {"from", "to", "cc", "bcc", "reply-to", "sender"}
NEVER_FOLDED = {"list-unsubscribe"}  # no mail program follows a link that is folded or encoded


def new_message(subject: str, sender: str, recipient: str, text: str, html: str = "") -> Message:
    """A mail in text, and in HTML beside it. Of the plain kind of `Message`, whose headers nobody parses on the way: that
    takes longer than all the rest. Any name may stand in them: a newline in one can never lose a mail."""
    message = Message()
    for name, value in (("Subject", subject), ("From", sender), ("To", recipient)):
        message[name] = header_line(value)
    message["MIME-Version"] = "1.0"
    if not html:
        for name, value in _part_headers("plain").items():
            message[name] = value
        message.set_payload(_quoted_printable(text))
        return message
    # both parts as one string: `email` would write them line by line, and twice
    boundary = f"={secrets.token_hex(12)}="
    message["Content-Type"] = f'multipart/alternative; boundary="{boundary}"'
    parts = "".join(f"--{boundary}\r\n{_part(*part)}\r\n" for part in (("plain", text), ("html", html)))
    message.set_payload(f"{parts}--{boundary}--\r\n")
    return message


def _part(subtype: str, said: str) -> str:
    head = "".join(f"{name}: {value}\r\n" for name, value in _part_headers(subtype).items())
    return f"{head}\r\n{_quoted_printable(said)}"


def _part_headers(subtype: str) -> dict[str, str]:
    return {"Content-Type": f'text/{subtype}; charset="utf-8"', "Content-Transfer-Encoding": "quoted-printable"}


def _quoted_printable(said: str) -> str:
    lines = quopri.encodestring(said.replace("\r\n", "\n").encode()).decode("ascii")
    return lines.replace("\n", "\r\n")


def freeze(message: Message, mail: OutgoingMail, now: datetime) -> bytes:
    """The bytes of this mail: its Message-ID is the row's, so that a resend is the same mail to whoever gets it.

    The headers are folded here: `email` itself loses spaces between the encoded words of a long subject.
    """
    ours = our_headers(mail.message_id, now)
    theirs = [(name, header_line(str(value))) for name, value in message.items() if not _is_mime(name)]
    for name in {name for name, _line in theirs} | set(ours):
        del message[name]
    lines = [f"{name}: {line}" for name, line in ours.items()]
    lines += [f"{name}: {_folded(name, line)}" for name, line in theirs if name not in ours]
    policy: Any = message.policy  # its own: with another one the generator would parse each header anew
    return "".join(f"{line}\r\n" for line in lines).encode() + message.as_bytes(policy=policy.clone(linesep="\r\n"))


def our_headers(message_id: str, now: datetime) -> dict[str, str]:
    ours = {"Message-ID": message_id, "Date": format_datetime(now)}
    if settings.EMAIL_IDEMPOTENCY_HEADER:
        ours[settings.EMAIL_IDEMPOTENCY_HEADER] = message_id.strip("<>")
    return ours


def _is_mime(name: str) -> bool:
    return name.lower() == "mime-version" or name.lower().startswith("content-")


def _folded(name: str, line: str) -> str:
    if name.lower() in NEVER_FOLDED:
        return line
    if name.lower() in ADDRESSES:
        return ",\r\n ".join(_people(wire_header(line)))
    return _encoded(line, name)


def _people(line: str) -> Iterator[str]:
    for called, address in getaddresses([line]):
        encoded = quoted_name(called) if called.isascii() else _encoded(called)
        yield f"{encoded} <{address}>" if called else address


def _encoded(line: str, name: str = "From") -> str:
    if line.isascii() and len(name) + len(line) + 2 <= LONGEST:
        return line
    charset = "us-ascii" if line.isascii() else "utf-8"
    return Header(line, charset, maxlinelen=LONGEST, header_name=name).encode(splitchars=" ", linesep="\r\n")
