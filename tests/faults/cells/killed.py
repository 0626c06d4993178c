"""Rows 1 to 5, 7, 8 and 27: a process is killed, or frozen, on every step of the way."""

import os
import random
import signal
import time

from tests.faults.frame import Control, Play, Seen, World, cell, expect
from tests.faults.world import is_stopped, is_there, wait_for


def _killed(point: str, *, doubles: bool = False, **order: object) -> Play:
    def play(world: World) -> Seen:
        world.queue()
        killed = world.killed_at(point, **order)
        seconds = world.drain()
        return expect(Seen(world.findings(), killed, seconds), marked=killed if doubles else 0)

    return play


def _broken(point: str, control: str, see: str, **order: object) -> Control:
    """The same with the engine broken: the harness must see `see`."""

    def play(world: World) -> bool:
        world.queue(20)
        world.kills = 3
        world.killed_at(point, control=control, **order)
        world.drain(control=control, seconds=5, until=lambda: getattr(world.findings(), see) > 0)
        return bool(getattr(world.findings(), see))

    return play


STEPS = [
    ("1", "after-claim", "killed after the claim", "no-recovery", "lost", {"batch": 5, "within": 2}),
    ("2", "before-fence", "killed between 354 and the fence", "marked-at-claim", "lost", {}),
    ("3", "after-fence", "killed after the fence", "marked-at-fence", "lost", {}),
    ("4", "before-commit", "killed after 250, before the commit", "forgetful", "unmarked", {}),
    ("5", "after-commit", "killed after the commit", "no-commit", "marked", {}),
]
for row, point, title, control, see, order in STEPS:
    keep = cell(row, title, _broken(point, control, see, **order), in_tests=True)
    keep(_killed(point, doubles=row == "4", **order))


# --- 7: inside the steps that prepare and repair ----------------------------------------------------------------------
def _half_step(world: World) -> bool:
    """A planner that first says it has planned, and then plans."""
    world.call("owe", rows=20)
    world.call("forget_half")
    world.drain(plans=True)
    return bool(world.findings(world.call("owed")).lost)


@cell("7", "killed in plan, reconcile and the reaper", _half_step)
def in_a_step(world: World) -> Seen:
    expected = world.call("owe", rows=40)
    world.queue(40)
    killed = 0
    for number in range(1, 5):
        killed += world.killed_once(kill="step", step="plan", at=number, plans=True, ticks=2)
        killed += world.killed_once(kill="step", step="reconcile", at=number, reconciles=True, ticks=2)
        world.killed_once(kill="before-commit", at=1)  # leaves the reaper something to do
        world.killed_once(kill="after-claim", at=1)
        killed += world.killed_once(kill="step", step="reaper", at=number, ticks=2)
    seconds = world.drain(plans=True)
    return expect(Seen(world.findings(expected), killed, seconds), marked=4)


# --- 8: a laptop that sleeps ------------------------------------------------------------------------------------------
def _frozen(world: World, steps: list[str], **order: object) -> list[int]:
    """Workers that have stopped themselves, all at the same time."""
    pids = []
    for seed, step in enumerate(steps):
        pids.append(world.worker(kill="stop", step=step, at=seed + 1, batch=4, **order))
        wait_for(lambda pid=pids[-1]: is_stopped(pid), 4, 0.01)
    return pids


def _wake(world: World, pids: list[int]) -> None:
    for pid in pids:
        if is_there(pid):
            os.kill(pid, signal.SIGCONT)
    time.sleep(1)
    world.zygote.end(pids)


def _without_fence(world: World) -> bool:
    world.queue(20)
    pids = _frozen(world, ["before"] * 2, control="no-fence")
    world.drain(control="no-fence", seconds=5)
    _wake(world, pids)
    return bool(world.findings().unmarked)


@cell("8", "frozen longer than its lease, then woken", _without_fence, in_tests=True)
def frozen(world: World) -> Seen:
    world.queue(40)
    pids = _frozen(world, ["before", "after", "before", "after"])
    seconds = world.drain()
    _wake(world, pids)
    world.drain()
    return expect(Seen(world.findings(), len(pids), seconds), marked=2)


# --- 27: at any instant -----------------------------------------------------------------------------------------------
def _marks_first(world: World) -> bool:
    world.queue(150)
    _at_random(world, 8, control="marked-at-claim", batch=20)
    world.drain(control="marked-at-claim", seconds=5, until=lambda: world.findings().lost > 0)
    return bool(world.findings().lost)


def _at_random(world: World, kills: int, **order: object) -> int:
    """Two workers at a time, each killed when its hour has come; as many mails as it takes."""
    killed, rows = 0, 0
    while killed < kills:
        if world.call("open_count") < 30:
            world.queue(100, first=1000 + rows)
            rows += 100
        pair = [world.worker(kill="random", within=0.5, seed=random.random(), **order) for _ in range(2)]  # noqa: S311
        wait_for(lambda pair=pair: not any(map(is_there, pair)), 5, 0.01)
        killed += 2
    return killed


@cell("27", "killed at random instants", _marks_first)
def at_random(world: World) -> Seen:
    world.queue(100)
    killed = _at_random(world, 300 if world.is_long else 40)
    seconds = world.drain(workers=2)
    return expect(Seen(world.findings(), killed, seconds), marked=killed)
