"""Puts mails into the outbox for bench/lateness.py, and prints {Message-ID: seconds since 1970 when it is due} as JSON.

python -m bench.queued ahead COUNT EVERY     one falls due every so many seconds, the first in five
python -m bench.queued killed COUNT          claimed by this process, which then dies over them
python -m bench.queued elsewhere COUNT       claimed by a process of a host nobody here can ask
"""

import json
import os
import signal
import sys
import uuid
from datetime import UTC, datetime, timedelta

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
if __name__ == "__main__":
    django.setup()

from django.db import transaction

from outbox import claims, workers
from outbox.models import SIGN_IN, OutgoingMail, WorkerBeat
from outbox.timing import Moment, Timings, system_clock


def queue(due: list[datetime]) -> dict[str, float]:
    """Stored mails: their bytes are there already, so that what is measured is the way and not the writing."""
    now = datetime.now(UTC)
    rows = (
        OutgoingMail.objects.queue(
            kind=SIGN_IN, key=key, recipient="ana@sink.example", now=now, owner_id=None, delay=at - now, content=b"\r\n"
        )
        for at, key in ((at, f"{SIGN_IN}:{uuid.uuid4()}") for at in due)
    )
    found = {}
    for row in rows:
        OutgoingMail.objects.filter(pk=row.pk).update(content=f"Message-ID: {row.message_id}\r\n\r\nx\r\n".encode())
        found[row.message_id] = row.not_before.timestamp()
    return found


@transaction.atomic
def claim(count: int, host: str) -> dict[str, float]:
    """Due now and claimed before anybody else sees them; their time counts from here."""
    moment = Moment(system_clock)
    queued = queue([datetime.now(UTC)] * count)
    worker = workers.beat(moment)
    if host:
        worker = WorkerBeat.objects.create(host=host, pid=1, started_at="1", seen_at=datetime.now(UTC))
    claims.claim(moment, worker, Timings(), count)
    return queued


def main(what: str, count: int, every: float = 0) -> None:
    first = datetime.now(UTC) + timedelta(seconds=5)
    if what == "ahead":
        found = queue([first + n * timedelta(seconds=every) for n in range(count)])
    else:
        found = claim(count, "elsewhere" if what == "elsewhere" else "")
    print(json.dumps(found), flush=True)
    if what == "killed":
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), *map(float, sys.argv[3:]))
