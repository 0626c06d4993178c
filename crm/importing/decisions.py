"""What the user decides about an import. Each holds the job row, so that neither a second tap nor a worker comes between."""

from datetime import datetime

from django.db import transaction

from crm.importing.forms import TicksForm
from crm.models import Import, ImportAction, ImportState


@transaction.atomic
def keep_ticks(batch: Import, ticks: TicksForm) -> None:
    _lock(batch)
    if batch.can_take_in():
        ticks.save(batch)


@transaction.atomic
def tick_all(batch: Import, *, wanted: bool) -> None:
    """Ticks every new person, or none; the updates keep their ticks."""
    _lock(batch)
    if batch.can_take_in():
        batch.rows.open().filter(action=ImportAction.NEW).exclude(wanted=wanted).update(wanted=wanted)


@transaction.atomic
def start(batch: Import, ticks: TicksForm) -> bool:
    """Hands the ticked rows to the worker; what was stopped on the way goes on. False when that is already so."""
    _lock(batch)
    if not batch.can_take_in():
        return False
    ticks.save(batch)
    counts = batch.counts
    # what a worker passed over has lost its tick, and counts as worked
    counts["ticked"] = counts["new"] + counts["update"] - batch.rows.left_out().count() + counts["passed"]
    _hand_over(batch, ImportState.TAKING_IN)
    return True


@transaction.atomic
def stop(batch: Import, now: datetime) -> bool:
    """Stops the reading or the taking in after the batch that is being worked. False when there is nothing to stop."""
    _lock(batch)
    if batch.state not in (ImportState.READING, ImportState.TAKING_IN):
        return False
    if batch.state == ImportState.READING:
        batch.owner.importfiles.filter(batch=batch).delete()
    batch.state, batch.lease_token, batch.lease_until, batch.finished_at = ImportState.STOPPED, None, None, now
    batch.save(update_fields=["state", "lease_token", "lease_until", "finished_at"])
    return True


@transaction.atomic
def undo(batch: Import, now: datetime) -> bool:
    """Hands what went in back to the worker. False when there is nothing to undo any more."""
    _lock(batch)
    if not batch.can_undo(now):
        return False
    _hand_over(batch, ImportState.UNDOING)
    return True


def _hand_over(batch: Import, state: ImportState) -> None:
    batch.state, batch.cursor, batch.attempts, batch.problem = state, 0, 0, ""
    batch.lease_token, batch.lease_until = None, None
    batch.save(update_fields=["state", "cursor", "attempts", "problem", "counts", "lease_token", "lease_until"])


def _lock(batch: Import) -> None:
    batch.refresh_from_db(from_queryset=batch.owner.imports.select_for_update())
