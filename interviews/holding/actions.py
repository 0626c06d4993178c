"""The talk while it runs: its clock, and what is typed on one or two devices, with and without a network."""

import re
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from base.dates import take_date
from base.owned import Stale
from base.text import promise_lines, sentence_case
from crm.fields import LONGEST_NOTE, LONGEST_PROMISE
from interviews.models import LONGEST_ANSWER, LONGEST_NOTES, ChosenQuestion, Interview, Room, RoomWrite
from interviews.planning import actions as planning

MOST_EXTENDED = 240  # minutes; a talk that runs on is another talk
NOTES, MINE, THEIRS, MEET = "notes", "mine", "theirs", "meet"
LINES = (MINE, THEIRS, MEET)
MINE_SIGN, MEET_SIGN = "! ", "+ "
MOST_LINES = 50  # promises, and people to meet, in one text


class NoSuchBox(Exception):  # noqa: N818 - it is no error of the program
    """The question is not, or no longer, among those of this talk."""


class TooMuch(Exception):  # noqa: N818 - it is no error of the program
    """The text does not fit its box; `str` of it is the sentence. Nothing was changed."""


@dataclass(frozen=True)
class Write:
    """One write of a device: the text of a box, or a line that becomes a promise.

    `version` and `base` say what the box held when the device last heard of it; `uid` makes sending twice harmless.
    `at` is when it was typed, where that was long ago: "tomorrow" is the day after it.
    """

    box: str
    text: str
    uid: uuid.UUID
    version: int = 0
    base: str = ""
    at: datetime | None = None


@dataclass(frozen=True)
class Tap:
    """One tap in the room, perhaps sent later than it was made: `at` is its time by the server's clock, as the phone computes it."""

    uid: uuid.UUID
    at: datetime


@dataclass(frozen=True)
class Kept:
    """What the box holds now; `is_merged` when that is not what was sent. `at` is when it was typed."""

    box: str
    text: str
    version: int = 0
    is_merged: bool = False
    became_note: bool = False  # what was sent stands among the contact's notes instead
    at: datetime | None = None


@transaction.atomic
def start(*, interview: Interview, now: datetime) -> Room:
    """Opens the room, once; a talk that was ended by mistake and planned again starts anew with its notes."""
    if not interview.is_planned:
        raise Stale(interview)
    room, is_new = interview.owner.rooms.get_or_create(interview=interview, defaults={"started_at": now})
    room.interview = interview
    if not is_new and room.is_over:
        room.change(room.version, started_at=now, ended_at=None, extended_minutes=0, paused_seconds=0)
    return room


@transaction.atomic
def extend(*, room: Room, minutes: int, now: datetime) -> Room:
    """They offered more time. A negative number takes that back."""
    more = room.extended_minutes + minutes
    if room.is_over or not 0 <= more <= MOST_EXTENDED:
        raise Stale(room)
    room.change(room.version, extended_minutes=more)
    return room


@transaction.atomic
def pause(*, room: Room, now: datetime) -> Room:
    if room.is_over or room.is_paused:
        raise Stale(room)
    room.change(room.version, paused_at=now)
    return room


@transaction.atomic
def resume(*, room: Room, now: datetime) -> Room:
    if room.is_over or not room.is_paused:
        raise Stale(room)
    room.change(room.version, **_unpaused(room, now))
    return room


@transaction.atomic
def end(*, room: Room, now: datetime) -> Room:
    """Ends the talk: the clock stops, the talk counts as held, the debrief opens.

    Ended on two devices, the earlier tap is the end: one of them was without a network.
    """
    room.interview.lock_contacts()
    if room.ended_at and now < room.ended_at:
        room.change(room.version, ended_at=now)
        return room
    if room.is_over:
        raise Stale(room)
    room.change(room.version, ended_at=now, **_unpaused(room, now))
    if room.interview.is_planned:
        planning.hold(interview=room.interview, now=now)
    room.interview.contact.refresh_search_text()
    return room


