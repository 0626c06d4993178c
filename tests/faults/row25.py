"""Row 25: twenty visitors press at once on the same time of mine, each with an offer of their own, against the real web server.

As a program (`python -m tests.faults.row25 make|count`) it fills and reads the database that its environment names.
"""

import argparse
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter as Tally
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from threading import Barrier
from typing import Any
from urllib.parse import urlencode

ROOT = Path(__file__).parent.parent.parent
VISITORS = 20
SETTINGS = "tests.faults.row25_settings"
BROKEN = "tests.faults.row25_broken_settings"


@dataclass
class Race:
    """What came of it: one meeting for each slot, and an answer for every visitor."""

    slots: int
    meetings: int = 0
    taken: int = 0
    overlapping: int = 0
    answers: Tally[int] = field(default_factory=Tally)
    seconds: float = 0.0

    @property
    def wrong(self) -> list[str]:
        found = []
        if self.meetings != self.slots or self.taken != self.slots:
            found.append(f"{self.meetings} meetings and {self.taken} taken slots of {self.slots}")
        if self.overlapping:
            found.append(f"{self.overlapping} meetings at the time of another")
        if self.answers != {302: self.slots, 200: self.slots * (VISITORS - 1)}:
            found.append(f"answers {dict(self.answers)}")
        return found


def race(database_url: str, folder: Path, *, slots: int, settings: str = SETTINGS) -> Race:
    """The database is migrated and empty."""
    env = _env(database_url, folder, settings)
    guests = json.loads(_run(env, "make", str(slots)))
    found, began = Race(slots), time.monotonic()
    with _web(env, folder) as port, ThreadPoolExecutor(VISITORS) as pool:
        began = time.monotonic()
        for visitors in guests:
            start = Barrier(VISITORS)
            found.answers.update(pool.map(lambda visitor, at=start: _press(port, visitor, at), visitors))
        found.seconds = time.monotonic() - began
    seen = json.loads(_run(env, "count"))
    found.meetings, found.taken, found.overlapping = seen["meetings"], seen["taken"], seen["overlapping"]
    return found


def _press(port: int, visitor: dict[str, str], start: Barrier) -> int:
    """One visitor: the page is open, the finger on the button, and all press together."""
    form = {"slot": visitor["slot"], "pressed": visitor["pressed"], "zone": "Asia/Tokyo", "medium": "phone"}
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Origin": "null", "Host": "127.0.0.1:8000"}
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
        connection.connect()
        start.wait(60)
        connection.request("POST", f"/o/{visitor['token']}/answer/", urlencode(form), headers)
        return connection.getresponse().status


def _env(database_url: str, folder: Path, settings: str) -> dict[str, str]:
    ours = {"DATABASE_URL": database_url, "VAR_DIR": str(folder / "var"), "DJANGO_SETTINGS_MODULE": settings}
    ours |= {"ENV_FILE": os.devnull, "SITE_URL": "http://127.0.0.1:8000", "REDIS_URL": "redis://127.0.0.1:9/0"}
    return {**os.environ, **ours}


def _run(env: dict[str, str], *words: str) -> str:
    command = [sys.executable, "-m", "tests.faults.row25", *words]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    return done.stdout


@contextmanager
def _web(env: dict[str, str], folder: Path) -> Iterator[int]:
    """Two processes of four threads: what one of them knows, the other does not."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port = int(trial.getsockname()[1])
    command = [
        sys.executable,
        "-m",
        "granian",
        "--interface",
        "wsgi",
        "--no-ws",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
    ]
    command += ["--workers", "2", "--blocking-threads", "4", "--log-level", "error", "config.wsgi:application"]
    with (folder / "web25.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=log, stderr=log, start_new_session=True)  # noqa: S603
    try:
        limit = time.monotonic() + 30
        while not _answers(port):
            if time.monotonic() > limit or process.poll() is not None:
                raise RuntimeError((folder / "web25.log").read_text()[-2000:])
            time.sleep(0.1)
        yield port
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _answers(port: int) -> bool:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=5)) as connection:
        try:
            connection.request("GET", "/healthz", headers={"Host": "127.0.0.1:8000"})
            return connection.getresponse().status == 200
        except OSError:
            return False


# --- as a program, with Django ----------------------------------------------------------------------------------------


def make(slots: int) -> list[list[dict[str, str]]]:
    """One user, `slots` times, and for each of them twenty contacts with an offer of it."""
    from django.utils import timezone  # noqa: PLC0415 - the harness itself needs no Django

    from base.private_links import hash_of, press_for  # noqa: PLC0415
    from interviews.models import Offer, OfferSlot  # noqa: PLC0415
    from interviews.offering.guest_forms import name_of  # noqa: PLC0415
    from tests.factories import ContactFactory, UserFactory  # noqa: PLC0415

    now = timezone.now()
    owner = UserFactory(time_zone="Europe/Stockholm")
    first = (now + timedelta(days=2)).replace(minute=0, second=0, microsecond=0)
    found = []
    for n in range(slots):
        at = first + timedelta(hours=n)
        visitors = []
        for contact in ContactFactory.create_batch(VISITORS, owner=owner, time_zone="Asia/Tokyo"):
            offer = Offer(owner=owner, contact=contact, media=["phone"], expires_at=at, created_at=now)
            secret = offer.new_secret()
            offer.secret_hash = hash_of(secret)
            offer.save()
            local = at.astimezone(owner.zone)
            slot = OfferSlot(owner=owner, offer=offer, starts_at=at, time_zone=owner.time_zone)
            slot.local_date, slot.local_time = local.date(), local.time()
            slot.save()
            visitors.append({"token": secret, "slot": name_of(slot), "pressed": press_for(secret)})
        found.append(visitors)
    return found


def count() -> dict[str, int]:
    from interviews.models import Interview, OfferSlot  # noqa: PLC0415

    talks = sorted((talk.starts_at, talk.ends_at) for talk in Interview.objects.planned())
    overlapping = sum(talks[n][1] > talks[n + 1][0] for n in range(len(talks) - 1))
    taken = OfferSlot.objects.filter(taken_at__isnull=False).count()
    return {"meetings": len(talks), "taken": taken, "overlapping": overlapping}


def main() -> None:
    import django  # noqa: PLC0415

    parser = argparse.ArgumentParser(prog="python -m tests.faults.row25")
    parser.add_argument("what", choices=["make", "count"])
    parser.add_argument("slots", type=int, nargs="?", default=0)
    options = parser.parse_args()
    django.setup()
    found: Any = make(options.slots) if options.what == "make" else count()
    print(json.dumps(found))  # noqa: T201 - how the harness hears it


if __name__ == "__main__":
    main()
