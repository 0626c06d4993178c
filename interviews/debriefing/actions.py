"""After a talk: its debrief, and the promises to thank the contact and to tell whoever introduced them."""

import uuid
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from base.owned import Stale
from base.text import clean_line, fold, key_of, promise_lines
from crm.actions import USUAL_RHYTHM, Details, add, continue_with, drop, keep_note, make_promises
from crm.models import Contact, Stage
from crm.quick import read
from interviews.debriefing.named import promise_to_write
from interviews.models import Debrief, Interview, InterviewState, Room

THANK_YOU, CHECK_IN = "thank_you", "check_in"  # kinds of promise, which live in a higher app
THANKED_WITHIN = timedelta(days=7)
TOLD_AFTER = timedelta(days=30)
MOST_LINES = 1000  # of the notes and answers of one talk, read for promises and people


@transaction.atomic
def open_debrief(*, interview: Interview, now: datetime) -> Debrief:
    """Called when the talk was held: closes the room, opens the debrief, and makes the promises that follow every talk, once."""
    owner = interview.owner
    debrief, _made = owner.debriefs.get_or_create(interview=interview, defaults={"opened_at": now})
    owner.rooms.filter(interview=interview, ended_at__isnull=True).update(
        ended_at=now, paused_at=None, version=F("version") + 1
    )
    promise_thank_you(interview, now)
    promise_to_tell_introducer(interview, now)
    interview.contact.refresh_search_text()
    return debrief


@transaction.atomic
def take_back_debrief(*, interview: Interview, held_at: datetime, now: datetime) -> None:
    """Undoes `open_debrief` when the talk did not take place after all, unless the user has worked on the debrief."""
    owner = interview.owner
    owner.debriefs.filter(interview=interview, done_at__isnull=True, learned="", fit="", may_use_name="").delete()
    brought = interview.promises.open().mine().filter(created_at=held_at, version=1, kind__in=[THANK_YOU, CHECK_IN])
    for promise in brought.filter(check_in_of__isnull=True).select_related("owner", "contact"):
        promise.bin(now)


def promise_thank_you(interview: Interview, now: datetime) -> None:
    """A thank-you within a day (product.md rule 9): due the day after the talk, or today when that is over. None for a talk
    of long ago: a late thank-you is a letter of its own."""
    if thank_you_promise(interview) is not None:
        return
    contact, today = interview.contact, interview.owner.today(now)
    talked_on = min(interview.owner.today(interview.starts_at), today)
    if today - talked_on > THANKED_WITHIN:
        return
    contact.promises.make(
        what=_("Thank %(name)s for the talk") % {"name": contact.first_name},
        kind=THANK_YOU,
        due_on=max(talked_on + timedelta(days=1), today),
        interview=interview,
        now=now,
    )


def promise_to_tell_introducer(interview: Interview, now: datetime) -> None:
    """Whoever introduced me hears what came of it (product.md rule 11)."""
    introducer = interview.contact.introduced_by
    if introducer is None or introducer.binned_at or introducer.is_dropped:
        return
    if interview.promises.filter(contact=introducer, kind=CHECK_IN, binned_at__isnull=True).exists():
        return
    words = {"name": introducer.first_name, "who": interview.contact.first_name}
    introducer.owner = interview.owner
    introducer.promises.make(
        what=_("Tell %(name)s what came of the talk with %(who)s") % words, kind=CHECK_IN, interview=interview, now=now
    )


def thank_you_promise(interview: Interview) -> Any:
    """The promise to thank for this talk, open or closed; None when there is none."""
    thanks = interview.promises.mine().filter(kind=THANK_YOU, contact=interview.contact, binned_at__isnull=True)
    return thanks.select_related("owner", "contact").order_by("pk").first()


def told_later(interview: Interview) -> Any:
    """The promise to tell them what came of their advice, open, closed or in the bin; None when it was never ticked."""
    found = interview.promises.filter(uid=told_later_uid(interview))
    return found.select_related("owner", "contact").first()


def told_later_uid(interview: Interview) -> uuid.UUID:
    return uuid.uuid5(interview.uid, "advice")


