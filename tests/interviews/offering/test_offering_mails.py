"""The mails of an offer: the times, the chasing of a silent one, the day before."""

from datetime import UTC, date, datetime, time, timedelta
from email.message import EmailMessage
from typing import Any

import pytest
import time_machine

from crm.models import Contact
from interviews.models import Agreed, Interview, Offer
from interviews.offering import actions as offering
from interviews.offering.mails import plan_chases
from interviews.planning import actions as planning
from interviews.planning.mails import plan_confirmations
from outbox.kinds import KINDS, Cancelled, Composed
from outbox.models import State
from tests.factories import NOW, ContactFactory, InterviewFactory, OfferFactory, UserFactory
from tests.interviews.offering.test_offer import THURSDAY, TUESDAY, terms
from tests.interviews.planning.test_actions import leaves

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def misaki(user) -> Contact:
    return ContactFactory(owner=user, name="Misaki Tanaka", email="misaki@riken.example", time_zone="Asia/Tokyo")


def offered(misaki: Contact, **other: Any) -> Offer:
    return offering.offer(owner=misaki.owner, contact=misaki, terms=terms(**other), now=NOW)


def composed(mail, now: datetime = NOW) -> EmailMessage:
    found = KINDS[mail.kind].compose(mail, now)
    assert isinstance(found, Composed), found
    return found.message


def cancelled(mail, now: datetime = NOW) -> str:
    found = KINDS[mail.kind].compose(mail, now)
    assert isinstance(found, Cancelled)
    return found.cause


def text(message: EmailMessage) -> str:
    return message.get_body(("plain",)).get_content()  # type: ignore[union-attr]


# --- the offer --------------------------------------------------------------------------------------------------------


def test_the_offer_says_the_times_in_both_zones_and_the_link(user, misaki):
    offer = offered(misaki, message="With many thanks")
    message = composed(user.outgoingmails.get())
    assert str(message["Subject"]) == "30 minutes with Amara Lindgren, when it suits you"
    assert str(message["Reply-To"]).endswith("<amara@keepword.example>")
    for said in ("Tuesday 1 December, 17:00 (09:00 for Amara)", "With many thanks", "Breaches"):
        assert said in text(message)
    assert offer.url in text(message)


def test_the_offer_leaves_out_a_time_that_is_gone(user, misaki):
    offered(misaki)
    InterviewFactory(contact=ContactFactory(owner=user), local_date=date(2026, 12, 1), local_time=time(9, 0))
    assert "1 December" not in text(composed(user.outgoingmails.get(kind="offer")))


def test_no_offer_leaves_for_somebody_dropped(user, misaki):
    offered(misaki)
    Contact.objects.update(stage="drop")
    assert cancelled(user.outgoingmails.get()) == "you dropped Misaki"


def test_a_newline_in_a_name_stays_out_of_the_headers(user, misaki):
    Contact.objects.update(name="Mi\nBcc: x@y.example")
    misaki.refresh_from_db()
    offered(misaki, message="a\r\nb")
    assert composed(user.outgoingmails.get())["Bcc"] is None


# --- chasing ----------------------------------------------------------------------------------------------------------

TUESDAY_MORNING = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)  # three working days after Thursday 19 November


def test_a_silent_offer_is_chased_after_three_working_days(user, misaki):
    offered(misaki, chase=True)
    assert plan_chases(TUESDAY_MORNING - DAY) == 0
    assert plan_chases(TUESDAY_MORNING) == 1
    assert plan_chases(TUESDAY_MORNING) == 0
    message = composed(user.outgoingmails.get(kind="chase"), TUESDAY_MORNING)
    assert str(message["Subject"]) == "Would 30 minutes with Amara Lindgren still suit you?"


def test_it_is_chased_at_most_twice(user, misaki):
    offered(misaki, chase=True)
    assert sum(plan_chases(TUESDAY_MORNING + n * DAY) for n in range(9)) == 2


def test_it_is_not_chased_on_a_holiday_or_before_the_working_day(user, misaki):
    user.country, user.work_days = "SE", "1234567"
    offer = offered(misaki, chase=True)
    Offer.objects.filter(pk=offer.pk).update(chase_on=date(2026, 12, 25), expires_at=NOW + 60 * DAY)
    user.save()
    assert plan_chases(datetime(2026, 12, 25, 9, 0, tzinfo=UTC)) == 0
    assert plan_chases(datetime(2026, 12, 27, 7, 0, tzinfo=UTC)) == 0


