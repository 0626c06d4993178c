"""What a talk leaves behind: its debrief, the thank-you, and the word to whoever led there."""

import uuid
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from base.text import key_of, promise_lines
from crm.actions import USUAL_RHYTHM, Details, add, continue_with, drop
from crm.models import Contact, Stage
from crm.quick import read
from interviews.models import Debrief, Interview, Room

THANK_YOU, CHECK_IN = "thank_you", "check_in"  # kinds of promise, which live in a higher app


@transaction.atomic
def open_debrief(*, interview: Interview, now: datetime) -> Debrief:
    """They talked: the room is closed, the debrief waits, and what one owes after every talk is promised, once."""
    owner = interview.owner
    debrief, _made = owner.debriefs.get_or_create(interview=interview, defaults={"opened_at": now})
    owner.rooms.filter(interview=interview, ended_at__isnull=True).update(
        ended_at=now, paused_at=None, version=F("version") + 1
    )
    owe_thanks(interview, now)
    close_the_loop(interview, now)
    interview.contact.refresh_search_text()
    return debrief


@transaction.atomic
def take_back_debrief(*, interview: Interview, held_at: datetime) -> None:
    """It did not take place after all: what the talk had brought along goes, unless somebody has worked on it."""
    owner = interview.owner
    owner.debriefs.filter(interview=interview, done_at__isnull=True, learned="", fit="", may_use_name="").delete()
    brought = interview.promises.open().mine().filter(created_at=held_at, version=1, kind__in=[THANK_YOU, CHECK_IN])
    for promise in brought.filter(check_in_of__isnull=True).select_related("owner", "contact"):
        promise.bin(held_at)


def owe_thanks(interview: Interview, now: datetime) -> None:
    """A thank-you within a day (product.md rule 9): due the day after the talk, or today when that is over."""
    if thanks_of(interview) is not None:
        return
    contact, today = interview.contact, interview.owner.today(now)
    talked_on = min(interview.owner.today(interview.starts_at), today)
    contact.promises.make(
        what=_("Thank %(name)s for the talk") % {"name": contact.first_name},
        kind=THANK_YOU,
        due_on=max(talked_on + timedelta(days=1), today),
        interview=interview,
        now=now,
    )


def close_the_loop(interview: Interview, now: datetime) -> None:
    """Whoever introduced me hears what came of it (product.md rule 11)."""
    introducer = interview.contact.introduced_by
    if introducer is None or introducer.binned_at or introducer.is_dropped:
        return
    if interview.promises.filter(contact=introducer, binned_at__isnull=True).exists():
        return
    words = {"name": introducer.first_name, "who": interview.contact.first_name}
    introducer.owner = interview.owner
    introducer.promises.make(
        what=_("Tell %(name)s what came of the talk with %(who)s") % words, kind=CHECK_IN, interview=interview, now=now
    )


def thanks_of(interview: Interview) -> Any:
    """The promise to thank for this talk, open or closed; None when there is none."""
    thanks = interview.promises.mine().filter(kind=THANK_YOU, contact=interview.contact, binned_at__isnull=True)
    return thanks.select_related("owner", "contact").order_by("pk").first()


@dataclass(frozen=True)
class Promised:
    """A promise as the debrief says it. `line` is the line of the notes it was understood from."""

    what: str
    due_on: date | None
    whose: str
    line: str = ""


@dataclass(frozen=True)
class Change:
    """Other words or another day for a promise that was made in the room."""

    promise: Any
    what: str
    due_on: date


@dataclass(frozen=True)
class Outcome:
    """All that a debrief says, in whole or in part."""

    learned: str = ""
    fit: str = ""
    may_use_name: str = ""
    promises: list[Promised] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    people: list[Details] = field(default_factory=list)
    go: str = ""
    rhythm: tuple[int, str] | None = None


