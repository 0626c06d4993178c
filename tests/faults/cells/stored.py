"""Rows 12, 13, 20, 26 and 35 to 37: the database goes, fills up, is locked, is put back; and clocks that are wrong."""

import contextlib
import sqlite3
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import psycopg

from tests.faults.frame import Seen, World, cell, expect
from tests.faults.services import Browser, Services
from tests.faults.world import SETTINGS, Postgres, wait_for

HOURS = 2 * 3600


def _postgres(world: World) -> Postgres:
    assert isinstance(world.database, Postgres)
    return world.database


@contextlib.contextmanager
def _away(world: World) -> Iterator[None]:
    """Stopped without warning for as long as the block lasts."""
    _postgres(world).stop()
    try:
        yield
    finally:
        _postgres(world).start()


# --- 12 ---------------------------------------------------------------------------------------------------------------
def _restarted(world: World, times: int, workers: int, rows: int, **order: object) -> float:
    """Stops it in the middle of things; says how long after the last start the next mail arrived."""
    world.queue(rows)
    pids = [world.worker(batch=20, **order) for _ in range(workers)]
    back = 0.0
    for _ in range(times):
        before = len(world.sink.arrivals())
        wait_for(lambda before=before: len(world.sink.arrivals()) > before + 10, 10, 0.01)
        with _away(world):
            time.sleep(0.3)
        began, before = time.monotonic(), len(world.sink.arrivals())
        wait_for(lambda before=before: len(world.sink.arrivals()) > before, 15, 0.01)
        back = max(back, time.monotonic() - began)
    wait_for(lambda: world.call("open_count") == 0, 20, 0.2)
    world.zygote.end(pids)
    return back


def _shrugs(world: World) -> bool:
    _restarted(world, 4, 3, 400, control="send-first")
    return bool(world.findings().unmarked or world.findings().lost)


@cell(
    "12",
    "Postgres killed and started again",
    _shrugs,
    only="postgres",
    why_only="SQLite has no server that could be killed",
    in_tests=True,
)
def restarted(world: World) -> Seen:
    back = _restarted(world, 3, 3, 300)
    seconds = world.drain()
    seen = expect(Seen(world.findings(), 3, seconds, note=f" (back after {back:.1f} s)"), marked=3)
    if back > 10:
        seen.wrong.append(f"back after {back:.1f} s, 10 at most")
    return seen


