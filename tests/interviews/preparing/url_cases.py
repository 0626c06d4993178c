from collections.abc import Callable

from accounts.models import User
from interviews.models import ChosenQuestion
from tests.factories import (
    NOW,
    ChosenQuestionFactory,
    HomeworkFactory,
    InterviewFactory,
    PreparationFactory,
    TickFactory,
)


def chosen(owner: User) -> ChosenQuestion:
    interview = InterviewFactory(contact__owner=owner, where="+351 21 555 0142")
    preparation = PreparationFactory(contact=interview.contact, interview=interview, purpose="How she reads churn")
    HomeworkFactory(preparation=preparation, note="Eleven people", link="https://example.org/eleven")
    return ChosenQuestionFactory(preparation=preparation, answer="At the gauges", answered_at=NOW)


def of_contact(owner: User) -> dict[str, object]:
    return {"contact_pk": chosen(owner).contact_id}


def of_chosen(owner: User) -> dict[str, object]:
    row = chosen(owner)
    return {"contact_pk": row.contact_id, "pk": row.pk}


def returned(owner: User) -> dict[str, object]:
    row = chosen(owner)
    return {"contact_pk": row.contact_id, "question_pk": row.question_id}


def of_bank(owner: User) -> dict[str, object]:
    return {"key": chosen(owner).question.key}


def of_question(owner: User) -> dict[str, object]:
    return {"question_pk": chosen(owner).question_id}


CASES: dict[str, Callable[[User], dict[str, object]]] = {
    "preparation_detail": of_contact,
    "preparation_pick": of_contact,
    "question_choose": of_contact,
    "question_move": lambda owner: of_chosen(owner) | {"place": 1},
    "question_must": of_chosen,
    "question_may": of_chosen,
    "question_remove": of_chosen,
    "question_return": returned,
    "brief": lambda owner: {"pk": chosen(owner).preparation.interview_id},
    "contact_brief": of_contact,
    "question_list": lambda owner: {},
    "question_new": lambda owner: {},
    "question_edit": of_bank,
    "question_retire": of_bank,
    "question_unretire": of_bank,
    "learned": lambda owner: {},
    "talk_remembered": lambda owner: {"pk": chosen(owner).preparation.interview_id},
    "learned_question": of_question,
    "learned_ask": of_question,
    "learned_unask": of_question,
    "learned_shelf": lambda owner: {"key": "reading"},
    "tick_set": lambda owner: {"key": "reading"},
    "tick_unset": lambda owner: {"key": "reading", "pk": TickFactory(owner=owner).pk},
}
PUBLIC: set[str] = set()
WORDS = {"purpose": "Churn", "agenda": "0 Say thank you\n20 Give the time back", "minutes": "20", "version": "1"}
POST_DATA: dict[str, dict[str, object]] = {
    "preparation_detail": WORDS,
    "preparation_pick": WORDS,
    "question_choose": {"question": "s9"},
    "question_new": {"text": "Which gauge would you never trust?", "tag": "insights"},
    "tick_set": {"name": "Rivers in Print"},
    "question_edit": {"text": "Which gauge would you trust?", "tag": "advice", "version": "1"},
}
