"""Another time they propose waits on Today for my word, until a talk with them was held: that answers it."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains

from accounts.models import User
from crm.models import Contact
from interviews.models import Counter, Interview, Offer
from interviews.offering import actions as offering
from interviews.past_talks.actions import log_talk
from interviews.planning import actions as planning
from tests.factories import NOW, TODAY, ContactFactory
from tests.interviews.offering.test_offer import THURSDAY, TUESDAY

pytestmark = pytest.mark.django_db
AFTER = TUESDAY + timedelta(hours=1)


@pytest.fixture
def talk(offer: Offer) -> Interview:
    return offering.choose(offer=offer, answer=offering.Answer(TUESDAY, "phone", "+81 3 5555"), now=NOW)


@pytest.fixture
def counter(offer: Offer, talk: Interview) -> Counter:
    return offering.propose(offer=offer, answer=offering.Answer(THURSDAY, "phone"), now=NOW + timedelta(hours=1))


def log(user: User, contact: Contact, day: date) -> None:
    log_talk(owner=user, contact=contact, day=day, medium="phone", minutes=20, uid=uuid4(), now=AFTER)


def test_a_proposal_waits_until_the_talk_was_held(user: User, talk: Interview, counter: Counter):
    assert list(user.counters.waiting()) == [counter]
    planning.hold(interview=Interview.objects.get(), now=AFTER)
    assert list(user.counters.waiting()) == []


def test_the_pages_say_no_more_of_it(client: Client, user: User, misaki: Contact, counter: Counter):
    planning.hold(interview=Interview.objects.get(), now=AFTER)
    with time_machine.travel(AFTER, tick=False):
        assertNotContains(client.get("/"), "proposes")
        assertNotContains(client.get(misaki.get_absolute_url()), "proposes another time")
        assertNotContains(client.get(counter.offer.get_absolute_url()), "Take this time")


def test_it_waits_again_when_the_talk_was_not_held_after_all(user: User, counter: Counter):
    planning.hold(interview=Interview.objects.get(), now=AFTER)
    planning.unhold(interview=Interview.objects.get(), now=AFTER)
    assert list(user.counters.waiting()) == [counter]


def test_a_talk_that_did_not_take_place_answers_nothing(user: User, counter: Counter):
    planning.no_show(interview=Interview.objects.get(), now=AFTER)
    assert list(user.counters.waiting()) == [counter]


@pytest.mark.parametrize(("days", "waits"), [(-1, 1), (0, 0), (5, 0)])
def test_a_talk_logged_afterwards_answers_it_too(user: User, misaki: Contact, counter: Counter, days: int, waits: int):
    log(user, misaki, TODAY + timedelta(days=days))
    assert user.counters.waiting().count() == waits


def test_a_talk_with_somebody_else_answers_nothing(user: User, counter: Counter):
    log(user, ContactFactory(owner=user), TODAY + timedelta(days=5))
    assert list(user.counters.waiting()) == [counter]


def test_a_talk_held_before_they_proposed_answers_nothing(user: User, misaki: Contact, offer: Offer):
    log(user, misaki, TODAY)
    later = offering.propose(offer=offer, answer=offering.Answer(THURSDAY, "phone"), now=AFTER + timedelta(hours=1))
    assert list(user.counters.waiting()) == [later]


def test_before_the_talk_the_offer_asks_for_my_word(client: Client, counter: Counter):
    with time_machine.travel(NOW + timedelta(hours=2), tick=False):
        assertContains(client.get(counter.offer.get_absolute_url()), "Take this time")