# --- 13 ---------------------------------------------------------------------------------------------------------------
@contextlib.contextmanager
def _locked(world: World) -> Iterator[None]:
    """Somebody else writes, and does not come to an end."""
    if isinstance(world.database, Postgres):
        with psycopg.connect(world.database.url_of(world.name)) as other:
            other.execute("LOCK TABLE outbox_outgoingmail IN ACCESS EXCLUSIVE MODE")
            yield
    else:
        with contextlib.closing(sqlite3.connect(world.name, timeout=20, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield
            other.execute("ROLLBACK")


def _cannot_write(world: World, **order: object) -> None:
    """Locked for longer than a worker waits, then full, then away."""
    workers = [world.worker(busy_seconds=1, **order) for _ in range(2)]
    for _ in range(2):
        before = len(world.sink.arrivals())
        wait_for(lambda before=before: len(world.sink.arrivals()) > before + 5, 5, 0.01)
        with _locked(world):
            time.sleep(2.5)
    if isinstance(world.database, Postgres):
        with _away(world):
            time.sleep(2)
    world.zygote.end(workers)
    full = world.worker(is_full=True, **order)
    time.sleep(2)
    world.zygote.end([full])


def _sends_all_the_same(world: World) -> bool:
    world.queue(150)
    _cannot_write(world, control="send-first")
    world.drain(control="send-first", seconds=5)
    return bool(world.findings().unmarked or world.findings().lost or world.findings().wrong)


@cell("13", "the database locked, full, away", _sends_all_the_same)
def cannot_write(world: World) -> Seen:
    world.queue(150)
    _cannot_write(world)
    seconds = world.drain()
    return expect(Seen(world.findings(), 3, seconds), marked=3)


# --- 20 ---------------------------------------------------------------------------------------------------------------
def _by_wrong_clocks(world: World, **order: object) -> None:
    world.queue(20, delay=2)
    world.queue(20, delay=HOURS / 2, first=100)
    pids = [world.worker(clock_shift=shift, **order) for shift in (HOURS, -HOURS)]
    time.sleep(4)
    world.zygote.end(pids)


def _believes_its_own(world: World) -> bool:
    _by_wrong_clocks(world, control="host-clock")
    return bool(world.findings().early)


@cell(
    "20",
    "clocks two hours fast and slow",
    _believes_its_own,
    only="postgres",
    why_only="SQLite has one host, and its clock is the only one",
)
def wrong_clocks(world: World) -> Seen:
    _by_wrong_clocks(world)
    waiting = world.call("cancel_future")
    seconds = world.drain()
    seen = expect(Seen(world.findings(), 0, seconds), cancelled=20)
    if waiting != 20:
        seen.wrong.append(f"{waiting} of the 20 due in an hour still waited")
    return seen


# --- 26 ---------------------------------------------------------------------------------------------------------------
def _put_back(world: World, *, holds: bool) -> int:
    """Sent since the backup was made; then the backup is put back. Says how many of them leave again."""
    world.queue(40)
    backup = world.database.copy(world.name)
    world.drain()
    before = len(world.sink.arrivals())
    world.name = backup
    if holds:
        world.call("hold")
    world.queue(10, delay=1, first=100)
    world.drain(seconds=4)
    return len([each for each in world.sink.arrivals()[before:] if int(each["recipient"][2:].partition("@")[0]) < 100])


@cell("26", "a backup put back after mails were sent", lambda world: _put_back(world, holds=False) > 0)
def put_back(world: World) -> Seen:
    again = _put_back(world, holds=True)
    seen = expect(Seen(world.findings()))
    if again or seen.findings.held != 40:
        seen.wrong.append(f"{again} left again, {seen.findings.held} of 40 are held")
    if world.call("release") != 40:
        seen.wrong.append("what is held could not be released")
    return seen


# --- 35 ---------------------------------------------------------------------------------------------------------------
def _put_back_unheld(world: World, **order: object) -> int:
    """A backup is put back over the database after mails were sent, and nobody says so. How many leave again."""
    world.queue(40, owners=2)
    backup = world.database.backup(world.name)
    world.drain(plans=True, **order)
    before = world.sink.count()
    world.database.put_back(world.name, backup)  # type: ignore[arg-type]  # each takes what it has made
    world.drain(plans=True, seconds=4, **order)
    return world.sink.count() - before


@cell(
    "35",
    "a backup put back, and nobody says so",
    lambda world: _put_back_unheld(world, control="believing") > 0,
)
def put_back_unheld(world: World) -> Seen:
    again = _put_back_unheld(world)
    world.queue(10, first=100)
    world.drain(plans=True)
    seen = expect(Seen(world.findings(), note=f" ({again} sent again without a tap)"))
    if again or seen.findings.held != 40:
        seen.wrong.append(f"{again} left again, {seen.findings.held} of 40 are held")
    elif silent := world.call("pages_without_taps"):
        seen.wrong.append(f"without the taps: {silent}")
    elif world.call("tap_release") != 20:  # of two owners
        seen.wrong.append("one tap did not release all of its owner")
    return seen


# --- 36 and 37: pages meanwhile -----------------------------------------------------------------------------------------
Answers = list[tuple[int, float]]  # status and seconds
PAGES = ["/", "/contacts/", "/follow-ups/", "/deliveries/"]


@contextlib.contextmanager
def _browser(world: World, settings: str = SETTINGS) -> Iterator[tuple[Browser, list[int]]]:
    """Signed in, after each page was seen once; and the people it knows."""
    with ExitStack() as stack:
        env = {"DJANGO_SETTINGS_MODULE": settings}
        services = Services(stack, world.database.url_of(world.name), world.sink.url, world.folder, **env)
        account = world.call("sign_up", contacts=4)
        browser = Browser(services.web(), account["session"])
        for path in PAGES:
            browser.get(path)
        yield browser, account["contacts"]


def _timed(ask: Callable[[], int]) -> tuple[int, float]:
    began = time.monotonic()
    return ask(), time.monotonic() - began


def _while_away(world: World, settings: str = SETTINGS) -> Answers:
    with _browser(world, settings) as (browser, contacts):
        with _away(world):
            answers = [_timed(lambda path=path: browser.get(path)) for path in PAGES]
            answers.append(_timed(lambda: browser.plan_interview(contacts[0])))
        wait_for(lambda: browser.get("/") == 200, 10, 0.1)
        assert browser.get("/") == 200
    return answers


@cell(
    "36",
    "pages while the database is away",
    lambda world: any(status != 503 for status, _seconds in _while_away(world, "tests.faults.plain_settings")),
    only="postgres",
    why_only="SQLite has no server that could be away",
)
def pages_away(world: World) -> Seen:
    answers = _while_away(world)
    slowest = max(seconds for _status, seconds in answers)
    seen = Seen(world.findings(), note=f" (slowest answer {slowest:.2f} s)")
    if any(status != 503 for status, _seconds in answers) or slowest > 2:
        seen.wrong.append(f"answers {answers}, each must be 503 within 2 s")
    return seen


def _while_locked(world: World, settings: str = SETTINGS) -> tuple[Answers, Answers]:
    """Four forms wait for somebody who writes and does not come to an end; pages are read meanwhile."""
    with _browser(world, settings) as (browser, contacts), ThreadPoolExecutor(4) as pool, _write_locked(world):
        forms = [pool.submit(_timed, lambda pk=pk: browser.plan_interview(pk)) for pk in contacts]
        time.sleep(1)
        read = [_timed(lambda path=path: browser.get(path)) for path in PAGES * 2]
        sent = [form.result() for form in forms]
    return read, sent


@contextlib.contextmanager
def _write_locked(world: World) -> Iterator[None]:
    if isinstance(world.database, Postgres):
        with psycopg.connect(world.database.url_of(world.name)) as other:
            other.execute("LOCK TABLE interviews_interview IN EXCLUSIVE MODE")
            yield
    else:
        with _locked(world):
            yield


@cell(
    "37",
    "pages while somebody else writes on and on",
    lambda world: any(status == 500 for status, _seconds in _while_locked(world, "tests.faults.plain_settings")[1]),
)
def pages_locked(world: World) -> Seen:
    read, sent = _while_locked(world)
    slowest, longest = max(seconds for _status, seconds in read), max(seconds for _status, seconds in sent)
    seen = Seen(world.findings(), note=f" (slowest page {slowest:.2f} s; forms answered after {longest:.1f} s)")
    if any(status != 200 for status, _seconds in read) or slowest > 0.5:
        seen.wrong.append(f"pages {read}, each must be 200 within 0.5 s")
    if any(status != 503 for status, _seconds in sent):
        seen.wrong.append(f"forms {sent}, each must be 503")
    return seen
