import contextlib
import gc
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.db.models.signals import post_migrate
from django.test import Client
from django.test.utils import setup_databases, teardown_databases
from pytest_django import DjangoDbBlocker
from pytest_django.plugin import blocking_manager_key

from accounts.models import User, WriteCount
from outbox import views
from tests.factories import NOW, UserFactory


@pytest.fixture
def now() -> datetime:
    """Thursday 19 November 2026, 12:00 UTC: 13:00 in Stockholm, where the user lives."""
    return NOW


@pytest.fixture(scope="session", autouse=True)
def nothing_beside_the_database() -> Iterator[None]:
    """Each test's database begins anew: what one left beside it would tell the next that a backup was put back."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("outbox.put_back._is_in_memory", lambda: True)
        yield


@pytest.fixture(scope="session", autouse=True)
def _nobody_has_permissions() -> None:
    """After a test that commits Django empties all tables, and then would write its 200 permissions anew: most of what that takes."""
    post_migrate.disconnect(dispatch_uid="django.contrib.auth.management.create_permissions")


@pytest.fixture
def user(db) -> User:
    return UserFactory(email="amara@keepword.example")


@pytest.fixture
def stranger(db) -> User:
    return UserFactory(email="stranger@keepword.example", name="Stranger")


@pytest.fixture
def client(user: User) -> Client:
    """Signed in as `user`, who has written before: an account's first write makes the row that counts them."""
    WriteCount.objects.create(account=user)
    signed_in = Client()
    signed_in.force_login(user)
    return signed_in


@pytest.fixture
def guest() -> Client:
    """Signed in as nobody."""
    return Client()


@pytest.fixture(autouse=True, scope="session")
def _no_worker_is_waited_for() -> Iterator[None]:
    """None runs beside the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(views, "BETWEEN_LOOKS", 0)
        yield


LONGEST = {"faults", "test_bad_input.py", "test_main_job.py", "test_pages.py", "test_week.py"}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The longest begin first: one of a minute that begins last leaves the other workers with nothing to do.

    On Postgres only what depends on the database runs: the rest has run on SQLite, and would find the same."""
    items.sort(key=lambda item: LONGEST.isdisjoint(item.path.parts))
    for item in items:
        if item.get_closest_marker("slow"):
            item.add_marker("no_cover")  # counting lines doubles its time, and what it walks through others test
    if connection.vendor == "postgresql":
        pure = [item for item in items if not depends_on_database(item)]
        config.hook.pytest_deselected(items=pure)
        items[:] = [item for item in items if depends_on_database(item)]


# What is asked here of a page is found by plain filters: Postgres would answer it alike. There tests/test_urls.py opens every page and
# sends every form, and tests/test_bad_input.py fills them in; Today, lists, search, imports, locks and the engine are tried on both.
ALIKE = (
    "accounts",
    *(f"interviews/{stretch}" for stretch in ("asking", "debriefing", "holding", "news", "offering", "past_talks")),
    *(f"interviews/{stretch}" for stretch in ("planning", "preparing", "replying", "subscribing")),
    "pages/test_capture.py",
    "pages/test_capture_lines.py",
)


def pytest_collection_finish() -> None:
    """What is loaded by now stays: no garbage collection walks through it again, nor so often through the little that a test makes."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000)


def depends_on_database(item: pytest.Item) -> bool:
    """pytest-django keeps every other test away from it. Those of tests/faults start processes that ask."""
    names = set(getattr(item, "fixturenames", ()))
    if item.get_closest_marker("one_database") or (is_of_a_plain_page(item) and names & {"client", "guest"}):
        return False
    return (
        item.get_closest_marker("django_db") is not None
        or not names.isdisjoint({"db", "transactional_db", "live_server", "django_db_setup"})
        or "faults" in item.path.parts
    )


def is_of_a_plain_page(item: pytest.Item) -> bool:
    if item.get_closest_marker("both_databases"):
        return False
    marked = item.get_closest_marker("django_db")
    return not (marked and marked.kwargs.get("transaction")) and any(
        item.path.is_relative_to(Path(__file__).parent / place) for place in ALIKE
    )


# --- one migration for all workers: it takes as long as three hundred tests -------------------------------------------
MIGRATED = "KEEPWORD_TEST_MIGRATED"  # in a worker's environment: the file, or the database, that it copies


@pytest.hookimpl(wrapper=True)
def pytest_sessionstart(session: pytest.Session) -> Iterator[None]:
    """With workers their controller migrates, while they load and collect."""
    if not session.config.pluginmanager.hasplugin("dsession") or session.config.option.collectonly:
        return (yield)
    test = settings.DATABASES["default"].setdefault("TEST", {})
    if connection.vendor == "sqlite":
        folder = tempfile.TemporaryDirectory(prefix="keepword-migrated-")
        session.config.add_cleanup(folder.cleanup)
        test["NAME"] = str(Path(folder.name) / "migrated.sqlite3")
    os.environ[MIGRATED] = connection.creation._get_test_db_name()
    result = yield  # starts the workers
    with session.config.stash[blocking_manager_key].unblock():
        made = setup_databases(verbosity=0, interactive=False, serialized_aliases=())
        connection.close()  # Postgres copies nothing that is in use
    session.config.add_cleanup(lambda: remove(session.config, made))
    return result


def remove(config: pytest.Config, made: list[tuple[object, str, bool]]) -> None:
    with config.stash[blocking_manager_key].unblock():
        teardown_databases(made, verbosity=0)


@pytest.fixture(scope="session")
def copied(django_db_modify_db_settings: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Puts a copy where Django will look: it finds nothing left to migrate."""
    source = os.environ.get(MIGRATED)
    if not source:
        yield
    elif connection.vendor == "postgresql":
        settings.DATABASES["default"]["TEST"]["TEMPLATE"] = source
        yield
    else:
        name = connection.creation._get_test_db_name()
        with (
            contextlib.closing(sqlite3.connect(source)) as migrated,
            contextlib.closing(sqlite3.connect(name, uri=name.startswith("file:"))) as copy,
        ):
            migrated.backup(copy)
            yield  # one in memory lives while somebody has it open


@pytest.fixture(scope="session")
def django_db_keepdb(django_db_keepdb: bool) -> bool:
    """The browser tests' copy is a file, which Django would remove before it begins."""
    return django_db_keepdb or (connection.vendor == "sqlite" and MIGRATED in os.environ)


@pytest.fixture(scope="session")
def django_db_setup(copied: None, django_db_setup: None) -> None:
    pass
