import uuid
from datetime import timedelta
from urllib.parse import urlencode

import pytest
import time_machine
from django.urls import reverse
from pytest_django.asserts import assertContains, assertRedirects

from interviews.models import Interview, Room
from tests.factories import (
    NOW,
    ChosenQuestionFactory,
    ContactFactory,
    InterviewFactory,
    PreparationFactory,
    PromiseFactory,
    RoomFactory,
)
from tests.html_elements import read
from tests.interviews.pages import boxes


@pytest.fixture(autouse=True)
def _frozen():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def interview(user) -> Interview:
    contact = ContactFactory(owner=user, name="Mateus Oliveira")
    made = InterviewFactory(contact=contact, minutes=20, where="+351 215 550 142")
    PreparationFactory(contact=contact, interview=made, agenda="0 Say thank you\n8 Data without gauges")
    return made


@pytest.fixture
def room(interview) -> Room:
    return RoomFactory(interview=interview, started_at=NOW - timedelta(minutes=17))


def url(name: str, interview: Interview, **query: object) -> str:
    return f"{reverse(name, args=[interview.pk])}?{urlencode(query)}"


def send(client, interview, box="notes", text="Tide logs", uid=None, **more):
    data = {"box": box, "text": text, "uid": uid or uuid.uuid4(), "version": 0, **more}
    return client.post(url("room_write", interview), data)


def test_door_shows_the_agenda_and_opens_nothing(client, interview):
    assertContains(client.get(url("room", interview)), "Data without gauges")
    assert not Room.objects.exists()


def test_start_opens_the_room(client, interview):
    assertRedirects(client.post(url("room_start", interview)), reverse("room", args=[interview.pk]))
    assert Room.objects.get().started_at == NOW


def test_room_says_when_it_ends_and_what_to_say(client, room):
    page = client.get(url("room", room.interview))
    assertContains(page, "began 12:43, ends <span data-until>13:03</span>")
    assertContains(page, '<p class="clock__left" role="timer" aria-live="off" data-left>3:00</p>', html=True)
    assertContains(page, f'data-now="{int(NOW.timestamp() * 1000)}"')


def test_room_calls_the_number(client, room):
    call = read(client.get(url("room", room.interview)).text).one("link", "Call ")
    assert call.attrs["href"] == "tel:+351215550142"


@pytest.mark.parametrize("where", ["javascript:alert(1)", "data:text/html,x", 'https://x.example/" onclick="x'])
def test_room_links_nothing_that_a_click_could_run(client, room, where):
    Interview.objects.filter(pk=room.interview_id).update(where=where, medium="video")
    assert read(client.get(url("room", room.interview)).text).all("link", "Call ") == []


def test_must_ask_comes_first_and_answered_last(client, room):
    preparation = room.interview.preparation
    for position, (text, more) in enumerate(
        [("Path?", {"answer": "By chance", "answered_at": NOW}), ("Trends?", {}), ("Whom?", {"must_ask": True})]
    ):
        ChosenQuestionFactory(preparation=preparation, question__text=text, position=position, **more)
    page = client.get(url("room", room.interview)).text
    assert page.index("Whom?") < page.index("Trends?") < page.index("Path?")
    assert "<span data-asked>1</span> of 3 asked" in page


@pytest.mark.parametrize("count", [1, 30])
def test_room_costs_the_same_for_one_and_for_thirty(client, room, count, django_assert_num_queries):
    for position in range(count):
        ChosenQuestionFactory(preparation=room.interview.preparation, position=position)
        PromiseFactory(contact=room.interview.contact, interview=room.interview)
    with django_assert_num_queries(5):
        client.get(url("room", room.interview))


@pytest.mark.parametrize("box", ["notes", "mine", "meet"])
def test_write_costs_little(client, room, box, django_assert_max_num_queries):
    with django_assert_max_num_queries(11 if box != "mine" else 15):
        send(client, room.interview, box=box)


def test_write_an_answer_costs_eleven(client, room, django_assert_max_num_queries):
    chosen = ChosenQuestionFactory(preparation=room.interview.preparation)
    with django_assert_max_num_queries(11):
        assert send(client, room.interview, box=f"q{chosen.pk}").status_code == 200


def test_write_says_what_is_kept_and_understood(client, room):
    answer = send(client, room.interview, text="Tide logs\n! send the deck tomorrow").json()
    assert (answer["version"], answer["merged"], answer["understood"]) == (
        1,
        False,
        ["Send the deck, by Friday 20 November"],
    )


def test_two_devices_lose_nothing(client, room):
    send(client, room.interview, text="phone")
    assert send(client, room.interview, text="laptop").json()["text"] == "laptop\nphone"


