"""What the room and the debrief show, read once: the clock at `now`, the boxes, the agenda."""

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from base.counting import duration
from base.text import dialled
from interviews.models import ChosenQuestion, Interview, Medium, Preparation, Room
from interviews.models.holding import LAST_QUESTION
from interviews.preparing import agenda

BAR = 200  # how long the clock's bar is drawn
SHOWN = 50


@dataclass(frozen=True)
class Clock:
    """The room's clock at the server's `now`. A phone counts on from here with its difference to the server's clock."""

    room: Room
    now: datetime

    @property
    def ends_at(self) -> datetime:
        return self.room.ends_at(self.now)

    @property
    def phase(self) -> str:
        return self.room.phase(self.now).value

    @property
    def is_past(self) -> bool:
        """Whether it runs longer than agreed, paused or not."""
        return self.room.left(self.now) <= timedelta(0)

    @property
    def tone(self) -> str:
        return {"soon": "clock--soon", "over": "clock--over"}.get(self.phase, "")

    @property
    def left(self) -> str:
        """ "2:47"; "+0:40" past the end."""
        seconds = round(self.room.left(self.now).total_seconds())
        minutes, rest = divmod(abs(seconds), 60)
        return f"{'+' if seconds < 0 else ''}{minutes}:{rest:02}"

    @property
    def gone(self) -> int:
        """How much of the bar is filled."""
        part = 1 - self.room.left(self.now) / timedelta(minutes=self.room.minutes)
        return round(BAR * min(1, max(0, part)))

    @property
    def offset(self) -> int:
        """Milliseconds that the user's zone is ahead of UTC, for a phone that moves the end by itself."""
        ahead = timezone.localtime(self.ends_at).utcoffset() or timedelta(0)
        return ahead // timedelta(milliseconds=1)

    @property
    def mark(self) -> float:
        return round(BAR * (1 - LAST_QUESTION / timedelta(minutes=self.room.minutes)), 1)

    def as_json(self) -> dict[str, Any]:
        return {
            "with": self.room.interview.contact.name,
            "now": _milliseconds(self.now),
            "started": _milliseconds(self.room.started_at),
            "ends": _milliseconds(self.ends_at),
            "minutes": self.room.minutes,
            "paused": self.room.is_paused,
            "over": self.room.is_over,
            "version": self.room.version,
        }


@dataclass(frozen=True)
class Box:
    """A place to type: the notes, or the answer to a question. `error` when what was typed was not taken."""

    n: int  # its place among the rows of the page
    name: str
    text: str
    version: int
    question: ChosenQuestion | None = None
    error: str = ""


@dataclass(frozen=True)
class Line:
    """A line to type one promise or one name on."""

    n: int
    name: str
    text: str = ""
    error: str = ""


def room_of(interview: Interview) -> Room | None:
    """The room, opened or ended; costs nothing when it was fetched along."""
    return getattr(interview, "room", None)


def preparation_of(interview: Interview) -> Preparation | None:
    return getattr(interview, "preparation", None)


def given_back(room: Room | None) -> str:
    """ "You gave 40 seconds back." """
    if room is None or not room.is_over:
        return ""
    seconds = round(room.given_back.total_seconds())
    if abs(seconds) < 15:
        return _("You ended on time.")
    span = duration(timedelta(seconds=abs(seconds)))
    return (_("You gave %s back.") if seconds > 0 else _("It ran %s longer than agreed.")) % span


def agenda_of(interview: Interview) -> list[agenda.Item]:
    preparation = preparation_of(interview)
    kept = agenda.fit_to_length(preparation.agenda, interview.minutes) if preparation else ""
    return agenda.read(kept, interview.minutes)


def call_link(interview: Interview) -> str:
    """What a tap calls: the number, or the video link; empty when there is neither."""
    where = interview.where.strip()
    if interview.medium == Medium.VIDEO:
        return where if re.match(r"https?://[^\s\"'<>]+\Z", where) else ""
    number = dialled(where or interview.contact.phone)
    return f"tel:{number}" if number and interview.medium == Medium.PHONE else ""


def questions_of(interview: Interview) -> list[ChosenQuestion]:
    """Open questions first, and among them those that must be asked."""
    preparation = preparation_of(interview)
    if preparation is None:
        return []
    chosen = preparation.questions.select_related("question").in_order()[:SHOWN]
    return sorted(chosen, key=lambda one: (one.answered_at is not None, not one.must_ask))


def boxes_of(room: Room, questions: list[ChosenQuestion], typed: dict[str, tuple[str, str]]) -> list[Box]:
    """The boxes with their saved texts, or with what was `typed` and the error about it; the notes come last."""
    boxes = [Box(n, f"q{one.pk}", one.answer, one.answer_version, one) for n, one in enumerate(questions)]
    boxes.append(Box(len(boxes), "notes", room.notes, room.notes_version))
    return [
        replace(box, text=typed[box.name][0], error=typed[box.name][1]) if box.name in typed else box for box in boxes
    ]


def _milliseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
