"""The whole matrix, a line a cell: python -m tests.faults.run [--long] [--rows 1,4] [--databases sqlite,postgres]"""

import argparse
import contextlib
import os
import sys
import threading
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from tests.faults.cells import CELLS
from tests.faults.frame import FACTOR, Cell, Database, World
from tests.faults.world import NoPostgresError, Postgres, SQLite, Zygote, temporary_folder

HEAD = f"{'row':<6}{'database':<9}{'kills':>6}{'rows':>7}{'lost':>6}{'marked':>8}{'unmarked':>10}{'early':>7}{'seconds':>9}  {'control':<9}fault"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.run", description=__doc__)
    parser.add_argument("--long", action="store_true", help="300 kills at random instants instead of 40")
    parser.add_argument("--rows", default="", help="1,4: only these")
    parser.add_argument("--databases", default="sqlite,postgres")
    parser.add_argument("--keep", type=Path, help="keep the logs in this folder")
    options = parser.parse_args()
    began = time.monotonic()
    wanted = [c for c in CELLS if not options.rows or c.row in options.rows.split(",")]
    say(f"waits are {FACTOR} times shorter than in production")
    say(HEAD)
    with temporary_folder() as made:
        kinds = [kind for kind in (SQLite, Postgres) if kind.name in options.databases.split(",")]
        order = Order(threading.Barrier(len(kinds)), threading.Lock())
        with ThreadPoolExecutor(len(kinds)) as pool:
            runs = [pool.submit(run_on, kind, options.keep or made, wanted, order, long=options.long) for kind in kinds]
        wrong = sum(run.result() for run in runs)
    say(f"{wrong} cells off, in {time.monotonic() - began:.0f} s")
    return 1 if wrong else 0


@dataclass
class Order:
    """The databases are tried side by side, since most cells wait; what measures speed comes last, one at a time."""

    together: threading.Barrier
    alone: threading.Lock


def run_on(kind: type[Database], folder: Path, cells: list[Cell], order: Order, *, long: bool) -> int:
    place = folder / kind.name
    place.mkdir(parents=True, exist_ok=True)
    try:
        with ExitStack() as stack:
            database = stack.enter_context(kind(place))
            zygote = stack.enter_context(Zygote(database.url, place))
            zygote.call("migrate", "")
            wrong = sum(not play(cell, database, zygote, place, long=long) for cell in cells if not cell.is_measured)
            with contextlib.suppress(threading.BrokenBarrierError):
                order.together.wait()
            with order.alone:
                return wrong + sum(not play(each, database, zygote, place) for each in cells if each.is_measured)
    except NoPostgresError as reason:
        order.together.abort()
        say(f"{kind.name}: n/a: {reason}")
        return int(bool(os.environ.get("CI")))


def play(cell: Cell, database: Database, zygote: Zygote, folder: Path, *, long: bool = False) -> bool:
    start = f"{cell.row:<6}{database.name:<9}"
    if cell.only not in ("", database.name):
        say(f"{start}n/a: {cell.why_only}")
        return True
    began = time.monotonic()
    try:
        with World(database, zygote, folder, is_long=long) as world:
            seen = cell.play(world)
        with World(database, zygote, folder) as world:
            control = cell.control(world)
    except Exception as error:
        (folder / "errors.log").open("a").write(traceback.format_exc())
        say(f"{start}FAILED {cell.title}: {type(error).__name__} {str(error)[-300:]}")
        return False
    found, is_well = seen.findings, control and not seen.wrong
    say(
        f"{start}{seen.kills:>6}{found.rows:>7}{found.lost:>6}{found.marked:>8}{found.unmarked:>10}{found.early:>7}"
        f"{time.monotonic() - began:>9.1f}  {'seen' if control else 'NOT SEEN':<9}{cell.title}{seen.note}"
        + (f"  WRONG: {'; '.join(seen.wrong)}" if seen.wrong else "")
    )
    return is_well


def say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - this is what it is for


if __name__ == "__main__":
    sys.exit(main())
