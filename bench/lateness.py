"""How late a mail is under a real worker and a real beat, with the waits of production, and how soon after a fault."""

import json
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tooling.postgres import Cluster

from bench.delivery import arrivals, sink
from bench.idle import celery
from bench.servers import ROOT, broker, environment
from bench.timing import percentile

EVERY = 2.0  # seconds from one mail to the next
KILLED, ELSEWHERE = 10, 10  # mails a lost process held
AWAY = 1.0  # seconds without a database
MOST = {"p95": 10.0, "killed": 5.0, "elsewhere": 70.0, "restart": 10.0}
Queue = Callable[..., dict[str, float]]


def run(seconds: float, databases: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for database in databases:
        with ExitStack() as stack:
            var = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kw-bench-")))
            cluster = stack.enter_context(Cluster()) if database == "postgres" else None
            url = cluster.url if cluster else f"sqlite:///{var / 'keepword.sqlite3'}"
            found[database] = _on(var, url, seconds, cluster)
    over = [name for name, seen in found.items() if not seen["ok"]]
    return {"seconds": seconds, "databases": found, "over": over}


def _on(var: Path, url: str, seconds: float, cluster: Cluster | None) -> dict[str, Any]:
    with ExitStack() as stack:
        port = stack.enter_context(sink(var / "arrived.txt"))
        env = environment(var, url, EMAIL_URL=f"smtp://127.0.0.1:{port}")
        stack.enter_context(broker(var))
        stack.enter_context(celery(var, env))

        def queue(*words: object) -> dict[str, float]:
            line = [sys.executable, "-m", "bench.queued", *map(str, words)]
            done = subprocess.run(line, env=env, cwd=ROOT, stdout=subprocess.PIPE, check=False, text=True)
            return {name: float(at) for name, at in json.loads(done.stdout).items()}

        elsewhere = queue("elsewhere", ELSEWHERE)  # meets its end while the others come and go
        steady = queue("ahead", int(seconds / EVERY), EVERY)
        late = sorted(_lateness(var, steady, seconds + 30))
        seen: dict[str, Any] = {f"p{percent}": percentile(late, percent) for percent in (50, 95, 100)}
        seen["killed"] = max(_lateness(var, queue("killed", KILLED), 30))
        seen["elsewhere"] = max(_lateness(var, elsewhere, 90))
        if cluster:
            seen["restart"] = _restarted(var, cluster, queue)
    over = [name for name, most in MOST.items() if seen.get(name, 0) > most]
    return {**{name: round(value, 1) for name, value in seen.items()}, "over": over, "ok": not over}


def _restarted(var: Path, cluster: Cluster, queue: Queue) -> float:
    """Killed in the middle of a steady flow: how long after it is back the next mail arrives."""
    due = queue("ahead", 20, 0.5)
    time.sleep(8)
    cluster.stop(signal.SIGQUIT)
    time.sleep(AWAY)
    cluster.start()
    back = time.time()
    _lateness(var, due, 60)
    return min(at for at, name in arrivals(var / "arrived.txt") if name in due and at > back) - back


def _lateness(var: Path, due: dict[str, float], patience: float) -> list[float]:
    """Seconds from each one's time to its first arrival, once all are there."""
    until = time.monotonic() + patience
    while time.monotonic() < until:
        arrived: dict[str, float] = {}
        for at, name in arrivals(var / "arrived.txt"):
            arrived.setdefault(name, at)
        if due.keys() <= arrived.keys():
            return [arrived[name] - at for name, at in due.items()]
        time.sleep(0.1)
    raise SystemExit(f"{len(due.keys() - arrived.keys())} of {len(due)} mails did not arrive within {patience:.0f} s.")


def table(result: dict[str, Any]) -> str:
    lines = [
        f"a mail every {EVERY:.0f} s for {result['seconds']:.0f} s, worker and beat as in production; seconds late"
    ]
    for database, found in result["databases"].items():
        restart = f", after a restart of the database {found['restart']}" if "restart" in found else ""
        lines.append(
            f"{database:10}p50 {found['p50']}, p95 {found['p95']}, most {found['p100']}; of a killed worker {found['killed']},"
            f" of one nobody can ask {found['elsewhere']}{restart}; {'ok' if found['ok'] else 'OVER: ' + ', '.join(found['over'])}"
        )
    return "\n".join(lines)
