"""The walker: every URL, every method, plain, as htmx and conditional, as another user, as nobody and as the owner.

A new URL without a case in its app's tests/<app>/url_cases.py fails `test_every_url_has_a_case`.
"""

import re
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

import pytest
import time_machine
from django.contrib.auth import SESSION_KEY
from django.db import connection, models, transaction
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from tests.factories import NOW, UserFactory
from tests.markup import CANARY, COMMAND, obeys, rows_of, write_into_every_text
from tests.walked import CASES, OURS, POST_DATA, PUBLIC, WALKED

SAFE = ("get", "head", "options")
UNSAFE = ("post", "put", "patch", "delete")
VARIANTS: dict[str, dict[str, str]] = {
    "plain": {},
    "htmx": {"HX-Request": "true", "HX-Target": "main", "HX-Current-URL": "http://testserver/contacts/"},
    "conditional": {"If-None-Match": "*", "If-Modified-Since": "Tue, 01 Dec 2099 00:00:00 GMT"},
}
# a header changes what is asked by GET and POST, as the templates do, and "only if it changed" is said of reading
ASKED = {"plain": SAFE + UNSAFE, "htmx": ("get", "post"), "conditional": ("get", "head")}
MARK = 912_345_678_900_000  # fifteen digits that are nobody's key
UNKNOWN_ZONE = "Mars/Olympus"
HUGE = [str(10**18), str(2**63), "0" * 40 + "1", "9" * 4400]

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


@dataclass(frozen=True)
class World:
    """Two users, what a URL needs, and a canary in every text of the owner's rows."""

    name: str
    owner: User
    stranger: User
    kwargs: dict[str, Any]

    @property
    def url(self) -> str:
        return reverse(self.name, kwargs=self.kwargs)


