"""What changes more than one row of a relationship: its stage, its rhythm, its story."""

import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count

from accounts.models import User
from base.dates import take_date
from base.owned import Stale
from base.text import key_of, promise_lines, sentence_case
from crm.models import Contact, ContactTag, Note, Organisation, RhythmUnit, Stage, Tag, Touch
from crm.parts import search_text

FORWARD = (Stage.TO_MEET, Stage.ASKED, Stage.SCHEDULED, Stage.MET)
SOFT_DATES_A_DAY = 3  # product.md rule 14
USUAL_RHYTHM = (2, RhythmUnit.MONTHS)
WINDOW = timedelta(days=120)
A_DOUBLE_TAP = timedelta(minutes=1)
RELATIONSHIP = ["stage", "rhythm_count", "rhythm_unit", "last_touch_on", "touch_on", "binned_at"]


@dataclass(frozen=True)
class Details:
    """What a form says about a person, cleaned; the organisation and the tags are names, made when they are new."""

    name: str
    called: str = ""
    role: str = ""
    organisation: str = ""
    email: str = ""
    phone: str = ""
    linkedin_url: str = ""
    website: str = ""
    place: str = ""
    time_zone: str = ""
    how_met: str = ""
    met_on: date | None = None
    introduced_by: Contact | None = None
    stage: str = Stage.TO_MEET
    tags: tuple[str, ...] = ()

    def on_the_row(self) -> dict[str, Any]:
        """What is stored on the contact itself, by field name."""
        return {f.name: getattr(self, f.name) for f in fields(self) if f.name not in ("organisation", "stage", "tags")}


@dataclass(frozen=True)
class Added:
    contact: Contact
    promises: list[Any]


@transaction.atomic
def add(
    *,
    owner: User,
    details: Details,
    note: str = "",
    promises: Iterable[str] = (),
    undated: Collection[str] = (),
    uid: uuid.UUID | None = None,
    now: datetime,
) -> Added:
    """A new person, with what was said about them; the `!` lines of the note and `promises` are promised,
    those that are `undated` with all their words and no day.
    IntegrityError when there is somebody of that `uid`."""
    contact = Contact(owner=owner, **details.on_the_row(), created_at=now, last_touch_on=details.met_on)
    contact.uid = uid or contact.uid
    contact.name_key = key_of(details.name)
    contact.organisation = _organisation(owner, details.organisation)
    contact.search_text = search_text([*contact.own_words(), *(f"#{tag}" for tag in details.tags)])
    contact.save(force_insert=True)
    _set_tags(contact, details.tags)
    if details.stage != contact.stage:
        _set_stage(contact, details.stage, now)
    promised = [*promises, *promise_lines(note)]
    made = make_promises(contact, promised, now, undated)
    if note:
        contact.notes.create(owner_id=owner.pk, body=note, created_at=now)
    if note or promised:
        contact.refresh_search_text()
    return Added(contact, made)


@transaction.atomic
def edit(*, contact: Contact, details: Details, seen: int | None = None, now: datetime) -> Contact:
    """Writes what the form says over what was there."""
    _lock(contact, seen)
    contact.change(
        contact.version,
        **details.on_the_row(),
        name_key=key_of(details.name),
        organisation=_organisation(contact.owner, details.organisation),
    )
    contact.contact_tags.exclude(tag__name_key__in=[key_of(tag, 60) for tag in details.tags]).delete()
    _set_tags(contact, details.tags)
    contact.refresh_search_text()
    return change_stage(contact=contact, to=details.stage, now=now)


# `seen`: the version the page showed; another one raises Stale. None: called inside another action, the locked row counts.


@transaction.atomic
def change_stage(*, contact: Contact, to: str, seen: int | None = None, by_hand: bool = True, now: datetime) -> Contact:
    """Sets the stage, and keeps the change with its date; the same stage is no change. Not `by_hand`: by an event, or its Undo, that
    the story tells itself or not at all."""
    _lock(contact, seen)
    if contact.stage != to:
        _set_stage(contact, to, now, by_hand=by_hand)
    return contact


@transaction.atomic(savepoint=False)  # mostly a part of something else, which it fails with
def advance(*, contact: Contact, to: str, by_hand: bool = False, now: datetime) -> Contact:
    """Moves the stage forward on the way to `met`. Never back, and never out of continue or drop. `by_hand`: by an Undo, of which
    the story tells nothing else."""
    _lock(contact)
    if contact.stage in FORWARD and to in FORWARD and FORWARD.index(Stage(to)) > FORWARD.index(Stage(contact.stage)):
        _set_stage(contact, to, now, by_hand=by_hand)
    return contact


