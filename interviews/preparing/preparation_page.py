"""The preparation of the next talk with one contact, as the page and the brief show it, and the readiness as a figure of
100 (product.md rule 3)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any

from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from base.counting import in_words
from base.dates import instant
from crm.models import Contact
from interviews.models import (
    ASKED_FOR,
    ChosenQuestion,
    Homework,
    HomeworkItem,
    Interview,
    InterviewState,
    Preparation,
)
from interviews.preparing import agenda as lines
from interviews.preparing.agenda import Item, proposed

MOST_CHOSEN = 30
ITEM, PURPOSE, AGENDA, QUESTIONS, ROOM = 10, 15, 10, 15, 10  # five items of homework: 100 in all
ENOUGH_QUESTIONS = 5
FULL_WEEK = 3  # talks besides this one


@dataclass(frozen=True)
class Part:
    label: str
    points: int
    of: int
    missing: str = ""

    @property
    def is_done(self) -> bool:
        return self.points == self.of


@dataclass(frozen=True)
class Readiness:
    parts: tuple[Part, ...]

    @property
    def figure(self) -> int:
        return sum(part.points for part in self.parts)

    @property
    def is_complete(self) -> bool:
        return self.figure == 100

    @property
    def title(self) -> str:
        if self.is_complete:
            return _("Ready")
        return _("Nearly ready") if self.figure >= 70 else _("Not ready yet")

    @property
    def missing(self) -> str:
        """ "Missing: the purpose, two questions." """
        words = [part.missing for part in self.parts if part.missing]
        return _("Missing: %(what)s.") % {"what": ", ".join(words)} if words else ""


def readiness(*, done: Collection[str], purpose: str, agenda: str, questions: int, talks_that_week: int) -> Readiness:
    """`done` are the items of homework that are ticked; `talks_that_week` are the others in the week of the talk."""
    return Readiness(
        (
            _homework(done),
            Part(_("Purpose"), PURPOSE if purpose else 0, PURPOSE, "" if purpose else _("the purpose")),
            Part(_("Agenda"), AGENDA if agenda else 0, AGENDA, "" if agenda else _("the agenda")),
            _questions(questions),
            _room(talks_that_week),
        )
    )


def _homework(done: Collection[str]) -> Part:
    left = [item for item in HomeworkItem if item not in done]
    of = len(HomeworkItem)
    label = _("Homework, %(n)d of %(of)d") % {"n": of - len(left), "of": of} if left else _("Homework")
    missing = _("the homework") if len(left) == of else ", ".join(_of_homework(item) for item in left)
    return Part(label, ITEM * (of - len(left)), ITEM * of, missing)


def _of_homework(item: HomeworkItem) -> str:
    return {
        HomeworkItem.PERSON: _("the person"),
        HomeworkItem.ORGANISATION: _("the organisation"),
        HomeworkItem.WORDS: _("the field’s words"),
        HomeworkItem.PLAYERS: _("its players"),
        HomeworkItem.ONLY_THEY: _("what only they can tell you"),
    }[item]


def _questions(chosen: int) -> Part:
    label = ngettext("%(n)d question", "%(n)d questions", chosen) % {"n": chosen}
    short = max(0, ENOUGH_QUESTIONS - chosen)
    if not short:
        return Part(label, QUESTIONS, QUESTIONS)
    missing = ngettext("one more question", "%(n)d more questions", short) % {"n": short}
    return Part(label, QUESTIONS * chosen // ENOUGH_QUESTIONS, QUESTIONS, missing if chosen else _("the questions"))


def _room(talks: int) -> Part:
    if talks < FULL_WEEK:
        return Part(_("Room in your week"), ROOM, ROOM)
    return Part(_("Your week is full"), 0, ROOM, _("room in your week"))


def chosen_of(preparation: Preparation | None) -> list[ChosenQuestion]:
    if preparation is None:
        return []
    return list(preparation.questions.in_order().select_related("question")[: MOST_CHOSEN * 2])


@dataclass(frozen=True)
class Week:
    """The other talks in the week of this one: how much room there is."""

    talks: tuple[Interview, ...]
    is_this_week: bool

    @property
    def is_full(self) -> bool:
        return len(self.talks) >= FULL_WEEK

    @property
    def said(self) -> str:
        """ "Three talks already this week." """
        n = len(self.talks)
        if not n:
            return _("No other talk this week.") if self.is_this_week else _("No other talk in that week.")
        known = {"n": capfirst(in_words(n))}
        if self.is_this_week:
            return ngettext("%(n)s talk already this week.", "%(n)s talks already this week.", n) % known
        return ngettext("%(n)s talk already in that week.", "%(n)s talks already in that week.", n) % known


def week_of(owner: User, interview: Interview | None, now: datetime) -> Week:
    """Monday to Sunday in the owner's zone, of the talk's day or of today."""
    today = owner.today(now)
    day = owner.today(interview.starts_at) if interview else today
    monday = day - timedelta(days=day.weekday())
    start, end = (instant(first, time.min, owner.zone) for first in (monday, monday + timedelta(days=7)))
    talks = (
        owner.interviews.alive()
        .filter(state__in=[InterviewState.PLANNED, InterviewState.HELD])
        .between(start, end)
        .exclude(pk=interview.pk if interview else 0)
        .select_related("contact")
        .next_first()[:20]
    )
    return Week(tuple(talks), monday == today - timedelta(days=today.weekday()))


@dataclass
class Prepared:
    """All that the page shows; `preparation` is None until something was kept."""

    contact: Contact
    preparation: Preparation | None
    interview: Interview | None
    homework: dict[str, Homework]
    chosen: list[ChosenQuestion]
    hidden: list[date]  # the local days on which this person answered questions before

    @property
    def version(self) -> int:
        return self.preparation.version if self.preparation else 0

    @property
    def minutes(self) -> int:
        if self.interview:
            return self.interview.minutes
        return self.preparation.minutes if self.preparation else ASKED_FOR[0]

    @property
    def purpose(self) -> str:
        return self.preparation.purpose if self.preparation else ""

    @property
    def kept_agenda(self) -> str:
        return lines.fit_to_length(self.preparation.agenda, self.minutes) if self.preparation else ""

    @property
    def agenda(self) -> list[Item]:
        return lines.read(self.kept_agenda or proposed(self.minutes), self.minutes)

    @property
    def done(self) -> set[str]:
        return {item for item, row in self.homework.items() if row.done}

    def readiness(self, week: Week) -> Readiness:
        return readiness(
            done=self.done,
            purpose=self.purpose,
            agenda=self.preparation.agenda if self.preparation else "",
            questions=len(self.chosen),
            talks_that_week=len(week.talks),
        )

    @cached_property
    def facts(self) -> list[Homework]:
        """The homework with something to read in it, in its order."""
        rows = (self.homework.get(item) for item in HomeworkItem)
        return [row for row in rows if row and (row.note or row.link)]

    @property
    def hidden_said(self) -> str:
        """ "Two questions are hidden: Misaki answered them in May." """
        n = len(self.hidden)
        if not n:
            return ""
        months = {(day.year, day.month) for day in self.hidden}
        known = {
            "n": capfirst(in_words(n)),
            "name": self.contact.first_name,
            "when": _("in %s") % date_format(self.hidden[0], "F Y") if len(months) == 1 else _("before"),
        }
        return (
            ngettext(
                "%(n)s question is hidden: %(name)s answered it %(when)s.",
                "%(n)s questions are hidden: %(name)s answered them %(when)s.",
                n,
            )
            % known
        )


def read(owner: User, contact: Contact, interview: Interview | None = None) -> Prepared:
    """`interview` names the talk whose preparation is meant; else it is the next one's."""
    if interview:
        preparation = contact.preparations.filter(interview=interview).first()
    else:
        preparation = contact.preparations.still_ahead().first()
        interview = (preparation.planned if preparation else None) or contact.interviews.planned().next_first().first()
    rows = preparation.homework.all() if preparation else []
    return Prepared(
        contact=contact,
        preparation=preparation,
        interview=interview,
        homework={row.item: row for row in rows},
        chosen=chosen_of(preparation),
        hidden=[owner.today(at) for at in _answered(contact, preparation).values()],
    )


def _answered(contact: Contact, preparation: Preparation | None) -> dict[int, Any]:
    """When this person answered which question, in an earlier talk."""
    answers = contact.chosen_questions.filter(answered_at__isnull=False, question__retired_at__isnull=True)
    if preparation:
        answers = answers.exclude(question__chosen__preparation=preparation)
    return dict(answers.order_by("answered_at").values_list("question_id", "answered_at")[:500])


def answered_questions(contact: Contact) -> set[int]:
    return set(contact.chosen_questions.filter(answered_at__isnull=False).values_list("question_id", flat=True)[:500])