def test_offers_whose_owner_is_not_at_work_yet_hold_nobody_up(user, misaki):
    early = ContactFactory(owner=UserFactory(time_zone="America/Los_Angeles"), email="nils@bank.example")
    many = OfferFactory.build_batch(250, owner=early.owner, contact=early, chase=True, chase_on=date(2026, 11, 20))
    Offer.objects.bulk_create(many)
    offered(misaki, chase=True)
    assert plan_chases(TUESDAY_MORNING) == 1
    assert user.outgoingmails.filter(kind="chase").count() == 1


def test_it_is_chased_in_the_morning_of_its_owner_whose_day_has_begun_before_that_of_greenwich(user, misaki):
    user.time_zone = "Pacific/Auckland"
    user.save()
    Offer.objects.filter(pk=offered(misaki, chase=True).pk).update(chase_on=date(2026, 11, 24))
    assert plan_chases(datetime(2026, 11, 23, 19, 0, tzinfo=UTC)) == 0  # eight in the morning
    assert plan_chases(datetime(2026, 11, 23, 21, 0, tzinfo=UTC)) == 1


@pytest.mark.parametrize("how", ["unticked", "answered", "withdrawn", "expired"])
def test_nobody_is_chased_who_answered_or_was_not_to_be(user, misaki, how: str):
    offer = offered(misaki, chase=how != "unticked")
    if how == "answered":
        offering.decline(offer=offer, note="", now=NOW)
    elif how == "withdrawn":
        offering.withdraw(offer=offer, now=NOW)
    elif how == "expired":
        Offer.objects.update(expires_at=NOW)
    assert plan_chases(TUESDAY_MORNING) == 0


@pytest.mark.parametrize("how", [{}, {"state": "held", "held_at": TUESDAY_MORNING}])
def test_nobody_is_chased_with_whom_a_talk_was_planned_by_hand(user, misaki, how: dict[str, Any]):
    offer = offered(misaki, chase=True)
    InterviewFactory(contact=misaki, **how)
    assert plan_chases(TUESDAY_MORNING) == 0
    offer.refresh_from_db()
    assert offer.chased == 0


def test_a_chase_on_its_way_stops_when_a_talk_is_planned_by_hand(user, misaki):
    offered(misaki, chase=True)
    plan_chases(TUESDAY_MORNING)
    InterviewFactory(contact=misaki)
    assert cancelled(user.outgoingmails.get(kind="chase"), TUESDAY_MORNING) == "a talk is set"


@pytest.mark.parametrize("how", [{"state": "cancelled"}, {"binned_at": NOW}, {"created_at": NOW - DAY}])
def test_a_talk_called_off_or_of_before_the_offer_stops_no_chase(user, misaki, how: dict[str, Any]):
    offered(misaki, chase=True)
    InterviewFactory(contact=misaki, **how)
    assert plan_chases(TUESDAY_MORNING) == 1
    composed(user.outgoingmails.get(kind="chase"), TUESDAY_MORNING)


def test_taking_the_offer_back_stops_the_chase(user, misaki):
    offer = offered(misaki, chase=True)
    plan_chases(TUESDAY_MORNING)
    offer.refresh_from_db()
    offering.withdraw(offer=offer, now=TUESDAY_MORNING)
    assert set(user.outgoingmails.values_list("state", flat=True)) == {State.CANCELLED}


# --- the day before ---------------------------------------------------------------------------------------------------

EVENING_THERE = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)  # 18:00 in Tokyo on the day before


@pytest.fixture
def talk(user, misaki) -> Interview:
    answer = offering.Answer(datetime(2026, 12, 1, 8, 0, tzinfo=UTC), "phone", "+81 3 555")
    return offering.choose(offer=offered(misaki, confirm_them=True), answer=answer, now=NOW)


def test_they_are_reminded_on_the_evening_before_where_they_live(user, talk):
    assert plan_confirmations(EVENING_THERE - timedelta(minutes=1)) == 0
    assert plan_confirmations(EVENING_THERE) == 1
    assert plan_confirmations(EVENING_THERE) == 0
    message = composed(user.outgoingmails.get(kind="tomorrow"), EVENING_THERE)
    assert str(message["Subject"]) == "Tomorrow at 17:00: your talk with Amara Lindgren"
    for said in ("Tuesday 1 December, 17:00", "09:00 in Stockholm", "+81 3 555", "/o/"):
        assert said in text(message)


