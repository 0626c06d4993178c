from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from crm.actions import continue_with, drop
from crm.models import Contact
from interviews.models import Interview
from interviews.past_talks.forms import period_begin
from pages.today import read_day
from tests.factories import NOW, TODAY, ContactFactory, InterviewFactory

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true", "HX-Target": "understood"}


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def ana(user) -> Contact:
    return ContactFactory(owner=user, name="Ana Souza")


def log(client: Client, contact: Contact, **typed: Any) -> Interview:
    said = {"day": "yesterday", "medium": "in_person", "minutes": "25", **typed}
    client.post(reverse("past_talk_new", args=[contact.pk]), said)
    return Interview.objects.alive().latest("pk")


def test_a_talk_of_the_past_leads_to_its_debrief(client, ana):
    response = client.post(reverse("past_talk_new", args=[ana.pk]), {"day": "last tuesday", "medium": "phone"})

    talk = ana.interviews.get()
    assertRedirects(response, reverse("debrief", args=[talk.pk]))
    assert (talk.local_date, talk.medium, talk.minutes, talk.state) == (TODAY - timedelta(days=2), "phone", 0, "held")


def test_stage_and_touch_follow(client, ana):
    log(client, ana)

    ana.refresh_from_db()
    assert (ana.stage, ana.last_touch_on) == ("met", TODAY - timedelta(days=1))


def test_the_rhythm_starts_from_the_day_of_the_talk(client, ana):
    continue_with(contact=ana, count=3, unit="weeks", now=NOW)

    log(client, ana)

    ana.refresh_from_db()
    assert ana.touch_on == TODAY + timedelta(days=20)


def test_a_talk_of_this_week_is_to_be_thanked_for(client, ana):
    log(client, ana, day="last friday")

    assert ana.promises.get().due_on == TODAY


def test_a_talk_of_long_ago_is_not(client, ana):
    log(client, ana, day="in May")

    assert not ana.promises.exists()
    assert ana.interviews.get().local_date == date(2026, 5, 1)


def test_its_debrief_waits_on_today_by_its_day(client, user, ana):
    log(client, ana)

    assert [talk.contact_id for talk in read_day(user, NOW).debriefs] == [ana.pk]
    assertContains(client.get(reverse("today")), "yesterday")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("tomorrow", "still to come"),
        ("4 december 2027", "still to come"),
        ("soon", "Not a date I know"),
        ("12 june 1931", "more than 80 years ago"),
        ("", "Say which day"),
    ],
)
def test_a_day_that_cannot_be_is_refused_and_kept(client, ana, words, said):
    response = client.post(reverse("past_talk_new", args=[ana.pk]), {"day": words, "medium": "phone"})

    assertContains(response, said)
    assertContains(response, f'value="{words}"' if words else 'name="day"')
    assert not ana.interviews.exists()


@pytest.mark.parametrize("minutes", ["9", "121", "a while", "9999999999999999999"])
def test_a_length_that_cannot_be_is_refused(client, ana, minutes):
    response = client.post(
        reverse("past_talk_new", args=[ana.pk]), {"day": "today", "medium": "phone", "minutes": minutes}
    )

    assertContains(response, "Minutes are a number, 10 to 120.")


def test_a_second_talk_on_the_same_day_is_a_hint(client, ana):
    first = log(client, ana)

    response = client.get(reverse("past_talk_new", args=[ana.pk]), {"day": "yesterday"}, headers=HTMX)

    assertContains(response, first.get_absolute_url())
    assert log(client, ana, medium="phone").pk != first.pk


def test_sent_twice_makes_one_talk(client, ana):
    said = {"day": "yesterday", "medium": "phone", "uid": "3c6a3f1c-8a38-4f2c-9b3e-0d7a7a0f9d11"}

    client.post(reverse("past_talk_new", args=[ana.pk]), said)
    client.post(reverse("past_talk_new", args=[ana.pk]), said)

    assert ana.interviews.count() == 1


def test_undo_takes_the_talk_out_and_everything_it_brought(client, ana):
    talk = log(client, ana)

    client.post(reverse("past_talk_remove", args=[talk.pk]) + f"?v={talk.version}")

    ana.refresh_from_db()
    assert (ana.stage, ana.last_touch_on) == ("to_meet", None)
    assert not ana.interviews.alive().exists()
    assert not ana.promises.open().exists()


def test_it_can_be_put_back(client, ana):
    talk = log(client, ana)
    client.post(reverse("past_talk_remove", args=[talk.pk]))

    client.post(reverse("past_talk_put_back", args=[talk.pk]))

    ana.refresh_from_db()
    assert ana.stage == "met"
    assert ana.interviews.alive().get().state == "held"


def test_an_old_undo_changes_nothing(client, ana):
    talk = log(client, ana)

    client.post(reverse("past_talk_remove", args=[talk.pk]) + "?v=1")

    assert ana.interviews.alive().exists()


def test_it_cannot_be_planned_again(client, ana):
    talk = log(client, ana)

    client.post(reverse("interview_unhold", args=[talk.pk]))

    talk.refresh_from_db()
    assert talk.state == "held"


def test_somebody_in_the_bin_is_not_found(client, user):
    gone = ContactFactory(owner=user, binned_at=NOW)

    assert client.get(reverse("past_talk_new", args=[gone.pk])).status_code == 404


def test_with_somebody_dropped_the_talk_is_kept_and_nothing_asks(client, user, ana):
    drop(contact=ana, now=NOW)

    log(client, ana)

    ana.refresh_from_db()
    assert ana.stage == "drop"
    assert not read_day(user, NOW).debriefs


def test_no_time_is_shown_that_nobody_said(client, ana):
    talk = log(client, ana, minutes="")

    assertNotContains(client.get(talk.get_absolute_url()), "12:00")
    page = client.get(ana.get_absolute_url())
    assertContains(page, "Wednesday 18 November</p>")
    assertNotContains(page, "12:00")
    assertNotContains(page, "0 minutes")


def test_the_database_knows_no_talk_without_a_length_but_a_logged_one(ana):
    with pytest.raises(IntegrityError), transaction.atomic():
        InterviewFactory(contact=ana, minutes=0)


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("in May", date(2026, 5, 1)),
        ("May 2025", date(2025, 5, 1)),
        ("in december", date(2025, 12, 1)),
        ("november", date(2026, 11, 1)),
        ("last month", date(2026, 10, 1)),
        ("last week", date(2026, 11, 9)),
        ("may 2031", None),
        ("may 0000", None),
        ("in mayhem", None),
        ("12 may", None),
    ],
)
def test_a_month_or_a_week_stands_for_its_first_day(words, day):
    assert period_begin(words, TODAY) == day
