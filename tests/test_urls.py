"""The walker: every URL, every method, plain, as htmx and conditional, as another user, as nobody and as the owner.

A new URL without a case in its app's tests/<app>/url_cases.py fails `test_every_url_has_a_case`.
"""

import importlib
import re
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.db import models
from django.http import HttpResponse
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse

from accounts.models import User
from tests.factories import NOW, UserFactory

CANARY = "canary7f3a"
SAFE = ("get", "head", "options")
UNSAFE = ("post", "put", "patch", "delete")
VARIANTS: dict[str, dict[str, str]] = {
    "plain": {},
    "htmx": {"HX-Request": "true", "HX-Target": "main", "HX-Current-URL": "http://testserver/contacts/"},
    "conditional": {"If-None-Match": "*", "If-Modified-Since": "Tue, 01 Dec 2099 00:00:00 GMT"},
}
NOT_OURS = {"admin", "auth", "contenttypes", "sessions"}
LEFT_ALONE = {  # text that is no text: a canary in it breaks the row before it shows
    "time_zone", "kind", "message_id", "occurrence_key", "started_at", "password", "host", "name_key",
}  # fmt: skip

CASES: dict[str, Callable[[User], dict[str, Any]]] = {}
PUBLIC: set[str] = set()
POST_DATA: dict[str, dict[str, Any]] = {}
for found in sorted(Path(__file__).parent.rglob("url_cases.py")):
    module = importlib.import_module(
        ".".join(("tests", *found.relative_to(Path(__file__).parent).with_suffix("").parts))
    )
    CASES |= module.CASES
    PUBLIC |= getattr(module, "PUBLIC", set())
    POST_DATA |= getattr(module, "POST_DATA", {})


def patterns(resolver: URLResolver, namespace: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from patterns(entry, ":".join(filter(None, [namespace, entry.namespace or ""])))
        else:
            yield ":".join(filter(None, [namespace, entry.name or str(entry.pattern)])), entry


ALL = dict(patterns(get_resolver()))
OURS = sorted(name for name in ALL if not name.startswith("admin:"))
WALKED = [name for name in OURS if name in CASES]
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def owner(db) -> User:
    return UserFactory(email="owner@keepword.example", name=f"Owner {CANARY}")


@pytest.fixture
def kwargs(request: pytest.FixtureRequest, owner: User) -> dict[str, Any]:
    """What the URL needs, with a canary in every text of the owner's rows."""
    made = CASES[request.getfixturevalue("name")](owner)
    for model, rows in rows_of(owner):
        for row in rows:
            if changes := dict(canaries(model, row)):
                model._base_manager.filter(pk=row.pk).update(**changes)
    return made


def rows_of(owner: User) -> Iterator[tuple[type[models.Model], models.QuerySet[Any]]]:
    """Every row of every model that belongs to the owner, directly or through a parent."""
    for model in apps.get_models():
        if model._meta.app_label in NOT_OURS:
            continue
        found = model._base_manager.all()
        if model is User:
            found = found.filter(pk=owner.pk)
        else:
            paths = [path for path in ("owner", "user", "mail__owner", "email_address__user") if reaches(model, path)]
            if not paths:
                continue
            found = found.filter(**{paths[0]: owner})
        yield model, found.order_by("pk")


def reaches(model: type[models.Model], path: str) -> bool:
    return any(field.name == path.split("__")[0] and field.is_relation for field in model._meta.fields)


def canaries(model: type[models.Model], row: models.Model) -> Iterator[tuple[str, str]]:
    for field in model._meta.fields:
        if not isinstance(field, models.CharField | models.TextField) or field.choices or field.name in LEFT_ALONE:
            continue
        old = getattr(row, field.name)
        if field.name in ("email", "recipient", "invited_email"):
            new = old.replace("@", f".{CANARY}@") if model._meta.app_label not in ("accounts", "account") else old
        elif field.name.endswith("_url") or field.name == "website":
            new = f"https://example.org/{CANARY}"
        else:
            new = f"{old} {CANARY}".strip()
        if new != old and len(new) <= (field.max_length or 10**6):
            yield field.name, new


def fingerprint(owner: User) -> dict[str, list[Any]]:
    return {model._meta.label: [repr(row) for row in rows.values_list()] for model, rows in rows_of(owner)}


def ask(client: Client, method: str, url: str, name: str, variant: str) -> HttpResponse:
    data = POST_DATA.get(name, {}) if method == "post" else None
    response = getattr(client, method)(url, data, headers=VARIANTS[variant])
    assert response.status_code < 500, f"{method} {url} ({variant}) answered {response.status_code}"
    return response


def body(response: HttpResponse) -> str:
    text = b"".join(response.streaming_content) if response.streaming else response.content
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


@pytest.mark.slow
@pytest.mark.parametrize("name", WALKED)
def test_stranger_sees_and_changes_nothing(name: str, kwargs: dict[str, Any], owner: User, stranger: User):
    if name in PUBLIC:
        kwargs = forged(kwargs)
    url, before = reverse(name, kwargs=kwargs), fingerprint(owner)
    for variant in VARIANTS:
        client = signed_in(stranger)
        for method in SAFE + UNSAFE:
            response = ask(client, method, url, name, variant)
            assert CANARY not in body(response), f"{method} ({variant}) shows the owner's row"
            assert CANARY not in str(response.headers)
    assert fingerprint(owner) == before


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in WALKED if name not in PUBLIC])
def test_not_mine_and_not_there_look_the_same(name: str, kwargs: dict[str, Any], stranger: User):
    if not any(names_a_row(key) for key in kwargs):
        return
    client = signed_in(stranger)
    for variant in VARIANTS:
        for method in SAFE + UNSAFE:
            not_mine = ask(client, method, reverse(name, kwargs=kwargs), name, variant)
            nowhere = ask(client, method, reverse(name, kwargs=not_there(kwargs)), name, variant)
            assert not_mine.status_code == nowhere.status_code
            assert not_mine.status_code in (404, 405)
            assert body(not_mine) == body(nowhere)
            assert sorted(not_mine.headers) == sorted(nowhere.headers)


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in WALKED if name not in PUBLIC])
def test_nobody_is_asked_to_sign_in(name: str, kwargs: dict[str, Any], owner: User, guest: Client):
    url, before = reverse(name, kwargs=kwargs), fingerprint(owner)
    for variant in VARIANTS:
        for method in SAFE + UNSAFE:
            response = ask(guest, method, url, name, variant)
            leads_to = response.headers.get("Location") or response.headers.get("HX-Redirect", "")
            assert leads_to.startswith(reverse("account_login")), f"{method} ({variant}): {response.status_code}"
            assert body(response) == ""
    assert fingerprint(owner) == before


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(PUBLIC & set(WALKED)))
def test_public_page_acts_on_post_alone(name: str, kwargs: dict[str, Any], owner: User, guest: Client):
    url, before = reverse(name, kwargs=kwargs), fingerprint(owner)
    for variant in VARIANTS:
        for method in (*SAFE, "put", "patch", "delete"):
            ask(guest, method, url, name, variant)
        for method in SAFE + UNSAFE:
            response = ask(guest, method, reverse(name, kwargs=forged(kwargs)), name, variant)
            assert CANARY not in body(response) if kwargs else True
    assert fingerprint(owner) == before
    for variant in VARIANTS:
        ask(guest, "post", url, name, variant)