def test_nobody_is_reminded_without_the_tick(user, talk):
    Interview.objects.update(confirm_them=False)
    assert plan_confirmations(EVENING_THERE) == 0


ANSWERS_AGAINST = [
    {"attendee_status": "declined", "attendee_at": NOW},
    {"attendee_status": "countered", "attendee_at": NOW, "attendee_starts_at": NOW + 9 * DAY},
]


@pytest.mark.parametrize("said", ANSWERS_AGAINST)
def test_nobody_is_reminded_who_declined_or_proposed_another_time(user, talk, said: dict[str, Any]):
    Interview.objects.update(**said)
    assert plan_confirmations(EVENING_THERE) == 0


@pytest.mark.parametrize("said", ANSWERS_AGAINST)
def test_who_declines_that_evening_is_not_reminded_either(user, talk, said: dict[str, Any]):
    plan_confirmations(EVENING_THERE)
    Interview.objects.update(**said)
    cause = cancelled(user.outgoingmails.get(kind="tomorrow"), EVENING_THERE)
    assert cause == "they declined, or proposed another time"


def test_a_late_confirmation_says_today(user, talk):
    plan_confirmations(EVENING_THERE)
    late = EVENING_THERE + timedelta(hours=18)
    assert str(composed(user.outgoingmails.get(kind="tomorrow"), late)["Subject"]).startswith("Today at 17:00")


@pytest.mark.parametrize(("how", "cause"), [("moved", "moved"), ("cancelled", "cancelled"), ("unticked", "tick")])
def test_what_changed_meanwhile_is_not_confirmed(user, talk, how: str, cause: str):
    plan_confirmations(EVENING_THERE)
    if how == "moved":
        Interview.objects.update(starts_at=talk.starts_at + DAY)
    elif how == "cancelled":
        planning.cancel(interview=talk, now=EVENING_THERE)
    else:
        Interview.objects.update(confirm_them=False)
    assert cause in cancelled(user.outgoingmails.get(kind="tomorrow"), EVENING_THERE)


def test_who_was_invited_this_evening_is_not_told_twice(user, talk):
    planning.invite(interview=talk, now=EVENING_THERE + timedelta(minutes=5))
    plan_confirmations(EVENING_THERE + timedelta(minutes=6))
    mail = user.outgoingmails.get(kind="tomorrow")
    assert cancelled(mail, EVENING_THERE + timedelta(minutes=6)) == "an invitation told them this evening"


# --- who moved the talk -----------------------------------------------------------------------------------------------


@pytest.fixture
def invited(misaki) -> Interview:
    """She chose the first of the times, and has the invitation."""
    offer = offered(misaki)
    interview = offering.choose(offer=offer, answer=answer(TUESDAY), now=NOW)
    leaves(interview)
    return interview


def answer(starts_at: datetime) -> offering.Answer:
    return offering.Answer(starts_at=starts_at, medium="phone", where="+81 3", zone="Asia/Tokyo")


def update_of(interview: Interview) -> str:
    return text(composed(interview.owner.outgoingmails.filter(kind="invitation").latest("pk")))


def test_who_moved_the_talk_is_not_told_that_the_owner_did(invited):
    offering.choose(offer=invited.offer, answer=answer(THURSDAY), moving=True, now=NOW)
    assert "You moved your talk with Amara Lindgren." in update_of(invited)


def test_a_time_they_proposed_and_i_took_is_theirs_too(invited):
    friday = answer(THURSDAY + timedelta(days=1))
    counter = offering.propose(offer=invited.offer, answer=friday, now=NOW)
    offering.accept(counter=counter, now=NOW)
    assert "You moved your talk with Amara Lindgren." in update_of(invited)


def test_a_change_of_mine_says_it_is_mine(invited):
    later = Agreed("phone", 30, date(2026, 12, 8), time(9, 0), invited.time_zone)
    planning.change(interview=invited, agreed=later, now=NOW)
    assert "Amara Lindgren has changed your talk." in update_of(invited)
