"""What is over is cleared away at night: bytes after 7 days, attempts after 90, sign-in mail and files after 30."""

import logging
import os
import shutil
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection

from base import owned
from outbox.kinds import HOUSEKEEPERS, housekeeper
from outbox.models import GONE, DeliveryAttempt, Figure, LeftOut, OutgoingMail, State, WorkerBeat

logger = logging.getLogger(__name__)

BYTES_KEPT, SIGN_IN_KEPT, ATTEMPTS_KEPT = timedelta(days=7), timedelta(days=30), timedelta(days=90)
BEATS_KEPT = timedelta(days=2)
FILES_KEPT, FILES_LARGEST = timedelta(days=30), 100_000_000  # bytes of var/mail together
LOG_LARGEST = 10_000_000  # bytes of one
STRANGE = "references across owners"


def clear_away(now: datetime) -> None:
    """Everybody's nightly work; one that fails does not stop the others."""
    for clear in HOUSEKEEPERS:
        try:
            clear(now)
        except Exception as error:
            data = {"housekeeper": f"{clear.__module__}.{clear.__name__}", "error": type(error).__name__}
            logger.exception("A nightly job failed; the next night tries again.", extra={"data": data})


@housekeeper
def erase_bytes(now: datetime) -> int:
    """What has left or ended a week ago. Uncertain mail that may still be sent again is younger than that."""
    old = OutgoingMail.objects.filter(GONE, updated_at__lt=now - BYTES_KEPT, content__isnull=False)
    codes = OutgoingMail.objects.filter(state=State.DEAD, expires_at__lt=now, content__isnull=False)
    return int(old.update(content=None)) + int(codes.update(content=None))


@housekeeper
def purge(now: datetime) -> int:
    tries, _each = DeliveryAttempt.objects.filter(at__lt=now - ATTEMPTS_KEPT).delete()
    over = OutgoingMail.objects.filter(GONE, owner__isnull=True, updated_at__lt=now - SIGN_IN_KEPT)
    mails, _each = over.delete()
    holding = WorkerBeat.objects.holding().values("pk")
    beats, _each = WorkerBeat.objects.filter(seen_at__lt=now - BEATS_KEPT).exclude(pk__in=holding).delete()
    return tries + mails + beats


@housekeeper
def forget_left_out(now: datetime) -> int:
    """Those whom no step has left out since yesterday."""
    return LeftOut.objects.filter(seen_at__lt=now - BEATS_KEPT).delete()[0]


@housekeeper
def sweep_drafts(now: datetime) -> int:
    """Half-written files of a killed process (outbox/files.py)."""
    old = [draft for draft in Path(settings.MAIL_DIR).glob(".*.eml.*") if _changed(draft) < now.timestamp() - 3600]
    for draft in old:
        draft.unlink(missing_ok=True)
    return len(old)


@housekeeper
def clear_mail_files(now: datetime) -> int:
    """Mails written to files, since there is no mail server: the last ones, by days and by size."""
    files = sorted(Path(settings.MAIL_DIR).glob("*.eml"), key=_changed, reverse=True)
    old, size = [], 0
    for file in files:
        size += _size(file)
        if size > FILES_LARGEST or _changed(file) < (now - FILES_KEPT).timestamp():
            old.append(file)
    for file in old:
        file.unlink(missing_ok=True)
    return len(old)


@housekeeper
def cut_logs(now: datetime) -> int:
    """Logs of bin/up that have grown large: what is there moves to the older one, and its process writes on at the beginning."""
    large = [log for log in (Path(settings.VAR_DIR) / "log").glob("*.log") if _size(log) > LOG_LARGEST]
    for log in large:
        shutil.copyfile(log, log.with_suffix(".log.1"))
        os.truncate(log, 0)
    return len(large)


@housekeeper
def count_across_owners(now: datetime) -> int:
    """References across owners. Postgres refuses them itself; on SQLite anything but 0 is an error, logged and shown."""
    if connection.vendor == "postgresql":
        return 0
    found = owned.count_across_owners()
    for reference, count in found.items():
        logger.error("Rows refer to another owner's rows.", extra={"data": {"reference": reference, "count": count}})
    Figure.note(STRANGE, sum(found.values()), now)
    return sum(found.values())


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return float("inf")