@transaction.atomic
def reopen(*, room: Room, now: datetime) -> Room:
    """Undoes `end`: the clock goes on as if it had never stopped."""
    planning.unhold(interview=room.interview, now=now)
    room.change(room.version, ended_at=None)
    room.interview.contact.refresh_search_text()
    return room


def answered(interview: Interview) -> list[ChosenQuestion]:
    answers = interview.owner.chosenquestions.filter(preparation__interview=interview, answered_at__isnull=False)
    return list(answers.select_related("question").in_order())


@transaction.atomic
def tap(*, owner: User, interview_pk: int, said: Tap, verb: Callable[[Room, datetime], object], now: datetime) -> Room:
    """Runs `verb` once for a tap, with the time of the tap. A tap that came too late (Stale) changes nothing."""
    room, is_repeat = _lock_room(owner, interview_pk, said.uid, now)
    if not is_repeat:
        with suppress(Stale), transaction.atomic():
            verb(room, room.moment(said.at, now))
    return room


def is_too_long(said: Write) -> bool:
    return said.box in (MINE, THEIRS) and len(said.text) > LONGEST_PROMISE


@transaction.atomic
def write(*, owner: User, interview_pk: int, said: Write, now: datetime) -> Kept:
    """Keeps what a device sends, whichever device and however often. Raises Room.DoesNotExist before the start.

    What comes after the end is kept as well: a phone may have been without a network until now. What does not fit its
    box raises TooMuch while the room is open, where whoever typed it sees it; afterwards it becomes a note of the contact.
    """
    room, is_repeat = _lock_room(owner, interview_pk, said.uid, now)
    at = room.moment(said.at or now, now)
    why = why_too_much(said.box, said.text)
    if why and not room.is_over:
        raise TooMuch(why)
    keep = _promise if said.box in (MINE, THEIRS) else _KEEPERS.get(said.box, _answer)
    return replace((_keep_as_note if why else keep)(room, said, is_repeat, at), at=at)


def why_too_much(box: str, text: str) -> str:
    """Why a text does not fit its box; empty when it does."""
    most = LONGEST_NOTES if box in (NOTES, *LINES) else LONGEST_ANSWER
    if len(text) > most:
        return _("At most %(most)d characters fit here; this has %(n)d.") % {"most": most, "n": len(text)}
    n = max(len(promise_lines(text)), sum(line.startswith("+") for line in text.splitlines()))
    if n > MOST_LINES:
        return _("At most %(most)d promises and %(most)d people fit into one text; this has %(n)d.") % {
            "most": MOST_LINES,
            "n": n,
        }
    return ""


def _lock_room(owner: User, interview_pk: int, uid: uuid.UUID, now: datetime) -> tuple[Room, bool]:
    """The room, locked after its contact until the commit, and whether this write has arrived before."""
    rooms = owner.rooms.alive().select_related("interview__contact")
    interview = rooms.get(interview__pk=interview_pk).interview
    interview.owner = owner
    interview.lock_contacts()
    found: Any = rooms.with_is_repeat(uid).select_for_update(of=("self",)).get(interview__pk=interview_pk)
    found.interview.owner = found.interview.contact.owner = owner
    if not found.is_repeat:
        owner.roomwrites.bulk_create([RoomWrite(owner=owner, room=found, uid=uid, written_at=now)])
    return found, found.is_repeat


def _promise(room: Room, said: Write, is_repeat: bool, now: datetime) -> Kept:
    """Makes a promise. A text too long for one is added to the notes instead, where the debrief finds it."""
    if is_too_long(said):
        sign = MINE_SIGN if said.box == MINE else f"{room.interview.contact.first_name}: "
        return _note_line(room, said, is_repeat, sign + said.text, now)
    if not is_repeat:
        dated = take_date(said.text, room.interview.owner.today(now))
        room.interview.contact.promises.make(
            what=sentence_case(dated.rest if dated else said.text),
            due_on=dated.day if dated else None,
            whose=said.box,
            interview=room.interview,
            now=now,
        )
    return Kept(said.box, said.text)


