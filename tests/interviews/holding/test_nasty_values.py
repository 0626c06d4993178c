"""Numbers, dates and texts that nobody means, in every field and address of the room, the debrief, preparing and Learned."""

import uuid
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from tests.factories import NOW
from tests.interviews.holding.url_cases import after_it, in_the_room
from tests.interviews.pages import kept, meet, rows

NASTY = [
    *("-1", str(10**18), str(10**19), "9" * 5000, "٣", "9999-12-31", "1 january 0001"),
    *("1_9999-12-31T23:59:59-12:00", "\u202e<script>"),
]
POSTS = {
    "room_write": ["box", "text", "uid", "version", "base", "at"],
    "room_save": ["uid", "box-TOTAL_FORMS", "box-0-box", "box-0-text", "box-0-version"],
    "room_extend": ["minutes", "at", "uid"],
    "room_unextend": ["minutes", "at", "uid"],
    "room_pause": ["at", "uid"],
    "room_end": ["at", "uid"],
    "room_reopen": ["at", "uid"],
}
SAVED = [
    *("learned", "fit", "may_use_name", "go", "rhythm", "version", "initial-go", "initial-rhythm"),
    *("kept-0-promise", "kept-0-version", "kept-0-what", "kept-0-due", "kept-TOTAL_FORMS", "kept-INITIAL_FORMS"),
    *("line-0-line", "line-0-take", "line-0-due", "mine-0-what", "mine-0-due", "theirs-0-due", "meet-0-line"),
]
PREPARED = ["purpose", "agenda", "minutes", "own_minutes", "version"]


pytestmark = [pytest.mark.slow, pytest.mark.no_cover]  # counting lines doubles its time


@pytest.fixture(autouse=True)
def _frozen():
    with time_machine.travel(NOW, tick=False):
        yield


def send(client: Client, url: str, data: dict[str, Any]) -> None:
    assert client.post(url, data).status_code < 500, (url, data)


@pytest.mark.parametrize("name", POSTS)
def test_no_value_sent_by_the_room_is_an_error_of_ours(client, user, name):
    url = reverse(name, kwargs=in_the_room(user))
    good = {"box": "notes", "text": "x", "uid": str(uuid.uuid4()), "version": "0", "minutes": "5"}
    good |= rows("box", {"box": "notes", "text": "x", "version": "0"})
    for field in POSTS[name]:
        for value in NASTY:
            send(client, url, {**good, field: value})
    for value in NASTY:
        assert client.post(url, query_params={"v": value, "minutes": value}).status_code < 500


@pytest.mark.parametrize("name", ["debrief", "debrief_done"])
def test_no_value_sent_by_the_debrief_is_an_error_of_ours(client, user, name):
    url = reverse(name, kwargs=after_it(user))
    promise = user.promises.filter(kind="other").first() or user.promises.first()
    line = {"line": "send the deck", "take": "on", "what": "Send the deck"}
    good = (
        rows("kept", kept(promise, "Send it")) | rows("line", line) | rows("mine", {}) | rows("theirs", {}) | meet("")
    )
    for field in SAVED:
        for value in NASTY:
            send(client, url, {**good, field: value})


def test_no_version_of_an_undo_is_an_error_of_ours(client, user):
    url = reverse("debrief_reopen", kwargs=after_it(user))
    for value in NASTY:
        assert client.post(url, query_params={"v": value}).status_code < 500


def test_no_value_of_a_preparation_or_question_is_an_error_of_ours(client, user):
    contact = user.contacts.get(pk=user.interviews.get(**in_the_room(user)).contact_id)
    page, choose = (reverse(name, args=[contact.pk]) for name in ("preparation_detail", "question_choose"))
    for value in NASTY:
        for field in PREPARED:
            send(client, page, {"purpose": "Ask", "agenda": "0 Thank you", "version": "0", field: value})
        send(client, choose, {"question": value})
        send(client, reverse("question_new"), {"text": f"Why {value[:400]}?", "tag": value, "version": value})
        send(client, reverse("question_edit", args=["s5"]), {"text": "Why?", "tag": "advice", "version": value})
        back = reverse("question_return", args=[contact.pk, user.questions.first().pk])
        assert client.post(back, query_params={"at": value, "must": value}).status_code < 500
        for name in ("question_retire", "question_unretire"):
            assert client.post(reverse(name, args=["s3"]), query_params={"v": value}).status_code < 500


@pytest.mark.parametrize("name", ["learned", "question_list", "question_new", "day_understood"])
def test_no_parameter_of_a_page_is_an_error_of_ours(client, user, name):
    in_the_room(user)
    for value in NASTY:
        for parameter in ("q", "field", "question", "tag", "contact", "mine-0-due"):
            assert client.get(reverse(name), {parameter: value}).status_code < 500
        assert client.get(reverse(name), {"q": "data", "field": f"t{value}"}).status_code < 500


def test_no_parameter_of_one_question_or_list_is_an_error_of_ours(client, user):
    in_the_room(user)
    question = user.questions.get()
    for value in NASTY:
        for parameter in ("after", "before", "field"):
            assert client.get(reverse("learned_question", args=[question.pk]), {parameter: value}).status_code < 500
        shelf = reverse("learned_shelf", args=["reading"])
        assert client.get(shelf, {"from": value}).status_code < 500
        assert client.post(reverse("learned_unask", args=[question.pk]), query_params={"of": value}).status_code < 500
        assert client.post(reverse("tick_set", args=["reading"]), {"name": value}).status_code < 500


@pytest.mark.parametrize("key", ["s0", "s15", "s99", "s", "s" + "9" * 30, "9" * 18, "9" * 19, "9" * 30, "s²", "x", "٣"])
def test_a_question_by_a_name_it_does_not_have_is_not_found(client, key):
    assert client.get(reverse("question_edit", args=[key])).status_code == 404
