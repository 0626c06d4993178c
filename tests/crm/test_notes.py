"""A note can be changed: over the version that was seen, found by its new words, and undone."""

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains

from accounts.models import User
from crm import actions
from crm.models import Contact, Note
from crm.search import find
from tests.factories import NOW, ContactFactory, NoteFactory


@pytest.fixture
def note(user: User) -> Note:
    return actions.keep_note(
        contact=ContactFactory(owner=user), body="Runs the *flood* desk.\n! call her", now=NOW
    ).note


def url(note: Note, name: str = "note_edit") -> str:
    return reverse(name, args=[note.pk])


def found(user: User, words: str) -> list[Contact]:
    return list(find(user.contacts.alive(), words))


def test_story_leads_to_the_form_with_the_words_as_typed(client: Client, note: Note):
    assertContains(client.get(note.get_absolute_url()), url(note))
    assertContains(client.get(url(note)), "Runs the *flood* desk.\n! call her")


def test_changed_words_are_shown_and_found(client: Client, user: User, note: Note):
    client.post(url(note), {"body": "Runs the **tide** desk.\n! call her", "version": note.version})
    note.refresh_from_db()
    assert note.html == "<p>Runs the <strong>tide</strong> desk.</p>\n"
    assert (found(user, "tide"), found(user, "flood")) == ([note.contact], [])


def test_new_promise_lines_are_promised_once(client: Client, user: User, note: Note):
    response = client.post(
        url(note), {"body": "Ok.\n! call her\n! send the deck", "version": note.version}, follow=True
    )
    assertContains(response, "You promise: Send the deck")
    assert sorted(user.promises.values_list("what", flat=True)) == ["Call her", "Send the deck"]


def test_undo_brings_the_words_back_and_again(client: Client, user: User, note: Note):
    client.post(url(note), {"body": "Tide desk.", "version": note.version})
    client.post(f"{url(note, 'note_unedit')}?v={note.version + 1}")
    note.refresh_from_db()
    assert note.body.startswith("Runs the *flood* desk.")
    assert (found(user, "flood"), found(user, "tide")) == ([note.contact], [])
    client.post(f"{url(note, 'note_unedit')}?v={note.version}")
    note.refresh_from_db()
    assert note.body == "Tide desk."


def test_a_stale_tab_does_not_win(client: Client, note: Note):
    client.post(url(note), {"body": "First.", "version": note.version})
    response = client.post(url(note), {"body": "Second.", "version": note.version})
    assertContains(response, "This was changed elsewhere meanwhile.")
    assertContains(response, "First.")
    assertContains(response, "Second.")
    note.refresh_from_db()
    assert note.body == "First."


def test_an_old_undo_does_not_win(client: Client, note: Note):
    for n, body in enumerate(["First.", "Second."]):
        client.post(url(note), {"body": body, "version": note.version + n})
    client.post(f"{url(note, 'note_unedit')}?v={note.version + 1}")
    note.refresh_from_db()
    assert note.body == "Second."


@pytest.mark.parametrize("body", ["", " ", "x" * 20_001, "\n".join(f"! {n}" for n in range(51))])
def test_refused_words_stand_in_the_form(client: Client, note: Note, body: str):
    assertContains(client.post(url(note), {"body": body, "version": note.version}), "id_body_error")
    note.refresh_from_db()
    assert note.version == 1


def test_a_note_never_changed_has_nothing_to_undo(client: Client, note: Note):
    client.post(url(note, "note_unedit"))
    note.refresh_from_db()
    assert note.version == 1


def test_of_the_bin_nothing_is_changed(client: Client, user: User, note: Note):
    assert client.get(url(NoteFactory(contact=note.contact, binned_at=NOW))).status_code == 404
    other = NoteFactory(contact=ContactFactory(owner=user, binned_at=NOW))
    assert client.get(url(other)).status_code == 404
