"""The fuzz: every value of an address and every field of every form is given what nobody should type, and nothing answers 500.

The requests are found on the pages and in the code (tests/requests_found.py, tests/names_read.py): a new view needs no line here.
"""

import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import pytest
import time_machine
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client, override_settings
from django.urls import reverse

from accounts.models import User
from tests import bad_values
from tests.bad_values import LINKS, NUMBERS
from tests.factories import NOW, UserFactory
from tests.html_elements import read
from tests.names_read import names_read
from tests.requests_found import Field, Found, found_on, request_to
from tests.walked import ALL, CASES, POST_DATA, PUBLIC, WALKED

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
NO_LIMITS = {name: {"BACKEND": "django.core.cache.backends.dummy.DummyCache"} for name in ("default", "process")}
JSON = (("Accept", "application/json"),)
Fields = dict[Field, bool]  # whether it is typed, and not chosen or hidden
# what is refused before it comes to a database is so on each of them
IS_FIRST = connection.vendor == "sqlite"
HIDDEN, TAKEN = (
    [one for one in values if IS_FIRST or one not in bad_values.READ_BEFORE]
    for values in (bad_values.HIDDEN, bad_values.TAKEN)
)
OTHERS = list(dict.fromkeys([*HIDDEN, *(bad_values.REFUSED if IS_FIRST else ())]))
SHARES = 16  # of the views, for as many workers as there are


@dataclass(frozen=True)
class World:
    owner: User
    kwargs: dict[str, dict[str, Any]]
    paths: dict[str, str]
    offered: list[Found]  # to the owner, once for each view and field
    offered_to_nobody: list[Found]


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """One owner with what every URL needs, made once; each request is a savepoint in its transaction."""
    with (
        django_db_blocker.unblock(),
        time_machine.travel(NOW, tick=True),
        override_settings(CACHES=NO_LIMITS),
        transaction.atomic(),
    ):
        owner = UserFactory(email="owner@keepword.example", name="Amara Lindgren")
        kwargs = {name: CASES[name](owner) for name in WALKED}
        paths = {name: reverse(name, kwargs=kwargs[name]) for name in WALKED}
        owner.refresh_from_db()
        guests = {
            name: paths[name] for name in ("today", *sorted(PUBLIC))
        }  # the first leads to signing in, and on from there
        yield World(owner, kwargs, paths, requests_offered(paths, owner), requests_offered(guests, None))
        transaction.set_rollback(True)


def client_of(owner: User | None) -> Client:
    client = Client(raise_request_exception=False)
    if owner:
        client.force_login(owner)
    return client


@contextmanager
def left_as_it_was(client: Client) -> Iterator[None]:
    cookies = client.cookies.copy()
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    client.cookies = cookies


def requests_offered(paths: dict[str, str], owner: User | None) -> list[Found]:
    client = client_of(owner)
    found = [request for name, path in paths.items() for request in read_in_code(name, path)]
    for path in paths.values():
        with left_as_it_was(client):
            response = client.get(path, follow=True)
            if response.headers.get("Content-Type", "").startswith("text/html"):
                at = response.redirect_chain[-1][0] if response.redirect_chain else path
                found += [*request_to(at), *found_on(at, response.text)]
    return found if owner else [request for request in found if request.view in PUBLIC]


def read_in_code(name: str, path: str) -> Iterator[Found]:
    """What the view reads by its code, and a form as the walker sends it."""
    read = names_read(ALL[name].callback.__name__)
    typed = {key: str(value) for key, value in POST_DATA.get(name, {}).items()}
    asked = tuple(("query", key) for key in sorted(read["GET"]))
    sent = tuple(("body", key) for key in sorted(read["POST"] - set(typed)))
    headers = JSON if "accepts" in read["calls"] else ()
    yield Found("GET", path, fixed=frozenset(read["GET"]), read=asked)
    yield Found(
        "POST",
        path,
        (),
        tuple(typed.items()),
        headers=headers,
        fixed=frozenset(read["GET"] | read["POST"] - set(typed)),
        read=asked + sent,
    )