@transaction.atomic
def continue_with(*, contact: Contact, count: int, unit: str, seen: int | None = None, now: datetime) -> Contact:
    """Continue means a rhythm, counted from the last touch."""
    _lock(contact, seen)
    contact.rhythm_count, contact.rhythm_unit = count, RhythmUnit(unit)
    if contact.stage == Stage.CONTINUE:
        contact.touch_on = next_touch(contact, now)
        _keep_standing(contact)
    else:
        _set_stage(contact, Stage.CONTINUE, now)
    return contact


@transaction.atomic
def drop(*, contact: Contact, seen: int | None = None, now: datetime) -> Contact:
    """Drop means silence: nothing nags about this person any more; the history and the rhythm are kept."""
    return change_stage(contact=contact, to=Stage.DROP, seen=seen, now=now)


@transaction.atomic
def resume(*, contact: Contact, seen: int | None = None, now: datetime) -> Contact:
    """Goes back to where the relationship stood before it was dropped."""
    _lock(contact, seen)
    if contact.stage == Stage.DROP:
        _set_stage(contact, _stage_without_drop(contact), now)
    return contact


def _stage_without_drop(contact: Contact) -> str:
    """Where the relationship stood before it was dropped, moved by what has become of its talks since."""
    changes = contact.stage_changes.order_by("-at", "-pk")
    dropped, talks = changes.filter(after=Stage.DROP).first(), contact.interviews
    if dropped is None or dropped.before not in FORWARD:
        return dropped.before if dropped else Stage.TO_MEET
    if talks.alive().filter(held_at__gt=dropped.at).exists():
        return Stage.MET
    is_planned = talks.planned().exists()
    if dropped.before in (Stage.TO_MEET, Stage.ASKED) and is_planned:
        return Stage.SCHEDULED
    if dropped.before == Stage.SCHEDULED and talks.exists() and not is_planned:  # called off meanwhile
        came = changes.filter(after=Stage.SCHEDULED, before__in=[Stage.TO_MEET, Stage.ASKED]).first()
        return came.before if came else Stage.TO_MEET
    return dropped.before


@transaction.atomic
def touch(*, contact: Contact, on: date, by_hand: bool = False, now: datetime) -> Touch:
    """We were in touch on this local date: the rhythm starts again from the last touch. `by_hand`: not by a talk or a promise,
    which the story tells itself."""
    _lock(contact)
    made = contact.touches.create(owner_id=contact.owner_id, happened_on=on, by_hand=by_hand, created_at=now)
    contact.last_touch_on = max(on, contact.last_touch_on or on)
    contact.touch_on = next_touch(contact, now)
    _keep_standing(contact)
    return made


@transaction.atomic
def say_we_spoke(*, contact: Contact, on: date, now: datetime) -> None:
    """A touch by hand. The same day said again within a minute is a double tap: one Undo takes all of it back."""
    _lock(contact)
    if not contact.touches.filter(happened_on=on, created_at__gt=now - A_DOUBLE_TAP).exists():
        touch(contact=contact, on=on, by_hand=True, now=now)


@transaction.atomic
def untouch(*, contact: Contact, seen: int | None = None, now: datetime) -> Contact:
    """Takes back the touch recorded last, and counts the rhythm from the one before."""
    _lock(contact, seen)
    last = contact.touches.order_by("-created_at", "-pk").first()
    if last:
        last.delete()
        newest = contact.touches.order_by("-happened_on").first()
        contact.last_touch_on = newest.happened_on if newest else contact.met_on
        contact.touch_on = next_touch(contact, now)
        _keep_standing(contact)
    return contact


@transaction.atomic
def wait_with_touch(*, contact: Contact, seen: int | None = None, now: datetime) -> Contact:
    """The rhythm has come round, and waits a week more. It is counted anew from the next touch."""
    _lock(contact, seen)
    if contact.touch_on is None:
        raise Stale(contact)
    contact.touch_on = free_day(contact, contact.owner.today(now) + timedelta(weeks=1))
    _keep_standing(contact)
    return contact


@transaction.atomic
def stop_waiting(*, contact: Contact, seen: int | None = None, now: datetime) -> Contact:
    """Undoes `wait_with_touch`: the day is the rhythm's own again."""
    _lock(contact, seen)
    contact.touch_on = next_touch(contact, now)
    _keep_standing(contact)
    return contact


@transaction.atomic
def move_to_bin(*, contact: Contact, seen: int | None = None, now: datetime) -> Contact:
    _lock(contact, seen)
    contact.bin(now)
    contact.promises.replan(now)
    return contact


@transaction.atomic
def take_out_of_bin(*, contact: Contact, seen: int | None = None, now: datetime) -> Contact:
    _lock(contact, seen)
    contact.restore()
    contact.promises.replan(now)
    return contact