@transaction.atomic
def tell_later(*, interview: Interview, now: datetime) -> Any:
    """Promises once to tell them in 30 days what came of their advice (product.md rule 11)."""
    interview.lock_contacts()
    promise, contact = told_later(interview), interview.contact
    if promise is None:
        promise = contact.promises.make(
            what=_("Tell %(name)s what came of the advice") % {"name": contact.first_name},
            kind=CHECK_IN,
            due_on=interview.owner.today(now) + TOLD_AFTER,
            interview=interview,
            uid=told_later_uid(interview),
            now=now,
        )
    elif promise.binned_at:
        promise.restore(now)
    return promise


@transaction.atomic
def do_not_tell_later(*, interview: Interview, now: datetime) -> Any:
    """Undoes `tell_later` while the promise is open."""
    interview.lock_contacts()
    promise = told_later(interview)
    if promise and promise.is_open and not promise.binned_at:
        promise.bin(now)
    return promise


@dataclass(frozen=True)
class Promised:
    """A promise as the debrief says it. `line` is the line of the notes it was understood from."""

    what: str
    due_on: date | None
    whose: str
    line: str = ""


@dataclass(frozen=True)
class Change:
    """Another text or another day for a promise that exists already."""

    promise: Any
    what: str
    due_on: date


@dataclass(frozen=True)
class Person:
    """Whom to meet, with all that the line says."""

    line: str
    details: Details
    note: str = ""
    promises: tuple[str, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """All that a debrief says, in whole or in part."""

    learned: str = ""
    fit: str = ""
    may_use_name: str = ""
    promises: list[Promised] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)
    tell_later: bool | None = None  # None: as it stands
    go: str = ""
    rhythm: tuple[int, str] | None = None


@transaction.atomic
def save(
    *, interview: Interview, outcome: Outcome, seen: int, now: datetime, done_at: datetime | None = None
) -> Debrief:
    """Keeps what has been said so far. Saving twice makes no promise and no person twice.

    Raises Stale, with nothing kept, when the debrief is not of version `seen` any more, or a promise was changed meanwhile.
    """
    owner = interview.owner
    owner.hold()  # people and organisations are added: two debriefs at once would lock them in any order
    interview.lock_contacts()
    if not owner.interviews.filter(pk=interview.pk, state=InterviewState.HELD).exists():
        raise Stale(interview)
    debrief, _made = owner.debriefs.get_or_create(interview=interview, defaults={"opened_at": now, "version": seen})
    debrief.change(
        seen,
        learned=outcome.learned,
        fit=outcome.fit,
        may_use_name=outcome.may_use_name,
        done_at=debrief.done_at or done_at,
    )
    for promised in outcome.promises:
        _make(interview, promised, now)
    for change in outcome.changes:
        _change(interview, change, now)
    for person in outcome.people:
        _meet(interview, person, now)
    if outcome.tell_later is not None:
        (tell_later if outcome.tell_later else do_not_tell_later)(interview=interview, now=now)
    _go_on(interview.contact, outcome, now)
    interview.contact.refresh_search_text()
    return debrief


def finish(*, interview: Interview, outcome: Outcome, seen: int, now: datetime) -> Debrief:
    """Saves the debrief and marks it done."""
    return save(interview=interview, outcome=outcome, seen=seen, now=now, done_at=now)


def reopen(*, debrief: Debrief, seen: int) -> None:
    """Undoes `finish`; what was written stays."""
    if not debrief.is_done:
        raise Stale(debrief)
    debrief.change(seen, done_at=None)


def lines_to_promise(interview: Interview, room: Room | None, answers: list[str]) -> list[str]:
    """The `!` lines of the notes and answers that no debrief has made a promise of yet."""
    lines = list(dict.fromkeys(promise_lines("\n".join([room.notes if room else "", *answers]))))[:MOST_LINES]
    if not room or not lines:
        return []
    taken = set(room.writes.filter(uid__in=[_mark(interview, line) for line in lines]).values_list("uid", flat=True))
    return [line for line in lines if _mark(interview, line) not in taken]


def promises_of_lines(interview: Interview, lines: list[str]) -> dict[str, Any]:
    """Maps each line of the notes to the promise made of it; promises in the bin are left out."""
    marks = {_mark(interview, line): line for line in lines}
    made = interview.promises.filter(uid__in=marks, binned_at__isnull=True) if marks else ()
    return {marks[promise.uid]: promise for promise in made}


