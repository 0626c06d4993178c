"""Every URL of the admin: closed to strangers and to nobody, open to those who run the server."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.contrib.auth import SESSION_KEY
from django.test import Client
from django.urls import NoReverseMatch, reverse

from accounts.models import User, WriteCount
from tests.factories import NOW
from tests.markup import NOT_OURS
from tests.test_urls import ask, signed_in
from tests.walked import ALL, CASES

pytestmark = pytest.mark.django_db
ADMIN_KWARGS: dict[str, Any] = {
    "object_id": "1", "app_label": "crm", "content_type_id": 1, "id": 1, "url": "nowhere", "from_field": "id",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


def admin_urls() -> Iterator[str]:
    for name, pattern in ALL.items():
        if name.startswith("admin:"):
            needed = pattern.pattern.regex.groupindex
            try:
                yield reverse(name, kwargs={key: ADMIN_KWARGS[key] for key in needed})
            except NoReverseMatch:  # the catch-all and the old change URL have no name
                yield reverse("admin:index") + "nowhere/"


@pytest.mark.slow
@pytest.mark.one_database
def test_admin_is_closed_to_strangers_and_nobody(stranger: User, guest: Client):
    public = {reverse("admin:login"), reverse("admin:logout"), reverse("admin:jsi18n")}
    somebody = signed_in(stranger)
    for url in sorted(set(admin_urls()) - public):
        WriteCount.objects.all().delete()  # more than anybody may send in a minute
        for client in (somebody, guest):
            for method in ("get", "post"):
                response = ask(client, method, url, "", "plain")
                assert response.status_code in (302, 403, 404, 405), f"{method} {url}"
    assert SESSION_KEY in somebody.session, "no URL signed the stranger out"


@pytest.mark.slow
def test_admin_is_open_to_those_who_run_the_server(user: User, settings: Any):
    settings.ADMIN_SHOWS_WORDS = True
    root = User.objects.create_superuser("root@keepword.example", "a long enough word")
    for case in CASES.values():
        case(user)
    client = signed_in(root)
    for model in apps.get_models():
        stem = f"admin:{model._meta.label_lower.replace('.', '_')}"
        if model._meta.app_label in NOT_OURS or f"{stem}_changelist" not in ALL:
            continue
        assert client.get(reverse(f"{stem}_changelist"), {"q": "x"}).status_code == 200
        assert client.get(reverse(f"{stem}_add")).status_code in (200, 403)
        if row := model._base_manager.first():
            assert client.get(reverse(f"{stem}_change", args=[row.pk])).status_code == 200


@pytest.mark.slow
def test_peoples_words_are_not_shown_but_on_purpose(user: User):
    """Of all that the cases make, nothing that somebody wrote stands on a page of the admin."""
    root = User.objects.create_superuser("root@keepword.example", "a long enough word")
    for case in CASES.values():
        case(user)
    client = signed_in(root)
    closed = 0
    for model in apps.get_models():
        stem = f"admin:{model._meta.label_lower.replace('.', '_')}"
        if model._meta.app_label in NOT_OURS or f"{stem}_changelist" not in ALL:
            continue
        pages = [client.get(reverse(f"{stem}_changelist"))]
        if row := model._base_manager.first():
            pages.append(client.get(reverse(f"{stem}_change", args=[row.pk])))
        assert {page.status_code for page in pages} <= {200, 403}
        if model._meta.app_label in ("crm", "interviews", "followups"):
            closed += all(page.status_code == 403 for page in pages)
        else:
            assert all("You owe Ana an article" not in page.text for page in pages)
    assert closed == sum(
        f"admin:{model._meta.label_lower.replace('.', '_')}_changelist" in ALL
        for model in apps.get_models()
        if model._meta.app_label in ("crm", "interviews", "followups")
    )
