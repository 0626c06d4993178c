"""What our pages cost against the floor, in one run, in alternation: the table of speed.md."""

import json
import platform
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from importlib.metadata import version
from itertools import count
from os import cpu_count
from pathlib import Path
from typing import Any

from bench.asks import Ours, floor_asks, text
from bench.client import Browser, links
from bench.servers import ROOT, Web, broker, database_urls, environment, run_json
from bench.timing import Side, alternate

SMALL = 1000
GROWTH = 1.3
SPREAD = 3.0  # p95 over p50
# samples: with the warm-up and the counting they stay within what one user may ask for in a minute (accounts/try_later.py)
MOST_SEARCHES, MOST_WRITES = 250, 100
MEMORY = 1.8
A_MINUTE = 60
KB = 1024


@dataclass(frozen=True)
class Row:
    """One operation: with what it is compared, and where it should lie."""

    name: str
    floor: str
    sql: int
    ratio: float | None = None
    milliseconds: float | None = None
    grows: bool = False
    most: int | None = (
        None  # samples of what a user is allowed so often in a minute: it begins with a minute of its own
    )


ROWS = [
    Row("list", "people", 8, ratio=4.0, grows=True),
    Row("next page", "people", 8, ratio=4.0, grows=True),
    Row("search, common", "search", 5, ratio=3.0, grows=True, most=MOST_SEARCHES),
    Row("search, rare", "search", 5, milliseconds=40.0, most=MOST_SEARCHES),
    Row("contact, 20 of everything", "person", 14, ratio=8.0, grows=True),
    Row("create a contact", "new", 10, ratio=3.0, most=MOST_WRITES),
    Row("schedule an interview", "new", 12, ratio=4.0, most=MOST_WRITES),
    Row("Today", "people", 16, ratio=6.0),
    Row("Follow-ups", "people", 16, ratio=6.0),
]
WEIGHTS = {
    "list, raw": 45 * KB,
    "list, compressed": 8 * KB,
    "search fragment, compressed": 4 * KB,
    "scripts, compressed": 22 * KB,
    "CSS, compressed": 16 * KB,
    "first visit": 60 * KB,
}


def run(contacts: int, rounds: int, seconds: float, databases: list[str]) -> dict[str, Any]:
    """Measures on each database in turn; `seconds` bounds the timed part of one."""
    result: dict[str, Any] = {
        "contacts": contacts,
        "rounds": rounds,
        "machine": {"cpus": cpu_count(), "python": platform.python_version(), "django": version("django")},
        "databases": {},
    }
    for database in databases:
        with ExitStack() as stack:
            var = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kw-bench-")))
            ours, floor = database_urls(database, var, stack, "keepword_bench", "keepword_bench_floor")
            say(f"{database}: filling {contacts} and {SMALL} contacts on both sides")
            result["databases"][database] = _on(var, ours, floor, contacts, rounds, seconds, stack)
    result["over"] = [
        f"{database}: {name}"
        for database, found in result["databases"].items()
        for part in ("rows", "weight", "memory")
        for name, row in found[part].items()
        if not row["ok"]
    ]
    # reported and not judged: other work on the machine widens it
    result["wide"] = [
        f"{database}: {name}"
        for database, found in result["databases"].items()
        for name, row in found["rows"].items()
        if row["spread"] > SPREAD
    ]
    return result


