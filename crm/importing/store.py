"""The staged import. Each of `read`, `take_in` and `undo` works a batch, commits, yields, and goes on where a killed worker
left off: what was done and how far it got stand in the same commit."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from base.text import clean_text
from crm.importing.changes import change_contacts, changes_between, put_back, write_over
from crm.importing.formats import open_people
from crm.importing.formats.people import Line, Person, Unreadable
from crm.importing.imported_contacts import add_contacts, take_out
from crm.importing.matching import Seen, find_contacts
from crm.models import ContactQuerySet, Import, ImportAction, ImportRow, ImportState

BATCH = 500
LEASE = timedelta(seconds=60)
Clock = Callable[[], datetime]


def read(batch: Import, clock: Clock) -> Iterator[None]:
    """Parses the file into rows to decide on; one that cannot be read is refused, and nothing of it stays."""
    try:
        source = open_people(bytes(batch.file.content), settings.IMPORT_MAX_BYTES)
        survey = source.survey(settings.IMPORT_MAX_ROWS)
    except Unreadable as refused:
        refuse(batch, refused.sentence, clock())
        return
    batch.total, batch.header = survey.total, source.table.header
    lines, seen = source.people(survey.day_first), Seen()
    while chunk := list(islice(lines, BATCH)):
        twins = {line.number: seen.twin(line.number, line.person) for line in chunk if line.person}
        new = [line for line in chunk if line.number > batch.cursor]
        if not new:
            continue
        with transaction.atomic():
            if not hold(batch, clock()):
                return
            _stage(batch, new, twins)
            _advance(batch, new[-1].number, "total", "header")
        yield
    _finish(batch, ImportState.READY, clock())


def take_in(batch: Import, clock: Clock) -> Iterator[None]:
    """Puts the ticked rows among the owner's people: the rows' marks and the people are one commit."""
    while True:
        with transaction.atomic():
            now = clock()
            _one_at_a_time(batch)
            if not hold(batch, now):
                return
            rows = list(batch.rows.waiting(batch.cursor)[:BATCH])
            if rows:
                _take(batch, rows, now)
                _advance(batch, rows[-1].line)
        if not rows:
            break
        yield
    _finish(batch, ImportState.DONE, clock())


def undo(batch: Import, clock: Clock) -> Iterator[None]:
    """Takes it all back, but what the user did since: those people and values stay."""
    while True:
        with transaction.atomic():
            now = clock()
            if not hold(batch, now):
                return
            rows = list(batch.rows.taken(batch.cursor)[:BATCH])
            if rows:
                _take_back(batch, rows, now)
                _advance(batch, rows[-1].line)
        if not rows:
            break
        yield
    _finish(batch, ImportState.UNDONE, clock())


WORK: dict[str, Callable[[Import, Clock], Iterator[None]]] = {
    ImportState.READING: read,
    ImportState.TAKING_IN: take_in,
    ImportState.UNDOING: undo,
}


def hold(batch: Import, now: datetime) -> bool:
    """Renews the lease in the caller's transaction. False when the user stopped it or another worker has it: then nothing of
    this batch may be written. Writing first also takes the lock that Stop has to wait for."""
    mine = batch.owner.imports.filter(pk=batch.pk, lease_token=batch.lease_token, state=batch.state)
    return bool(mine.update(lease_until=now + LEASE) == 1)


def refuse(batch: Import, sentence: str, now: datetime) -> None:
    """Nothing half done: what was read of it goes."""
    with transaction.atomic():
        if hold(batch, now):
            batch.rows.all().delete()
            batch.owner.importfiles.filter(batch=batch).delete()
            batch.problem = sentence
            _leave(batch, ImportState.REFUSED, now)


def give_up(batch: Import, now: datetime) -> None:
    """A file that stopped every worker that took it up."""
    if batch.state == ImportState.READING:
        refuse(batch, _("This file could not be read, a knot on our side. Nothing was read."), now)
        return
    with transaction.atomic():
        if hold(batch, now):
            batch.problem = _("This stopped on the way, a knot on our side. What is in can be undone.")
            _leave(batch, ImportState.STOPPED, now)


def _finish(batch: Import, state: ImportState, now: datetime) -> None:
    with transaction.atomic():
        if hold(batch, now):
            batch.owner.importfiles.filter(batch=batch).delete()
            _leave(batch, state, now)


def _leave(batch: Import, state: ImportState, now: datetime) -> None:
    batch.state, batch.cursor, batch.lease_token, batch.lease_until = state, 0, None, None
    if state not in (ImportState.READY, ImportState.UNDONE):
        batch.finished_at = now
    batch.save(update_fields=["state", "cursor", "lease_token", "lease_until", "finished_at", "problem"])


def _advance(batch: Import, line: int, *also: str) -> None:
    batch.cursor, batch.attempts = line, 0
    batch.save(update_fields=["cursor", "counts", "attempts", *also])


def _stage(batch: Import, lines: list[Line], twins: dict[int, int]) -> None:
    people = [(line, line.person) for line in lines if line.person and not twins[line.number]]
    found = find_contacts(_people_of(batch), [person for _line, person in people])
    changes = changes_between(batch.owner, [(c, p) for c, (_l, p) in zip(found, people, strict=True) if c])
    rows = [
        _row(
            batch,
            line,
            data={"cells": [clean_text(cell) for cell in line.cells]},
            action=ImportAction.UNREADABLE,
            problem=line.problem,
        )
        for line in lines
        if line.problem
    ]
    for contact, (line, person) in zip(found, people, strict=True):
        if contact is None:
            rows.append(_row(batch, line, data=person.as_dict(), action=ImportAction.NEW))
        elif asked := changes[contact.pk]:
            ticked = any(tick for _before, _after, tick in asked.values())
            rows.append(
                _row(
                    batch, line, data=person.as_dict(), action=ImportAction.UPDATE, contact=contact, changes=asked,
                    wanted=ticked,
                )
            )  # fmt: skip
    batch.owner.importrows.bulk_create(rows)
    _count(batch, lines, twins, rows)


def _row(batch: Import, line: Line, **values: Any) -> ImportRow:
    return ImportRow(owner_id=batch.owner_id, batch=batch, line=line.number, **values)


def _count(batch: Import, lines: list[Line], twins: dict[int, int], rows: list[ImportRow]) -> None:
    counts = batch.counts
    for row in rows:
        counts[row.action] += 1
    doubles = sum(1 for line in lines if twins.get(line.number))
    empty = sum(1 for line in lines if not line.person and not line.problem)
    counts["double"] += doubles
    counts["empty"] += empty
    counts["same"] += len(lines) - len(rows) - doubles - empty


def _one_at_a_time(batch: Import) -> None:
    """Two imports of one owner wait for each other: the second sees whom the first brought in."""
    taking = batch.owner.imports.filter(state=ImportState.TAKING_IN).order_by("pk")
    list(taking.select_for_update().values_list("pk"))


def _take(batch: Import, rows: list[ImportRow], now: datetime) -> None:
    people = [Person.from_dict(row.data) for row in rows]
    contacts = _people_of(batch).select_for_update(of=("self",), no_key=True)
    new, known, passed = [], [], []
    for row, person, contact in zip(rows, people, find_contacts(contacts, people), strict=True):
        row.batch = batch
        if row.action == ImportAction.NEW and contact is None:
            new.append((row, person))
        elif row.action == ImportAction.UPDATE and contact is not None and contact.pk == row.contact_id:
            known.append((row, contact))
        else:  # somebody came, or went, since the preview
            passed.append(row)
    add_contacts(batch, new, now)
    changed = change_contacts(batch, known, now)
    for row in passed:
        row.wanted = False
    write_over(batch.owner.importrows, rows, ["contact", "taken_in", "changes", "wanted"])
    batch.counts["added"] += len(new)
    batch.counts["changed"] += changed
    batch.counts["passed"] += len(passed) + len(known) - changed


def _take_back(batch: Import, rows: list[ImportRow], now: datetime) -> None:
    for row in rows:
        row.batch = batch
    removed = take_out(batch, [row for row in rows if row.action == ImportAction.NEW], now)
    restored = put_back(batch, [row for row in rows if row.action == ImportAction.UPDATE])
    gone = [row.pk for row in (*removed, *restored)]
    batch.owner.importrows.filter(pk__in=gone).update(taken_in=False)
    batch.counts["removed"] += len(removed)
    batch.counts["put_back"] += len(restored)
    batch.counts["stayed"] += len(rows) - len(gone)


def _people_of(batch: Import) -> ContactQuerySet:
    return batch.owner.contacts.alive().select_related("organisation")
