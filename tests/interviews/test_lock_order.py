"""Pairs of taps that meet at one talk: on Postgres each locks the contact first, so none waits for the other in a circle."""

import threading
import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import close_old_connections, connection
from django.utils import timezone

from accounts.models import User
from base.owned import Stale
from interviews.debriefing import actions as debrief_actions
from interviews.debriefing.actions import Outcome, Promised
from interviews.holding import actions as room_actions
from interviews.holding.actions import Tap, Write
from interviews.models import Interview, Room
from interviews.planning import actions as planning
from interviews.thanking.mails import settle_thank_you
from tests.factories import ContactFactory, InterviewFactory, OutgoingMailFactory, RoomFactory, UserFactory

pytestmark = [
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer: two requests cannot meet"),
]
ROUNDS = 8


def talk(owner: User) -> Interview:
    return Interview.objects.select_related("contact__owner", "owner").get(owner=owner)


def room_of(owner: User) -> Room:
    return Room.objects.select_related("interview__contact__owner", "interview__owner").get(owner=owner)


def write(owner: User, box: str) -> None:
    said = Write(box, f"call the port {uuid.uuid4()}", uuid.uuid4())
    room_actions.write(owner=owner, interview_pk=talk(owner).pk, said=said, now=timezone.now())


def tap_end(owner: User) -> None:
    def end(room: Room, now: object) -> None:
        room_actions.end(room=room, now=timezone.now())

    said = Tap(uuid.uuid4(), timezone.now())
    room_actions.tap(owner=owner, interview_pk=talk(owner).pk, said=said, verb=end, now=timezone.now())


def save_debrief(owner: User) -> None:
    promises = [Promised(f"Send {uuid.uuid4()}", None, whose) for whose in ("mine", "theirs")]
    outcome = Outcome(learned=str(uuid.uuid4()), promises=promises, go="continue")
    debrief_actions.save(
        interview=talk(owner), outcome=outcome, seen=1, now=timezone.now()
    )  # a page open before both taps


def settle(owner: User) -> None:
    interview = talk(owner)
    mail = OutgoingMailFactory.build(owner=owner, kind="thank-you", context={"interview": str(interview.uid)})
    settle_thank_you(mail, timezone.now())


TAPS: dict[str, Callable[[User], None]] = {
    "a promise": lambda owner: write(owner, "mine"),
    "theirs": lambda owner: write(owner, "theirs"),
    "a note": lambda owner: write(owner, "notes"),
    "it took place": lambda owner: planning.hold(interview=talk(owner), now=timezone.now()),
    "end": lambda owner: room_actions.end(room=room_of(owner), now=timezone.now()),
    "end on a phone": tap_end,
    "talk on": lambda owner: room_actions.reopen(room=room_of(owner), now=timezone.now()),
    "did not come": lambda owner: planning.no_show(interview=talk(owner), now=timezone.now()),
    "cancel": lambda owner: planning.cancel(interview=talk(owner), now=timezone.now()),
    "debrief": save_debrief,
    "thank-you left": settle,
}
BEFORE = [("a promise", other) for other in TAPS if other not in ("talk on", "debrief", "thank-you left")]
BEFORE += [
    (one, other) for one in ("it took place", "end", "end on a phone") for other in ("end", "cancel", "did not come")
]
AFTER = [("debrief", "a promise"), ("debrief", "talk on"), ("debrief", "debrief"), ("debrief", "thank-you left")]
AFTER += [
    ("talk on", "a promise"),
    ("talk on", "theirs"),
    ("talk on", "thank-you left"),
    ("a promise", "thank-you left"),
]


def both(owner: User, *names: str) -> list[BaseException]:
    """Taps both at one moment, in two threads; what went wrong, but for what came too late."""
    together, wrong = threading.Barrier(len(names)), []

    def run(name: str) -> None:
        try:
            together.wait(10)
            TAPS[name](owner)
        except Stale:
            pass
        except BaseException as error:  # told by the test
            wrong.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[name]) for name in names]
    [thread.start() for thread in threads]
    [thread.join(30) for thread in threads]
    close_old_connections()
    return wrong


def fresh_talk(*, is_held: bool) -> User:
    owner = UserFactory()
    introducer = ContactFactory(owner=owner)
    contact = ContactFactory(owner=owner, introduced_by=introducer)
    begins = timezone.now() - timedelta(minutes=5)
    RoomFactory(interview=InterviewFactory(contact=contact, owner=owner), owner=owner, started_at=begins)
    if is_held:
        room_actions.end(room=room_of(owner), now=timezone.now())
    return owner


@pytest.mark.parametrize(("one", "other"), BEFORE)
def test_taps_on_a_running_talk_do_not_lock_each_other_out(one: str, other: str):
    for _round in range(ROUNDS):
        assert both(fresh_talk(is_held=False), one, other) == []


@pytest.mark.parametrize(("one", "other"), AFTER)
def test_taps_on_a_talk_that_was_held_do_not_lock_each_other_out(one: str, other: str):
    for _round in range(ROUNDS):
        assert both(fresh_talk(is_held=True), one, other) == []


def test_the_ends_of_two_talks_whose_people_led_to_each_other_do_not_lock_each_other_out():
    for _round in range(ROUNDS):
        owner = UserFactory()
        ana, ben = (ContactFactory(owner=owner) for _ in range(2))
        for contact, introducer in ((ana, ben), (ben, ana)):
            type(contact).objects.filter(pk=contact.pk).update(introduced_by=introducer)
        talks = [InterviewFactory(contact=contact, owner=owner) for contact in (ana, ben)]
        together, wrong = threading.Barrier(2), []

        def hold(pk: int, together: threading.Barrier = together, wrong: list[BaseException] = wrong) -> None:
            try:
                found = Interview.objects.select_related("contact__owner", "contact__introduced_by", "owner").get(pk=pk)
                together.wait(10)
                planning.hold(interview=found, now=timezone.now())
            except BaseException as error:  # told by the test
                wrong.append(error)
            finally:
                connection.close()

        threads = [threading.Thread(target=hold, args=[talk.pk]) for talk in talks]
        [thread.start() for thread in threads]
        [thread.join(30) for thread in threads]
        assert wrong == []
