"""Whom a contact led me to, and what came of it."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from crm.models import Contact
from tests.factories import NOW, TODAY, ContactFactory, InterviewFactory
from tests.reading import read_main, text

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def ana(user) -> Contact:
    return ContactFactory(owner=user, name="Ana Souza", stage="met")


def led_to(ana: Contact, name: str = "Priya Raghunathan", **fields: Any) -> Contact:
    return ContactFactory(owner=ana.owner, name=name, introduced_by=ana, **fields)


def fold(client, ana: Contact) -> str:
    return client.get(reverse("contact_led_to", args=[ana.pk]), headers=HTMX).text


def test_it_says_who_and_what_came_of_it(client, ana):
    priya = led_to(ana, stage="continue")
    for days in (40, 3):
        InterviewFactory(contact=priya, local_date=TODAY - timedelta(days=days), state="held", held_at=NOW)
    InterviewFactory(contact=priya)  # planned
    led_to(ana, "Li Wei", stage="asked")

    said = " ".join(fold(client, ana).split())

    assert priya.get_absolute_url() in said
    assert "Continue · last talk Monday 16 November" in said
    assert "Asked · no talk yet" in said


def test_the_page_leads_there_without_a_script(client, ana):
    led_to(ana)
    page = client.get(ana.get_absolute_url())
    assert "People Ana led you to" in text(read_main(page))
    assertContains(page, f'href="{reverse("contact_list")}?through={ana.pk}"')
    assertRedirects(client.get(reverse("contact_led_to", args=[ana.pk])), f"{reverse('contact_list')}?through={ana.pk}")


@pytest.mark.parametrize("gone", [{"binned_at": NOW}, None])
def test_who_led_to_nobody_has_no_fold(client, ana, gone: dict[str, object] | None):
    if gone:
        led_to(ana, **gone)
    assertNotContains(client.get(ana.get_absolute_url()), "led you to")


def test_five_are_shown_and_how_many_more_there_are(client, ana):
    for n in range(7):
        led_to(ana, f"Person Number{n}")
    led_to(ana, "Binned Person", binned_at=NOW)
    said = fold(client, ana)
    assert said.count("Person Number") == 5
    assert "and 2 more" in said
    assert f"?through={ana.pk}" in said


@pytest.mark.parametrize("many", [1, 30])
def test_it_costs_the_same_with_more_of_them(client, ana, many: int, django_assert_num_queries):
    for n in range(many):
        InterviewFactory(contact=led_to(ana, f"Person Number{n}"), state="held", held_at=NOW)
    with django_assert_num_queries(5):  # session, user, the contact, the five, how many
        fold(client, ana)


def test_nobody_elses_people(client, stranger):
    assert client.get(reverse("contact_led_to", args=[ContactFactory(owner=stranger).pk])).status_code == 404


# --- the list narrowed to them ----------------------------------------------------------------------------------------


def test_the_list_shows_those_they_led_me_to(client, ana):
    led_to(ana)
    page = client.get(reverse("contact_list"), {"through": ana.pk})
    assertContains(page, "Priya Raghunathan")
    assertNotContains(page, f'href="/contacts/{ana.pk}/"')
    assertContains(page, "Remove filter: Through Ana Souza")
    assertContains(page, f'<input type="hidden" name="through" value="{ana.pk}"')


@pytest.mark.parametrize("through", ["", "x", "-1", "9" * 30, "9" * 5000])
def test_what_is_no_contact_narrows_nothing(client, ana, through: str):
    assertContains(client.get(reverse("contact_list"), {"through": through}), "Ana Souza")


def test_somebody_elses_contact_narrows_nothing(client, ana, stranger):
    other = ContactFactory(owner=stranger, name="Canary")
    page = client.get(reverse("contact_list"), {"through": other.pk})
    assertContains(page, "Ana Souza")
    assertNotContains(page, "Canary")


def test_the_index_finds_them(ana):
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
    assert "introduced_by" in ana.introduced.alive().explain()