@pytest.mark.slow
@pytest.mark.parametrize("name", WALKED)
def test_owner_is_served(name: str, kwargs: dict[str, Any], owner: User):
    url, client = reverse(name, kwargs=kwargs), signed_in(owner)
    before, statuses = fingerprint(owner), {}
    for variant in VARIANTS:
        for method in SAFE:
            response = ask(client, method, url, name, variant)
            statuses[variant, method] = response.status_code
            if any(names_a_row(key) for key in kwargs) and method == "get" and response.status_code == 200:
                assert CANARY in body(response), "the control: the owner's page shows the owner's row"
    assert fingerprint(owner) == before, "reading changed a row"
    for variant in VARIANTS:
        for method in UNSAFE:
            client = signed_in(owner)
            statuses[variant, method] = ask(client, method, url, name, variant).status_code
    assert 404 not in (statuses["plain", "get"], statuses["plain", "post"])
    assert (statuses["plain", "get"], statuses["plain", "post"]) != (405, 405)


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in WALKED if name not in PUBLIC])
def test_number_beyond_the_database_is_not_found(name: str, kwargs: dict[str, Any], owner: User):
    numbers = {key: 10**30 for key, value in kwargs.items() if isinstance(value, int) and names_a_row(key)}
    if not numbers:
        return
    client = signed_in(owner)
    for method in ("get", "post"):
        response = ask(client, method, reverse(name, kwargs={**kwargs, **numbers}), name, "plain")
        assert response.status_code in (404, 405)


ADMIN_KWARGS: dict[str, Any] = {
    "object_id": "1", "app_label": "crm", "content_type_id": 1, "id": 1, "url": "nowhere", "from_field": "id",
}  # fmt: skip


def admin_urls() -> Iterator[str]:
    for name, pattern in ALL.items():
        if name.startswith("admin:"):
            needed = pattern.pattern.regex.groupindex
            try:
                yield reverse(name, kwargs={key: ADMIN_KWARGS[key] for key in needed})
            except NoReverseMatch:  # the catch-all and the old change URL have no name
                yield reverse("admin:index") + "nowhere/"


@pytest.mark.slow
def test_admin_is_closed_to_strangers_and_nobody(stranger: User, guest: Client):
    public = {reverse("admin:login"), reverse("admin:logout"), reverse("admin:jsi18n")}
    for url in sorted(set(admin_urls()) - public):
        for client in (signed_in(stranger), guest):
            for method in SAFE + UNSAFE:
                response = ask(client, method, url, "", "plain")
                assert response.status_code in (302, 403, 404, 405), f"{method} {url}"


@pytest.mark.slow
def test_admin_is_open_to_those_who_run_the_server(owner: User):
    root = User.objects.create_superuser("root@keepword.example", "a long enough word")
    for case in CASES.values():
        case(owner)
    client = signed_in(root)
    for model in apps.get_models():
        if (
            model._meta.app_label in NOT_OURS
            or f"admin:{model._meta.label_lower.replace('.', '_')}_changelist" not in ALL
        ):
            continue
        stem = f"admin:{model._meta.label_lower.replace('.', '_')}"
        assert client.get(reverse(f"{stem}_changelist"), {"q": "x"}).status_code == 200
        assert client.get(reverse(f"{stem}_add")).status_code in (200, 403)
        if row := model._base_manager.first():
            assert client.get(reverse(f"{stem}_change", args=[row.pk])).status_code == 200