@pytest.fixture(scope="module")
def world(request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """Made once for all tests of a URL: each of them is a savepoint in its transaction, and leaves it as it was."""
    with django_db_blocker.unblock(), transaction.atomic():
        with time_machine.travel(NOW, tick=True):
            made = make_world(request.param)
        yield made
        transaction.set_rollback(True)


def make_world(name: str) -> World:
    owner = UserFactory(email="owner@keepword.example", name=f"{COMMAND} Owner")
    stranger = UserFactory(email="stranger@keepword.example", name="Stranger")
    kwargs = CASES[name](owner)
    write_into_every_text(owner)
    return World(name, owner, stranger, kwargs)


def walked(names: Iterable[str]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("world", list(names), indirect=True)


@cache
def reading() -> dict[str, str]:
    """For each model with rows of the owner the statement that reads them; it takes the owner's key. Written once, read often."""
    return {model._meta.label: rows.values_list().query.sql_with_params()[0] for model, rows in rows_of(User(pk=0))}


def fingerprint(owner: User) -> dict[str, list[str]]:
    found = {}
    with connection.cursor() as cursor:
        for label, statement in reading().items():
            cursor.execute(statement, [owner.pk])
            found[label] = [repr(row) for row in cursor.fetchall()]
    return found


def ask(client: Client, method: str, url: str, name: str, variant: str) -> HttpResponse:
    data = POST_DATA.get(name, {}) if method == "post" else None
    response = getattr(client, method)(url, data, headers=VARIANTS[variant])
    assert response.status_code < 500, f"{method} {url} ({variant}) answered {response.status_code}"
    assert not obeys(response), f"{method} {url} ({variant}) prints a name unescaped"
    return response


def follow(client: Client, response: HttpResponse, name: str) -> None:
    """The page that a tap leads to, with its toast."""
    leads_to = response.headers.get("Location") or response.headers.get("HX-Redirect", "")
    if leads_to.startswith("/"):
        ask(client, "get", leads_to, name, "plain")


def body(response: HttpResponse) -> str:
    text = response.getvalue()
    return re.sub(r'(csrfmiddlewaretoken" value=|X-CSRFToken": )"\w*"', r'\1""', text.decode())


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def not_there(kwargs: dict[str, Any]) -> dict[str, Any]:
    """The same URL for a row that nobody has."""
    return {key: absent(value) if names_a_row(key) else value for key, value in kwargs.items()}


def names_a_row(key: str) -> bool:
    return key.endswith(("pk", "uid"))


def absent(value: Any) -> Any:
    return uuid.uuid4() if isinstance(value, uuid.UUID) else 10**15


def forged(kwargs: dict[str, Any]) -> dict[str, Any]:
    return {key: f"{value}x" if isinstance(value, str) else value for key, value in kwargs.items()}


def test_every_url_has_a_case():
    assert [name for name in OURS if name not in CASES] == []


def test_every_case_is_a_url():
    assert sorted(set(CASES) | PUBLIC | set(POST_DATA)) == sorted(set(WALKED))


class Answer(NamedTuple):
    status: int
    body: str
    headers: dict[str, str]


class Walk(NamedTuple):
    """What each variant and method was answered, and the owner's rows before and after."""

    answers: dict[tuple[str, str], Answer]
    before: dict[str, list[str]]
    after: dict[str, list[str]]


@pytest.fixture(scope="module")
def stranger_walk(world: World) -> Walk:
    """The stranger's walk through all methods of the owner's URL: two tests judge it."""
    url = reverse(world.name, kwargs=forged(world.kwargs)) if world.name in PUBLIC else world.url
    with time_machine.travel(NOW, tick=True), transaction.atomic():
        before, answers = fingerprint(world.owner), {}
        for variant, methods in ASKED.items():
            client = signed_in(world.stranger)
            for method in methods:
                response = ask(client, method, url, world.name, variant)
                answers[variant, method] = Answer(response.status_code, body(response), dict(response.headers))
        after = fingerprint(world.owner)
        transaction.set_rollback(True)
    return Walk(answers, before, after)


@pytest.mark.slow
@pytest.mark.one_database
@walked(WALKED)
def test_stranger_sees_and_changes_nothing(world: World, stranger_walk: Walk):
    for (variant, method), answer in stranger_walk.answers.items():
        assert CANARY not in answer.body, f"{method} ({variant}) shows the owner's row"
        assert CANARY not in str(answer.headers)
    assert stranger_walk.after == stranger_walk.before


@pytest.mark.slow
@pytest.mark.one_database
@walked(name for name in WALKED if name not in PUBLIC)
def test_not_mine_and_not_there_look_the_same(world: World, stranger_walk: Walk):
    if not any(names_a_row(key) for key in world.kwargs):
        return
    client, absent_url = signed_in(world.stranger), reverse(world.name, kwargs=not_there(world.kwargs))
    for (variant, method), not_mine in stranger_walk.answers.items():
        nowhere = ask(client, method, absent_url, world.name, variant)
        assert not_mine.status == nowhere.status_code
        assert not_mine.status in (404, 405)
        assert not_mine.body == body(nowhere).replace(absent_url, world.url)  # a page to send it again says where to
        assert sorted(not_mine.headers) == sorted(nowhere.headers)


@pytest.mark.slow
@pytest.mark.one_database
@walked(name for name in WALKED if name not in PUBLIC)
def test_nobody_is_asked_to_sign_in(world: World, guest: Client):
    before = fingerprint(world.owner)
    for variant, methods in ASKED.items():
        for method in methods:
            response = ask(guest, method, world.url, world.name, variant)
            leads_to = response.headers.get("Location") or response.headers.get("HX-Redirect", "")
            assert leads_to.startswith(reverse("account_login")), f"{method} ({variant}): {response.status_code}"
            assert body(response) == ""
    assert fingerprint(world.owner) == before


@pytest.mark.slow
@walked(sorted(PUBLIC & set(WALKED)))
def test_public_page_acts_on_post_alone(world: World, guest: Client):
    before = fingerprint(world.owner)
    for variant, methods in ASKED.items():
        for method in methods:
            if method != "post":
                ask(guest, method, world.url, world.name, variant)
        for method in methods:
            response = ask(guest, method, reverse(world.name, kwargs=forged(world.kwargs)), world.name, variant)
            assert CANARY not in body(response) if world.kwargs else True
    assert fingerprint(world.owner) == before
    for variant in ("plain", "htmx"):
        ask(guest, "post", world.url, world.name, variant)


@pytest.mark.slow
@walked(WALKED)
def test_owner_is_served(world: World):
    client = signed_in(world.owner)
    before, statuses = fingerprint(world.owner), {}
    for variant, methods in ASKED.items():
        for method in (method for method in methods if method in SAFE):
            response = ask(client, method, world.url, world.name, variant)
            statuses[variant, method] = response.status_code
            if any(names_a_row(key) for key in world.kwargs) and method == "get" and response.status_code == 200:
                assert CANARY in body(response), "the control: the owner's page shows the owner's row"
    assert fingerprint(world.owner) == before, "reading changed a row"
    for variant, methods in ASKED.items():
        for method in (method for method in methods if method in UNSAFE):
            if method == "post" or SESSION_KEY not in client.session:  # a post may sign out
                client = signed_in(world.owner)
            response = ask(client, method, world.url, world.name, variant)
            statuses[variant, method] = response.status_code
            follow(client, response, world.name)
    assert statuses["plain", "head"] == statuses["plain", "get"]
    assert 404 not in (statuses["plain", "get"], statuses["plain", "post"])
    assert (statuses["plain", "get"], statuses["plain", "post"]) != (405, 405)


@pytest.mark.slow
@pytest.mark.one_database
@walked(name for name in WALKED if name not in PUBLIC)
def test_reading_begins_no_transaction(world: World):
    """On SQLite it begins IMMEDIATE, and the page would wait for whoever writes. A private link that is opened is counted."""
    client = signed_in(world.owner)
    with CaptureQueriesContext(connection) as asked:
        ask(client, "get", world.url, world.name, "plain")
    assert not [one["sql"] for one in asked if one["sql"].startswith("SAVEPOINT")]


def forget_zones(owner: User) -> None:
    for model, rows in rows_of(owner):
        names = [field.name for field in model._meta.fields if field.name.endswith("zone")]
        if names and all(isinstance(model._meta.get_field(name), models.CharField) for name in names):
            model._base_manager.filter(pk__in=rows.values("pk")).update(**dict.fromkeys(names, UNKNOWN_ZONE))


@pytest.mark.slow
@pytest.mark.one_database
@walked(WALKED)
def test_page_opens_though_this_machine_knows_none_of_its_zones(world: World):
    forget_zones(world.owner)
    assert signed_in(world.owner).get(world.url).status_code < 500


def beyond(world: World) -> Iterator[str]:
    """The URL with each of its numbers too large for the database, one at a time; `reverse` would refuse to build it."""
    numbers = [key for key, value in world.kwargs.items() if isinstance(value, int)]
    if not numbers:
        return
    marks = {key: MARK + place for place, key in enumerate(numbers)}
    url = reverse(world.name, kwargs={**world.kwargs, **marks})
    for key in numbers:
        others = {str(marks[other]): str(world.kwargs[other]) for other in numbers if other != key}
        for huge in HUGE:
            yield re.sub(r"\d{15}", lambda found, key=key, huge=huge, others=others: others.get(found[0], huge), url)


@pytest.mark.slow
@walked(name for name in WALKED if name not in PUBLIC)
def test_number_beyond_the_database_is_not_found(world: World):
    client = signed_in(world.owner)
    for url in beyond(world):
        for method in ("get", "post"):
            assert ask(client, method, url, world.name, "plain").status_code in (404, 405)
