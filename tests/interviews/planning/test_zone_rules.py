"""New zone rules: talks and proposed times keep their local time, and whoever was invited is told why."""

from datetime import time, timedelta

import pytest
import time_machine

from interviews.models import Counter, Interview, OfferSlot
from interviews.planning import actions, mails
from outbox.models import LeftOut, OutgoingMail
from tests.factories import NOW, ContactFactory, CounterFactory, OfferFactory, OfferSlotFactory
from tests.interviews.planning.test_actions import TERMS, leaves
from tests.interviews.planning.test_mails import composed

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def ana(user):
    return ContactFactory(owner=user, name="Ana Souza", email="ana@nubank.example", time_zone="Europe/Lisbon")


@pytest.fixture
def interview(user, ana):
    return actions.plan(owner=user, contact=ana, now=NOW, agreed=TERMS)


def under_old_rules(interview):
    """As it was stored by the rules of before, under which it began an hour later."""
    Interview.objects.filter(pk=interview.pk).update(starts_at=interview.starts_at + HOUR)


def test_a_talk_keeps_its_local_time_and_the_contact_is_told_once(interview):
    leaves(interview)
    under_old_rules(interview)
    assert mails.keep_local_times(NOW) == 1
    moved = Interview.objects.get()
    assert (moved.starts_at, moved.local_time) == (interview.starts_at, interview.local_time)
    assert moved.version > interview.version
    told = OutgoingMail.objects.order_by("pk").last()
    message = composed(told)
    assert "follow new rules" in message.get_body(("plain",)).get_content()
    assert "follow new rules" in " ".join(message.get_body(("html",)).get_content().split())
    assert mails.keep_local_times(NOW) == 0
    assert OutgoingMail.objects.count() == 2


def test_an_invitation_that_has_not_left_says_the_right_time_by_itself(interview):
    under_old_rules(interview)
    mails.keep_local_times(NOW)
    last = OutgoingMail.objects.order_by("pk").last()
    assert "follow new rules" not in composed(last).get_body(("plain",)).get_content()


def test_who_was_never_invited_gets_no_mail(user, ana):
    ana.email = ""
    ana.save()
    made = actions.plan(owner=user, contact=ana, now=NOW, agreed=TERMS)
    ana.email = "ana@nubank.example"
    ana.save()
    under_old_rules(made)
    assert mails.keep_local_times(NOW) == 1
    assert Interview.objects.get().starts_at == made.starts_at
    assert not OutgoingMail.objects.exists()


@pytest.mark.parametrize("state", ["cancelled", "no_show"])
def test_what_is_not_planned_stays(interview, state):
    Interview.objects.update(state=state)
    under_old_rules(interview)
    assert mails.keep_local_times(NOW) == 0


def test_a_talk_that_is_over_stays(interview):
    Interview.objects.update(starts_at=NOW - HOUR)
    assert mails.keep_local_times(NOW) == 0


def test_a_zone_that_is_not_known_stops_nobody_else(interview, stranger):
    theirs = actions.plan(
        owner=stranger, contact=ContactFactory(owner=stranger, email="ben@x.example"), now=NOW, agreed=TERMS
    )
    for each in (interview, theirs):
        under_old_rules(each)
    Interview.objects.filter(pk=interview.pk).update(time_zone="Mars/Phobos")
    assert mails.keep_local_times(NOW) == 1
    assert LeftOut.objects.get().owner_id == interview.owner_id


def test_times_that_are_offered_or_proposed_keep_theirs(user, ana):
    slot = OfferSlotFactory(offer=OfferFactory(contact=ana))
    taken = OfferSlotFactory(offer=slot.offer, local_time=time(17), taken_at=NOW)
    counter = CounterFactory(offer=slot.offer)
    for row in (slot, taken, counter):
        type(row).objects.filter(pk=row.pk).update(starts_at=row.starts_at + HOUR)
    assert mails.keep_local_times(NOW) == 2
    assert OfferSlot.objects.get(pk=slot.pk).starts_at == slot.starts_at
    assert OfferSlot.objects.get(pk=taken.pk).starts_at == taken.starts_at + HOUR
    assert Counter.objects.get().starts_at == counter.starts_at
