"""What delivering costs while there is nothing to deliver: the processor time of worker, beat and broker."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from bench.servers import ROOT, broker, database_urls, environment, family, stop

MOST = 1.0  # per cent of one core, worker and beat together
WARM_UP = 20  # seconds: they load, and tick a few times
CELERY = (sys.executable, "-m", "celery", "-A", "config")
# the lines of bin/up: what is measured is what people run
WORKER = (
    "worker",
    "-P",
    "threads",
    "-c",
    "4",
    "-Q",
    "mail,jobs",
    "--without-gossip",
    "--without-mingle",
    "--without-heartbeat",
    "-l",
    "WARNING",
)
BEAT = ("beat", "--pidfile=", "-l", "WARNING", "--schedule")


def run(seconds: float, databases: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for database in databases:
        with ExitStack() as stack:
            var = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kw-bench-")))
            (url,) = database_urls(database, var, stack, "keepword_bench_idle")
            found[database] = _on(var, environment(var, url), seconds)
    over = [name for name, cost in found.items() if not cost["ok"]]
    return {"seconds": seconds, "databases": found, "over": over}


def _on(var: Path, env: dict[str, str], seconds: float) -> dict[str, Any]:
    with broker(var), celery(var, env) as pids:
        before, began = {name: used(pid) for name, pid in pids.items()}, time.monotonic()
        time.sleep(seconds)
        took = time.monotonic() - began
        share = {name: round(100 * (used(pid) - before[name]) / took, 2) for name, pid in pids.items()}
    total = round(sum(share.values()), 2)
    return {**share, "percent": total, "target": f"<= {MOST}", "ok": total <= MOST}


@contextmanager
def celery(var: Path, env: dict[str, str]) -> Iterator[dict[str, int]]:
    """A worker and a beat on a migrated database, once they tick; gives their process ids."""
    for command in (["migrate", "-v0"], ["createcachetable"]):
        subprocess.run([sys.executable, "manage.py", *command], env=env, cwd=ROOT, check=True)
    lines = {"worker": (*CELERY, *WORKER), "beat": (*CELERY, *BEAT, str(var / "beat-schedule"))}
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}  # they greet, and warn that they are root
    started = {
        name: subprocess.Popen(line, env=env, cwd=ROOT, start_new_session=True, **quiet) for name, line in lines.items()
    }
    try:
        time.sleep(WARM_UP)
        yield {name: process.pid for name, process in started.items()}
    finally:
        for process in started.values():
            stop(process)


def used(pid: int) -> float:
    """Seconds of processor time that this process and its descendants have taken so far."""
    ticks = 0
    for each in family(pid):
        # the name in brackets may hold spaces: count from its end
        fields = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
        ticks += sum(map(int, fields[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")


def table(result: dict[str, Any]) -> str:
    lines = [f"idle for {result['seconds']:.0f} s, per cent of one core"]
    for database, found in result["databases"].items():
        lines.append(
            f"{database:10}worker {found['worker']}, beat {found['beat']}, together {found['percent']} {found['target']}"
            f" {'ok' if found['ok'] else 'OVER'}"
        )
    return "\n".join(lines)
