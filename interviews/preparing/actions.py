"""What is done before a talk. A preparation begins with the first thing saved, and goes with the interview that is planned."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from django.db import transaction
from django.db.models import Max

from crm.models import Contact
from interviews.models import ChosenQuestion, Homework, Preparation, Question
from interviews.preparing.preparation_page import MOST_CHOSEN


class HomeworkEntry(NamedTuple):
    """What I know about one item of homework."""

    note: str = ""
    link: str = ""
    done: bool = False


@transaction.atomic
def begin(*, contact: Contact, now: datetime) -> Preparation:
    """The preparation of the next talk with this contact, made if there is none: for the planned talk, or for one to come."""
    found = contact.preparations.still_ahead().first()
    if found:
        return found
    planned = contact.interviews.planned().filter(preparation__isnull=True).next_first().first()
    made, _is_new = contact.owner.preparations.get_or_create(
        contact=contact,
        interview=planned,
        defaults={"created_at": now, "version": 0, "minutes": planned.minutes if planned else 20},
    )
    return made


@transaction.atomic
def keep(
    *,
    contact: Contact,
    seen: int,
    purpose: str,
    agenda: str,
    minutes: int,
    homework: Mapping[str, HomeworkEntry],
    now: datetime,
) -> Preparation:
    """Everything the page holds, in one commit. Raises Stale when the page was made from an older version."""
    preparation = begin(contact=contact, now=now)
    preparation.change(seen, purpose=purpose, agenda=agenda, minutes=minutes)
    preparation.homework.bulk_create(
        [
            Homework(owner_id=contact.owner_id, preparation=preparation, item=item, **studied._asdict())
            for item, studied in homework.items()
        ],
        update_conflicts=True,
        unique_fields=["preparation", "item"],
        update_fields=["note", "link", "done"],
    )
    return preparation


@transaction.atomic
def choose(*, contact: Contact, questions: Iterable[Question], now: datetime) -> int:
    """Takes questions into the talk, behind those that are there; says how many were new."""
    preparation = _locked(begin(contact=contact, now=now))
    there = set(preparation.questions.values_list("question_id", flat=True))
    new = [question for question in questions if question.pk not in there][: MOST_CHOSEN - len(there)]
    last = preparation.questions.aggregate(last=Max("position"))["last"] or 0
    preparation.questions.bulk_create(
        ChosenQuestion(
            owner_id=contact.owner_id,
            preparation=preparation,
            contact=contact,
            question=question,
            position=last + n,
            must_ask=question.must_ask,
        )
        for n, question in enumerate(new, start=1)
    )
    _number(preparation)
    return len(new)


@transaction.atomic
def ask_all(*, question: Question, contacts: Collection[Contact], now: datetime) -> list[Contact]:
    """Takes one question into the next talk of each; gives those in whose talk it was new, and had room."""
    # each is locked: two calls at once wait for each other
    in_one_order = sorted(contacts, key=lambda contact: contact.pk)
    asked = {contact.pk for contact in in_one_order if choose(contact=contact, questions=[question], now=now)}
    return [contact for contact in contacts if contact.pk in asked]


@transaction.atomic
def undo_ask_all(*, rows: Iterable[ChosenQuestion]) -> int:
    """Undoes `ask_all`; says out of how many talks it went."""
    return sum(take_out(chosen=chosen) for chosen in sorted(rows, key=lambda chosen: chosen.contact_id))


@transaction.atomic
def move(*, chosen: ChosenQuestion, to: int) -> None:
    """To the place `to`, counted from 1. What must be asked stays before what may be."""
    preparation = _locked(chosen.preparation)
    rows = list(preparation.questions.in_order())
    mine = [row for row in rows if row.pk == chosen.pk]
    others = [row for row in rows if row.pk != chosen.pk]
    place = max(0, to - 1)
    _number(preparation, others[:place] + mine + others[place:])


@transaction.atomic
def mark(*, chosen: ChosenQuestion, must_ask: bool) -> None:
    preparation = _locked(chosen.preparation)
    preparation.questions.filter(pk=chosen.pk).update(must_ask=must_ask)
    _number(preparation)


@transaction.atomic
def take_out(*, chosen: ChosenQuestion) -> bool:
    """Takes a question out of the talk; it stays in the bank. One that was answered is kept with its answer."""
    preparation = _locked(chosen.preparation)
    gone, _each = preparation.questions.filter(pk=chosen.pk, answered_at__isnull=True).delete()
    _number(preparation)
    return bool(gone)


@transaction.atomic
def put_back(*, contact: Contact, question: Question, at: int, must_ask: bool, now: datetime) -> bool:
    """Undoes `take_out`: at its old place. False when it is there already."""
    if not choose(contact=contact, questions=[question], now=now):
        return False
    chosen = begin(contact=contact, now=now).questions.select_related("preparation").get(question=question)
    if chosen.must_ask != must_ask:
        mark(chosen=chosen, must_ask=must_ask)
    move(chosen=chosen, to=at)
    return True


def _locked(preparation: Preparation) -> Preparation:
    """Locks the preparation: two taps at once would give two questions the same place."""
    locked: Preparation = preparation.contact.preparations.select_for_update().get(pk=preparation.pk)
    return locked


def _number(preparation: Preparation, order: Iterable[ChosenQuestion] | None = None) -> None:
    rows = sorted(preparation.questions.in_order() if order is None else order, key=lambda row: not row.must_ask)
    for place, row in enumerate(rows, start=1):
        row.position = place
    preparation.questions.bulk_update(rows, ["position"])
