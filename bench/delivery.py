"""Many reminders due at one instant, worked off by several processes, against a plain render-and-send loop in the same run."""

import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from bench.servers import ROOT, database_urls, environment, run_json, stop
from bench.timing import percentile

RATIO = 0.5
SETTLE_SECONDS = 2


def run(rows: int, workers: int, databases: list[str]) -> dict[str, Any]:
    result: dict[str, Any] = {"rows": rows, "workers": workers, "databases": {}}
    for database in databases:
        with ExitStack() as stack:
            var = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kw-bench-")))
            (url,) = database_urls(database, var, stack, "keepword_bench_mail")
            # SQLite has one writer: a second delivering process would wait for the first
            result["databases"][database] = _on(var, url, rows, 1 if database == "sqlite" else workers)
    result["over"] = [name for name, found in result["databases"].items() if not found["ok"]]
    return result


def _on(var: Path, url: str, rows: int, workers: int) -> dict[str, Any]:
    due = time.time()
    with sink(var / "plain.txt") as plain_port, sink(var / "ours.txt") as our_port:
        env = environment(var, url, EMAIL_URL=f"smtp://127.0.0.1:{our_port}")
        run_json("bench.owing", str(rows), str(due), env=env)
        plain_env = {**env, "EMAIL_URL": f"smtp://127.0.0.1:{plain_port}"}
        parts = [["plain", str(part), str(workers)] for part in range(workers)]
        plain = together(parts, plain_env)
        due = time.time()  # as if all had become due now: what waited for the plain loop is not our lateness
        planned = together([["plan"]], env)
        ours = together([["ours"]] * workers, env)
        time.sleep(SETTLE_SECONDS)
    arrived = arrivals(var / "ours.txt")
    return judge(rows, due, plain, planned, ours, arrived, len(arrivals(var / "plain.txt")))


def judge(
    rows: int,
    due: float,
    plain: list[dict[str, Any]],
    planned: list[dict[str, Any]],
    ours: list[dict[str, Any]],
    arrived: list[tuple[float, str]],
    plain_arrived: int,
) -> dict[str, Any]:
    """Rates from the first process's start to the last mail's arrival, lateness from the instant all were due."""
    names = Counter(name for _, name in arrived)
    lateness = [at - due for at, _ in arrived]
    rate = len(names) / _span(ours)
    plain_rate = plain_arrived / _span(plain)
    found = {
        "rate": round(rate),
        "plain_rate": round(plain_rate),
        "ratio": round(rate / plain_rate, 2),
        "target": f">= {RATIO}",
        "plan_seconds": round(_span(planned), 2),
        "lateness": {f"p{percent}": round(percentile(lateness, percent), 2) for percent in (50, 95, 99)},
        "lost": rows - len(names),
        "duplicates": sum(names.values()) - len(names),
    }
    found["ok"] = found["ratio"] >= RATIO and not found["lost"] and not found["duplicates"]
    return found


def _span(reports: list[dict[str, Any]]) -> float:
    return float(max(one["ended"] for one in reports) - min(one["began"] for one in reports))


def together(jobs: list[list[str]], env: dict[str, str]) -> list[dict[str, Any]]:
    """Starts a process for each job, lets all loose at once when every one has loaded, and reads what they report."""
    line = [sys.executable, "-m", "bench.deliverer"]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    # groups and not sessions: Linux shares the processor out by session, and would let who holds the database's lock wait
    processes = [subprocess.Popen([*line, *job], env=env, cwd=ROOT, process_group=0, **pipes) for job in jobs]
    try:
        for process in processes:
            process.stdout.readline()
        for process in processes:
            process.stdin.write("go\n")
            process.stdin.flush()
        return [json.loads(process.communicate(timeout=900)[0].splitlines()[-1]) for process in processes]
    finally:
        for process in processes:
            stop(process)


@contextmanager
def sink(file: Path) -> Any:
    """A mail server that writes down what arrives; gives its port."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.sink", str(file)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield int(process.stdout.readline()) if process.stdout else 0
    finally:
        stop(process)


def arrivals(file: Path) -> list[tuple[float, str]]:
    lines = (line.split(maxsplit=1) for line in file.read_text().splitlines())
    return [(float(at), name) for at, name in lines]


def table(result: dict[str, Any]) -> str:
    lines = [f"{result['rows']} due at one instant, {result['workers']} processes, loopback sink"]
    for database, found in result["databases"].items():
        late = ", ".join(f"{name} {seconds} s" for name, seconds in found["lateness"].items())
        lines.append(
            f"{database:10}{found['rate']:6}/s, plain loop {found['plain_rate']}/s, ratio {found['ratio']} {found['target']}; planned"
            f" in {found['plan_seconds']} s; late {late}; lost {found['lost']}, duplicates {found['duplicates']}"
            f" {'ok' if found['ok'] else 'OVER'}"
        )
    return "\n".join(lines)
