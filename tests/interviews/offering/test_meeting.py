"""What meets at one moment on Postgres: a guest and the owner, two guests, a calendar's answer and a change. Nobody waits
for ever, nobody gets an error, and one of the two is what stands."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from base.private_links import press_for
from interviews.models import Interview, Offer
from interviews.offering import actions as offering
from interviews.planning import actions as planning
from tests.factories import ContactFactory, UserFactory
from tests.interviews.replying.test_replies import ics

pytestmark = [
    pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer: two requests cannot meet"),
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
]
ROUNDS = 4
Tap = Callable[[Client], int]


@pytest.fixture
def owner() -> User:
    return UserFactory()


def at(days: int):
    return (timezone.now() + timedelta(days=days)).replace(hour=10, minute=0, second=0, microsecond=0)


def offered(owner: User, *days: int) -> Offer:
    contact = ContactFactory(owner=owner, email="ana@nubank.example")
    terms = offering.Terms(minutes=20, media=["video"], times=[at(day) for day in days])
    return offering.offer(owner=owner, contact=contact, terms=terms, now=timezone.now())


def talk_of(offer: Offer, day: int) -> Interview:
    return offering.choose(offer=offer, answer=offering.Answer(at(day), "video"), now=timezone.now())


def together(owner: User, *taps: Tap) -> list[int]:
    """All at once; the status of each answer."""
    start, answers = threading.Barrier(len(taps)), [0] * len(taps)

    def go(n: int) -> None:
        client = Client()
        client.force_login(owner)
        start.wait()
        try:
            answers[n] = taps[n](client)
        finally:
            connection.close()

    threads = [threading.Thread(target=go, args=(n,)) for n in range(len(taps))]
    [thread.start() for thread in threads]
    [thread.join(30) for thread in threads]
    return answers


def guest(offer: Offer, verb: str, day: int = 0) -> Tap:
    token = offer.secret
    known = {"pressed": press_for(token), "medium": "video", "slot": at(day).strftime("%Y%m%dT%H%MZ")}
    return lambda _client: Client().post(reverse(f"guest_{verb}", args=[token]), known).status_code


def mine(name: str, pk: int, **typed: str) -> Tap:
    return lambda client: client.post(reverse(name, args=[pk]), typed).status_code


def reply(talk: Interview, **said: str) -> Tap:
    file = SimpleUploadedFile("invite.ics", ics(talk, stamp="20261119T120500Z", **said).encode())
    return lambda client: client.post(reverse("interview_reply", args=[talk.pk]), {"file": file}).status_code


def says(talk: Interview, answer: str) -> Tap:
    token = talk.answer_url(answer, talk.invited_sequence).split("/")[-3]
    pressed = {"pressed": press_for(token)}
    return lambda _client: Client().post(reverse(f"guest_{answer}", args=[token]), pressed).status_code


def is_fine(answers: list[int]) -> bool:
    return all(200 <= status < 500 for status in answers)


@pytest.mark.parametrize("n", range(ROUNDS))
def test_two_guests_take_one_time(owner: User, n: int):
    first, second = offered(owner, 3), offered(owner, 3)
    assert is_fine(together(owner, guest(first, "answer", 3), guest(second, "answer", 3)))
    assert owner.interviews.planned().count() == 1


@pytest.mark.parametrize("n", range(ROUNDS))
def test_a_guest_takes_a_time_as_it_is_withdrawn(owner: User, n: int):
    offer = offered(owner, 3)
    assert is_fine(together(owner, guest(offer, "answer", 3), mine("offer_withdraw", offer.pk)))
    offer.refresh_from_db()
    assert (offer.state, owner.interviews.planned().count()) in [("answered", 1), ("withdrawn", 0)]


@pytest.mark.parametrize("n", range(ROUNDS))
def test_a_guest_takes_a_time_at_which_i_plan_a_talk(owner: User, n: int):
    offer, other = offered(owner, 3), ContactFactory(owner=owner)
    local = at(3).astimezone(owner.zone)
    typed = {"medium": "phone", "minutes": "20", "day": local.date().isoformat(), "at": f"{local:%H:%M}"}
    assert is_fine(together(owner, guest(offer, "answer", 3), mine("interview_new", other.pk, **typed)))
    offer.refresh_from_db()
    planned = owner.interviews.planned().count()
    assert planned == 1 + (offer.state == "answered")  # mine is always kept, and says that it overlaps


@pytest.mark.parametrize("verb", ["cancel", "hold", "no_show"])
@pytest.mark.parametrize("theirs", ["move", "cancel"])
@pytest.mark.parametrize("n", range(2))
def test_a_guest_changes_a_talk_as_i_do(owner: User, theirs: str, verb: str, n: int):
    offer = offered(owner, 3, 4)
    talk = talk_of(offer, 3)
    assert is_fine(together(owner, guest(offer, theirs, 4), mine(f"interview_{verb}", talk.pk)))
    assert owner.interviews.count() == 1


@pytest.mark.parametrize("verb", ["cancel", "hold", "no_show", "invite"])
def test_an_answer_comes_as_the_talk_changes(owner: User, verb: str):
    talk = talk_of(offered(owner, 3), 3)
    assert is_fine(together(owner, reply(talk), mine(f"interview_{verb}", talk.pk), says(talk, "no")))


@pytest.mark.parametrize("n", range(ROUNDS))
def test_two_answers_come_at_one_moment(owner: User, n: int):
    talk = talk_of(offered(owner, 3), 3)
    assert is_fine(together(owner, reply(talk), reply(talk, partstat="DECLINED"), says(talk, "yes"), says(talk, "no")))
    talk.refresh_from_db()
    assert talk.attendee_status in ("accepted", "declined")


@pytest.mark.parametrize("n", range(ROUNDS))
def test_their_time_is_accepted_as_they_propose_another(owner: User, n: int):
    offer = offered(owner, 3, 4)
    counter = offering.propose(offer=offer, answer=offering.Answer(at(5), "video"), now=timezone.now())
    assert is_fine(
        together(
            owner, guest(offer, "answer", 4), mine("counter_accept", counter.pk), mine("counter_decline", counter.pk)
        )
    )
    assert owner.interviews.planned().count() <= 1


def test_i_take_their_calendars_time_as_they_move_the_talk(owner: User):
    offer = offered(owner, 3, 4)
    talk = talk_of(offer, 3)
    now = timezone.now()
    Interview.objects.update(attendee_status="countered", attendee_at=now, attendee_starts_at=at(6))
    assert is_fine(together(owner, guest(offer, "move", 4), mine("interview_take_their_time", talk.pk)))
    assert planning.Interview.objects.get().starts_at in (at(4), at(6))
