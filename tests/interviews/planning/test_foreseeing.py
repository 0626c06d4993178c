from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from crm.models import Contact
from interviews.models import Interview
from interviews.planning.mails import foresee
from interviews.preparing.mails import plan_briefs
from outbox.kinds import Coming
from tests.factories import NOW, TODAY, ContactFactory, InterviewFactory, PromiseFactory

pytestmark = pytest.mark.django_db
EVENING = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)  # 18:00 in Stockholm, the day before
EVENING_THERE = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # 18:00 in Tokyo, the day before
BRIEF = Coming(EVENING, "The brief for Misaki Tanaka")
WORD = Coming(EVENING_THERE, "The day-before mail", to="Misaki Tanaka")


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def talk(user) -> Interview:
    """Tuesday 24 November, 15:00 in Stockholm and 23:00 in Tokyo."""
    misaki = ContactFactory(owner=user, name="Misaki Tanaka", email="misaki@riken.example", time_zone="Asia/Tokyo")
    return InterviewFactory(contact=misaki, confirm_them=True)


def test_next_brief_and_next_word_to_a_contact_are_foreseen(user, talk):
    InterviewFactory(contact=talk.contact, local_date=TODAY + timedelta(days=9), confirm_them=True)
    assert foresee(user.pk, NOW) == [BRIEF, WORD]


def test_nothing_is_foreseen_twice_once_its_evening_has_come(user, talk):
    assert plan_briefs(EVENING) == 1
    assert foresee(user.pk, EVENING) == []


@pytest.mark.parametrize(
    ("model", "fields"),
    [
        (Interview, {"confirm_them": False}),
        (Interview, {"attendee_status": "declined", "attendee_at": NOW}),
        (Contact, {"email": ""}),
    ],
)
def test_no_word_is_foreseen_that_will_not_leave(user, talk, model, fields):
    model.objects.update(**fields)
    assert foresee(user.pk, NOW) == [BRIEF]


def test_no_brief_is_foreseen_when_they_are_switched_off(user, talk):
    user.wants_briefs = False
    user.save()
    assert foresee(user.pk, NOW) == [WORD]


@pytest.mark.parametrize(
    ("model", "fields"),
    [
        (Interview, {"state": "cancelled"}),
        (Interview, {"binned_at": NOW}),
        (Contact, {"stage": "drop"}),
        (Interview, {"created_at": EVENING}),
    ],
)
def test_nothing_is_foreseen_of_a_talk_that_is_off_or_was_planned_late(user, talk, model, fields):
    model.objects.update(**fields)
    assert foresee(user.pk, NOW) == []


def test_nothing_of_another_user_is_foreseen(stranger, talk):
    assert foresee(stranger.pk, NOW) == []


def test_deliveries_say_what_will_leave_and_to_whom(client: Client, talk):
    html = client.get(reverse("delivery_list")).text
    assert "The brief for Misaki Tanaka" in html
    assert "The day-before mail" in html


def test_deliveries_say_what_comes_next_and_then_with_its_day(client: Client, talk):
    PromiseFactory(contact=talk.contact, remind_at=NOW + timedelta(hours=20))
    said = (
        "Next, in 20 hours, to you. "
        "Then Monday 23 November, 10:00: The day-before mail; 18:00: The brief for Misaki Tanaka."
    )
    assert said in client.get(reverse("delivery_list")).text