def test_replayed_write_is_written_once(client, room):
    uid = uuid.uuid4()
    for _try in range(3):
        assert send(client, room.interview, box="mine", text="send the deck", uid=uid).status_code == 200
    assert room.interview.promises.count() == 1


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"text": "x" * 50_000}, 200),
        ({"text": "x" * 50_001}, 422),
        ({"box": "mine", "text": "x" * 301}, 200),
        ({"box": "mine", "text": " "}, 422),
        ({"box": "q99999999999"}, 404),
        ({"box": "q1"}, 404),
        ({"box": "nonsense"}, 422),
        ({"box": "notes\n"}, 422),
        ({"uid": "not-a-uid"}, 422),
        ({"version": "-1"}, 422),
        ({"version": "9" * 30}, 422),
        ({"version": ""}, 200),
        ({"text": "nul \0 and \ud800 surrogate".encode("utf-8", "surrogatepass")}, 200),
    ],
)
def test_bad_writes_are_said_and_never_break(client, room, fields, status):
    response = send(client, room.interview, **fields)
    assert response.status_code == status
    assert status == 200 or response.json()["error"]


def test_write_before_the_start_is_said(client, interview):
    response = send(client, interview)
    assert (response.status_code, response.json()["error"][:25]) == (409, "The room is not open yet.")


def test_write_after_the_end_is_kept(client, room):
    client.post(url("room_end", room.interview))
    assert send(client, room.interview, text="late").json()["text"] == "late"


@pytest.mark.parametrize(
    "name", ["room", "room_start", "room_write", "room_clock", "room_save", "room_end", "debrief", "thank_you"]
)
def test_somebody_elses_talk_is_not_found(client, stranger, name):
    theirs = RoomFactory(interview=InterviewFactory(contact=ContactFactory(owner=stranger))).interview
    data = {"box": "notes", "text": "x", "uid": str(uuid.uuid4())}
    ask = client.get if name in ("room", "room_clock", "debrief", "thank_you") else client.post
    assert ask(url(name, theirs), data).status_code == 404


def test_save_without_a_script_keeps_everything(client, room):
    data = {
        "uid": str(uuid.uuid4()),
        **boxes({"notes": "Tide logs", "mine": "send the deck", "meet": "Teresa"}),
    }
    for _twice in range(2):
        client.post(url("room_save", room.interview), data)
    room.refresh_from_db()
    assert room.notes == "Tide logs\n+ Teresa"
    assert room.interview.promises.count() == 1


def test_what_was_not_taken_is_shown_again(client, room):
    page = client.post(
        url("room_save", room.interview), {"uid": str(uuid.uuid4()), **boxes({"notes": "n" * 50_001, "mine": "kept"})}
    )
    assertContains(page, "At most 50000 characters fit here; this has 50001.", status_code=422)
    assertContains(page, "n" * 50_001, status_code=422)
    assert room.interview.promises.get().what == "Kept"


def test_promise_too_long_for_one_is_said_and_kept(client, room):
    client.post(url("room_end", room.interview))
    answer = send(client, room.interview, box="mine", text="friday " + "p" * 301).json()
    assert answer["said"] == "Long for a promise: it stands among the notes, and in the debrief."
    assertContains(client.get(url("debrief", room.interview)), "From your notes: “friday ppp")


def test_promise_too_long_for_one_is_said_without_a_script(client, room):
    page = client.post(
        url("room_save", room.interview), {"uid": str(uuid.uuid4()), **boxes({"theirs": "p" * 301})}, follow=True
    )
    assertContains(page, "Long for a promise: it stands among the notes, and in the debrief.")


def test_more_time_can_be_taken_back(client, room):
    page = client.post(url("room_extend", room.interview, v=1), {"minutes": "5"}, follow=True)
    assertContains(page, "<span data-until>13:08</span>")
    undo = reverse("room_unextend", args=[room.interview_id]) + "?minutes=5&amp;v=2"
    assertContains(page, undo)
    assertContains(client.post(undo.replace("&amp;", "&"), follow=True), "<span data-until>13:03</span>")


@pytest.mark.parametrize("minutes", ["", "0", "7", "-5", "9999", "x"])
def test_any_other_time_is_not_found(client, room, minutes):
    assert client.post(url("room_extend", room.interview), {"minutes": minutes}).status_code == 404


def test_a_stale_tap_says_so(client, room):
    page = client.post(url("room_pause", room.interview, v=9), follow=True)
    assertContains(page, "Nothing was changed")


def test_pause_shows_the_clock_standing(client, room):
    page = client.post(url("room_pause", room.interview), follow=True)
    assertContains(page, "The clock stands")
    assertContains(client.post(url("room_resume", room.interview), follow=True), "<span data-until>13:03</span>")


def test_end_keeps_what_was_typed_and_leads_to_the_debrief(client, room):
    data = {"uid": str(uuid.uuid4()), **boxes({"notes": "last words"})}
    page = client.post(url("room_end", room.interview, v=1), data, follow=True)
    assertContains(page, "What did you learn?")
    assertContains(page, "last words")
    assertContains(page, "You gave 3 minutes back.")


def test_no_show_leads_back_to_the_talk(client, room):
    page = client.post(url("room_no_show", room.interview), follow=True)
    assertContains(page, "did not take place")


def test_clock_says_the_servers_time(client, room):
    answer = client.get(url("room_clock", room.interview)).json()
    assert answer["ends"] - answer["now"] == 3 * 60_000
