"""What a cell of the matrix is made of: a world to play in, what it saw, and what it must see when the engine is broken."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.faults.check import Findings, check
from tests.faults.world import Postgres, SinkProcess, SQLite, Zygote, is_there, wait_for

FACTOR = 200  # waits are this much shorter: a lease 0.3 s, the answer to the dot 3 s, the resend after 4.5 s
PATIENCE = 60  # seconds for a cell to drain
Database = SQLite | Postgres


@dataclass
class World:
    """What one cell gets: a database of its own, a mail server, and forks to command."""

    database: Database
    zygote: Zygote
    folder: Path
    rows: int = 60
    kills: int = 10
    is_long: bool = False
    is_small: bool = False  # as one of the ordinary tests
    name: str = ""
    sink: SinkProcess = field(init=False)

    def __enter__(self) -> "World":
        self.name = self.database.fresh()
        self.sink = SinkProcess(self.folder)
        return self

    def __exit__(self, *_: object) -> None:
        self.zygote.end()
        self.sink.kill()

    def fast_sink(self) -> None:
        """A mail server that does nothing but take, so that it is not what is measured."""
        self.sink.kill()
        self.sink = SinkProcess(self.folder, "tests.faults.fast_sink")

    def queue(self, rows: int | None = None, **how: Any) -> None:
        self.call("queue", rows=rows or self.rows, **how)

    def call(self, name: str, **arguments: Any) -> Any:
        return self.zygote.call(name, self.name, self.sink.url, **arguments)

    def worker(self, **order: Any) -> int:
        order = {"database": self.name, "email_url": self.sink.url, "factor": FACTOR, **order}
        return self.zygote.start(**order)

    def killed_at(self, point: str, *, within: int = 5, **order: Any) -> int:
        """Workers that die at this point, one after another; says how many did."""
        killed = 0
        for seed in range(self.kills):
            pid = self.worker(kill=point, at=random.Random(seed).randint(1, within), seed=seed, **order)  # noqa: S311
            if not wait_for(lambda pid=pid: not is_there(pid), 4, 0.01):
                self.zygote.end([pid])  # nothing left to die over
                break
            killed += 1
        return killed

    def killed_once(self, **order: Any) -> int:
        """One worker that is to die, or comes to the end of its ticks."""
        pid = self.worker(**order)
        is_dead = wait_for(lambda: not is_there(pid), 6, 0.01)
        if not is_dead:
            self.zygote.end([pid])
        return int(is_dead)

    def drain(
        self,
        workers: int = 1,
        seconds: float = PATIENCE,
        until: Callable[[], bool] = lambda: False,
        **order: Any,
    ) -> float:
        """Workers until nothing is open, or until a control has been seen; says how long it took."""
        began = time.monotonic()
        pids = [self.worker(**order) for _ in range(workers)]
        wait_for(lambda: self.call("open_count") == 0 or until(), seconds, 0.1)
        took = time.monotonic() - began
        self.zygote.end(pids)
        return took

    def findings(self, expected: list[str] | None = None) -> Findings:
        return check(self.call("report"), self.sink.arrivals(), expected or [])


@dataclass
class Seen:
    """What a cell saw, and what of it is not as it must be."""

    findings: Findings
    kills: int = 0
    seconds: float = 0.0
    wrong: list[str] = field(default_factory=list)
    note: str = ""


Play = Callable[[World], Seen]
Control = Callable[[World], bool]


@dataclass(frozen=True)
class Cell:
    row: str
    title: str
    play: Play
    control: Control
    only: str = ""  # the one database it has a meaning on
    why_only: str = ""
    in_tests: bool = False
    is_measured: bool = False  # wants the machine for itself


CELLS: list[Cell] = []


def cell(row: str, title: str, control: Control, **how: Any) -> Callable[[Play], Play]:
    def keep(play: Play) -> Play:
        CELLS.append(Cell(row, title, play, control, **how))
        return play

    return keep


def expect(seen: Seen, marked: int | None = 0, dead: int = 0, cancelled: int | None = 0) -> Seen:
    """The invariants that hold everywhere, and what this cell adds."""
    found = seen.findings
    for name in ("lost", "unmarked", "early", "unfinished"):
        if getattr(found, name):
            seen.wrong.append(f"{name} {getattr(found, name)}")
    if marked is not None and found.marked > marked:
        seen.wrong.append(f"{found.marked} marked duplicates, {marked} at most")
    if found.dead != dead:
        seen.wrong.append(f"{found.dead} dead, not {dead}")
    if cancelled is not None and found.cancelled != cancelled:
        seen.wrong.append(f"{found.cancelled} cancelled, not {cancelled}")
    seen.wrong += found.wrong[:3]
    return seen
