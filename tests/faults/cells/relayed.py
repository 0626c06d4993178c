"""Rows 14 to 19: what a mail server can do to us."""

from tests.faults.frame import FACTOR, Control, Play, Seen, World, cell, expect
from tests.faults.world import free_port

SILENT = 600 / FACTOR + 2  # seconds, longer than we wait for the answer to the dot
EIGHT_MINUTES = 8 * 60 / FACTOR


def _under(mode: str, control: str, see: str, rows: int = 4, seconds: float = 0.2) -> Control:
    def play(world: World) -> bool:
        world.queue(rows)
        world.sink.mode(mode, seconds)
        world.drain(control=control, seconds=8, until=lambda: getattr(world.findings(), see) > 0)
        return bool(getattr(world.findings(), see))

    return play


def _nobody_listens(world: World, **order: object) -> None:
    nowhere = f"smtp://127.0.0.1:{free_port()}"
    world.drain(seconds=1.5, email_url=nowhere, **order)


def _blamed(world: World) -> bool:
    world.queue(5)
    _nobody_listens(world, control="blaming")
    return bool(world.findings().dead)


@cell("14", "SMTP refused", _blamed, in_tests=True)
def refused(world: World) -> Seen:
    world.queue(30)
    _nobody_listens(world)
    seen = Seen(world.findings(), 0, world.drain())
    seen.findings = world.findings()
    if seen.findings.tries != seen.findings.rows:
        seen.wrong.append("a failure of the relay was counted as a mail's")
    return expect(seen)


@cell("15", "451 to the dot", _under("451-dot", "deaf", "lost"), in_tests=True)
def not_now(world: World) -> Seen:
    world.sink.mode("451-dot,once")
    world.queue(30)
    seconds = world.drain()
    return expect(Seen(world.findings(), 0, seconds))


@cell("16", "dropped after the dot", _under("drop-after-dot,once", "hopeful", "unmarked"), in_tests=True)
def dropped(world: World) -> Seen:
    world.sink.mode("drop-after-dot,once")
    world.queue(10)
    seconds = world.drain()
    world.sink.mode("drop-unkept,once")
    world.queue(10, first=10)
    seconds = max(seconds, world.drain())
    return expect(Seen(world.findings(), 0, seconds), marked=10)


@cell("17", "silent after the dot", _under("hang,once", "hopeful", "unmarked", 1, SILENT), in_tests=True)
def silent(world: World) -> Seen:
    world.sink.mode("hang,once", SILENT)
    world.queue(2)
    seconds = world.drain(workers=2)
    return expect(Seen(world.findings(), 0, seconds), marked=2)


LASTING = ["550-rcpt", "550-dot", "552-dot", "554-data", "552-sender"]
PASSING = ["450-rcpt,once", "greylisting,once", "451-data,once", "421-dot,once", "drop-rcpt,once"]
RELAY = ["421", "421-greeting", "421-rcpt", "550-sender", "starttls-broken", "auth-refused"]


def _relay_failing(world: World, mode: str) -> None:
    url = {
        "starttls-broken": world.sink.url.replace("://", "+tls://"),
        "auth-refused": world.sink.url.replace("://", "://a:b@"),
    }
    world.sink.mode(mode)
    world.drain(seconds=0.7, email_url=url.get(mode, world.sink.url))
    world.sink.mode("ok")


@cell("18", "550 450 421 552 554 TLS AUTH greylisting, 8 minutes", _under("550-dot", "deaf", "lost"), in_tests=True)
def everything_else(world: World) -> Seen:
    for number, mode in enumerate(LASTING + PASSING):
        world.sink.mode(mode)
        world.queue(3, first=10 * number)
        world.drain(seconds=20)
    for number, mode in enumerate(RELAY):
        world.queue(3, first=200 + 10 * number)
        _relay_failing(world, mode)
    seconds = world.drain()
    world.sink.mode("slow", EIGHT_MINUTES)
    world.queue(1, first=500)
    world.drain()
    return expect(Seen(world.findings(), 0, seconds), dead=3 * len(LASTING))


# --- 19: the relay that knows what it has -----------------------------------------------------------------------------
def _again_and_again(once_header: str) -> Play:
    def play(world: World) -> Seen:
        world.queue(20)
        world.kills = 4
        killed = world.killed_at("before-commit", once_header=once_header)
        world.sink.mode("drop-after-dot,once")
        world.queue(6, first=100)
        seconds = world.drain(once_header=once_header)
        world.sink.mode("hang,once", SILENT)
        world.queue(1, first=200)
        world.drain(once_header=once_header)
        return expect(Seen(world.findings(), killed, seconds), marked=0)

    return play


def _without_the_header(world: World) -> bool:
    world.sink.mode("drop-after-dot,once")
    world.queue(3)
    world.drain()
    return bool(world.findings().marked)


cell("19", "a relay with an idempotency header: 4, 16, 17", _without_the_header)(_again_and_again("X-Once"))
