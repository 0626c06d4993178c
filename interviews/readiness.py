"""How ready I am, as a figure of 100, and what is missing in words (product.md rule 3)."""

from collections.abc import Collection
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from interviews.models import HomeworkItem

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
