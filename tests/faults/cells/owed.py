"""Rows 21, 22 and 24: real reminders, at strange hours and while their promises change."""

import json
import time
from pathlib import Path

from tests.faults.frame import Seen, World, cell, expect

WORKERS, VISITORS = 3, 3


@cell("21-22", "DST, missing day, moved zone, new tzdata", lambda world: bool(world.call("zones", naive=True)))
def strange_hours(world: World) -> Seen:
    wrong = world.call("zones")
    findings = world.findings()
    findings.early = 0  # the clock of these mails is not the one on the wall
    seen = expect(Seen(findings), cancelled=None)
    seen.wrong += wrong
    return seen


# --- 24 ---------------------------------------------------------------------------------------------------------------
def _changed_meanwhile(world: World, people: int, **order: object) -> list[str]:
    """Promises are kept, put off, edited, let go and binned while their reminders leave; says which mails told an old truth."""
    world.call("owe", rows=people)
    world.sink.mode("slow", 0.02)
    log = world.folder / f"changes{time.monotonic_ns()}.jsonl"
    visitors = [world.worker(visits=str(log), seed=seed, part=[seed, VISITORS], **order) for seed in range(VISITORS)]
    world.call("plan")
    world.drain(workers=WORKERS, plans=True)
    world.zygote.end(visitors)
    return _old_truths(world, log)


def _old_truths(world: World, log: Path) -> list[str]:
    changed: dict[tuple[str, int], float] = {}
    for line in log.read_text().splitlines():
        promise, version, committed = json.loads(line)
        changed[(str(promise), version)] = committed
    return [
        f"mail {row['pk']} told version {version} of promise {promise}"
        for row in world.call("report")["rows"]
        if row["state"] == "sent" and not row["possible_duplicate"]
        for promise, version in row["settles"].get("promises", {}).items()
        if changed.get((promise, version), row["fence_at"]) < row["fence_at"]
    ]


def _is_seen(world: World) -> bool:
    """A visitor has to come between composing and the fence: few do, and sometimes none of a hundred."""
    return any(_changed_meanwhile(world, 150, control="quiet-change") for _n in range(4))


@cell("24", "kept, snoozed, edited, deleted during the storm", _is_seen)
def changed_meanwhile(world: World) -> Seen:
    old = _changed_meanwhile(world, 300)
    seconds = world.drain()
    seen = expect(Seen(world.findings(), 0, seconds), cancelled=None)
    seen.wrong += old[:3]
    return seen
