"""Row 23: many due at one instant, and how fast they leave beside a plain Django loop; pages stay usable meanwhile."""

import os
import statistics
import time
from contextlib import ExitStack
from typing import IO, Any

from tests.faults.frame import Seen, World, cell, expect
from tests.faults.services import Browser, Services
from tests.faults.world import Postgres, wait_for

WORKERS = {"sqlite": 1, "postgres": 4}  # SQLite has one writer: a second delivering process would wait for the first
AT_LEAST = 0.5  # of the plain loop's rate, in the same run with as many processes
P95_AT_MOST = 5.0  # times the idle one
# as many for each process as on Postgres; bench/delivery.py has 20,000 on both
ROWS, FEW = {"sqlite": 5_000, "postgres": 20_000}, 600
PLAIN_FOR = 30  # seconds: the plain loop's rate is told before it comes to the end
AS_IN_PRODUCTION: dict[str, Any] = {"factor": 1, "pause": 0.05}  # here the waits are not what is tried


def _ours(world: World, rows: int, **order: object) -> float:
    """Reminders a second, from the rows' being there until the last has arrived."""
    world.fast_sink()
    world.call("plan")
    pids = [world.worker(**AS_IN_PRODUCTION, **order) for _ in range(WORKERS[world.database.name])]
    took = _until_arrived(world, rows)
    wait_for(lambda: world.call("open_count") == 0, 60, 0.2)  # killed sooner, a worker would leave an answer unwritten
    world.zygote.end(pids)
    return rows / took


def _plain(world: World, rows: int) -> float:
    """Django's own: render and send over one connection each, and remember nothing."""
    world.fast_sink()
    workers = WORKERS[world.database.name]
    parts = [world.worker(plain=[part, workers]) for part in range(workers)]
    took = _until_arrived(world, rows, PLAIN_FOR)
    arrived = world.sink.count()
    world.zygote.end(parts)
    return arrived / took


def _until_arrived(world: World, rows: int, at_most: float = 300) -> float:
    began = time.monotonic()
    wait_for(lambda: world.sink.count() >= rows, at_most, 0.02)
    return time.monotonic() - began


def _p95(browser: Browser, seconds: float) -> float:
    times, until = [], time.monotonic() + seconds
    while time.monotonic() < until:
        began = time.monotonic()
        status = browser.get("/deliveries/")
        assert status == 200, f"a page answered {status}"
        times.append(time.monotonic() - began)
        time.sleep(0.03)
    return statistics.quantiles(times, n=20)[-1]


def _too_slow(world: World) -> bool:
    world.call("owe", rows=FEW // 5)
    plain = _plain(world, FEW // 5)
    return _ours(world, FEW // 5, control="slow") < AT_LEAST * plain


@cell("23", "many due at one instant", _too_slow, in_tests=True, is_measured=True)
def storm(world: World) -> Seen:
    rows = FEW if world.is_small else ROWS[world.database.name]
    expected = world.call("owe", rows=rows)
    if world.is_small:  # an ordinary test asserts no time: other tests run beside it
        ours = _ours(world, rows)
        world.drain(**AS_IN_PRODUCTION)
        return expect(Seen(world.findings(expected), 0, rows / ours))
    plain = _plain(world, rows)
    ours = _ours(world, rows)
    ratio = ours / plain
    note = f" ({ours:.0f} a second, plain loop {plain:.0f}, ratio {ratio:.2f})"
    world.drain(**AS_IN_PRODUCTION)
    seen = expect(Seen(world.findings(expected), 0, rows / ours, note=note))
    if ours < min(AT_LEAST * plain, AT_LEAST * _disk_allows(world, seen)):
        seen.wrong.append(f"ratio {ratio:.2f}, {AT_LEAST} at least")
    _pages_meanwhile(world, seen)
    return seen


def _disk_allows(world: World, seen: Seen) -> float:
    """SQLite has one writer, and each mail is two commits that reach the disk: no engine is faster than that."""
    if isinstance(world.database, Postgres):
        return float("inf")
    with (world.folder / "disk").open("wb") as file:
        times = [_written(file) for _ in range(100)]
    most = 1 / (2 * statistics.median(times))
    seen.note += f" (this disk takes two commits {most:.0f} times a second)"
    return most


def _written(file: IO[bytes]) -> float:
    file.write(bytes(4096))
    file.flush()
    began = time.monotonic()
    os.fsync(file.fileno())
    return time.monotonic() - began


def _pages_meanwhile(world: World, seen: Seen) -> None:
    with ExitStack() as stack:
        services = Services(stack, world.database.url_of(world.name), world.sink.url, world.folder)
        browser = Browser(services.web(), world.call("sign_up", contacts=1)["session"])
        _p95(browser, 1)
        idle = _p95(browser, 3)
        world.queue(4000, first=100_000, owners=50)
        pids = [world.worker(**AS_IN_PRODUCTION) for _ in range(WORKERS[world.database.name])]
        busy = _p95(browser, 4)
        world.zygote.end(pids)
    seen.note += f" (page p95 {1000 * idle:.0f} ms idle, {1000 * busy:.0f} ms in the storm)"
    if busy > P95_AT_MOST * idle:
        seen.wrong.append(f"page p95 {busy / idle:.1f} times the idle one")