def _on(
    var: Path, ours_url: str, floor_url: str, contacts: int, rounds: int, seconds: float, stack: ExitStack
) -> dict[str, Any]:
    ours_env, floor_env = environment(var, ours_url), environment(var, floor_url)
    sizes = [str(contacts), str(SMALL)]
    owners = run_json("bench.people", *sizes, env=ours_env)["owners"]
    floor_owners = run_json("bench.floor.people", *sizes, env=floor_env)["owners"]
    collect = [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"]
    subprocess.run(collect, env=ours_env, cwd=ROOT, check=True)
    stack.enter_context(broker(var))
    ours, floor = Web("config.wsgi:application", ours_env), Web("bench.floor.wsgi:application", floor_env)
    stack.callback(ours.stop)
    stack.callback(floor.stop)

    numbers = count(1)
    large, small = Ours(ours.port, owners[sizes[0]], numbers), Ours(ours.port, owners[sizes[1]], numbers)
    bare = floor_asks(floor.port, floor_owners[sizes[0]], numbers)
    say("  measuring")
    sides = {}
    for row in ROWS:
        if row.most:
            time.sleep(A_MINUTE - time.time() % A_MINUTE)
        asks = _asks_of(row, large, small, bare)
        sides[row.name] = alternate(asks, min(rounds, row.most or rounds), seconds / len(ROWS))
    counted = run_json("bench.counts", env=ours_env, given=json.dumps(large.for_counting()))
    return {
        "rows": {row.name: _judge(row, sides[row.name], counted[row.name]) for row in ROWS},
        "weight": _weigh(sides, counted, large.browser),
        "memory": {"web processes": _memory(ours, floor)},
    }


def _asks_of(row: Row, large: Ours, small: Ours, bare: dict[str, Any]) -> dict[str, Any]:
    asks = {"ours": large.asks()[row.name], "floor": bare[row.floor]}
    return {**asks, "small": small.asks()[row.name]} if row.grows else asks


def _judge(row: Row, sides: dict[str, Side], counted: dict[str, Any]) -> dict[str, Any]:
    ours, floor = sides["ours"], sides["floor"]
    found = {
        "ours_p50_ms": round(ours.p50, 2),
        "ours_p95_ms": round(ours.p(95), 2),
        "floor_p50_ms": round(floor.p50, 2),
        "floor_p95_ms": round(floor.p(95), 2),
        "ratio": round(ours.p50 / floor.p50, 2),
        "target": f"<= {row.ratio}" if row.ratio else f"<= {row.milliseconds:.0f} ms",
        "spread": round(ours.p(95) / ours.p50, 1),
        "growth": round(ours.p50 / sides["small"].p50, 2) if row.grows else None,
        "sql": counted["sql"],
        "sql_target": row.sql,
        "bytes": counted["bytes"],
        "compressed": len(ours.last.body) if ours.last else 0,
        "samples": len(ours.seconds),
        "statements": counted["statements"],
    }
    fast = found["ratio"] <= row.ratio if row.ratio else found["ours_p50_ms"] <= (row.milliseconds or 0)
    found["ok"] = fast and found["sql"] <= row.sql and (found["growth"] or 0) <= GROWTH
    return found


def _weigh(sides: dict[str, dict[str, Side]], counted: dict[str, Any], browser: Browser) -> dict[str, Any]:
    """Bytes of a first visit to the list, as a browser that takes gzip and brotli gets them."""
    page = sides["list"]["ours"].last
    fragment = sides["search, common"]["ours"].last
    if page is None or fragment is None:
        raise SystemExit("Nothing was measured.")
    assets = {"script": 0, "stylesheet": 0, "icon": 0}
    for kind, address in links(text(page)):
        if kind in assets:
            assets[kind] += len(browser.get(address).body)
    bytes_of = {
        "list, raw": counted["list"]["bytes"],
        "list, compressed": len(page.body),
        "search fragment, compressed": len(fragment.body),
        "scripts, compressed": assets["script"],
        "CSS, compressed": assets["stylesheet"],
        "first visit": len(page.body) + sum(assets.values()),
    }
    return {
        name: {"bytes": size, "target": WEIGHTS[name], "ok": size <= WEIGHTS[name]} for name, size in bytes_of.items()
    }


def _memory(ours: Web, floor: Web) -> dict[str, Any]:
    mine, bare = ours.memory(), floor.memory()
    return {
        "ours_mb": round(mine / KB / KB, 1),
        "floor_mb": round(bare / KB / KB, 1),
        "ratio": round(mine / bare, 2),
        "target": f"<= {MEMORY}",
        "ok": mine <= MEMORY * bare,
    }


def say(line: str) -> None:
    """Progress, beside the result: the result alone is on stdout."""
    print(line, file=sys.stderr, flush=True)


def table(result: dict[str, Any]) -> str:
    """The result for people."""
    lines = []
    for database, found in result["databases"].items():
        lines.append(f"\n{database}, {result['contacts']} contacts, p50 and p95 in ms, {result['rounds']} rounds")
        lines.append(
            f"{'':28}{'floor':>8}{'ours':>8}{'p95':>8}{'ratio':>7} {'target':>9}{'growth':>8}{'p95/p50':>9}{'SQL':>9}"
        )
        for name, row in found["rows"].items():
            lines.append(
                f"{name:28}{row['floor_p50_ms']:8.2f}{row['ours_p50_ms']:8.2f}{row['ours_p95_ms']:8.2f}{row['ratio']:7.2f}"
                f" {row['target']:>9}{row['growth'] or '':>8}{row['spread']:>9}{row['sql']:>5}/{row['sql_target']:<3} {_word(row)}"
            )
        for name, row in found["weight"].items():
            lines.append(f"{name:28}{row['bytes']:>8} of {row['target']} bytes {_word(row)}")
        for name, row in found["memory"].items():
            lines.append(
                f"{name:28}{row['ours_mb']} MB, floor {row['floor_mb']} MB, {row['ratio']} {row['target']} {_word(row)}"
            )
    lines.append(f"\np95 over {SPREAD:g} times p50: {', '.join(result['wide']) or 'none'}")
    return "\n".join(lines)


def _word(row: dict[str, Any]) -> str:
    return "ok" if row["ok"] else "OVER"
