"""Taps as the script sends them: with their uid and instant, perhaps long after, perhaps twice."""

import uuid
from datetime import datetime, timedelta

import pytest
import time_machine
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from interviews.holding import actions as room_actions
from interviews.models import Interview, Room
from tests.factories import NOW, TODAY, ContactFactory, InterviewFactory, RoomFactory

pytestmark = pytest.mark.both_databases

MINUTE = timedelta(minutes=1)
STARTED = NOW - 10 * MINUTE


@pytest.fixture(autouse=True)
def _frozen():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def room(user) -> Room:
    contact = ContactFactory(owner=user, name="Mateus Oliveira")
    return RoomFactory(interview=InterviewFactory(contact=contact, minutes=20), started_at=STARTED)


def send(client, room: Room, name: str, at: datetime, uid: uuid.UUID | None = None, **more: object):
    data = {"uid": uid or uuid.uuid4(), "at": round(at.timestamp() * 1000), **more}
    return client.post(reverse(f"room_{name}", args=[room.interview_id]), data)


def fresh(room: Room) -> Room:
    return Room.objects.select_related("interview__contact").get(pk=room.pk)


def test_end_is_when_it_was_tapped(client, room):
    answer = send(client, room, "end", STARTED + 8 * MINUTE)
    interview = Interview.objects.get()
    assert answer.json() == {"next": reverse("debrief", args=[interview.pk])}
    assert fresh(room).ended_at == interview.held_at == STARTED + 8 * MINUTE


@pytest.mark.parametrize(
    ("at", "ended_at"), [(STARTED - timedelta(hours=3), STARTED), (NOW + timedelta(days=400), NOW)]
)
def test_end_is_neither_before_the_start_nor_ahead(client, room, at, ended_at):
    send(client, room, "end", at)
    assert fresh(room).ended_at == ended_at


def test_end_sent_again_after_undo_does_not_end_again(client, room):
    uid = uuid.uuid4()
    send(client, room, "end", NOW, uid)
    room_actions.reopen(room=fresh(room), now=NOW)
    assert send(client, room, "end", NOW, uid).json() == {"next": ""}
    assert fresh(room).ended_at is None


def test_end_on_two_devices_is_the_earlier_tap(client, room):
    for minutes in (9, 8, 9):
        assert send(client, room, "end", STARTED + minutes * MINUTE).json()["next"]
    assert fresh(room).ended_at == STARTED + 8 * MINUTE
    assert room.owner.debriefs.count() == 1


def test_more_time_sent_twice_counts_once(client, room):
    uid = uuid.uuid4()
    for _try in range(2):
        send(client, room, "extend", NOW, uid, minutes=5)
    assert fresh(room).extended_minutes == 5


def test_more_time_after_the_end_changes_nothing(client, room):
    send(client, room, "end", NOW)
    assert send(client, room, "extend", NOW, minutes=5).status_code == 200
    assert fresh(room).extended_minutes == 0


def test_pause_lasts_from_tap_to_tap(client, room):
    send(client, room, "pause", STARTED + 2 * MINUTE)
    send(client, room, "resume", STARTED + 5 * MINUTE)
    assert (fresh(room).paused_at, fresh(room).paused_seconds) == (None, 180)


def test_talk_on_takes_an_end_or_a_no_show_back(client, room):
    for name in ("end", "no_show"):
        send(client, room, name, NOW)
        assert send(client, room, "reopen", NOW).json() == {"next": ""}
        assert fresh(room).interview.state == "planned"


def test_no_show_leads_to_the_talk(client, room):
    assert send(client, room, "no_show", NOW).json() == {"next": room.interview.get_absolute_url()}


def test_of_several_taps_the_last_can_be_undone(client, room):
    send(client, room, "extend", NOW, minutes=5)
    send(client, room, "end", NOW)
    page = client.get(reverse("debrief", args=[room.interview_id]))
    assertContains(page, "The talk with Mateus has ended.")
    assertNotContains(page, "5 minutes more.")


@pytest.mark.parametrize("fields", [{"uid": "x"}, {"at": "soon"}, {"at": "-1"}, {"at": "9" * 20}, {"at": ""}])
def test_a_tap_without_sense_changes_nothing(client, room, fields):
    data = {"uid": uuid.uuid4(), "at": "1795089600000", **fields}
    assert client.post(reverse("room_end", args=[room.interview_id]), data).status_code == 422
    assert fresh(room).ended_at is None


def test_a_tap_in_a_room_that_is_gone_is_said(client, room):
    room.interview.contact.bin(NOW)
    assert send(client, room, "end", NOW).status_code == 404


def test_a_tap_in_somebody_elses_room_is_like_one_that_is_not_there(client, stranger):
    theirs = RoomFactory(interview=InterviewFactory(contact=ContactFactory(owner=stranger)), started_at=STARTED)
    refused = send(client, theirs, "end", NOW)
    Room.objects.all().delete()
    assert (refused.status_code, refused.content) == (404, send(client, theirs, "end", NOW).content)


def test_words_typed_yesterday_mean_the_days_of_yesterday(client, room, user):
    data = {"box": "mine", "text": "send the deck tomorrow", "uid": uuid.uuid4(), "at": round(NOW.timestamp() * 1000)}
    with time_machine.travel(NOW + timedelta(days=2), tick=False):
        client.force_login(user)
        client.post(reverse("room_write", args=[room.interview_id]), data)
    assert room.interview.promises.get().due_on == TODAY + timedelta(days=1)
