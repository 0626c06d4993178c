import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import User
from crm.models import Contact, Stage
from pages.contact import ENTRIES
from tests.factories import (
    NOW,
    ContactFactory,
    ContactTagFactory,
    InterviewFactory,
    NoteFactory,
    OrganisationFactory,
    PromiseFactory,
    StageChangeFactory,
    TouchFactory,
)
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


def toasts(html: str) -> list[str]:
    return re.findall(r"<p>(.*?)</p>", element(html, "toasts"), re.DOTALL)


@pytest.mark.parametrize("many", [1, 20])
def test_page_costs_fourteen_statements(client: Client, user: User, many: int, django_assert_max_num_queries):
    contact = ContactFactory(owner=user, email="p@x.example", organisation=OrganisationFactory(owner=user))
    ContactFactory(owner=user, email="p@x.example")
    for _ in range(many):
        NoteFactory(contact=contact)
        PromiseFactory(contact=contact)
        PromiseFactory(contact=contact, whose="theirs")
        TouchFactory(contact=contact)
        StageChangeFactory(contact=contact)
        ContactTagFactory(contact=contact)
        InterviewFactory(contact=contact)
        ContactFactory(owner=user, introduced_by=contact)
    with django_assert_max_num_queries(14):
        text(client.get(contact.get_absolute_url()))


def test_page_tells_the_story_and_goes_on(client: Client, contact: Contact):
    for n in range(ENTRIES + 5):
        NoteFactory(contact=contact, body=f"Note {n:02}.", created_at=NOW - timedelta(days=n))
    first = text(client.get(contact.get_absolute_url()))
    (rest,) = re.findall(r'hx-get="([^"]*)"', element(first, "story-rest"))
    second = text(client.get(rest))
    assert [len(re.findall(r"Note \d\d\.", html)) for html in (first, second)] == [ENTRIES, 5]
    assert f"Note {ENTRIES + 4}." in second
    assert "story-rest" not in second


def test_page_of_an_empty_contact(client: Client, contact: Contact):
    html = text(client.get(contact.get_absolute_url()))
    assert "Nothing is open between you and Priya." in html
    assert "It begins with the first note, talk or promise." in html


def test_page_shows_text_as_text(client: Client, user: User):
    evil = "<script>alert(1)</script>"
    contact = ContactFactory(
        owner=user, name=evil, role=evil, place=evil, how_met=evil, website="javascript:alert(1)",
        organisation=OrganisationFactory(owner=user, name=evil),
    )  # fmt: skip
    NoteFactory(contact=contact, body=evil)
    html = text(client.get(contact.get_absolute_url()))
    assert "<script>alert" not in html
    assert 'href="javascript:' not in html


def test_note_is_kept_with_its_promises(client: Client, contact: Contact):
    url = reverse("note_new", args=[contact.pk])
    html = text(client.post(url, {"body": "Good.\n! send the slides friday"}, follow=True))
    assert toasts(html) == ["The note is kept. You promise: Send the slides, by Friday 20 November."]
    assert f'action="/notes/{contact.notes.get().pk}/bin/?v=1"' in element(html, "toasts")


def test_note_sent_twice_is_one_note(client: Client, contact: Contact):
    data = {"body": "! call", "uid": "5cbd20bc-2b5b-4f8d-8f30-0fd2f4a1a6e1"}
    for _ in range(2):
        client.post(reverse("note_new", args=[contact.pk]), data)
    assert (contact.notes.count(), contact.promises.count()) == (1, 1)


def test_note_on_somebody_another_tab_has_binned_is_kept(client: Client, contact: Contact):
    Contact.objects.update(binned_at=NOW)
    html = text(client.post(reverse("note_new", args=[contact.pk]), {"body": "She knows the minister."}, follow=True))
    assert toasts(html) == ["The note is kept. Priya Raghunathan is in the bin."]
    assert contact.notes.get().body == "She knows the minister."


def test_note_that_is_refused_of_somebody_in_the_bin_comes_back_as_it_was_typed(client: Client, contact: Contact):
    Contact.objects.update(binned_at=NOW)
    typed = "! " + 301 * "x"
    html = text(client.post(reverse("note_new", args=[contact.pk]), {"body": typed}))
    assert "Priya is in the bin." in html
    assert typed in element(html, "id_body")
    assert f'action="{reverse("note_new", args=[contact.pk])}"' in html


def test_empty_note_is_refused_on_the_page(client: Client, contact: Contact):
    html = text(client.post(reverse("note_new", args=[contact.pk]), {"body": ""}))
    assert "The note is still empty." in html
    assert "Priya Raghunathan" in html


def test_note_goes_to_the_bin_and_back(client: Client, contact: Contact):
    note = NoteFactory(contact=contact)
    client.post(reverse("note_bin", args=[note.pk]))
    assert note.body not in text(client.get(contact.get_absolute_url()))
    client.post(reverse("note_restore", args=[note.pk]))
    assert note.body in text(client.get(contact.get_absolute_url()))
