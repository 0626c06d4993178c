# ruff: noqa: N802 - the names are aiosmtpd's
"""A real SMTP server on loopback that misbehaves on demand, and writes down what reached it.

In a test: `with Sink() as sink: sink.mode = "451-dot"`. As a process: `python -m tests.faults.sink LOG`, which prints its port
and reads a mode a line.
"""

import asyncio
import hashlib
import json
import re
import sys
import threading
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult

# said to a command, by mode
AT_SENDER = {
    "421": "421 4.3.2 try later",
    "552-sender": "552 5.3.4 larger than we take",
    "550-sender": "550 5.7.1 not you",
}
AT_RECIPIENT = {
    "550-rcpt": "550 5.1.1 no such mailbox",
    "450-rcpt": "450 4.2.0 mailbox busy",
    "greylisting": "451 4.7.1 greylisted, come back",
    "421-rcpt": "421 4.3.2 too much",
    "530-rcpt": "530 5.7.0 sign in first",
    "500-rcpt": "500 5.5.1 what",
    "400-rcpt": "400 4.0.0 not today",
}
AT_DATA = {"554-data": "554 5.5.1 no", "451-data": "451 4.3.0 not now"}
AT_DOT = {
    "451-dot": "451 4.3.0 not now",
    "550-dot": "550 5.7.1 we do not like it",
    "552-dot": "552 5.2.2 mailbox full",
    "421-dot": "421 4.3.2 closing",
    "500-dot": "500 5.5.1 what",
    "354-dot": "354 go on",
}
CLOSE, SILENCE = "close", "silence"


@dataclass(frozen=True)
class Arrival:
    at: float
    recipient: str
    message_id: str
    digest: str
    size: int
    is_suppressed: bool = False  # the idempotency header named one that is here


class Sink:
    """`mode` may end in `,once`: each recipient meets the fault a single time, then gets through; or in `,one`: only the
    first of the harness's mails meets it."""

    def __init__(self, log: Path | None = None, port: int = 0) -> None:
        self.mode = "ok"
        self.at: dict[
            str, str
        ] = {}  # what a command gets instead of its answer: a line, CLOSE or SILENCE. "dot" is the text's
        self.seconds = 0.2  # of "slow" and "hang"
        self.arrivals: list[Arrival] = []
        self.texts: list[bytes] = []
        self.events: list[str] = []
        self.connections = 0
        self.transports: set[asyncio.WriteTransport] = set()  # of whoever is connected
        self.hello = ""
        self.signed_in: tuple[str, str] | None = None
        self.options: list[str] = []  # of the last MAIL
        self.sender = ""
        self.log = log.open("a", buffering=1) if log else None
        self.is_quiet = log is not None  # a process keeps no texts
        self._met: set[str] = set()
        self._ids: set[str] = set()
        self._lock = threading.Lock()
        self.controller = _Controller(self, port)

    def __enter__(self) -> "Sink":
        self.controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self.controller.loop.is_running():  # else a test has ended it
            asyncio.run_coroutine_threadsafe(self._hang_up(), self.controller.loop).result(10)
            self.controller.stop()

    async def _hang_up(self) -> None:
        """Whoever is still connected, or being let in, would outlive the loop: a socket some later test finds unclosed. The
        door stays open meanwhile: whom asyncio lets in at a closed one it forgets."""
        await _turns()
        for transport in list(self.transports):
            transport.abort()
        await _turns()

    @property
    def port(self) -> int:
        return int(self.controller.server.sockets[0].getsockname()[1])

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def fault(self, table: dict[str, str], recipient: str = "") -> str | None:
        return table[name] if (name := self.meets(*table, recipient=recipient)) else None

    def meets(self, *modes: str, recipient: str = "") -> str:
        """The mode, if it is one of these and this recipient is still to meet it."""
        name, _, once = self.mode.partition(",")
        if name not in modes:
            return ""
        if once == "one":
            return name if recipient == "to0@sink.example" else ""
        if once:
            with self._lock:
                if recipient in self._met:
                    return ""
                self._met.add(recipient)
        return name

    def take(self, recipient: str, content: bytes, once_header: str = "") -> None:
        found = re.search(rb"(?im)^message-id:\s*(<[^>]+>)", content)
        message_id = found.group(1).decode() if found else ""
        key = once_header and _header(content, once_header)
        suppressed = bool(key) and key in self._ids
        self._ids.add(key)
        digest = hashlib.sha256(content).hexdigest()[:16]
        arrival = Arrival(time.time(), recipient, message_id, digest, len(content), suppressed)
        if self.log:
            self.log.write(json.dumps(asdict(arrival)) + "\n")
        if not self.is_quiet:
            self.arrivals.append(arrival)
            self.texts.append(content)


async def _turns() -> None:
    """As many turns of the loop as a connection needs to come or to go."""
    for _turn in range(10):
        await asyncio.sleep(0)


def _header(content: bytes, name: str) -> str:
    found = re.search(rb"(?im)^" + re.escape(name.encode()) + rb":\s*(\S+)", content)
    return found.group(1).decode() if found else ""


