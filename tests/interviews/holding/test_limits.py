"""The dearest texts a room or a debrief may get, and what is over a limit: one sentence, and nothing lost."""

import uuid

import pytest
import time_machine
from django.urls import reverse
from pytest_django.asserts import assertContains

from interviews.holding import actions as room_actions
from interviews.models import Room
from tests.factories import (
    NOW,
    ChosenQuestionFactory,
    ContactFactory,
    DebriefFactory,
    InterviewFactory,
    PreparationFactory,
    RoomFactory,
)
from tests.interviews.pages import boxes
from tests.work_done import count_calls

pytestmark = pytest.mark.both_databases

MANY = "At most 50 promises and 50 people fit into one text; this has 51."


@pytest.fixture(autouse=True)
def _frozen():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def room(user) -> Room:
    interview = InterviewFactory(contact=ContactFactory(owner=user, name="Mateus Oliveira"))
    PreparationFactory(contact=interview.contact, interview=interview)
    return RoomFactory(interview=interview, started_at=NOW)


@pytest.fixture
def ended(room) -> Room:
    return room_actions.end(room=room, now=NOW)


def send(client, room: Room, text: str, box: str = "notes", **more: object):
    data = {"box": box, "text": text, "uid": uuid.uuid4(), "version": 0, **more}
    return client.post(reverse("room_write", args=[room.interview_id]), data)


def lines(sign: str, n: int) -> str:
    return "\n".join(f"{sign} call number {i} 4 december" for i in range(n))


def bodies(user) -> str:
    return "".join(user.notes.order_by("pk").values_list("body", flat=True))


@pytest.mark.parametrize(("sign", "n", "status"), [("!", 50, 200), ("!", 51, 422), ("+", 50, 200), ("+", 51, 422)])
def test_fifty_promises_fit_into_one_text(client, user, room, sign, n, status):
    answer = send(client, room, lines(sign, n))
    assert answer.status_code == status
    if status == 422:
        assert answer.json() == {"error": MANY}
        assert not user.rooms.get().notes


def test_without_a_script_the_text_stays_in_its_box_with_the_sentence(client, user, room):
    data = {"uid": str(uuid.uuid4()), **boxes({"notes": lines("!", 51), "mine": "send the deck"})}
    page = client.post(reverse("room_save", args=[room.interview_id]), data)
    assertContains(page, MANY, status_code=422)
    assertContains(page, "! call number 50 4 december", status_code=422)
    assert user.promises.filter(what="Send the deck").exists()


@pytest.mark.parametrize("text", ["n" * 50_001, lines("!", 51), "n" * 130_000])
def test_what_a_phone_sends_after_the_end_and_is_too_much_becomes_notes_of_the_contact(client, user, ended, text):
    uid = uuid.uuid4()
    for _twice in range(2):
        answer = send(client, ended, text, uid=uid)
    assert answer.status_code == 200
    assert "it stands among the notes on the contact’s page" in answer.json()["said"]
    assert bodies(user).count(text.splitlines()[-1].lstrip("! ")) == 1
    assert max(len(note.body) for note in user.notes.all()) <= 20_000
    assert any("From the talk" in note.body for note in user.notes.all())
    assertContains(client.get(ended.interview.contact.get_absolute_url()), text.splitlines()[-1].lstrip("! ")[:40])
    assert user.promises.exclude(kind="thank_you").count() == 0


def test_two_devices_whose_texts_do_not_fit_together_lose_nothing(client, user, room):
    send(client, room, "a\n" * 20_000)
    other = "\n".join(f"line {n}" for n in range(4000))
    answer = send(client, room, other).json()
    assert answer["merged"]
    assert "line 3999" in bodies(user)
    assert user.rooms.get().notes.startswith("a\na")


def test_a_line_that_does_not_fit_into_the_notes_any_more_becomes_a_note(client, user, room):
    user.rooms.update(notes="n" * 49_990)
    send(client, room, "Teresa Vasconcelos, Port of Lisbon", box="meet")
    assert bodies(user) == "From the talk: + Teresa Vasconcelos, Port of Lisbon"


def test_an_answer_that_comes_after_the_end_to_a_question_taken_out_is_kept(client, user, ended):
    assert send(client, ended, "At the gauges", box="q1").status_code == 200
    assert bodies(user) == "From the talk: At the gauges"


def test_an_answer_has_its_own_limit(client, room):
    chosen = ChosenQuestionFactory(preparation=room.interview.preparation)
    assert send(client, room, "a" * 20_001, box=f"q{chosen.pk}").json() == {
        "error": "At most 20000 characters fit here; this has 20001."
    }


@pytest.mark.parametrize(
    "text",
    [lines("!", 50), lines("+", 50), "\n".join(["[" * 999] * 50), "! 4 dec\n" * 50, "! next friday at noon\n" * 50],
)
def test_the_dearest_text_is_cheap(client, user, room, text):
    def work() -> None:
        assert send(client, room, text).status_code == 200
        room_actions.end(room=Room.objects.select_related("interview__contact").get(), now=NOW)
        assert client.get(reverse("debrief", args=[room.interview_id])).status_code == 200

    calls = count_calls(work)
    assert calls < 3_000_000


def test_more_lines_than_a_database_takes_names_are_no_error(client, user, room):
    user.rooms.update(notes="\n".join(f"! {n}\n+ A{n}" for n in range(40_000)), ended_at=NOW)
    user.interviews.update(state="held", held_at=NOW)
    DebriefFactory(interview=room.interview)
    assert client.get(reverse("debrief", args=[room.interview_id])).status_code == 200