@dataclass(frozen=True)
class Noted:
    """A note that was kept, and the promises its `!` lines made."""

    note: Note
    promises: list[Any]


@transaction.atomic
def keep_note(*, contact: Contact, body: str, uid: uuid.UUID | None = None, now: datetime) -> Noted:
    """Keeps a note; each line that starts with `!` is a promise as well. IntegrityError when there is one of that `uid`."""
    note = contact.notes.create(owner_id=contact.owner_id, uid=uid or uuid.uuid4(), body=body, created_at=now)
    made = make_promises(contact, promise_lines(body), now)
    contact.refresh_search_text()
    return Noted(note, made)


@transaction.atomic
def edit_note(*, note: Note, body: str, seen: int, now: datetime) -> Noted:
    """Other words for a note; a `!` line that was not in it is promised. What was promised by it stays: it has its own way out.
    Stale when the note is of another version than `seen`."""
    said = set(promise_lines(note.body))
    note.edit(body, seen)
    made = make_promises(note.contact, [line for line in promise_lines(body) if line not in said], now)
    if made:
        note.contact.refresh_search_text()
    return Noted(note, made)


def kept_note(*, contact: Contact, uid: uuid.UUID) -> Noted | None:
    """The note that was kept under this number."""
    note = contact.notes.filter(uid=uid, binned_at__isnull=True).first()
    return Noted(note, []) if note else None


def make_promises(contact: Contact, lines: Iterable[str], now: datetime, undated: Collection[str] = ()) -> list[Any]:
    """One promise of mine for each line, with the date that stands at its end, unless the line is one of the `undated`. The
    caller refreshes the search text."""
    today = contact.owner.today(now)
    promised = []
    for line in lines:
        dated = None if line in undated else take_date(line, today)
        promised.append((sentence_case(dated.rest if dated else line), dated.day if dated else None))
    return contact.promises.make_many(promised, now=now) if promised else []


def next_touch(contact: Contact, now: datetime) -> date | None:
    """When the rhythm comes round: never in the past."""
    today = contact.owner.today(now)
    due = contact.rhythm_after(contact.last_touch_on or today)
    return free_day(contact, max(due, today)) if due else None


def free_day(contact: Contact, day: date) -> date:
    """This day, or the next one on which fewer than three others are to be touched (product.md rule 14)."""
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


def _organisation(owner: User, name: str) -> Organisation | None:
    """The owner's organisation of that name, made when it is new: one statement either way."""
    if not name:
        return None
    (made,) = owner.organisations.bulk_create(
        [Organisation(owner=owner, name=name, name_key=key_of(name))],
        update_conflicts=True,
        unique_fields=["owner", "name_key"],
        update_fields=["name_key"],
    )
    return made


def _set_tags(contact: Contact, names: Iterable[str]) -> None:
    wanted = {key_of(name, 60): Tag(owner=contact.owner, name=name, name_key=key_of(name, 60)) for name in names}
    if not wanted:
        return
    tags = contact.owner.tags.bulk_create(
        wanted.values(), update_conflicts=True, unique_fields=["owner", "name_key"], update_fields=["name_key"]
    )
    contact.contact_tags.bulk_create(
        [ContactTag(owner=contact.owner, contact=contact, tag=tag) for tag in tags], ignore_conflicts=True
    )


def _lock(contact: Contact, seen: int | None = None) -> None:
    """Reads again what a second tab may have changed, and holds the row until the commit."""
    rows = contact.owner.contacts.select_for_update(no_key=True).values_list("version", *RELATIONSHIP)
    contact.version, *standing = rows.get(pk=contact.pk)
    for name, value in zip(RELATIONSHIP, standing, strict=True):
        setattr(contact, name, value)
    if seen not in (None, contact.version):
        raise Stale(contact)


def _set_stage(contact: Contact, to: str, now: datetime, *, by_hand: bool = True) -> None:
    before, contact.stage = contact.stage, to
    if to == Stage.CONTINUE and not contact.rhythm_count:
        contact.rhythm_count, contact.rhythm_unit = USUAL_RHYTHM
    contact.touch_on = next_touch(contact, now)
    _keep_standing(contact)
    contact.stage_changes.create(owner_id=contact.owner_id, before=before, after=to, at=now, by_hand=by_hand)
    if to == Stage.DROP:  # and asked anew what becomes of what I promised
        contact.promises.filter(stands_after_drop=True).update(stands_after_drop=False)
    if Stage.DROP in (before, to):
        contact.promises.replan(now)


def _keep_standing(contact: Contact) -> None:
    contact.change(contact.version, **{name: getattr(contact, name) for name in RELATIONSHIP})
