"""Measurements that are one ratio: ours against the plainest way in Django, timed by one process on one database."""

import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.servers import database_urls, environment, run_json


@dataclass(frozen=True)
class Measurement:
    """`module` takes the number of rows and prints {"ours": seconds, "plain": seconds}."""

    module: str
    most: float
    what: str
    plain: str


MEASUREMENTS = {
    "import": Measurement("bench.imported", 10.0, "people read, previewed and taken in", "bulk_create alone"),
    "scale": Measurement("bench.claims", 2.0, "mails, 500 due ones found and claimed", "Django's own two statements"),
}


def run(measurement: Measurement, rows: int, databases: list[str]) -> dict[str, Any]:
    found = {}
    for database in databases:
        with ExitStack() as stack:
            var = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kw-bench-")))
            (url,) = database_urls(database, var, stack, "keepword_bench_ratio")
            found[database] = judge(measurement, run_json(measurement.module, str(rows), env=environment(var, url)))
    return {"rows": rows, "databases": found, "over": [name for name, one in found.items() if not one["ok"]]}


def judge(measurement: Measurement, seconds: dict[str, float]) -> dict[str, Any]:
    ratio = round(seconds["ours"] / seconds["plain"], 2)
    return {**seconds, "ratio": ratio, "target": f"<= {measurement.most:g}", "ok": ratio <= measurement.most}


def table(measurement: Measurement, result: dict[str, Any]) -> str:
    lines = [f"{result['rows']} {measurement.what}"]
    for database, found in result["databases"].items():
        lines.append(
            f"{database:10}{found['ours']:.4f} s, {measurement.plain} {found['plain']:.4f} s, ratio {found['ratio']}"
            f" {found['target']} {'ok' if found['ok'] else 'OVER'}"
        )
    return "\n".join(lines)
