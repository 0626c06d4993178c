import re
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from pytest_django.asserts import assertContains, assertRedirects

from crm.models import Contact
from followups.models import Promise
from pages.today import read_day
from tests.factories import NOW, TODAY, ContactFactory, PromiseFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def ana(user) -> Contact:
    return ContactFactory(owner=user, name="Ana Souza", stage="met")


def drop(client, contact: Contact):
    return client.post(reverse("contact_drop", args=[contact.pk]), {"next": reverse("today")})


def test_drop_names_the_promises_that_are_open(client, ana):
    PromiseFactory(contact=ana, what="Send the maps")

    response = client.get(drop(client, ana)["Location"])

    assertContains(response, "Send the maps")
    assertContains(response, "one promise of yours is")


def test_without_promises_drop_asks_nothing(client, ana):
    PromiseFactory(contact=ana, whose="theirs")

    assertRedirects(drop(client, ana), reverse("today"))


def test_kept_promises_are_reminded_of_all_the_same(client, user, ana):
    promise = PromiseFactory(contact=ana, due_on=TODAY + timedelta(days=1))
    drop(client, ana)
    client.post(reverse("promises_left_keep", args=[ana.pk]), {"next": reverse("today")})

    promise.refresh_from_db()
    assert promise.remind_at is not None
    assert [one.pk for one in read_day(user, NOW + timedelta(days=1)).promises] == [promise.pk]


def test_keeping_them_can_be_undone(client, ana):
    promise = PromiseFactory(contact=ana)
    drop(client, ana)
    client.post(reverse("promises_left_keep", args=[ana.pk]))

    client.post(reverse("promises_left_forget", args=[ana.pk]))

    promise.refresh_from_db()
    assert promise.remind_at is None


def test_an_undo_from_before_a_second_drop_changes_nothing(client, ana):
    promise = PromiseFactory(contact=ana)
    drop(client, ana)
    page = client.post(reverse("promises_left_keep", args=[ana.pk]), follow=True)
    (undo,) = re.findall(r'action="(/contacts/[^"]*forget/[^"]*)"', page.text)
    client.post(reverse("contact_resume", args=[ana.pk]))
    drop(client, ana)
    client.post(reverse("promises_left_keep", args=[ana.pk]))

    assertContains(client.post(undo, follow=True), "Nothing was changed")
    promise.refresh_from_db()
    assert promise.stands_after_drop is True


def test_letting_them_go_can_be_undone(client, ana):
    for _number in range(3):
        PromiseFactory(contact=ana)
    before = PromiseFactory(contact=ana, state="let_go", closed_at=NOW - timedelta(days=1))
    drop(client, ana)
    response = client.post(reverse("promises_left_let_go", args=[ana.pk]), follow=True)
    assert Promise.objects.open().count() == 0
    assertContains(response, "Let go: 3 promises to Ana.")

    client.post(reverse("promises_left_reopen", args=[ana.pk]) + f"?at={NOW.isoformat()}")

    before.refresh_from_db()
    assert Promise.objects.open().count() == 3
    assert before.state == "let_go"


def test_nonsense_for_the_moment_opens_nothing(client, ana):
    PromiseFactory(contact=ana)
    drop(client, ana)
    client.post(reverse("promises_left_let_go", args=[ana.pk]))

    client.post(reverse("promises_left_reopen", args=[ana.pk]) + "?at=9999-12-31T23:59:59-12:00")

    assert Promise.objects.open().count() == 0


def test_to_be_taken_up_and_dropped_again_asks_again(client, user, ana):
    promise = PromiseFactory(contact=ana)
    drop(client, ana)
    client.post(reverse("promises_left_keep", args=[ana.pk]))
    client.post(reverse("contact_resume", args=[ana.pk]))
    drop(client, ana)

    promise.refresh_from_db()
    assert promise.stands_after_drop is False
    assert read_day(user, NOW).promises == []


def test_of_somebody_not_dropped_there_is_no_such_page(client, ana):
    assert client.get(reverse("promises_left", args=[ana.pk])).status_code == 404
