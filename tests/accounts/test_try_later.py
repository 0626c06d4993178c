import errno
from datetime import UTC, datetime

import pytest
import time_machine
from django.db import InterfaceError, OperationalError
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import path, reverse
from psycopg.errors import DiskFull
from pytest_django.asserts import assertContains

from accounts.models import User, WriteCount
from accounts.try_later import SEARCHES, WRITES, count_search, count_write
from bench.client import form_values
from config.urls import handler404, handler500
from config.urls import urlpatterns as all_urls
from crm.models import Note
from tests.factories import NoteFactory, PromiseFactory

NOON = datetime(2026, 11, 19, 12, 0, 10, tzinfo=UTC)
MINUTE = int(NOON.timestamp()) // 60
HTMX = {"HX-Request": "true"}


def locked(request: HttpRequest) -> HttpResponse:
    raise OperationalError("database is locked")


def away(request: HttpRequest) -> HttpResponse:
    raise InterfaceError("connection already closed")


def full(request: HttpRequest) -> HttpResponse:
    raise OperationalError("database or disk is full")


def full_of_postgres(request: HttpRequest) -> HttpResponse:
    raise OperationalError("could not extend file") from DiskFull()


def full_for_files(request: HttpRequest) -> HttpResponse:
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.fixture
def note(user: User) -> Note:
    made: Note = NoteFactory(contact__owner=user, body="Knows the tides")
    return made


urlpatterns = [
    *all_urls,
    path("locked/", locked),
    path("away/", away),
    path("full/", full),
    path("full-of-postgres/", full_of_postgres),
    path("full-for-files/", full_for_files),
]
__all__ = ["handler404", "handler500"]


@pytest.fixture
def used_up(user: User, client: Client) -> None:
    WriteCount.objects.filter(account=user).update(minute=MINUTE, count=WRITES)
    for _ in range(SEARCHES):
        count_search(client.session.session_key, MINUTE)


def test_120_writes_in_a_minute_and_no_more(user: User, stranger: User):
    assert [count_write(user, MINUTE) for _ in range(122)] == [True] * 120 + [False] * 2
    assert count_write(stranger, MINUTE)
    assert count_write(user, MINUTE + 1)


def test_300_searches_in_a_minute_and_no_more(client: Client):
    session = client.session.session_key
    assert [count_search(session, MINUTE) for _ in range(302)] == [True] * 300 + [False] * 2
    assert count_search(session, MINUTE + 1)


def test_counting_is_one_statement_and_for_a_search_none(user: User, client: Client, django_assert_num_queries):
    count_write(user, MINUTE)
    with django_assert_num_queries(1):
        count_write(user, MINUTE)
    with django_assert_num_queries(0):
        count_search(client.session.session_key, MINUTE)


@time_machine.travel(NOON, tick=False)
def test_a_write_too_many_is_refused_and_what_was_typed_can_be_sent_again(client: Client, user: User, used_up: None):
    typed = {"name": "A & <b>\n", "work_days": ["1", "2"], "csrfmiddlewaretoken": "x", "password": "secret words"}
    response = client.post(reverse("settings") + "?x=1", typed)
    assert (response.status_code, response["Retry-After"]) == (429, "50")
    assert "That is more than 120 in one minute. Wait a minute, then try again." in response.text
    assert 'action="/settings/?x=1"' in response.text
    assert "A &amp; &lt;b&gt;\n</textarea>" in response.text
    assert response.text.count('name="work_days"') == 2
    assert "secret words" not in response.text
    user.refresh_from_db()
    assert user.name == "Amara Lindgren"


@time_machine.travel(NOON, tick=False)
@pytest.mark.parametrize("headers", [HTMX, {"Accept": "application/json"}])
def test_a_script_gets_the_sentence_alone(client: Client, used_up: None, headers: dict[str, str]):
    response = client.post(reverse("settings"), {"name": "A"}, headers=headers)
    assert (response.status_code, response["Content-Type"]) == (429, "text/plain; charset=utf-8")
    assert response.text == "That is more than 120 in one minute. Wait a minute, then try again."


