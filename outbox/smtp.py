"""One mail into one SMTP server, with the fence between its 354 and our text.

Without the final dot a server throws the mail away. So everything up to 354 is certain, the fence is committed there, and the
only doubt left is between our dot and the server's answer.
"""

import contextlib
import re
import selectors
import smtplib
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from ipaddress import ip_address
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured, ValidationError

from base.mail_addresses import link_address, wire_address

NEEDS_AUTH = {530, 535, 538}
OF_ONE_MAIL = {"recipient", "data"}  # phases in which the server has learnt whose mail it is
# newlines of every alphabet, other controls, and what turns the direction of a line around
_BREAKS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")


@dataclass(frozen=True)
class Timeouts:
    """Seconds, each."""

    connect: float = 10
    command: float = 30
    answer: float = 600  # RFC 5321 4.5.3.2.6
    patience: float = 10  # of these: then nothing else waits for that answer


@dataclass(frozen=True)
class Outcome:
    """How one try ended: at which phase, and what the server said."""

    phase: str
    code: int | None = None
    reply: str = ""

    @property
    def said(self) -> str:
        return f"{self.code} {self.reply}".strip() if self.code else self.reply


class Accepted(Outcome):
    """The server has it."""


class RefusedForNow(Outcome):
    """Certain: it does not have it, and may take it later."""


class Refused(Outcome):
    """Certain: it will not take it."""


class Unknown(Outcome):
    """The dot was sent, and no answer came: the only doubt there is."""


class RelayDown(Outcome):
    """Certain: it does not have it, and this is no fault of the mail's."""


class Withdrawn(Outcome):
    """The fence said no: the row is somebody else's, or cancelled. Nothing was sent."""


Fence = Callable[[], bool]
Slow = Callable[[], None]  # told once when an answer takes longer than `patience`; the hand-over goes on waiting


def tell_nobody() -> None:
    """Nobody else waits for it."""


@dataclass(frozen=True)
class Envelope:
    sender: str
    recipient: str
    content: bytes  # lines end with CRLF
    name: str  # the same for each try: what a file of it is called


class Transport(Protocol):
    def hand_over(self, envelope: Envelope, fence: Fence, slow: Slow = tell_nobody) -> Outcome:
        """Calls `fence` at the last moment at which nothing has been sent. Whatever it raises is raised, unsent."""

    def close(self) -> None: ...


class Security(StrEnum):
    NONE = "none"
    STARTTLS = "STARTTLS"
    TLS = "TLS from the first byte"


# the last spelling of each is how other programs write it
SCHEMES = {
    "smtp": (Security.NONE, 25),
    "smtp+tls": (Security.STARTTLS, 587),
    "smtp+starttls": (Security.STARTTLS, 587),
    "submission": (Security.STARTTLS, 587),
    "smtp+ssl": (Security.TLS, 465),
    "smtps": (Security.TLS, 465),
    "submissions": (Security.TLS, 465),
}


@dataclass(frozen=True)
class Server:
    """What EMAIL_URL says."""

    host: str
    port: int
    security: Security = Security.NONE
    user: str = ""
    password: str = ""

    @classmethod
    def of(cls, url: str) -> "Server":
        """ImproperlyConfigured with a sentence, which never repeats the URL: there is a password in it."""
        try:
            parts = urlsplit(url.strip())
            host, port = parts.hostname, parts.port
        except ValueError:
            raise ImproperlyConfigured(UNREADABLE) from None
        if parts.scheme not in SCHEMES:
            raise ImproperlyConfigured(
                f"EMAIL_URL must begin with one of {', '.join(f'{name}://' for name in SCHEMES)}."
            )
        if "@" in parts.path + parts.query + parts.fragment:
            raise ImproperlyConfigured(UNREADABLE)
        if not host:
            raise ImproperlyConfigured("EMAIL_URL names no mail server: it is smtp+tls://user:password@host:587.")
        security, usual_port = SCHEMES[parts.scheme]
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        if (user or password) and security == Security.NONE and not _is_loopback(host):
            raise ImproperlyConfigured(READABLE)
        return cls(host, port or usual_port, security, user, password)


UNREADABLE = (
    "EMAIL_URL cannot be read. In its user name and password write special characters as a percent sign and two digits: "
    "%40 for @, %23 for #, %2F for /."
)
READABLE = (
    "EMAIL_URL would send its password for everybody on the way to read. "
    "Begin it with smtp+tls:// (port 587) or smtp+ssl:// (port 465)."
)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