def _notes(room: Room, said: Write, is_repeat: bool, now: datetime) -> Kept:
    text = _merged(said, room.notes, room.notes_version)
    if why_too_much(NOTES, text):
        return _keep_as_note(room, said, is_repeat, now)
    if not is_repeat and text != room.notes:
        room.notes, room.notes_version = text, room.notes_version + 1
        room.save(update_fields=["notes", "notes_version"])
        _refresh_after_end(room)
    return Kept(NOTES, room.notes, room.notes_version, is_merged=room.notes != said.text)


def _meet(room: Room, said: Write, is_repeat: bool, now: datetime) -> Kept:
    return _note_line(room, said, is_repeat, MEET_SIGN + said.text, now)


def _note_line(room: Room, said: Write, is_repeat: bool, line: str, now: datetime) -> Kept:
    text = room.notes if line in room.notes.splitlines() else "\n".join(part for part in (room.notes, line) if part)
    if why_too_much(NOTES, text):
        return _keep_as_note(room, replace(said, text=line), is_repeat, now)
    return _notes(room, replace(said, text=text, version=room.notes_version), is_repeat, now)


def _answer(room: Room, said: Write, is_repeat: bool, now: datetime) -> Kept:
    asked = room.interview.owner.chosenquestions.filter(preparation__interview=room.interview_id)
    question: ChosenQuestion | None = asked.filter(pk=int(said.box[1:])).first()
    if question is None and room.is_over:
        return _keep_as_note(room, said, is_repeat, now)
    if question is None:
        raise NoSuchBox
    text = _merged(said, question.answer, question.answer_version)
    if why_too_much(said.box, text):
        return replace(_keep_as_note(room, said, is_repeat, now), text=question.answer, version=question.answer_version)
    if not is_repeat and text != question.answer:
        question.answer, question.answer_version = text, question.answer_version + 1
        question.answered_at = (question.answered_at or now) if text else None
        kept = {name: getattr(question, name) for name in ("answer", "answer_version", "answered_at")}
        if not asked.filter(pk=question.pk).update(**kept):
            raise NoSuchBox  # taken out at this moment
        _refresh_after_end(room)
    return Kept(said.box, question.answer, question.answer_version, is_merged=question.answer != said.text)


def _keep_as_note(room: Room, said: Write, is_repeat: bool, now: datetime) -> Kept:
    """Keeps a text that fits no box as notes of the contact, as many as it needs. No promise is made of its lines."""
    contact = room.interview.contact
    text = _("From the talk: %s") % re.sub(r"^(?=[^\S\n]*!)", "- ", said.text, flags=re.MULTILINE)
    if not is_repeat and said.text:
        for begin in range(0, len(text), LONGEST_NOTE):
            body = text[begin : begin + LONGEST_NOTE]
            contact.notes.create(owner_id=contact.owner_id, body=body, created_at=now)
        contact.refresh_search_text()
    return Kept(said.box, room.notes if said.box == NOTES else "", room.notes_version, is_merged=True, became_note=True)


def _refresh_after_end(room: Room) -> None:
    """Updates the search text for what a phone sends after the end; until then the end of the talk does it."""
    if room.is_over:
        room.interview.contact.refresh_search_text()


_KEEPERS: dict[str, Callable[[Room, Write, bool, datetime], Kept]] = {NOTES: _notes, MEET: _meet}


def _merged(said: Write, stands: str, version: int) -> str:
    return said.text if said.version == version else merge_texts(said.text, stands, said.base)


def _unpaused(room: Room, now: datetime) -> dict[str, Any]:
    return {"paused_at": None, "paused_seconds": room.paused_for(now) // timedelta(seconds=1)}


def merge_texts(mine: str, theirs: str, base: str = "") -> str:
    """Merges the texts of two devices: `mine`, and below it the lines of `theirs` that are neither in it nor in the `base`
    that both began with.

    A line that I changed or took out is in the base and does not come back; a line that the other device added does.
    """
    known = {line.strip() for line in (*mine.splitlines(), *base.splitlines())}
    added = [line for line in theirs.splitlines() if line.strip() and line.strip() not in known]
    return "\n".join(part for part in (mine, *added) if part)
