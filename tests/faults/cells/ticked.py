"""Rows 6, 9, 10 and 11: the web, the broker and the beats, as real processes."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from tests.faults.frame import Seen, World, cell, expect
from tests.faults.services import Browser, Services
from tests.faults.world import wait_for

TICK = 5  # seconds: beat is not shortened
A_REQUEST = 1.0  # seconds a POST may take, broker or not


@contextmanager
def _services(world: World, **env: str) -> Iterator[Services]:
    with ExitStack() as stack:
        yield Services(stack, world.database.url_of(world.name), world.sink.url, world.folder, **env)


# --- 6 ----------------------------------------------------------------------------------------------------------------
def _halves(world: World, *, apart: bool) -> tuple[int, int]:
    """A web process killed before each write of a planning; says how many were killed, and how often half of it was there."""
    killed = 0
    with _services(world) as services:
        account = world.call("sign_up", contacts=12)
        for number, contact in zip(range(1, 12), account["contacts"], strict=False):
            browser = Browser(services.web(), account["session"])
            died = browser.plan_interview(contact, kill_at=number, apart=apart) == 0
            services.end_web()
            killed += died
            if not died or (apart and world.call("halves")):
                break
    return killed, world.call("halves")


def _in_pieces(world: World) -> bool:
    return _halves(world, apart=True)[1] > 0


@cell("6", "the web process killed between promise and commit", _in_pieces)
def web_killed(world: World) -> Seen:
    killed, halves = _halves(world, apart=False)
    seconds = world.drain()
    seen = expect(Seen(world.findings(), killed, seconds), cancelled=None)
    if halves or killed < 3:
        seen.wrong.append(f"{halves} half plans after {killed} kills")
    return seen


# --- 9 ----------------------------------------------------------------------------------------------------------------
def _leans_on_the_broker(world: World) -> bool:
    """A request that hands its mail to the broker: slow or an error when there is none."""
    seconds = world.call("lean_on_broker")
    return bool(seconds is None or seconds > A_REQUEST)


@cell("9", "no broker for a whole run", _leans_on_the_broker)
def no_broker(world: World) -> Seen:
    with _services(world, INVITATION_DELAY="1") as services:
        account = world.call("sign_up", contacts=8)
        browser = Browser(services.web(), account["session"])
        services.worker()
        services.beat()
        browser.plan_interview(account["contacts"][0])  # the first one warms up
        slowest = 0.0
        for contact in account["contacts"][1:6]:
            began = time.monotonic()
            assert browser.plan_interview(contact) == 302
            slowest = max(slowest, time.monotonic() - began)
        time.sleep(1.2)
        services.deliver_by_hand()
        by_hand = len(world.sink.arrivals())
        for contact in account["contacts"][6:]:
            browser.plan_interview(contact)
        services.valkey()
        began = time.monotonic()
        wait_for(lambda: len(world.sink.arrivals()) == 8, 45, 0.2)
        back = time.monotonic() - began
    seen = expect(Seen(world.findings(), 0, back, note=f" (slowest POST {slowest:.2f} s)"))
    if slowest > A_REQUEST or by_hand != 6:
        seen.wrong.append(f"a POST took {slowest:.2f} s, {by_hand} of 6 left by hand")
    return seen


# --- 10 ---------------------------------------------------------------------------------------------------------------
def _by_message(world: World) -> bool:
    """One message per mail, and the broker flushed before it is read."""
    with _services(world) as services:
        services.valkey()
        world.queue(5)
        services.publish("outbox.tasks.deliver", 5)
        services.flush()
        services.worker()
        return not wait_for(lambda: len(world.sink.arrivals()), 8, 0.2)


@cell("10", "the broker flushed every second", _by_message)
def flushed(world: World) -> Seen:
    with _services(world) as services:
        services.valkey()
        services.worker()
        services.beat()
        for number in range(10):
            world.queue(10, delay=0.5, first=10 * number)
            time.sleep(1)
            services.flush()
        began = time.monotonic()
        wait_for(lambda: world.call("open_count") == 0, 30, 0.2)
        seconds = time.monotonic() - began
    seen = expect(Seen(world.findings(), 0, seconds))
    if seconds > 3 * TICK:
        seen.wrong.append(f"{seconds:.0f} s after the last flush")
    return seen


# --- 11 ---------------------------------------------------------------------------------------------------------------
def _without_claims(world: World) -> bool:
    world.queue(60)
    world.drain(workers=5, seconds=5, control="no-claim", until=lambda: world.findings().unmarked > 0)
    return bool(world.findings().unmarked)


@cell("11", "two beats, 100 ticks at once", _without_claims)
def two_beats(world: World) -> Seen:
    with _services(world) as services:
        services.valkey()
        world.queue(200)
        services.publish("outbox.tasks.deliver", 100)
        services.worker()
        services.worker()
        services.beat()
        services.beat()
        pids = [world.worker(ticks=5, pause=0, batch=10) for _ in range(12)]
        wait_for(lambda: world.call("open_count") == 0, 30, 0.2)
        world.queue(40, first=500)
        wait_for(lambda: world.call("open_count") == 0, 30, 0.2)
        world.zygote.end(pids)
    seconds = world.drain()
    return expect(Seen(world.findings(), 0, seconds))
