import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError

from base.owned import Stale
from crm.models import Contact
from interviews.holding import actions
from interviews.holding.actions import NoSuchBox, Write, merge_texts
from interviews.models import Interview, Phase, Room
from tests.factories import (
    NOW,
    TODAY,
    ChosenQuestionFactory,
    ContactFactory,
    InterviewFactory,
    PreparationFactory,
    RoomFactory,
    RoomWriteFactory,
)

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def mateus(user) -> Contact:
    return ContactFactory(owner=user, name="Mateus Oliveira")


@pytest.fixture
def interview(mateus) -> Interview:
    return InterviewFactory(contact=mateus, minutes=20)


@pytest.fixture
def room(interview) -> Room:
    return RoomFactory(interview=interview, started_at=NOW)


def write(room: Room, text: str, box: str = "notes", version: int = 0, base: str = "", uid: uuid.UUID | None = None):
    said = Write(box, text, uid or uuid.uuid4(), version, base)
    return actions.write(owner=room.owner, interview_pk=room.interview_id, said=said, now=NOW)


@pytest.mark.parametrize(
    ("minutes", "phase", "left"),
    [
        (0, "begins", 20),
        (1, "begins", 19),
        (2, "runs", 18),
        (17, "soon", 3),
        (19, "soon", 1),
        (20, "over", 0),
        (22, "over", -2),
    ],
)
def test_clock_runs_from_the_servers_start(room, minutes, phase, left):
    now = NOW + minutes * MINUTE
    assert (room.phase(now), room.left(now)) == (Phase(phase), left * MINUTE)


def test_more_time_moves_the_end(room):
    actions.extend(room=room, minutes=5, now=NOW)
    assert room.ends_at(NOW) == NOW + 25 * MINUTE


def test_more_time_is_taken_back(room):
    actions.extend(room=room, minutes=5, now=NOW)
    actions.extend(room=room, minutes=-5, now=NOW)
    assert room.ends_at(NOW) == NOW + 20 * MINUTE


@pytest.mark.parametrize("minutes", [-5, 245])
def test_more_time_than_there_is_changes_nothing(room, minutes):
    with pytest.raises(Stale):
        actions.extend(room=room, minutes=minutes, now=NOW)


def test_the_clock_stands_while_paused(room):
    actions.pause(room=room, now=NOW + 4 * MINUTE)
    later = NOW + 9 * MINUTE
    assert (room.left(later), room.phase(later), room.ends_at(later)) == (16 * MINUTE, Phase.PAUSED, NOW + 25 * MINUTE)


def test_resume_moves_the_end_by_the_pause(room):
    actions.pause(room=room, now=NOW + 4 * MINUTE)
    actions.resume(room=room, now=NOW + 9 * MINUTE)
    assert (room.paused_seconds, room.ends_at(NOW + 10 * MINUTE)) == (300, NOW + 25 * MINUTE)


def test_a_second_device_that_was_slower_changes_nothing(room):
    other = Room.objects.select_related("interview").get(pk=room.pk)
    actions.extend(room=room, minutes=5, now=NOW)
    with pytest.raises(Stale):
        actions.extend(room=other, minutes=10, now=NOW)


def test_start_is_once(interview):
    first = actions.start(interview=interview, now=NOW)
    again = actions.start(interview=interview, now=NOW + MINUTE)
    assert (again.pk, again.started_at) == (first.pk, NOW)


def test_start_of_a_cancelled_talk_is_refused(mateus):
    with pytest.raises(Stale):
        actions.start(interview=InterviewFactory(contact=mateus, state="cancelled"), now=NOW)


def test_end_records_the_overrun(room):
    actions.end(room=room, now=NOW + 22 * MINUTE)
    assert room.given_back == -2 * MINUTE


def test_end_gives_time_back(room):
    actions.end(room=room, now=NOW + 19 * MINUTE)
    assert room.given_back == MINUTE


def test_end_while_paused_counts_the_pause(room):
    actions.pause(room=room, now=NOW + 10 * MINUTE)
    actions.end(room=room, now=NOW + 15 * MINUTE)
    assert room.given_back == 10 * MINUTE


def test_end_means_that_they_talked(room, mateus):
    actions.end(room=room, now=NOW)
    mateus.refresh_from_db()
    assert (room.interview.state, mateus.stage, mateus.last_touch_on) == ("held", "met", TODAY)


def test_end_makes_the_notes_findable(room, mateus):
    write(room, "Tide logs since 1987")
    actions.end(room=Room.objects.select_related("interview__contact").get(pk=room.pk), now=NOW)
    mateus.refresh_from_db()
    assert "tide logs since 1987" in mateus.search_text


def test_end_twice_is_refused(room):
    actions.end(room=room, now=NOW)
    with pytest.raises(Stale):
        actions.end(room=room, now=NOW)


def test_reopen_goes_on_as_if_nothing_had_been(room):
    actions.end(room=room, now=NOW + 5 * MINUTE)
    actions.reopen(room=room, now=NOW + 6 * MINUTE)
    assert (room.ended_at, room.interview.state, room.left(NOW + 6 * MINUTE)) == (None, "planned", 14 * MINUTE)


def test_reopen_takes_back_what_the_end_had_brought(room, mateus):
    actions.end(room=room, now=NOW)
    actions.reopen(room=room, now=NOW + MINUTE)
    assert (mateus.promises.open().count(), room.owner.debriefs.count()) == (0, 0)