class SMTPTransport:
    """Speaks to one server, and keeps the connection for the next mail."""

    def __init__(self, url: str, timeouts: Timeouts, hello: str = "localhost") -> None:
        self.server = Server.of(url)
        self.timeouts, self.hello = timeouts, hello
        self._smtp: smtplib.SMTP | None = None
        self._phase = "connect"
        self._troubled = (
            ""  # the last recipient at whom the server fell silent, with no mail accepted for the text since
        )

    def hand_over(self, envelope: Envelope, fence: Fence, slow: Slow = tell_nobody) -> Outcome:
        try:
            envelope = replace(envelope, recipient=wire_address(envelope.recipient))
        except ValidationError as refused:
            return Refused("address", None, refused.messages[0])
        was_open = self._smtp is not None
        stopped = self._ask(envelope)
        if was_open and isinstance(stopped, RelayDown) and (stopped.phase == "sender" or stopped.code == 421):
            stopped = self._ask(envelope)  # the server had enough of the kept connection: a new one tells
        if isinstance(stopped, RelayDown) and stopped.phase in OF_ONE_MAIL and stopped.code not in NEEDS_AUTH:
            return self._trouble(envelope.recipient, stopped)
        if stopped is not None:
            return stopped
        self._troubled = ""
        try:
            if not fence():
                self._drop()
                return Withdrawn("fence")
        except BaseException:
            self._drop()
            raise
        return self._send(envelope.content, slow)

    def close(self) -> None:
        if self._smtp is not None:
            with contextlib.suppress(smtplib.SMTPException, OSError):
                self._smtp.quit()
        self._drop()

    def _ask(self, envelope: Envelope) -> Outcome | None:
        """Everything up to the server's 354; None when it has said so."""
        try:
            smtp = self._smtp or self._connect()
            return self._envelope(smtp, envelope)
        except smtplib.SMTPResponseException as refused:
            self._drop()
            return RelayDown(self._phase, reply_code(refused.smtp_code), reply_line(refused.smtp_error))
        except (smtplib.SMTPException, OSError, ValueError) as lost:  # ValueError: a password smtplib cannot encode
            self._drop()
            return RelayDown(self._phase, None, _words(lost))

    def _trouble(self, recipient: str, stopped: RelayDown) -> Outcome:
        """After MAIL went well a 421, a dropped line or silence is this mail's own, counted as its try. It is the server's
        when the next mail meets the same, or when the server does not answer a new connection."""
        is_second = self._troubled not in ("", recipient)
        self._troubled = recipient
        if is_second or not self._answers():
            return stopped
        return RefusedForNow(stopped.phase, stopped.code, stopped.reply)

    def _answers(self) -> bool:
        self._drop()
        try:
            smtp = self._connect()
            if smtp.rset()[0] == smtp.noop()[0] == 250:
                return True
        except (smtplib.SMTPException, OSError, ValueError):
            pass
        self._drop()
        return False

    def _connect(self) -> smtplib.SMTP:
        self._phase = "connect"
        context = ssl.create_default_context()
        server = self.server
        smtp = _OverTLS(self, context) if server.security == Security.TLS else _Plain(self)
        self._smtp = smtp
        code, text = smtp.connect(server.host, server.port)
        if code != 220:
            raise smtplib.SMTPResponseException(code, text)
        self._phase = "ehlo"
        smtp.ehlo_or_helo_if_needed()
        if server.security == Security.STARTTLS:
            self._phase = "starttls"
            smtp.starttls(context=context)
            smtp.ehlo_or_helo_if_needed()
        if server.user:
            self._phase = "auth"
            smtp.login(server.user, server.password)
        return smtp

    def _envelope(self, smtp: smtplib.SMTP, envelope: Envelope) -> Outcome | None:
        recipient = envelope.recipient
        options = [f"SIZE={len(envelope.content)}"] if smtp.has_extn("size") else []
        if not recipient.isascii():
            if not smtp.has_extn("smtputf8"):
                return Refused("recipient", None, "the mail server takes no address with such letters")
            options.append("SMTPUTF8")
        if smtp.has_extn("8bitmime"):
            options.append("BODY=8BITMIME")
        self._phase = "sender"
        code, text = smtp.mail(link_address(envelope.sender), options)
        if code // 100 != 2:
            return self._after_sender(smtp, code, text)
        self._phase = "recipient"
        code, text = smtp.rcpt(recipient)
        if code // 100 != 2:
            return self._refusal(smtp, code, text)
        self._phase = "data"
        code, text = smtp.docmd("DATA")
        return None if code == 354 else self._refusal(smtp, code, text)

    def _after_sender(self, smtp: smtplib.SMTP, code: int, text: bytes) -> Outcome:
        if code == 552:  # larger than the server takes: this mail's own fault
            return self._refusal(smtp, code, text)
        raise smtplib.SMTPResponseException(code, text)

    def _refusal(self, smtp: smtplib.SMTP, code: int, text: bytes) -> Outcome:
        """The server's no to this recipient; what is a no to everybody is raised."""
        if code == 421 or code in NEEDS_AUTH or code // 100 not in (4, 5):
            raise smtplib.SMTPResponseException(code, text)
        phase = self._phase
        try:
            is_ready = smtp.rset()[0] == 250
        except (smtplib.SMTPException, OSError):
            is_ready = False
        if not is_ready:
            self._drop()
        return (RefusedForNow if code // 100 == 4 else Refused)(phase, code, reply_line(text))

    def _send(self, content: bytes, slow: Slow) -> Outcome:
        smtp = self._smtp
        assert smtp is not None  # noqa: S101 - for mypy: 354 came over it
        sock: Any = smtp.sock
        try:
            sock.sendall(stuffed(content))
        except OSError as lost:  # no dot, no mail
            self._drop()
            return RefusedForNow("text", None, _words(lost))
        try:
            sock.sendall(b".\r\n")
            sock.settimeout(self._left_after_patience(sock, slow))
            code, text = smtp.getreply()
            sock.settimeout(self.timeouts.command)
        except (smtplib.SMTPException, OSError) as lost:
            self._drop()
            return Unknown("answer", None, _words(lost))
        kinds: dict[int, type[Outcome]] = {2: Accepted, 4: RefusedForNow, 5: Refused}
        if code == 421 or code // 100 not in kinds:
            self._drop()
        return kinds.get(code // 100, Unknown)("answer", reply_code(code), reply_line(text))

    def _left_after_patience(self, sock: socket.socket, slow: Slow) -> float:
        """Waits for the answer to begin; says how many seconds it may still take."""
        answer, patience = self.timeouts.answer, self.timeouts.patience
        with selectors.DefaultSelector() as selector:
            selector.register(sock, selectors.EVENT_READ)
            if answer <= patience or selector.select(patience):
                return answer
        slow()
        return answer - patience

    def _drop(self) -> None:
        """Hangs up, without a word: before the dot this takes the mail back."""
        if self._smtp is not None:
            self._smtp.close()
            self._smtp = None


class _Plain(smtplib.SMTP):
    """Takes `connect` seconds to connect and `command` for each answer, where smtplib has one time-out for both."""

    def __init__(self, transport: SMTPTransport, **extra: Any) -> None:
        self._timeouts = transport.timeouts
        super().__init__(local_hostname=transport.hello, timeout=transport.timeouts.connect, **extra)
        self._host = transport.server.host  # whose certificate it must be

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        sock: socket.socket = super()._get_socket(host, port, timeout)  # type: ignore[misc]  # smtplib's own hook
        sock.settimeout(self._timeouts.command)
        # text and dot are two writes: otherwise the dot waits 40 ms for the other side to acknowledge the text
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return sock


class _OverTLS(_Plain, smtplib.SMTP_SSL):
    def __init__(self, transport: SMTPTransport, context: ssl.SSLContext) -> None:
        super().__init__(transport, context=context)


def _words(lost: Exception) -> str:
    return reply_line(str(lost) or type(lost).__name__)


def header_line(value: str, longest: int = 900) -> str:
    """One line that any header takes: a newline in somebody's name can never lose a mail."""
    known = value.encode("utf-8", "replace").decode("utf-8")  # lone surrogates
    return " ".join(_BREAKS.sub(" ", known).split())[:longest]


def reply_code(code: int) -> int | None:
    """None where the server's line began with none: smtplib says -1, or whatever digits stood there."""
    return code if 200 <= code <= 599 else None


def reply_line(raw: bytes | str, longest: int = 500) -> str:
    """What the mail server said, on one line."""
    return header_line(raw.decode("utf-8", "replace") if isinstance(raw, bytes) else raw, longest)


def stuffed(content: bytes) -> bytes:
    """As SMTP wants a text: a line that begins with a dot gets another, and the last line ends."""
    quoted = re.sub(rb"(?m)^\.", b"..", content)
    return quoted if quoted.endswith(b"\r\n") else quoted + b"\r\n"
