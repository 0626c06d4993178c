"""A talk at night or on a weekend of theirs: said before anything leaves, planned all the same when I say so, and not asked
about again."""

from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from accounts.models import User
from crm.models import Contact
from tests.factories import NOW, ContactFactory

pytestmark = pytest.mark.django_db
TYPED = {"medium": "video", "minutes": "20", "day": "2026-12-04", "at": "08:00"}
SAID = "At night for Vera: Friday 4 December, 02:00."


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def vera(user: User) -> Contact:
    return ContactFactory(owner=user, name="Vera Couver", email="vera@people.example", time_zone="America/New_York")


def seen(page: Any) -> dict[str, str]:
    """What the page sends along that it has said."""
    return {"hour_seen": page.content.decode().partition('name="hour_seen" value="')[2].partition('"')[0]}


def plan(client: Client, vera: Contact, **typed: str) -> Any:
    return client.post(reverse("interview_new", args=[vera.pk]), {**TYPED, **typed})


def test_it_is_said_before_anything_is_planned(client: Client, user: User, vera: Contact):
    page = plan(client, vera, purpose="Churn")
    assertContains(page, SAID)
    assertContains(page, "Nothing is planned yet")
    assertContains(page, "Churn")
    assert (user.interviews.count(), user.outgoingmails.count()) == (0, 0)


def test_pressed_again_the_talk_stands(client: Client, user: User, vera: Contact):
    plan(client, vera, **seen(plan(client, vera)))
    talk = user.interviews.planned().get()
    assert talk.invited_email == "vera@people.example"
    assertNotContains(client.get(talk.get_absolute_url()), "Nothing is planned yet")


def test_what_was_said_while_typing_is_not_asked_again(client: Client, user: User, vera: Contact):
    live = {"HX-Request": "true", "HX-Target": "understood"}
    fragment = client.get(reverse("interview_new", args=[vera.pk]), TYPED, headers=live)
    assertContains(fragment, SAID)
    plan(client, vera, **seen(fragment))
    assert user.interviews.count() == 1


def test_another_hour_is_said_anew(client: Client, user: User, vera: Contact):
    page = plan(client, vera, at="09:00", **seen(plan(client, vera)))
    assertContains(page, "At night for Vera: Friday 4 December, 03:00.")
    assert user.interviews.count() == 0


@pytest.mark.parametrize("at", ["14:00", "15:00"])
def test_an_hour_of_their_day_is_planned_at_once(client: Client, user: User, vera: Contact, at: str):
    plan(client, vera, at=at)
    assert user.interviews.count() == 1


def test_a_weekend_of_theirs_is_said_too(client: Client, user: User, vera: Contact):
    assertContains(plan(client, vera, day="2026-12-05", at="16:00"), "On a weekend of Vera")
    assert user.interviews.count() == 0


def test_where_no_zone_is_known_nothing_is_asked(client: Client, user: User):
    plan(client, ContactFactory(owner=user, time_zone=""))
    assert user.interviews.count() == 1


def test_a_change_of_something_else_does_not_ask_again(client: Client, user: User, vera: Contact):
    plan(client, vera, **seen(plan(client, vera)))
    talk = user.interviews.get()
    client.post(reverse("interview_edit", args=[talk.pk]), {**TYPED, "minutes": "30", "version": "1"})
    talk.refresh_from_db()
    assert talk.minutes == 30


def test_moving_it_to_another_night_is_said(client: Client, user: User, vera: Contact):
    plan(client, vera, at="15:00")
    talk = user.interviews.get()
    edit = reverse("interview_edit", args=[talk.pk])
    assertContains(page := client.post(edit, TYPED), SAID)
    talk.refresh_from_db()
    assert talk.local_time.hour == 15
    client.post(edit, {**TYPED, **seen(page), "version": "1"})
    talk.refresh_from_db()
    assert talk.local_time.hour == 8


@pytest.mark.parametrize("junk", ["\0", "9999-12-31T00:00:00+00:00", "10" + "0" * 18, "<b>"])
def test_junk_is_no_yes(client: Client, user: User, vera: Contact, junk: str):
    assertContains(plan(client, vera, hour_seen=junk), SAID)
    assert user.interviews.count() == 0
