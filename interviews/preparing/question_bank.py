"""The fourteen questions everybody starts with, and the owner's bank: those of ours they kept, and their own.

Ours have no row until something is done with one; then all fourteen are written at once. So looking writes nothing.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from base.url_values import read_number
from interviews.models import Question, QuestionTag

ASSOCIATIONS, READING = 8, 9  # `starting` of the two that the Learned page makes its lists from


class Starting(NamedTuple):
    text: str | Promise
    tag: QuestionTag


STARTING: dict[int, Starting] = {
    1: Starting(_("What led you to the work you do now?"), QuestionTag.INSIGHTS),
    2: Starting(_("What do you like most about it, and what would you change?"), QuestionTag.INSIGHTS),
    3: Starting(_("By which ways do people come into this field?"), QuestionTag.ADVICE),
    4: Starting(_("What kinds of work are there, with you and elsewhere in the industry?"), QuestionTag.INSIGHTS),
    5: Starting(_("Where should somebody strong in … look?"), QuestionTag.ADVICE),
    6: Starting(_("How does a working life in this field usually unfold?"), QuestionTag.INSIGHTS),
    7: Starting(_("What is hardest just now, for your organisation and for the whole industry?"), QuestionTag.TRENDS),
    ASSOCIATIONS: Starting(_("Which associations or circles are worth joining?"), QuestionTag.RESOURCES),
    READING: Starting(_("What do you read to keep up?"), QuestionTag.RESOURCES),
    10: Starting(_("What will be different in ten years?"), QuestionTag.TRENDS),
    11: Starting(_("Where would you begin today?"), QuestionTag.ADVICE),
    12: Starting(_("What does an ordinary day of yours look like?"), QuestionTag.INSIGHTS),
    13: Starting(_("What does your organisation do otherwise than the others?"), QuestionTag.INSIGHTS),
    14: Starting(
        _("Think of a big step you took, a book or a company: how did it differ from what you expected?"),
        QuestionTag.ASSIGNMENTS,
    ),
}


def write_starting(owner: User, now: datetime) -> None:
    """Saves the starting questions that the owner has no row of. Safe to run twice, or twice at once."""
    kept = set(owner.questions.filter(starting__isnull=False).values_list("starting", flat=True))
    missing = [question for question in _ours(owner, now) if question.starting not in kept]
    if missing:
        owner.questions.bulk_create(missing, ignore_conflicts=True)


def questions(owner: User, now: datetime) -> list[Question]:
    """All of the bank, ours first; those without a row yet among them."""
    kept = list(owner.questions.order_by("starting", "pk"))
    numbers = {question.starting for question in kept}
    ours = [question for question in _ours(owner, now) if question.starting not in numbers]
    ours += [question for question in kept if question.starting]
    return sorted(ours, key=lambda question: question.starting or 0) + [q for q in kept if not q.starting]


def find(owner: User, key: str, now: datetime) -> Question | None:
    """The question of a page's key; one of the starting ones may have no row yet."""
    if key.startswith("s"):
        number = read_number(key[1:], largest=len(STARTING))
        kept = owner.questions.filter(starting=number).first() if number else None
        return kept or next((question for question in _ours(owner, now) if question.starting == number), None)
    number = read_number(key)
    return owner.questions.filter(pk=number).first() if number else None


def ensure_row(question: Question, now: datetime) -> Question:
    """The question saved, when it had no row yet."""
    if question.pk:
        return question
    write_starting(question.owner, now)
    return question.owner.questions.get(starting=question.starting)


def find_offered(owner: User, keys: Iterable[str], now: datetime) -> list[Question]:
    """The questions of these keys that are the owner's and still offered, each once, in the order given. Others are ignored."""
    wanted = dict.fromkeys(keys)
    if any(key.startswith("s") for key in wanted):
        write_starting(owner, now)
    by_key: dict[str, Question] = {}
    for question in owner.questions.offered():
        by_key[str(question.pk)] = by_key[f"s{question.starting}"] = question
    return list({by_key[key].pk: by_key[key] for key in wanted if key in by_key}.values())


def _ours(owner: User, now: datetime) -> list[Question]:
    return [
        Question(owner=owner, text=str(one.text), tag=one.tag, starting=number, created_at=now)
        for number, one in STARTING.items()
    ]


def count_offered(owner: User) -> int:
    """How many there are to choose from, those of ours without a row included."""
    kept = list(owner.questions.values_list("starting", "retired_at"))
    ours = {starting for starting, _retired in kept if starting}
    return len(STARTING) - len(ours) + sum(retired is None for _starting, retired in kept)
