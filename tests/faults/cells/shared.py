"""Rows 30 to 34: what one mail, one user or one bad hour may cost the others."""

import time
from typing import Any

from tests.faults.frame import Seen, World, cell, expect
from tests.faults.world import wait_for

OTHERS = 20
AT_ONCE = 10.0  # seconds in which a code must arrive, at the pace of production
RETRY_WINDOW = 1.0  # seconds, instead of three days


# --- 30: right of way ---------------------------------------------------------------------------------------------------
def _code_behind_reminders(world: World, **order: object) -> float:
    """Seconds until a code arrives that is asked for while 300 reminders leave, at 0.2 s each."""
    world.call("owe", rows=300)
    world.call("plan")
    world.sink.mode("slow", 0.2)
    pid = world.worker(factor=1, pause=0.1, **order)
    wait_for(lambda: world.sink.count() >= 3, 10, 0.05)
    world.call("ask_for_code")
    began = time.monotonic()
    wait_for(lambda: any(each["recipient"] == "code@sink.example" for each in world.sink.arrivals()), 15, 0.1)
    took = time.monotonic() - began
    world.zygote.end([pid])
    return took


@cell(
    "30",
    "a code asked for behind 300 reminders",
    lambda world: _code_behind_reminders(world, control="in-turn", batch=100) > AT_ONCE,  # 20 s, and not on the border
)
def code_first(world: World) -> Seen:
    took = _code_behind_reminders(world)
    world.sink.mode("ok")
    world.call("cancel_waiting")
    seen = Seen(world.findings(), note=f" (after {took:.1f} s)")
    expect(seen, cancelled=None)
    seen.wrong = [each for each in seen.wrong if not each.startswith("unfinished")]  # the one that was leaving
    if took > AT_ONCE:
        seen.wrong.append(f"a code after {took:.1f} s, {AT_ONCE:.0f} at most")
    return seen


# --- 31: one recipient's trouble ----------------------------------------------------------------------------------------
def _trouble_at_one(world: World, **order: object) -> float:
    """Seconds until all others have theirs."""
    world.queue(OTHERS + 1)
    world.sink.mode("421-rcpt,one")
    began = time.monotonic()
    pid = world.worker(retry_window=RETRY_WINDOW, **order)
    wait_for(lambda: world.sink.count() >= OTHERS, 8, 0.05)
    took = time.monotonic() - began
    wait_for(lambda: world.call("open_count") == 0, 8, 0.1)
    world.zygote.end([pid])
    return took


def _blames_the_server(world: World) -> bool:
    _trouble_at_one(world, control="all-the-servers")
    return world.findings().dead == 0


@cell("31", "421 at one recipient", _blames_the_server)
def one_recipient(world: World) -> Seen:
    took = _trouble_at_one(world)
    seen = expect(Seen(world.findings(), seconds=took, note=f" (the others after {took:.1f} s)"), dead=1)
    if took > 5:
        seen.wrong.append(f"the others after {took:.1f} s, 5 at most")
    return seen


# --- 32: a no to everybody ----------------------------------------------------------------------------------------------
def _no_to_everybody(world: World, **order: object) -> int:
    """How many are dead after a while of it."""
    world.queue(OTHERS)
    world.sink.mode("554-data")
    world.drain(seconds=3, **order)
    dead = world.findings().dead
    world.sink.mode("ok")
    return dead


@cell("32", "554 to everybody", lambda world: _no_to_everybody(world, control="each-its-own") > 0)
def denied(world: World) -> Seen:
    dead = _no_to_everybody(world)
    words = world.call("relay_words")
    world.drain()
    seen = expect(Seen(world.findings(), note=f" ({words})"))
    if dead > 0 or "554" not in words:
        seen.wrong.append(f"{dead} dead meanwhile, the server's words: {words or 'none'}")
    return seen


# --- 33: a clock that was wrong -----------------------------------------------------------------------------------------
HOURS = 60 * 3600


def _clock_ahead_and_back(world: World, *, repairs: bool) -> None:
    """Mails are asked for and tried in vain while the clock runs 60 hours ahead; then it is right again."""
    world.sink.mode("451-dot")
    world.call("queue_ahead", rows=OTHERS, hours=60)
    pid = world.worker(clock_shift=HOURS, control="host-clock")
    time.sleep(2)
    world.zygote.end([pid])
    world.sink.mode("ok")
    world.drain(reconciles=repairs, seconds=8)


def _stays_ahead(world: World) -> bool:
    _clock_ahead_and_back(world, repairs=False)
    return world.findings().unfinished > 0


@cell("33", "a clock 60 hours ahead for a moment", _stays_ahead)
def clock_ahead(world: World) -> Seen:
    _clock_ahead_and_back(world, repairs=True)
    return expect(Seen(world.findings()))


# --- 34: silence after one dot ------------------------------------------------------------------------------------------
SHORTER = 2.5  # times, of the ten seconds of patience and of the fifteen in which the others leave
WAITS: dict[str, Any] = {"factor": 60, "threads": 2}  # the answer is waited for 10 s, the resend comes after 15 s


def _silence_at_one(world: World, patience: float) -> float:
    """Seconds until all others have theirs."""
    world.queue(OTHERS + 1)
    world.sink.mode("hang,one", 12)
    began = time.monotonic()
    pid = world.worker(patience=patience, **WAITS)
    wait_for(lambda: world.sink.count() >= OTHERS + 1, 8, 0.05)  # the silent one has taken it, too
    took = time.monotonic() - began
    world.sink.mode("ok")
    wait_for(lambda: world.call("open_count") == 0, 25, 0.2)
    world.zygote.end([pid])
    return took


@cell("34", "silence after one dot", lambda world: _silence_at_one(world, 1000) > 15 / SHORTER)
def silence_at_one(world: World) -> Seen:
    took = _silence_at_one(world, 10 / SHORTER)
    note = f" ({SHORTER} times shorter: the others after {took:.1f} s)"
    seen = expect(Seen(world.findings(), seconds=took, note=note), marked=1)
    if took > 15 / SHORTER:
        seen.wrong.append(f"the others after {took:.1f} s, {15 / SHORTER:.0f} at most")
    return seen