@transaction.atomic
def save(*, interview: Interview, outcome: Outcome, now: datetime) -> Debrief:
    """Keeps what has been said so far. Saving twice makes no promise and no person twice."""
    debrief, _made = interview.owner.debriefs.get_or_create(interview=interview, defaults={"opened_at": now})
    debrief.learned, debrief.fit, debrief.may_use_name = outcome.learned, outcome.fit, outcome.may_use_name
    debrief.version += 1
    debrief.save(update_fields=["learned", "fit", "may_use_name", "version"])
    for promised in outcome.promises:
        _make(interview, promised, now)
    for change in outcome.changes:
        promise = change.promise
        promise.owner, promise.contact = interview.owner, interview.contact
        promise.edit(what=change.what, kind=promise.kind, due_on=change.due_on, now=now)
    for details in outcome.people:
        _meet(interview, details, now)
    _go_on(interview.contact, outcome, now)
    interview.contact.refresh_search_text()
    return debrief


@transaction.atomic
def finish(*, interview: Interview, outcome: Outcome, now: datetime) -> Debrief:
    debrief = save(interview=interview, outcome=outcome, now=now)
    debrief.done_at = debrief.done_at or now
    debrief.save(update_fields=["done_at"])
    return debrief


@transaction.atomic
def wait_again(*, interview: Interview) -> bool:
    """Takes back that it is done; what was written stays. False when it waits already."""
    done = interview.owner.debriefs.filter(interview=interview, done_at__isnull=False)
    return bool(done.update(done_at=None, version=F("version") + 1))


def lines_to_promise(interview: Interview, room: Room | None, answers: list[str]) -> list[str]:
    """The `!` lines of the notes and answers that no debrief has made a promise of yet."""
    lines = list(dict.fromkeys(promise_lines("\n".join([room.notes if room else "", *answers]))))
    if not room or not lines:
        return []
    taken = set(room.writes.filter(uid__in=[_mark(interview, line) for line in lines]).values_list("uid", flat=True))
    return [line for line in lines if _mark(interview, line) not in taken]


def people_to_meet(interview: Interview, room: Room | None) -> list[str]:
    """Those named on a `+` line of the notes who are not among the contacts yet."""
    lines = [line[1:].strip() for line in (room.notes if room else "").splitlines() if line.startswith("+")]
    keys = {line: key_of(read(line, date(2000, 1, 1)).name) for line in dict.fromkeys(lines) if line}
    known = interview.owner.contacts.alive().filter(name_key__in=keys.values()).values_list("name_key", flat=True)
    there = set(known) if keys else set()
    return [line for line, key in keys.items() if key and key not in there]


def _make(interview: Interview, promised: Promised, now: datetime) -> None:
    if promised.line:
        room = interview.owner.rooms.filter(interview=interview).first()
        mark = _mark(interview, promised.line)
        if room is None or room.writes.filter(uid=mark).exists():
            return
        room.writes.create(owner=interview.owner, uid=mark, written_at=now)
    elif interview.promises.open().filter(what=promised.what, whose=promised.whose).exists():
        return  # sent twice
    interview.contact.promises.make(
        what=promised.what, due_on=promised.due_on, whose=promised.whose, interview=interview, now=now
    )


def _mark(interview: Interview, line: str) -> uuid.UUID:
    return uuid.uuid5(interview.uid, f"line:{line}")


def _meet(interview: Interview, details: Details, now: datetime) -> None:
    """Adds whom I should meet, introduced by the one I talked with. Somebody of that name is left as they are."""
    owner = interview.owner
    if not owner.contacts.alive().filter(name_key=key_of(details.name)).exists():
        add(owner=owner, details=replace(details, introduced_by=interview.contact, stage=Stage.TO_MEET), now=now)


def _go_on(contact: Contact, outcome: Outcome, now: datetime) -> None:
    if outcome.go == Stage.DROP and not contact.is_dropped:
        drop(contact=contact, now=now)
    elif outcome.go == Stage.CONTINUE:
        count, unit = outcome.rhythm or (contact.rhythm_count, contact.rhythm_unit)
        count, unit = (count, unit) if count else USUAL_RHYTHM
        if (contact.stage, contact.rhythm_count, contact.rhythm_unit) != (Stage.CONTINUE, count, unit):
            continue_with(contact=contact, count=count, unit=unit, now=now)
