"""Ten slots of row 25 in the ordinary tests; two hundred are in `bin/test faults`."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from tests.conftest import MIGRATED
from tests.faults.row25 import BROKEN, ROOT, SETTINGS, race

pytestmark = [pytest.mark.slow]


@pytest.fixture
def database(tmp_path: Path):
    """A database that other processes can open too: a file, or one of its own on the server of the tests."""
    migrated = os.environ.get(MIGRATED)
    if connection.vendor == "sqlite":
        path = tmp_path / "race.sqlite3"
        if migrated:
            shutil.copy(migrated, path)
        else:
            _migrate(f"sqlite:///{path}", tmp_path)
        yield f"sqlite:///{path}"
        return
    import psycopg  # noqa: PLC0415 - only where it is used

    base = os.environ["DATABASE_URL"].rpartition("/")[0]
    name = f"race_{os.getpid()}"
    with psycopg.connect(f"{base}/postgres", autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name} TEMPLATE {migrated or 'template1'}")
    try:
        if not migrated:
            _migrate(f"{base}/{name}", tmp_path)
        yield f"{base}/{name}"
    finally:
        with psycopg.connect(f"{base}/postgres", autocommit=True) as server:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _migrate(url: str, folder: Path) -> None:
    env = {**os.environ, "DATABASE_URL": url, "VAR_DIR": str(folder / "var"), "DJANGO_SETTINGS_MODULE": SETTINGS}
    for command in (["migrate", "-v0"], ["createcachetable"]):
        subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, env=env, check=True, capture_output=True)  # noqa: S603


def test_twenty_visitors_on_each_of_ten_slots_make_ten_meetings(database: str, tmp_path: Path):
    assert race(database, tmp_path, slots=10).wrong == []


def test_the_race_is_seen_when_nobody_looks(database: str, tmp_path: Path):
    assert race(database, tmp_path, slots=2, settings=BROKEN).meetings > 2
