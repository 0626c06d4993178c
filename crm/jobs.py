"""Imports, worked by the `jobs` tick: one is claimed, worked for a while, and given back for the next."""

import logging
import time
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from crm.importing.models import UNDO_FOR, WORKING
from crm.importing.store import LEASE, WORK, give_up
from crm.models import Contact, Import, ImportRow, ImportState, Note
from outbox.kinds import housekeeper, job
from outbox.waking import wake

SLICE = 15.0  # seconds on one file before another owner's gets its turn
BREATH = 0.05  # seconds between two batches, for a page to write in: SQLite has one writer, and waiters poll for it
MOST_ATTEMPTS = 5
DAYS_IN_BIN = 30
PURGED_AT_ONCE = 200
CHUNK = 200  # contacts whose search text is rebuilt in one transaction

logger = logging.getLogger(__name__)


@job
def work_on_imports(now: datetime) -> int:
    """Goes on with whatever import is free, and says how many were worked."""
    began, worked = time.monotonic(), 0

    def clock() -> datetime:
        return now + timedelta(seconds=time.monotonic() - began)

    while time.monotonic() - began < SLICE:
        batch = claim(clock())
        if batch is None:
            return worked
        work(batch, clock)
        worked += 1
    wake("jobs")
    return worked


def claim(now: datetime) -> Import | None:
    """Takes the lease of the import that waited longest. A lease outlives a killed worker by a minute at most."""
    if not Import.objects.free(now).exists():  # an idle tick takes no lock
        return None
    with transaction.atomic():
        batch: Import | None = Import.objects.select_for_update(skip_locked=True).free(now).first()
        if batch is not None:
            batch.lease_token, batch.lease_until = uuid.uuid4(), now + LEASE
            batch.attempts += 1
            batch.save(update_fields=["lease_token", "lease_until", "attempts"])
    return batch


def work(batch: Import, clock: Callable[[], datetime], seconds: float = SLICE, breath: float = BREATH) -> None:
    """Works a claimed import until it is done or the time is up, and gives the lease back."""
    if batch.attempts > MOST_ATTEMPTS:
        give_up(batch, clock())
        return
    until = time.monotonic() + seconds
    for _done in WORK[batch.state](batch, clock):
        if time.monotonic() >= until:
            break
        time.sleep(breath)
    # free again, at the end of the queue; nothing to give back when it was finished, stopped or lost
    Import.objects.filter(pk=batch.pk, lease_token=batch.lease_token).update(lease_token=None, lease_until=clock())


@housekeeper
def forget_old_imports(now: datetime) -> int:
    """What a file said is kept for as long as the import can be undone, then only its counts stay. Says how many rows went."""
    long_ago = now - UNDO_FOR
    old = Import.objects.filter(Q(finished_at__lt=long_ago) | Q(finished_at__isnull=True, created_at__lt=long_ago))
    for batch in old.filter(state__in=[ImportState.READY, ImportState.STOPPED]):
        if batch.can_take_in():
            batch.state = ImportState.DONE if batch.took_in else ImportState.REFUSED
            batch.problem = "" if batch.took_in else _("Nobody took it in for 30 days, so it was forgotten.")
            batch.save(update_fields=["state", "problem"])
    forgotten, _by_model = ImportRow.objects.filter(batch__in=old.exclude(state__in=WORKING)).delete()
    return forgotten


@housekeeper
def repair_search_texts(now: datetime) -> int:
    """Rebuilds what everybody is found by, and says for how many it was wrong: 0, since every verb does so itself."""
    repaired = 0
    for owner in User.objects.order_by("pk").iterator():
        last = 0
        while chunk := list(owner.contacts.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:CHUNK]):
            repaired += owner.contacts.filter(pk__in=chunk).refresh_search_text()
            last = chunk[-1]
    if repaired:
        logger.warning("the search text of %d contacts was wrong and has been rebuilt", repaired)
    return repaired


@housekeeper
def purge_the_bin(now: datetime) -> int:
    """After 30 days in the bin there is no way back."""
    return purge(Contact.objects.all(), now) + purge(Note.objects.all(), now)


def purge(rows: QuerySet[Any], now: datetime) -> int:
    """Deletes what has been in the bin for 30 days, a few hundred at a time, so that nothing is locked for long."""
    rows, purged = rows.filter(binned_at__lt=now - timedelta(days=DAYS_IN_BIN)), 0
    while old := list(rows.values_list("pk", flat=True)[:PURGED_AT_ONCE]):
        rows.filter(pk__in=old).delete()
        purged += len(old)
    return purged