def share_of(found: Found) -> int:
    return zlib.crc32(found.view.encode()) % SHARES


class Fuzz:
    """Sends each field of each view each bad value, and keeps what was answered with an error."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.failed: list[str] = []

    def send(self, found: Found) -> HttpResponse:
        with left_as_it_was(self.client):
            response = found.send(self.client)
        if response.status_code >= 500 or response.exc_info:
            self.failed.append(f"{found}: {response.status_code} {response.exc_info and response.exc_info[1]!r:.200}")
        return response

    def spoil(self, found: Found, fields: Fields) -> None:
        """All fields at once, each with another value. Since one that is refused keeps the others from being stored, what may be
        taken goes without the rest."""
        as_it_is = self.send(found)
        if as_it_is.status_code == 405:  # the view takes no such requests at all
            return
        # what answers 200 to a form that has nothing wrong is a preview, and stores nothing
        is_preview = found.method == "POST" and as_it_is.status_code == 200 and not names_refused(as_it_is)
        is_alone = is_preview or len(fields) == 1
        together = OTHERS + TAKEN if is_alone else OTHERS
        for values in rotated([*fields], together if any(fields.values()) else HIDDEN):
            self.send(found.with_values(values))
        if not is_alone:
            typed = [one for one, is_typed in fields.items() if is_typed]
            counts = [one for one in typed if one[1].endswith("_FORMS")]
            asked = [one for one in fields if one[0] == "query" and one not in typed]
            words = [one for one in typed if one not in counts]
            for group, bad in ((words, TAKEN), (counts, NUMBERS), (asked, HIDDEN if typed else [])):
                for values in rotated(group, bad):
                    self.until_taken(found, values)

    def until_taken(self, found: Found, values: dict[Field, str]) -> None:
        """Again without the fields that the answer says are wrong; one at a time when it does not say which."""
        response = self.send(found.with_values(values))
        while values and not is_taken(found, response):
            refused = names_refused(response)
            left = {one: value for one, value in values.items() if one[1] not in refused}
            if len(left) == len(values):
                for one, value in values.items() if len(values) > 1 else ():
                    self.send(found.with_values({one: value}))
                return
            values = left
            response = self.send(found.with_values(values))


def rotated(fields: list[Field], values: list[str]) -> Iterator[dict[Field, str]]:
    """In as many turns as there are values each field has each of them, and no two neighbours the same (11 divides none of the lengths)."""
    for turn in range(len(values) if fields else 0):
        yield {one: values[(turn + 11 * n) % len(values)] for n, one in enumerate(fields)}


def is_taken(found: Found, response: HttpResponse) -> bool:
    return response.status_code < 400 if found.method == "GET" else 300 <= response.status_code < 400


def names_refused(response: HttpResponse) -> set[str]:
    """The fields that the page marks as wrong."""
    if not response.headers.get("Content-Type", "").startswith("text/html"):
        return set()
    return {
        one.attrs.get("name", "") for one in read(response.text).inside() if one.attrs.get("aria-invalid") == "true"
    }


def each_once(offered: list[Found]) -> Iterator[tuple[Found, Fields]]:
    """Each request with those of its fields that no other to the same view had before: in rows that are numbered, of one row.
    A page gets what all links to it ask for together, as typed where a form of any page has it typed."""
    seen, pages = set(), dict[tuple[str, str], tuple[Found, Fields]]()
    typed = {
        (found.view, without_numbers(name))
        for found in offered
        for _place, name in found.fields
        if found.method == "GET" and name not in found.fixed
    }
    for found in offered:
        headers, fresh = without_numbers(str(found.headers)), Fields()
        for place, name in found.fields:
            kind = without_numbers(name)
            key = (found.method, found.view, place, kind, headers)
            if key not in seen and name != "csrfmiddlewaretoken":
                seen.add(key)
                is_typed_somewhere = found.method == "GET" and (found.view, kind) in typed
                fresh[place, name] = is_typed_somewhere or name not in found.fixed
        if found.method == "GET":
            _first, fields = pages.setdefault((found.view, headers), (found, Fields()))
            fields.update(fresh)
        elif fresh:
            yield found, fresh
    yield from ((found, fields) for found, fields in pages.values() if fields)


def without_numbers(words: str) -> str:
    return re.sub(r"\d+", "N", words)


def failures(client: Client, offered: list[Found]) -> list[str]:
    fuzz = Fuzz(client)
    for found, fields in each_once(offered):
        fuzz.spoil(found, fields)
    return fuzz.failed


@pytest.fixture(autouse=True)
def _manners() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True), override_settings(CACHES=NO_LIMITS):
        yield


@pytest.mark.parametrize("share", range(SHARES))
def test_owner_is_never_answered_500(world: World, share: int):
    offered = [found for found in world.offered if share_of(found) == share]
    assert failures(client_of(world.owner), offered) == []


@pytest.mark.parametrize("share", range(SHARES))
def test_nobody_is_never_answered_500(world: World, share: int):
    offered = [found for found in world.offered_to_nobody if share_of(found) == share]
    assert failures(client_of(None), offered) == []


BAD_KINDS = [  # of what is sent
    {"Content-Type": "application/x-www-form-urlencoded; charset=hex"},
    {"Content-Type": "multipart/form-data; boundary=é"},
    {"Content-Type": "multipart/form-data"},
    {"Content-Type": "; charset="},
]
BAD_HEADERS = [
    {
        "Referer": "http://[",
        "HX-Request": "true",
        "HX-Current-URL": "http://[",
        "HX-Target": "\u202e",
        "If-Modified-Since": "Fri, 31 Dec 9999 23:59:59 -1200",
        "If-None-Match": '"',
        "Accept-Language": "x" * 600,
        "Accept": ";q=é",
        "Range": "bytes=9-1",
        "X-Forwarded-For": "\u202e, ::",
    },
]
BAD_COOKIES = [{"Cookie": 'session="\\303\\050"; messages=x:y:z; csrf=é; lang=[', "X-CSRFToken": "é"}]  # of nobody


@pytest.mark.one_database
@pytest.mark.parametrize("is_owner", [True, False])
def test_bad_header_is_never_answered_500(world: World, is_owner: bool):
    client, failed = client_of(world.owner if is_owner else None), []
    both = BAD_HEADERS if is_owner else BAD_HEADERS + BAD_COOKIES
    requests = [("POST", kind) for kind in BAD_KINDS] + [(method, bad) for bad in both for method in ("GET", "POST")]
    for path in world.paths.values() if is_owner else [world.paths[name] for name in ("today", *sorted(PUBLIC))]:
        for method, headers in requests:
            with left_as_it_was(client):
                content = headers.get("Content-Type", "application/x-www-form-urlencoded")
                response = client.generic(method, path, "a=%ED%A0%80", content, headers=headers)
            if response.status_code >= 500:
                failed.append(f"{method} {path} {headers}: {response.exc_info and response.exc_info[1]!r}")
    assert failed == []


@pytest.mark.parametrize("is_owner", [True, False])
def test_bad_word_in_a_path_is_never_answered_500(world: World, is_owner: bool):
    client, failed = client_of(world.owner if is_owner else None), []
    for name, kwargs in world.kwargs.items():
        for key in (key for key, value in kwargs.items() if isinstance(value, str)):
            mark = reverse(name, kwargs={**kwargs, key: "a-mark"})
            for value in HIDDEN + LINKS:
                path = mark.replace("a-mark", quote(value.encode("utf-8", "surrogatepass"), safe="/"))
                for method in ("GET", "POST"):
                    with left_as_it_was(client):
                        response = client.generic(method, path)
                    if response.status_code >= 500:
                        failed.append(f"{method} {path[:80]}: {response.exc_info and response.exc_info[1]!r}")
    assert failed == []
