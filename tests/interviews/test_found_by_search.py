"""What is written in a room or a debrief is found by search, also when it is written late."""

import uuid

import pytest
import time_machine

from interviews.debriefing import actions as debrief_actions
from interviews.debriefing.actions import Outcome
from interviews.holding import actions as room_actions
from interviews.holding.actions import Write
from interviews.models import Interview
from interviews.planning import actions as planning
from tests.factories import (
    NOW,
    ChosenQuestionFactory,
    ContactFactory,
    InterviewFactory,
    PreparationFactory,
    RoomFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _frozen():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def interview(user) -> Interview:
    made = InterviewFactory(contact=ContactFactory(owner=user))
    RoomFactory(interview=made, started_at=NOW)
    planning.hold(interview=made, now=NOW)
    return Interview.objects.select_related("contact", "owner").get()


def found(interview: Interview) -> str:
    interview.contact.refresh_from_db()
    return interview.contact.search_text


def learn(interview: Interview, words: str, seen: int, verb=debrief_actions.finish) -> None:
    verb(interview=interview, outcome=Outcome(learned=words), seen=seen, now=NOW)


def write(interview: Interview, box: str, text: str) -> None:
    room_actions.write(owner=interview.owner, interview_pk=interview.pk, said=Write(box, text, uuid.uuid4()), now=NOW)


@pytest.mark.parametrize("again", [debrief_actions.finish, debrief_actions.save])
def test_what_is_learned_after_the_first_done_is_found(interview, again):
    learn(interview, "Premiums follow gauges", 1)
    learn(interview, "Tides are logged by hand", 2, again)
    assert "tides are logged by hand" in found(interview)


def test_what_is_learned_is_found_before_it_is_done(interview):
    learn(interview, "Premiums follow gauges", 1, debrief_actions.save)
    assert "premiums follow gauges" in found(interview)


def test_notes_and_answers_sent_after_the_end_are_found(interview):
    chosen = ChosenQuestionFactory(preparation=PreparationFactory(contact=interview.contact, interview=interview))
    write(interview, "notes", "Ask about sluices")
    write(interview, f"q{chosen.pk}", "Begin at the lock")
    assert "ask about sluices" in found(interview)
    assert "begin at the lock" in found(interview)


def test_what_was_unlearned_is_no_longer_found(interview):
    learn(interview, "Premiums follow gauges", 1)
    learn(interview, "Tides are logged by hand", 2)
    assert "premiums" not in found(interview)


def test_notes_that_were_changed_after_the_end_are_not_found_by_the_old_words(interview):
    write(interview, "notes", "Ask about sluices")
    room_actions.write(
        owner=interview.owner,
        interview_pk=interview.pk,
        said=Write("notes", "Ask about locks", uuid.uuid4(), version=1),
        now=NOW,
    )
    assert "sluices" not in found(interview)