@time_machine.travel(NOON, tick=False)
@pytest.mark.parametrize("name", ["contact_list", "learned"])
def test_a_search_too_many_is_refused_while_pages_still_open(client: Client, used_up: None, name: str):
    assert client.get(reverse(name)).status_code == 200
    refused = client.get(reverse(name), {"q": "ana"})
    assert (refused.status_code, refused["Retry-After"]) == (429, "50")
    with time_machine.travel(NOON.replace(minute=1), tick=False):
        assert client.get(reverse(name), {"q": "ana"}).status_code == 200


@override_settings(ROOT_URLCONF="tests.accounts.test_try_later")
@pytest.mark.parametrize("url", ["/locked/", "/away/"])
def test_a_database_that_is_busy_or_away_is_503_and_what_was_typed_is_kept(client: Client, url: str):
    client.raise_request_exception = False
    response = client.post(url, {"what": "Send the deck"})
    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert "Busy just now. Try again in a moment." in response.text
    assert "Send the deck</textarea>" in response.text
    assert client.post(url, headers=HTMX).text == "Busy just now. Try again in a moment."


@pytest.mark.parametrize("url", ["/full/", "/full-of-postgres/", "/full-for-files/"])
@override_settings(ROOT_URLCONF="tests.accounts.test_try_later")
def test_a_full_disk_is_said_and_what_was_typed_is_kept(client: Client, url: str):
    client.raise_request_exception = False
    response = client.post(url, {"what": "Send the article"})
    assert (response.status_code, response["Retry-After"]) == (507, "60")
    assert "The disk of this server is full" in response.text
    assert "Send the article" in response.text
    assert (
        client.post(url, {"what": "x"}, headers=HTMX).text
        == "The disk of this server is full, so nothing could be kept."
    )


def test_a_database_away_before_the_view_is_503(client: Client, monkeypatch: pytest.MonkeyPatch):
    def away(*args: object) -> None:
        raise OperationalError("connection refused")

    client.raise_request_exception = False
    monkeypatch.setattr("django.contrib.sessions.backends.db.SessionStore.load", away)
    assert client.get(reverse("settings")).status_code == 503
    assert client.post(reverse("settings"), {"name": "A"}).status_code == 503


@pytest.mark.parametrize(("kind", "field"), [("note", "body"), ("contact", "name"), ("promise", "what")])
def test_what_was_typed_for_something_in_the_bin_is_kept_and_can_be_sent_again(
    client: Client, note: Note, kind: str, field: str
):
    row = {"note": note, "contact": note.contact, "promise": PromiseFactory(contact=note.contact)}[kind]
    path = reverse(f"{kind}_edit", args=[row.pk])
    typed = {**form_values(client.get(path).text, path), field: "Tides & gauges"}
    put_in_bin(client, kind, row)
    response = client.post(path, typed)
    assertContains(response, "This is not here any more. It may be in the bin.", status_code=404)
    assertContains(response, "Tides &amp; gauges</textarea>", status_code=404)
    assertContains(response, f'href="{reverse("bin_list")}"', status_code=404)
    assert "Retry-After" not in response

    client.post(reverse(f"{kind}_restore", args=[row.pk]))
    shown_again = client.post(path, typed)  # to go to the bin and back is a change
    client.post(path, form_values(shown_again.text, path))
    row.refresh_from_db()
    assert getattr(row, field) == "Tides & gauges"


def test_a_script_is_told_that_it_may_be_in_the_bin(client: Client, note: Note):
    put_in_bin(client, "note", note)
    response = client.post(reverse("note_edit", args=[note.pk]), {"body": "x"}, headers=HTMX)

    assert (response.status_code, response["Content-Type"].split(";")[0]) == (404, "text/plain")
    assert response.content.decode() == "This is not here any more. It may be in the bin."


def test_a_post_to_no_address_of_ours_and_one_of_a_guest_get_the_page_of_404(client: Client):
    for one, url in ((client, "/no-such-page/"), (Client(), reverse("guest_answer", args=["x" * 43]))):
        assertContains(one.post(url, {"body": "x"}), "This thread ends here.", status_code=404)


def put_in_bin(client: Client, kind: str, row: Model) -> None:
    client.post(reverse(f"{kind}_bin", args=[row.pk]))
    row.refresh_from_db()
    assert row.binned_at