def test_write_is_kept_with_the_next_version(room):
    kept = write(room, "Tide logs")
    assert (kept.text, kept.version, kept.is_merged) == ("Tide logs", 1, False)


def test_write_sent_twice_is_written_once(room):
    uid = uuid.uuid4()
    write(room, "first", uid=uid)
    write(room, "second", version=1, base="first")
    again = write(room, "first", uid=uid)
    room.refresh_from_db()
    assert (room.notes, room.notes_version, again.is_merged) == ("second", 2, True)


def test_write_from_a_second_device_loses_nothing(room):
    write(room, "from the phone")
    kept = write(room, "from the laptop")
    assert (kept.text, kept.is_merged) == ("from the laptop\nfrom the phone", True)


def test_write_after_the_end_is_kept(room):
    actions.end(room=room, now=NOW)
    assert write(room, "sent when the network was back").version == 1


def test_what_arrives_after_the_end_is_found(room, mateus):
    question = ChosenQuestionFactory(preparation=PreparationFactory(contact=mateus, interview=room.interview))
    write(room, "tide logs since 1987")
    room.refresh_from_db()
    actions.end(room=room, now=NOW)
    write(room, "tide logs since 1987\nsaid at the door", version=1)
    write(room, "said on the stairs", box=f"q{question.pk}")
    mateus.refresh_from_db()
    assert [mateus.search_text.count(words) for words in ("tide logs", "at the door", "on the stairs")] == [1, 1, 1]


@pytest.mark.parametrize(("box", "beginning"), [("mine", "! "), ("theirs", "Mateus: ")])
def test_promise_too_long_for_one_stands_among_the_notes(room, box, beginning):
    uid = uuid.uuid4()
    for _twice in range(2):
        kept = write(room, "p" * 301, box=box, uid=uid)
    room.refresh_from_db()
    assert (kept.box, room.notes) == ("notes", beginning + "p" * 301)
    assert room.interview.promises.count() == 0


def test_write_before_the_start_is_refused(interview):
    said = Write("notes", "too early", uuid.uuid4())
    with pytest.raises(Room.DoesNotExist):
        actions.write(owner=interview.owner, interview_pk=interview.pk, said=said, now=NOW)


def test_write_into_somebody_elses_room_is_refused(room, stranger):
    said = Write("notes", "not mine", uuid.uuid4())
    with pytest.raises(Room.DoesNotExist):
        actions.write(owner=stranger, interview_pk=room.interview_id, said=said, now=NOW)


def test_write_an_answer_keeps_its_date(room, mateus):
    chosen = ChosenQuestionFactory(preparation=PreparationFactory(contact=mateus, interview=room.interview))
    write(room, "The trade press", box=f"q{chosen.pk}")
    chosen.refresh_from_db()
    assert (chosen.answer, chosen.answer_version, chosen.answered_at) == ("The trade press", 1, NOW)


def test_write_an_answer_empty_takes_its_date(room, mateus):
    chosen = ChosenQuestionFactory(preparation=PreparationFactory(contact=mateus, interview=room.interview))
    write(room, "The trade press", box=f"q{chosen.pk}")
    write(room, "", box=f"q{chosen.pk}", version=1)
    chosen.refresh_from_db()
    assert (chosen.answer, chosen.answered_at) == ("", None)


def test_write_to_a_question_of_another_talk_is_refused(room):
    with pytest.raises(NoSuchBox):
        write(room, "lost", box=f"q{ChosenQuestionFactory(preparation__contact__owner=room.owner).pk}")


def test_promise_line_is_a_promise_with_its_date(room, mateus):
    write(room, "send the deck tomorrow", box="mine")
    promise = mateus.promises.get()
    assert (promise.what, promise.due_on, promise.interview, promise.whose) == (
        "Send the deck",
        TODAY + timedelta(days=1),
        room.interview,
        "mine",
    )


def test_promise_line_sent_twice_is_one_promise(room, mateus):
    uid = uuid.uuid4()
    for _try in range(2):
        write(room, "the tide logs in 2 weeks", box="theirs", uid=uid)
    assert [one.whose for one in mateus.promises.order_by("pk")] == ["theirs", "mine"]  # with my friendly check-in


def test_whom_to_meet_stands_in_the_notes_once(room):
    write(room, "Tide logs")
    write(room, "Teresa Vasconcelos", box="meet")
    assert write(room, "Teresa Vasconcelos", box="meet").text == "Tide logs\n+ Teresa Vasconcelos"


def test_one_uid_is_one_row(room):
    first = RoomWriteFactory(room=room)
    with pytest.raises(IntegrityError):
        RoomWriteFactory(room=room, uid=first.uid)


def test_an_ended_room_is_not_paused(interview):
    with pytest.raises(IntegrityError):
        RoomFactory(interview=interview, paused_at=NOW, ended_at=NOW)


@pytest.mark.parametrize(
    ("mine", "theirs", "base", "together"),
    [
        ("a", "", "", "a"),
        ("", "b", "", "b"),
        ("a\nc", "a\nb", "a", "a\nc\nb"),
        ("a changed", "a", "a", "a changed"),  # what I changed does not come back
        ("a changed", "a\nb", "a", "a changed\nb"),
        ("b", "a\nb", "a\nb", "b"),  # what I took out stays out
        ("a\nb", "a\n\nb\n", "", "a\nb"),
    ],
)
def test_lay_together(mine, theirs, base, together):
    assert merge_texts(mine, theirs, base) == together
