"""What people named to read and to join, gathered from their answers; what the owner has read or joined is ticked."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from base.text import fold
from crm.models import Contact
from interviews.learning.answers import Field, answers_of
from interviews.models import ChosenQuestion
from interviews.preparing import question_bank

GATHERED, TICKED, FIRST, ON_A_PAGE, NAMED = 500, 5000, 5, 25, 4
_BULLET = re.compile(r"^[-*•–\s]+|[.\s]+$")


@dataclass
class Named:
    """One thing to read or to join, and who named it. `tick` is the row that says it is done; 0 without one."""

    name: str
    by: list[Contact] = field(default_factory=list)
    tick: int = 0

    @property
    def first(self) -> list[Contact]:
        return self.by[:NAMED]

    @property
    def others(self) -> int:
        return len(self.by) - len(self.first)


@dataclass(frozen=True)
class Shelf:
    key: str
    title: Promise
    why: Promise
    done: Promise  # what becomes of its things
    sign: str
    named: list[Named]

    @property
    def first(self) -> list[Named]:
        return self.named[:FIRST]

    @property
    def as_text(self) -> str:
        """To be copied: one a line, what is done is left out."""
        return "\n".join(named.name for named in self.named if not named.tick)


READING, ASSOCIATIONS = "reading", "associations"
SHELVES: dict[str, dict[str, Any]] = {
    READING: {
        "title": _("To read"),
        "why": _("What several people name, read first."),
        "done": _("Read"),
        "sign": "file-text",
    },
    ASSOCIATIONS: {
        "title": _("Associations"),
        "why": _("A room full of people who already talk to each other."),
        "done": _("Joined"),
        "sign": "users",
    },
}


def shelves_of(owner: User, among: Field) -> dict[str, Shelf]:
    """Reads the answers to questions about resources, one thing a line; what most people named comes first."""
    rows = list(answers_of(owner, among).filter(question__tag="resources")[:GATHERED])
    ticks = dict(owner.ticks.done().values_list("name_key", "pk")[:TICKED])
    to_join = [row for row in rows if row.question.starting == question_bank.ASSOCIATIONS]
    to_read = [row for row in rows if row.question.starting != question_bank.ASSOCIATIONS]
    return {
        key: Shelf(key, named=_gather(answers, ticks), **SHELVES[key])
        for key, answers in ((READING, to_read), (ASSOCIATIONS, to_join))
    }


def key_of(name: str) -> str:
    """The same for every spelling of a name."""
    return fold(name)[:600]


def _gather(answers: Iterable[ChosenQuestion], ticks: dict[str, int]) -> list[Named]:
    found: dict[str, Named] = {}
    for answer in answers:
        for line in re.split(r"[\n;]", answer.answer):
            name = _BULLET.sub("", line)[:200]
            if not name or name.startswith("!"):
                continue
            named = found.setdefault(key_of(name), Named(name, tick=ticks.get(key_of(name), 0)))
            if answer.contact not in named.by:
                named.by.append(answer.contact)
    return sorted(found.values(), key=lambda named: -len(named.by))
