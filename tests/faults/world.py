"""The real things a cell plays with: databases, a mail server, workers, Valkey, Celery, the web; all on loopback, all ours."""

import contextlib
import ctypes
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psycopg

ROOT = Path(__file__).parent.parent.parent
sys.path.insert(0, str(ROOT / "bin"))

from tooling.postgres import Cluster, NoPostgresError  # noqa: E402 - bin is no package

__all__ = ["NoPostgresError", "Postgres", "SQLite", "SinkProcess", "Zygote", "wait_for"]
SETTINGS = "tests.faults.settings"


def wait_for(condition: Callable[[], Any], seconds: float, every: float = 0.05) -> bool:
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        if condition():
            return True
        time.sleep(every)
    return bool(condition())


def free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


_libc = ctypes.CDLL(None)


def _die_with_us() -> None:
    _libc.prctl(1, signal.SIGKILL)


class Process:
    """A child with a log of its own, ended by SIGKILL when the block ends."""

    def __init__(self, command: list[str], env: dict[str, str], log: Path, **options: Any) -> None:
        self.log = log
        with log.open("ab") as output:
            options = {"stdout": output} | options
            self.process = subprocess.Popen(  # noqa: S603 - our own command
                command,
                cwd=ROOT,
                env={**os.environ, **env},
                stderr=output,
                start_new_session=True,
                preexec_fn=_die_with_us,
                **options,
            )

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            if stream:
                stream.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()


class Talking(Process):
    """A child that answers a line with a line."""

    def __init__(self, command: list[str], env: dict[str, str], log: Path) -> None:
        super().__init__(command, env, log, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)

    def hear(self) -> str:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.process.args} ended: {self.log.read_text()[-2000:]}")
        return str(line).strip()

    def say(self, line: str) -> str:
        assert self.process.stdin is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self.hear()


class SinkProcess(Talking):
    """The mail server, and what reached it."""

    def __init__(self, folder: Path, module: str = "tests.faults.sink") -> None:
        self.file = folder / f"sink-{time.monotonic_ns()}.jsonl"
        self.file.touch()
        self.lines = self.read = 0
        super().__init__([sys.executable, "-m", module, str(self.file)], {}, folder / "sink.log")
        self.port = int(self.hear())
        self.url = f"smtp://127.0.0.1:{self.port}"

    def mode(self, mode: str, seconds: float = 0.2) -> None:
        self.say(f"{mode} {seconds}")

    def count(self) -> int:
        """How many have arrived. Reads on from where it stopped, since it is asked fifty times a second."""
        with self.file.open("rb") as file:
            file.seek(self.read)
            for block in iter(lambda: file.read(1 << 20), b""):
                self.lines, self.read = self.lines + block.count(b"\n"), self.read + len(block)
        return self.lines

    def arrivals(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.file.read_text().splitlines() if line.endswith("}")]


class Zygote(Talking):
    """Forks workers and asks the database, without starting Python anew."""

    def __init__(self, url: str, folder: Path) -> None:
        env = {
            "DJANGO_SETTINGS_MODULE": SETTINGS,
            "DATABASE_URL": url,
            "VAR_DIR": str(folder / "var"),
            "ENV_FILE": os.devnull,
        }
        super().__init__([sys.executable, "-m", "tests.faults.worker"], env, folder / "workers.log")
        self.pids: list[int] = []

    def call(self, name: str, database: str, email_url: str = "", **arguments: Any) -> Any:
        order = {"call": name, "database": database, "email_url": email_url, "with": arguments}
        return json.loads(self.say(json.dumps(order)))

    def start(self, **order: Any) -> int:
        pid = int(json.loads(self.say(json.dumps(order))))
        self.pids.append(pid)
        return pid

    def end(self, pids: list[int] | None = None) -> None:
        """SIGKILL, and gone."""
        for pid in pids or self.pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        wait_for(lambda: not any(is_there(pid) for pid in pids or self.pids), 5, 0.01)
        if pids is None:
            self.pids.clear()


def is_there(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def is_stopped(pid: int) -> bool:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"


class SQLite:
    """A file for each cell, copied from one that is migrated."""

    name = "sqlite"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.template = folder / "template.sqlite3"
        self.url = f"sqlite:///{self.template}"
        self.count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None: ...

    def fresh(self) -> str:
        self.count += 1
        path = self.folder / f"cell{self.count}.sqlite3"
        shutil.copy(self.template, path)
        return str(path)

    def url_of(self, database: str) -> str:
        return f"sqlite:///{database}"

    def copy(self, database: str) -> str:
        """A backup of a live database, as the operator makes it."""
        import sqlite3  # noqa: PLC0415 - only here

        self.count += 1
        path = str(self.folder / f"backup{self.count}.sqlite3")
        with contextlib.closing(sqlite3.connect(database)) as live:
            live.execute("VACUUM INTO ?", (path,))
        return path

    def backup(self, database: str) -> str:
        return self.copy(database)

    def put_back(self, database: str, backup: str) -> None:
        """Over the one that is there, as docs/backup.md says. Nobody else has it open."""
        for end in ("-wal", "-shm"):
            Path(database + end).unlink(missing_ok=True)
        shutil.copy(backup, database)


class Postgres:
    """A cluster of our own: it is stopped without warning, and started again."""

    name = "postgres"

    def __init__(self, folder: Path) -> None:
        self.cluster = Cluster()
        self.url = self.cluster.url
        self.count = 0

    def __enter__(self) -> Self:
        self.cluster.__enter__()
        # a test server may forget commits when it is killed; that is the one thing that must not be
        self._sql("ALTER ROLE postgres SET synchronous_commit = on")
        return self

    def __exit__(self, *_: object) -> None:
        self.cluster.__exit__()

    def fresh(self) -> str:
        return self._create("keepword")

    def url_of(self, database: str) -> str:
        return self.url.rpartition("/")[0] + "/" + database

    def copy(self, database: str) -> str:
        """pg_dump -Fc into a new database."""
        self.count += 1
        name = f"backup{self.count}"
        self._sql(f"CREATE DATABASE {name}")
        programs = self.cluster.programs
        dump = subprocess.run([programs / "pg_dump", "-Fc", self.url_of(database)], capture_output=True, check=True)  # noqa: S603
        subprocess.run([programs / "pg_restore", "-d", self.url_of(name)], input=dump.stdout, check=True)  # noqa: S603
        return name

    def backup(self, database: str) -> bytes:
        words = ["pg_dump", "-Fc", "--exclude-table-data=outbox_highestdrain", self.url_of(database)]
        done = subprocess.run([self.cluster.programs / words[0], *words[1:]], capture_output=True, check=True)  # noqa: S603
        return done.stdout

    def put_back(self, database: str, backup: bytes) -> None:
        """Over the one that is there, as docs/backup.md says."""
        words = ["pg_restore", "--clean", "--if-exists", "-d", self.url_of(database)]
        subprocess.run([self.cluster.programs / words[0], *words[1:]], input=backup, check=True)  # noqa: S603

    def stop(self) -> None:
        """As if the power had gone: SIGQUIT is pg_ctl's `-m immediate`."""
        self.cluster.stop(signal.SIGQUIT)

    def start(self) -> None:
        self.cluster.start()

    def _create(self, template: str) -> str:
        self.count += 1
        name = f"cell{self.count}"
        self._sql(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def _sql(self, statement: str) -> None:
        with psycopg.connect(self.url.rpartition("/")[0] + "/postgres", autocommit=True) as connection:
            connection.execute(statement)  # type: ignore[call-overload]  # our own words


@contextlib.contextmanager
def temporary_folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="keepword-faults-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
