"""A file about people I have: another address is added, what was undone comes in anew, and when we connected is shown."""

import uuid

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django.asserts import assertContains

from accounts.models import User
from crm.importing.forms import UploadForm
from crm.search import find
from tests.crm.importing.helpers import HEADER, read, take_in, undo, work_off
from tests.factories import NOW

URL = "https://www.linkedin.com/in/ana"
FIRST = f"Ana,Souza,{URL},ana@work.example,Nubank,Engineer,08 Feb 2026\n"
OTHER = f"Ana,Souza,{URL},ana@home.example,Nubank,Engineer,08 Feb 2026\n"


def test_another_address_is_added_and_not_the_same_as_mine(user: User):
    take_in(user, FIRST)
    batch = take_in(user, OTHER)
    ana = user.contacts.get()
    assert (batch.counts["same"], batch.counts["changed"]) == (0, 1)
    assert ana.email == "ana@work.example"
    assert [other.address for other in ana.other_emails.all()] == ["ana@home.example"]
    assert list(find(user.contacts.alive(), "ana@home.example")) == [ana]
    assert read(user, OTHER).counts["same"] == 1  # known by now


def test_undo_takes_the_other_address_out(user: User):
    take_in(user, FIRST)
    batch = take_in(user, OTHER)
    undo(batch)
    ana = user.contacts.get()
    assert not ana.other_emails.exists()
    assert list(find(user.contacts.alive(), "ana@home.example")) == []
    assert ana.email == "ana@work.example"


def save(user: User, uid: uuid.UUID):
    file = SimpleUploadedFile("Connections.csv", (HEADER + FIRST).encode())
    form = UploadForm({"uid": str(uid)}, {"file": file}, owner=user)
    assert form.is_valid(), form.errors
    return form.save(NOW)


def test_the_same_file_after_its_undo_comes_in_anew(user: User):
    uid = uuid.uuid4()
    first = save(user, uid)
    assert save(user, uid) == first
    work_off()
    user.imports.update(state="undone")
    again = save(user, uid)
    assert again.pk != first.pk
    work_off()
    again.refresh_from_db()
    assert (again.state, again.counts["new"]) == ("ready", 1)


def test_when_we_connected_is_shown(client: Client, user: User):
    take_in(user, FIRST)
    assertContains(client.get(user.contacts.get().get_absolute_url()), "Sunday 8 February")
