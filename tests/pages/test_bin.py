import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from accounts.models import User
from crm.models import Contact, Stage
from tests.factories import (
    NOW,
    ContactFactory,
    NoteFactory,
    PromiseFactory,
)
from tests.html_elements import read
from tests.htmx import element

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def contact(user: User) -> Contact:
    return ContactFactory(owner=user, name="Priya Raghunathan", stage=Stage.MET)


def text(response) -> str:
    assert response.status_code == 200, response.status_code
    return response.content.decode()


def names(html: str) -> list[str]:
    return [row.all("paragraph")[0].text for row in read(element(html, "main")).all("listitem")]


def test_bin_shows_all_kinds_newest_first(client: Client, user: User, contact: Contact, stranger: User):
    NoteFactory(contact=ContactFactory(owner=stranger), binned_at=NOW)
    ContactFactory(owner=user, name="Ana", binned_at=NOW - timedelta(days=1))
    NoteFactory(contact=contact, body="A note.", binned_at=NOW - timedelta(days=2))
    PromiseFactory(contact=contact, what="A promise", binned_at=NOW - timedelta(days=3))
    NoteFactory(contact=ContactFactory(owner=user, name="Bo", binned_at=NOW), binned_at=NOW)
    html = text(client.get("/bin/"))
    assert names(html) == ["Bo", "Ana", "A note.", "A promise"]
    assert "gone for good Friday 18 December" in html


def test_bin_pages(client: Client, user: User, django_assert_num_queries):
    for n in range(60):
        ContactFactory(owner=user, name=f"Ana {n}", binned_at=NOW - timedelta(minutes=n // 3))
    with django_assert_num_queries(8):
        first = text(client.get("/bin/"))
    (later,) = re.findall(r'href="(\?after=[^"]*)"', first)
    second = text(client.get("/bin/" + later))
    assert (len(names(first)), len(set(names(first) + names(second)))) == (25, 50)


@pytest.mark.parametrize("after", ["x", "1_2", "1_0_x", "1_0_2026-11-19T12:00:00", "x_0_2026-11-19T12:00:00+00:00"])
def test_bin_takes_no_harm(client: Client, user: User, after: str):
    ContactFactory(owner=user, name="Ana", binned_at=NOW)
    assert names(text(client.get("/bin/", {"after": after}))) == ["Ana"]


def test_empty_bin(client: Client):
    assert "The bin is empty." in text(client.get("/bin/"))
