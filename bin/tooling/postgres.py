"""A throw-away Postgres for tests, from what Debian's package leaves on a machine. Loopback only, no fsync, gone at the end."""

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tooling.processes import start, wait_until

SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "200"}


class NoPostgresError(Exception):
    """Says why there is none, for people."""


@contextlib.contextmanager
def database_url() -> Iterator[str]:
    """The server named in TEST_DATABASE_URL, else one of our own for as long as the block lasts."""
    if given := os.environ.get("TEST_DATABASE_URL"):
        yield given
        return
    with Cluster() as cluster:
        yield cluster.url


class Cluster:
    """One server with its data in a temporary folder; `stop` and `start` may be called at will in between."""

    def __init__(self) -> None:
        self.programs = _find_programs()
        self.identity = _unprivileged()
        self.folder = Path(tempfile.mkdtemp(prefix="keepword-postgres-"))
        self.port = _free_port()
        self.url = f"postgres://postgres@127.0.0.1:{self.port}/keepword"
        if user := self.identity.get("user"):
            shutil.chown(self.folder, user, self.identity["group"])
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Cluster":
        try:
            self._run(
                "initdb", "-D", "data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"
            )
            self.start()
            self._run("createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres", "keepword")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self) -> None:
        where = [
            "-p",
            str(self.port),
            "-c",
            "listen_addresses=127.0.0.1",
            "-c",
            f"unix_socket_directories={self.folder}",
        ]
        settings = [word for name, value in SETTINGS.items() for word in ("-c", f"{name}={value}")]
        with (self.folder / "log").open("ab") as log:
            command = [str(self.programs / "postgres"), "-D", "data", *where, *settings]
            self.process = start(command, output=log, cwd=self.folder, **self.identity)
        wait_until(self._answers, 30)
        if not self._answers():
            raise NoPostgresError(f"Postgres did not start: {(self.folder / 'log').read_text()[-500:]}")

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """SIGINT is Postgres's fast stop, SIGQUIT its immediate one: as if the power had gone."""
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(timeout=30)
            self.process = None

    def _answers(self) -> bool:
        ready = [str(self.programs / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        return subprocess.run(ready, check=False).returncode == 0

    def _run(self, program: str, *words: str) -> None:
        command = [str(self.programs / program), *words]
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=False, **self.identity)
        if done.returncode:
            raise NoPostgresError(f"{program} failed: {done.stderr.strip()[-500:]}")


def _find_programs() -> Path:
    """The newest of Debian's versions, else the one on the PATH."""
    folders = [found.parent for found in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if folders:
        return max(folders, key=lambda folder: [int(part) for part in folder.parent.name.split(".")])
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    raise NoPostgresError("no TEST_DATABASE_URL and no initdb (Debian: apt-get install postgresql)")


def _unprivileged() -> dict[str, Any]:
    """Postgres refuses to run as root: then as the account its package made, or as nobody."""
    if os.getuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            account = pwd.getpwnam(name)
            return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    raise NoPostgresError("started as root, and there is no account postgres or nobody to run it as")


def _free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port: int = trial.getsockname()[1]
        return port
