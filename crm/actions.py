"""What changes more than one row of a relationship: its stage, its rhythm, its story."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count

from accounts.dates import take_date
from crm.models import Contact, Note, RhythmUnit, Stage, Touch
from crm.text import promise_lines

FORWARD = (Stage.TO_MEET, Stage.ASKED, Stage.SCHEDULED, Stage.MET)
SOFT_DATES_A_DAY = 3  # product.md rule 14
USUAL_RHYTHM = (2, RhythmUnit.MONTHS)
WINDOW = timedelta(days=120)
STANDING = ["stage", "rhythm_count", "rhythm_unit", "last_touch_on", "touch_on", "binned_at", "version"]


@transaction.atomic
def change_stage(*, contact: Contact, to: str, now: datetime) -> Contact:
    """Sets the stage by hand or by an event, and keeps the change with its date; the same stage is no change."""
    _lock(contact)
    if contact.stage != to:
        _set_stage(contact, to, now)
    return contact


@transaction.atomic
def advance(*, contact: Contact, to: str, now: datetime) -> Contact:
    """Moves the stage forward on the way to `met`. Never back, and never out of continue or drop."""
    _lock(contact)
    if contact.stage in FORWARD and to in FORWARD and FORWARD.index(Stage(to)) > FORWARD.index(Stage(contact.stage)):
        _set_stage(contact, to, now)
    return contact


@transaction.atomic
def continue_with(*, contact: Contact, count: int, unit: str, now: datetime) -> Contact:
    """Continue means a rhythm, counted from the last touch."""
    _lock(contact)
    contact.rhythm_count, contact.rhythm_unit = count, RhythmUnit(unit)
    if contact.stage == Stage.CONTINUE:
        contact.touch_on = next_touch(contact, now)
        _keep_standing(contact)
    else:
        _set_stage(contact, Stage.CONTINUE, now)
    return contact


@transaction.atomic
def drop(*, contact: Contact, now: datetime) -> Contact:
    """Drop means silence: nothing nags about this person any more; the history and the rhythm are kept."""
    return change_stage(contact=contact, to=Stage.DROP, now=now)


@transaction.atomic
def resume(*, contact: Contact, now: datetime) -> Contact:
    """Goes back to where the relationship stood before it was dropped."""
    _lock(contact)
    if contact.stage == Stage.DROP:
        dropped = contact.stage_changes.filter(after=Stage.DROP).order_by("-at", "-pk").first()
        _set_stage(contact, dropped.before if dropped else Stage.TO_MEET, now)
    return contact


@transaction.atomic
def touch(*, contact: Contact, on: date, now: datetime) -> Touch:
    """We were in touch on this local date: the rhythm starts again from the last touch."""
    _lock(contact)
    made = contact.touches.create(owner_id=contact.owner_id, happened_on=on, created_at=now)
    contact.last_touch_on = max(on, contact.last_touch_on or on)
    contact.touch_on = next_touch(contact, now)
    _keep_standing(contact)
    return made


@transaction.atomic
def untouch(*, contact: Contact, now: datetime) -> Contact:
    """Takes back the touch recorded last, and counts the rhythm from the one before."""
    _lock(contact)
    last = contact.touches.order_by("-created_at", "-pk").first()
    if last:
        last.delete()
        newest = contact.touches.order_by("-happened_on").first()
        contact.last_touch_on = newest.happened_on if newest else None
        contact.touch_on = next_touch(contact, now)
        _keep_standing(contact)
    return contact


@transaction.atomic
def move_to_bin(*, contact: Contact, now: datetime) -> Contact:
    _lock(contact)
    contact.bin(now)
    contact.promises.replan(now)
    return contact


@transaction.atomic
def take_out_of_bin(*, contact: Contact, now: datetime) -> Contact:
    _lock(contact)
    contact.restore()
    contact.promises.replan(now)
    return contact


@dataclass(frozen=True)
class Noted:
    """A note that was kept, and the promises its `!` lines made. `is_new` is false when it had arrived before."""

    note: Note
    promises: list[Any]
    is_new: bool


@transaction.atomic
def keep_note(*, contact: Contact, body: str, uid: uuid.UUID, now: datetime) -> Noted:
    """Keeps a note; each line that starts with `!` is a promise as well. The same `uid` sent twice is one note."""
    # mixed with the contact's own, so that nobody can occupy somebody else's
    note, is_new = contact.notes.get_or_create(
        uid=uuid.uuid5(contact.uid, str(uid)),
        defaults={"owner_id": contact.owner_id, "body": body, "created_at": now},
    )
    if not is_new:
        return Noted(note, [], is_new)
    contact.remember(body)
    return Noted(note, make_promises(contact, promise_lines(body), now), is_new)


def make_promises(contact: Contact, lines: Iterable[str], now: datetime) -> list[Any]:
    """One promise of mine for each line, with the date that stands at its end."""
    today = contact.owner.today(now)
    made = []
    for line in lines:
        dated = take_date(line, today)
        what, due_on = (dated.rest, dated.day) if dated else (line, None)
        made.append(contact.promises.make(what=what, due_on=due_on, now=now))
    return made


def next_touch(contact: Contact, now: datetime) -> date | None:
    """When the rhythm comes round: never in the past, and on the next day that has fewer than three (rule 14)."""
    today = contact.owner.today(now)
    due = contact.rhythm_after(contact.last_touch_on or today)
    if due is None:
        return None
    day = max(due, today)
    others = contact.owner.contacts.alive().exclude(pk=contact.pk)
    while True:
        full = set(
            others.filter(touch_on__gte=day, touch_on__lt=day + WINDOW)
            .order_by()
            .values("touch_on")
            .annotate(people=Count("pk"))
            .filter(people__gte=SOFT_DATES_A_DAY)
            .values_list("touch_on", flat=True)
        )
        if len(full) < WINDOW.days:
            break
        day += WINDOW
    while day in full:
        day += timedelta(days=1)
    return day


def _lock(contact: Contact) -> None:
    """Reads again what a second tab may have changed, and holds the row until the commit."""
    contact.refresh_from_db(fields=STANDING, from_queryset=contact.owner.contacts.select_for_update())


def _set_stage(contact: Contact, to: str, now: datetime) -> None:
    before, contact.stage = contact.stage, to
    if to == Stage.CONTINUE and not contact.rhythm_count:
        contact.rhythm_count, contact.rhythm_unit = USUAL_RHYTHM
    contact.touch_on = next_touch(contact, now)
    _keep_standing(contact)
    contact.stage_changes.create(owner_id=contact.owner_id, before=before, after=to, at=now)
    if Stage.DROP in (before, to):
        contact.promises.replan(now)


def _keep_standing(contact: Contact) -> None:
    contact.version += 1
    contact.save(update_fields=STANDING)
