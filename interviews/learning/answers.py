"""The answers people gave, by question and by search. Every query starts at the owner and has a limit."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db.models import Count, Q, QuerySet
from django.http import QueryDict

from accounts.models import User
from base.paging import Order, Page, read_page
from base.text import clean_line, fold
from base.url_values import read_number
from crm.models import Contact, Organisation, Tag
from interviews.models import ChosenQuestion, Debrief, Interview, Question

FOUND, SEARCHED, NOT_ASKED = 25, 3000, 5
NEWEST_ANSWER_FIRST = Order("answered_at", falling=True)


@dataclass(frozen=True)
class Field:
    """Whose answers are meant: people of one tag, or of one organisation."""

    value: str
    kind: str = ""
    pk: int = 0

    @classmethod
    def read(cls, value: str) -> "Field":
        kind, pk = value[:1], read_number(value[1:])
        return cls(value, kind, pk) if kind in ("t", "o") and pk is not None else cls("")

    def of_contact(self, path: str) -> Q:
        """`path` leads to the contact."""
        if self.kind == "t":
            return Q(**{f"{path}__contact_tags__tag": self.pk})
        return Q(**{f"{path}__organisation": self.pk}) if self.kind else Q()


@dataclass(frozen=True)
class Fields:
    tags: list[Tag]
    organisations: list[Organisation]


def fields_of(owner: User) -> Fields:
    """The tags and organisations of those who answered anything."""
    answered = {"contact__chosen_questions__answered_at__isnull": False}
    tags = owner.tags.filter(**{f"contact_tags__{path}": value for path, value in answered.items()})
    organisations = owner.organisations.filter(contacts__chosen_questions__answered_at__isnull=False)
    return Fields(
        list(tags.distinct().order_by("name_key")[:100]), list(organisations.distinct().order_by("name_key")[:100])
    )


def answers_of(owner: User, field: Field) -> QuerySet[ChosenQuestion]:
    found = owner.chosenquestions.answered().filter(field.of_contact("contact"))
    return NEWEST_ANSWER_FIRST.sort(found.select_related("contact__organisation", "question"))


class Counted(NamedTuple):
    answers: int
    talks: int


def count(owner: User) -> Counted:
    found = owner.chosenquestions.answered().aggregate(answers=Count("pk"), talks=Count("preparation", distinct=True))
    return Counted(**found)


def questions_with_answers(owner: User, field: Field) -> list[Question]:
    """With `answers`, how many the people of that field gave; most first."""
    of_them = Q(chosen__answered_at__isnull=False, chosen__contact__binned_at__isnull=True) & field.of_contact(
        "chosen__contact"
    )
    counted = owner.questions.annotate(answers=Count("chosen", filter=of_them, distinct=True))
    return list(counted.filter(answers__gt=0).order_by("-answers", "pk")[:300])


# --- one question -----------------------------------------------------------------------------------------------------


def page_of(owner: User, question: Question, field: Field, query: QueryDict) -> Page[ChosenQuestion]:
    """The answers to one question, the newest first."""
    return read_page(answers_of(owner, field).filter(question=question), NEWEST_ANSWER_FIRST, query)


def not_asked_yet(owner: User, question: Question, now: datetime) -> list[Interview]:
    """The talks to come in which it would fit: with people who have not answered it, and who are not going to be asked."""
    ahead = owner.interviews.planned().filter(starts_at__gt=now).exclude(preparation__questions__question=question)
    fresh = ahead.exclude(contact__in=owner.chosenquestions.filter(question=question).values("contact"))
    return list(fresh.select_related("contact").next_first()[:NOT_ASKED])


# --- search -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Hit:
    contact: Contact
    asked: str  # empty for what was learned in a debrief
    text: str
    at: datetime
    question_pk: int = 0


@dataclass(frozen=True)
class Search:
    words: str
    hits: list[Hit]
    has_more: bool = False

    @property
    def count(self) -> int:
        return len(self.hits)


def search(owner: User, words: str, field: Field) -> Search:
    """Finds the folded words, all of them, in the newest answers and debriefs."""
    wanted = fold(clean_line(words)).split()[:10]
    if not wanted:
        return Search("", [])
    answers = answers_of(owner, field).values_list("pk", "answer")[:SEARCHED]
    debriefs = _debriefs(owner, field).values_list("pk", "learned")[:SEARCHED]
    in_answers = _matching(answers, wanted)
    in_debriefs = _matching(debriefs, wanted)
    hits = [
        Hit(row.contact, row.question.text, row.answer, row.answered_at, row.question_id)
        for row in answers_of(owner, field).filter(pk__in=in_answers)
        if row.answered_at
    ] + [
        Hit(row.interview.contact, "", row.learned, row.opened_at)
        for row in _debriefs(owner, field).filter(pk__in=in_debriefs)
    ]
    hits.sort(key=lambda hit: hit.at, reverse=True)
    more = len(hits) > FOUND or max(len(in_answers), len(in_debriefs)) > FOUND
    return Search(clean_line(words), hits[:FOUND], more)


def _debriefs(owner: User, field: Field) -> QuerySet[Debrief]:
    told = owner.debriefs.filter(interview__contact__binned_at__isnull=True).exclude(learned="")
    found = told.filter(field.of_contact("interview__contact"))
    return found.select_related("interview__contact__organisation").order_by("-opened_at", "-pk")


def _matching(rows: Iterable[tuple[int, str]], wanted: list[str]) -> list[int]:
    found: list[int] = []
    for pk, text in rows:
        folded = fold(text)
        if all(word in folded for word in wanted):
            found.append(pk)
        if len(found) > FOUND:
            break
    return found


class Part(NamedTuple):
    text: str
    is_found: bool


def parts_of(text: str, words: str) -> list[Part]:
    """The text cut at its words; those that hold one of the folded `words` are found."""
    wanted = fold(words).split()
    cut = re.split(r"(\w+)", text) if wanted else [text]
    return [Part(part, any(word in fold(part) for word in wanted)) for part in cut if part]


def read_query(query: QueryDict) -> tuple[str, Field]:
    return clean_line(query.get("q", ""))[:200], Field.read(query.get("field", ""))