class _Handler:
    def __init__(self, sink: Sink) -> None:
        self.sink = sink

    async def handle_EHLO(self, server: SMTP, session: Any, envelope: Any, hostname: str, said: list[str]) -> list[str]:
        session.host_name = self.sink.hello = hostname
        if self.sink.mode == "bare":
            return [said[-1]]
        offers_tls = self.sink.mode == "starttls-broken" or "STARTTLS" in self.sink.at
        return [*said[:-1], "250-STARTTLS", said[-1]] if offers_tls else said

    async def handle_MAIL(self, server: SMTP, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        self.sink.events.append("MAIL")
        self.sink.options, self.sink.sender = options, address
        if said := self.sink.fault(AT_SENDER):
            return said
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 ok"

    async def handle_RCPT(self, server: SMTP, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        self.sink.events.append("RCPT")
        if self.sink.meets("drop-rcpt", recipient=address):
            server.transport.abort()
        if self.sink.meets("hang-rcpt", recipient=address):
            await asyncio.sleep(self.sink.seconds)
        if said := self.sink.fault(AT_RECIPIENT, address):
            return said
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:
        sink, recipient = self.sink, envelope.rcpt_tos[0]
        sink.events.append("text")
        if "dot" in sink.at:
            return await server.misbehave(sink.at["dot"])  # type: ignore[attr-defined, no-any-return]  # ours
        if said := sink.fault(AT_DOT, recipient):
            return said
        if sink.meets("drop-unkept", recipient=recipient):
            server.transport.abort()
            return "421 gone"
        sink.take(recipient, envelope.content, "X-Once")
        if sink.meets("drop-after-dot", recipient=recipient):
            server.transport.abort()
        elif sink.meets("hang", "slow", recipient=recipient):
            await asyncio.sleep(sink.seconds)
        return "250 2.0.0 queued as 4Zx81"


class _SMTP(SMTP):
    """With faults where a handler has no say: the greeting, STARTTLS, before the text."""

    def __init__(self, sink: Sink, **kwargs: Any) -> None:
        self.sink = sink
        super().__init__(_Handler(sink), hostname="sink.example", ident="sink", loop=sink.controller.loop, **kwargs)
        for command, answer in self._smtp_methods.items():
            self._smtp_methods[command] = partial(self._answer, command, answer)

    async def _answer(self, command: str, answer: Callable[[str], Awaitable[None]], arg: str) -> None:
        if command not in self.sink.at:
            await answer(arg)
        elif said := await self.misbehave(self.sink.at[command]):
            await self.push(said)

    async def misbehave(self, how: str) -> str:
        """The line to answer with; none where nothing more is said."""
        if how == CLOSE:
            self.transport.abort()  # type: ignore[union-attr]  # it is connected
        elif how == SILENCE:
            await asyncio.sleep(self.sink.seconds)
        return "" if how in (CLOSE, SILENCE) else how

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.sink.connections += 1
        self.sink.transports.add(cast(asyncio.WriteTransport, transport))
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self.sink.transports.discard(cast(asyncio.WriteTransport, self.transport))
        super().connection_lost(error)

    async def push(self, status: Any) -> None:
        if self.sink.mode == "421-greeting" and str(status).startswith("220 sink"):
            status = "421 4.3.2 not now"
        await super().push(status)

    async def smtp_EHLO(self, hostname: str) -> None:
        if self.sink.mode == "550-hello":
            await self.push("550 5.7.1 go away")
            return
        await super().smtp_EHLO(hostname)

    async def smtp_HELO(self, hostname: str) -> None:
        if self.sink.mode == "550-hello":
            await self.push("550 5.7.1 go away")
            return
        await super().smtp_HELO(hostname)

    async def smtp_DATA(self, arg: str) -> None:
        self.sink.events.append("DATA")
        if said := self.sink.fault(AT_DATA):
            await self.push(said)
            return
        await super().smtp_DATA(arg)

    async def smtp_STARTTLS(self, arg: str) -> None:
        assert self.transport is not None
        await self.push("220 ready")
        self.transport.write(b"this is no handshake\r\n")
        self.transport.close()


class _Controller(Controller):
    def __init__(self, sink: Sink, port: int) -> None:
        self.sink = sink
        super().__init__(_Handler(sink), hostname="127.0.0.1", port=port)

    def _signs_in(self, server: SMTP, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        self.sink.signed_in = (data.login.decode(), data.password.decode())
        return AuthResult(success=self.sink.mode != "auth-refused")

    def factory(self) -> SMTP:
        return _SMTP(
            self.sink,
            enable_SMTPUTF8=self.sink.mode != "no-utf8",
            auth_require_tls=False,
            authenticator=self._signs_in,
            data_size_limit=2**22,
        )

    def _trigger_server(self) -> None:
        """No connection of its own: port 0 is not one to connect to."""
        self.smtpd = self.factory()
        self._factory_invoked.set()


def main(log: str, port: str = "0") -> None:
    with Sink(Path(log), int(port)) as sink:
        print(sink.port, flush=True)  # noqa: T201 - how the harness learns it
        for line in sys.stdin:
            sink.mode, _, seconds = line.strip().partition(" ")
            sink.seconds = float(seconds or 0.2)
            print("ok", flush=True)  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:])
