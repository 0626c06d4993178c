"""What stands ready for the next talk with one contact, read for the preparation page and the brief."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from base.dates import instant
from crm.models import Contact
from interviews import agenda as lines
from interviews.agenda import Item, proposed
from interviews.models import (
    ASKED_FOR,
    ChosenQuestion,
    Homework,
    HomeworkItem,
    Interview,
    InterviewState,
    Preparation,
)
from interviews.readiness import FULL_WEEK, Readiness, readiness

MOST_CHOSEN = 30


def current(contact: Contact) -> Preparation | None:
    """The one preparation that can still be worked on; none is made by looking."""
    found: Preparation | None = contact.preparations.still_ahead().first()
    return found


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
        numbers = {1: _("One"), 2: _("Two"), 3: _("Three"), 4: _("Four"), 5: _("Five"), 6: _("Six")}
        known = {"n": numbers.get(n, str(n))}
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
        return lines.in_time(self.preparation.agenda, self.minutes) if self.preparation else ""

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
        numbers = {1: _("One"), 2: _("Two"), 3: _("Three"), 4: _("Four"), 5: _("Five")}
        months = {(day.year, day.month) for day in self.hidden}
        known = {
            "n": numbers.get(n, str(n)),
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
        preparation = current(contact)
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