def people_to_meet(interview: Interview, room: Room | None) -> list[str]:
    """Those named on a `+` line of the notes who are not among the contacts yet."""
    lines = [line[1:].strip() for line in (room.notes if room else "").splitlines() if line.startswith("+")]
    lines = list(dict.fromkeys(line for line in lines if line))[:MOST_LINES]
    keys = {line: key_of(read(line, date(2000, 1, 1)).name) for line in lines}
    known = interview.owner.contacts.alive().filter(name_key__in=keys.values()).values_list("name_key", flat=True)
    there = set(known) if keys else set()
    return [line for line, key in keys.items() if key and key not in there]


def _make(interview: Interview, promised: Promised, now: datetime) -> None:
    """The promise made of a line carries the line's mark as its `uid`, so that other words for it find it again."""
    uid = _mark(interview, promised.line) if promised.line else None
    if uid and _is_taken(interview, uid):
        if interview.promises.filter(what=promised.what).exists():
            return  # sent twice
        uid = None  # its promise is in the bin or gone, and these are other words
    elif uid:
        room = interview.owner.rooms.filter(interview=interview).first()
        if room:
            room.writes.create(owner=interview.owner, uid=uid, written_at=now)
    elif interview.promises.open().filter(what=promised.what, whose=promised.whose).exists():
        return  # sent twice
    interview.contact.promises.make(
        what=promised.what, due_on=promised.due_on, whose=promised.whose, interview=interview, uid=uid, now=now
    )


def _is_taken(interview: Interview, mark: uuid.UUID) -> bool:
    """Whether a promise was made of the line: found by the promise, or by the mark alone when the promise was purged."""
    owner = interview.owner
    return (
        owner.promises.filter(uid=mark).exists()
        or owner.roomwrites.filter(room__interview=interview, uid=mark).exists()
    )


def _mark(interview: Interview, line: str) -> uuid.UUID:
    return uuid.uuid5(interview.uid, f"line:{clean_line(line)}")  # normalised as the form field does: both give one uid


def _change(interview: Interview, change: Change, now: datetime) -> None:
    promise = change.promise
    promise.owner, promise.contact = interview.owner, interview.contact
    promise.edit(what=change.what, kind=promise.kind, due_on=change.due_on, now=now)


def _meet(interview: Interview, person: Person, now: datetime) -> None:
    """Adds a person I should meet as a contact, introduced by the one I talked with, and promises to write to them. For somebody
    I know already, the line becomes a note."""
    owner, details = interview.owner, person.details
    uid = uuid.uuid5(interview.uid, f"meet:{person.line}")
    if owner.contacts.alive().filter(uid=uid).exists() or owner.notes.filter(uid=uid).exists():
        return  # sent twice
    known = owner.contacts.alive().filter(name_key=key_of(details.name)).order_by("pk").first()
    if known is None:
        details = replace(details, introduced_by=interview.contact, stage=Stage.TO_MEET)
        free = None if owner.contacts.filter(uid=uid).exists() else uid  # the one in the bin keeps its own
        known = add(owner=owner, details=details, note=person.note, promises=person.promises, uid=free, now=now).contact
    elif fold(person.line) != fold(known.name):
        said = {"name": interview.contact.name, "line": person.line}
        make_promises(known, person.promises, now)
        keep_note(contact=known, body=_("Named in the talk with %(name)s: %(line)s") % said, uid=uid, now=now)
    promise_to_write(known, interview, now)


def _go_on(contact: Contact, outcome: Outcome, now: datetime) -> None:
    if outcome.go == Stage.DROP and not contact.is_dropped:
        drop(contact=contact, now=now)
    elif outcome.go == Stage.CONTINUE:
        count, unit = outcome.rhythm or (contact.rhythm_count, contact.rhythm_unit)
        count, unit = (count, unit) if count else USUAL_RHYTHM
        if (contact.stage, contact.rhythm_count, contact.rhythm_unit) != (Stage.CONTINUE, count, unit):
            continue_with(contact=contact, count=count, unit=unit, now=now)
