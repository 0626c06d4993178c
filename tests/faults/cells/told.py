"""Rows 28 and 29: a mail server that fails is named, and a row that cannot be read is its owner's alone."""

import time

from tests.faults.frame import FACTOR, Seen, World, cell, expect
from tests.faults.world import free_port, wait_for

FIVE_MINUTES = 300 / FACTOR


# --- 28 ---------------------------------------------------------------------------------------------------------------
def _pages_while_it_fails(world: World, **how: object) -> list[str]:
    """What is wrong on the pages while one mail waits for a server that refuses connections, and after it is back."""
    world.queue(1)
    pid = world.worker(email_url=f"smtp://127.0.0.1:{free_port()}")
    time.sleep(FIVE_MINUTES + 1)
    silent = world.call("silent_pages", late=FIVE_MINUTES, **how)
    world.zygote.end([pid])
    world.drain()
    return [f"{path} says nothing while it fails" for path in silent]


@cell(
    "28",
    "one mail waits for a server that fails: named on every page",
    lambda world: bool(_pages_while_it_fails(world, by_next_attempt=True)),
    in_tests=True,
)
def named(world: World) -> Seen:
    wrong = _pages_while_it_fails(world)
    seen = expect(Seen(world.findings()))
    seen.wrong += wrong
    well = world.worker()
    pages: list[str] = []

    def all_silent() -> bool:
        pages[:] = world.call("silent_pages", late=FIVE_MINUTES)
        return len(pages) == world.call("page_count")

    if not wait_for(all_silent, 10, 0.2):
        seen.wrong.append("the banner stays after the mail has left")
    world.zygote.end([well])
    return seen


# --- 29 ---------------------------------------------------------------------------------------------------------------
def _one_of_them_strange(world: World, **order: object) -> list[str]:
    """Reminders due to many, of whom the first lives in a zone that this machine does not know; says who must get one."""
    first, *others = world.call("owe", rows=20)
    world.call("move_to_mars", email=first)
    pid = world.worker(plans=True, reconciles=True, **order)
    wait_for(lambda: world.sink.count() == len(others), 6, 0.1)
    wait_for(lambda: world.call("open_count") == 0, 6, 0.1)
    world.zygote.end([pid])
    return [str(email) for email in others]


def _all_or_nobody(world: World) -> bool:
    return bool(world.findings(_one_of_them_strange(world, control="all-or-nobody")).lost)


@cell("29", "a zone this machine does not know, in one owner's row", _all_or_nobody, in_tests=True)
def one_left_out(world: World) -> Seen:
    seen = expect(Seen(world.findings(_one_of_them_strange(world))))
    if (left := world.call("left_out")) != [["owes0@keepword.example", "reminders"]]:
        seen.wrong.append(f"left out: {left}")
    if seen.findings.rows != 19:
        seen.wrong.append(f"{seen.findings.rows} of 19 reminders planned")
    return seen
