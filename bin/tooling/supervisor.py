"""A small supervisor: starts services, starts again what dies, and leaves no process when it ends."""

import os
import select
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Self

from tooling.environment import say
from tooling.processes import signal_group, start, stop_groups

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
LONG_ENOUGH = 5.0  # a service that lived this long and dies is started at once
LONGEST_WAIT = 30.0
GRACE, LAST_GRACE = 2.4, 0.8  # seconds to stop by themselves; together under the promised 4


@dataclass
class Service:
    name: str
    command: list[str]
    stops_last: bool = False


@dataclass
class Child:
    service: Service
    process: subprocess.Popen[bytes]
    started: float
    quick_deaths: int = 0
    again_at: float | None = field(default=None)

    def wait_after_death(self, now: float) -> float:
        """Seconds until the next try: none for one that ran well, doubling for one that dies at once again and again."""
        if now - self.started >= LONG_ENOUGH:
            self.quick_deaths = 0
            return 0.0
        self.quick_deaths += 1
        return 0.0 if self.quick_deaths == 1 else min(0.5 * 2.0 ** (self.quick_deaths - 2), LONGEST_WAIT)


class Supervisor:
    """Use as a context manager: leaving it, for whatever reason, stops everything it started."""

    def __init__(self, *, logs: Path, env: dict[str, str], cwd: Path) -> None:
        self.logs, self.env, self.cwd = logs, env, cwd
        self.children: list[Child] = []
        self.stopping = False

    def __enter__(self) -> Self:
        self._wake_read, self._wake_write = os.pipe()
        for end in (self._wake_read, self._wake_write):
            os.set_blocking(end, False)
        signal.set_wakeup_fd(self._wake_write, warn_on_full_buffer=False)
        heard = dict.fromkeys(STOP_SIGNALS, self._stop) | {signal.SIGCHLD: self._look}
        self._before = {number: signal.signal(number, listener) for number, listener in heard.items()}
        return self

    def _look(self, number: int, frame: FrameType | None) -> None:
        """A child ended: the signal has woken the loop, which looks for itself."""

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self.stopping = True

    def __exit__(self, *error: object) -> None:
        first = [child.process for child in self.children if not child.service.stops_last]
        last = [child.process for child in self.children if child.service.stops_last]
        stop_groups(first, grace=GRACE)
        stop_groups(last, grace=LAST_GRACE)
        for number, listener in self._before.items():
            signal.signal(number, listener)
        signal.set_wakeup_fd(-1)
        for end in (self._wake_read, self._wake_write):
            os.close(end)

    def start(self, service: Service) -> None:
        keep_one_older(self.log_of(service))
        self.children.append(Child(service, self._launch(service), time.monotonic()))

    def finish(self, service: Service) -> bool:
        """Runs something that ends by itself; true when it ended well."""
        keep_one_older(self.log_of(service))
        process = self._launch(service)
        self.wait_for(lambda: process.poll() is not None)
        if process.poll() is None:
            stop_groups([process], grace=LAST_GRACE)
        return process.returncode == 0

    def wait_for(self, condition: Callable[[], bool], seconds: float = float("inf"), *, every: float = 60.0) -> bool:
        """Keeps the services running until the condition holds; false when told to stop, or when the time is over."""
        limit = time.monotonic() + seconds
        while not self.stopping and time.monotonic() < limit:
            self._revive()
            if condition():
                return True
            self._sleep(min(every, limit - time.monotonic()))
        return False

    def log_of(self, service: Service) -> Path:
        return self.logs / f"{service.name}.log"

    def _launch(self, service: Service) -> subprocess.Popen[bytes]:
        with self.log_of(service).open("ab") as log:
            return start(service.command, output=log, env=self.env, cwd=self.cwd)

    def _revive(self) -> None:
        for child in self.children:
            if child.again_at is None and child.process.poll() is not None:
                self._mourn(child)
            if child.again_at is not None and time.monotonic() >= child.again_at:
                child.process, child.started, child.again_at = self._launch(child.service), time.monotonic(), None

    def _mourn(self, child: Child) -> None:
        signal_group(child.process, signal.SIGKILL)  # what it had started would hold its port
        wait = child.wait_after_death(time.monotonic())
        child.again_at = time.monotonic() + wait
        when = f"in {wait:g} s" if wait else "now"
        ended = describe_end(child.process.returncode)
        say(f"{child.service.name} {ended} and is started again {when}; its words are in {self.log_of(child.service)}")

    def _sleep(self, seconds: float) -> None:
        """Until the time is over, a child died or a signal came."""
        waits = [child.again_at - time.monotonic() for child in self.children if child.again_at is not None]
        ready, _, _ = select.select([self._wake_read], [], [], max(0.0, min([seconds, *waits])))
        if ready:
            os.read(self._wake_read, 4096)


def describe_end(code: int) -> str:
    return f"was ended by signal {-code}" if code < 0 else f"stopped with exit code {code}"


def keep_one_older(log: Path) -> None:
    if log.exists():
        log.replace(log.with_suffix(".log.1"))
