"""The rows of the matrix that delivery.md names for every test run, with small numbers, on the database of the run."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from tests.conftest import MIGRATED
from tests.faults.cells import CELLS
from tests.faults.check import check
from tests.faults.frame import Cell, Database, World
from tests.faults.world import NoPostgresError, Postgres, SQLite, Zygote

CHOSEN = [cell for cell in CELLS if cell.in_tests]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Database, Zygote, Path]]:
    folder = tmp_path_factory.mktemp("faults")
    kind = Postgres if connection.vendor == "postgresql" else SQLite
    try:
        database: Database = kind(folder)
    except NoPostgresError as reason:
        pytest.skip(str(reason))
    if isinstance(database, SQLite) and MIGRATED in os.environ:
        shutil.copy(os.environ[MIGRATED], database.template)
    with database, Zygote(database.url, folder) as zygote:
        zygote.call("migrate", "")
        yield database, zygote, folder


@pytest.mark.slow
@pytest.mark.parametrize("cell", CHOSEN, ids=[f"row {cell.row}: {cell.title}" for cell in CHOSEN])
def test_fault(cell: Cell, place: tuple[Database, Zygote, Path]) -> None:
    database, zygote, folder = place
    if cell.only not in ("", database.name):
        pytest.skip(cell.why_only)
    with World(database, zygote, folder, rows=12, kills=3, is_small=True) as world:
        seen = cell.play(world)
    assert seen.wrong == []


ROW = {
    "pk": 1, "state": "sent", "message_id": "<one@x>", "recipient": "a@x", "possible_duplicate": 0, "kind": "fault",
    "attempts": 1, "not_before": 100.0, "fence_at": 101.0, "sent_at": 101.0,
}  # fmt: skip
ARRIVAL = {"at": 101.0, "recipient": "a@x", "message_id": "<one@x>", "digest": "d"}


@pytest.mark.parametrize(
    ("row", "arrivals", "seen"),
    [
        ({}, [ARRIVAL], {}),
        ({}, [], {"lost": 1}),
        ({"state": "pending"}, [], {"lost": 1, "unfinished": 1}),
        ({"state": "dead"}, [], {"dead": 1}),
        ({}, [ARRIVAL, ARRIVAL], {"unmarked": 1}),
        ({"possible_duplicate": 1}, [ARRIVAL, ARRIVAL], {"marked": 1}),
        ({"possible_duplicate": 1}, [ARRIVAL, ARRIVAL | {"digest": "other"}], {"unmarked": 1}),
        ({"possible_duplicate": 1}, [ARRIVAL, ARRIVAL | {"message_id": "<two@x>"}], {"unmarked": 1}),
        ({"possible_duplicate": 1}, [ARRIVAL] * 3, {"unmarked": 2}),
        ({}, [ARRIVAL | {"at": 99.0}], {"early": 1}),
        ({}, [ARRIVAL, ARRIVAL | {"is_suppressed": True}], {}),
    ],
)
def test_the_check_sees(row: dict, arrivals: list, seen: dict) -> None:
    report = {"rows": [ROW | row], "settled": {"settled:1": 1}, "accepted": {"1": 1}}
    found = check(report, arrivals, [])
    counts = {name: getattr(found, name) for name in ("lost", "marked", "unmarked", "early", "unfinished", "dead")}
    assert {name: count for name, count in counts.items() if count} == seen


def test_the_check_sees_a_recipient_without_a_row() -> None:
    assert check({"rows": [], "settled": {}, "accepted": {}}, [], ["a@x"]).lost == 1


def test_the_check_sees_a_mail_without_a_row() -> None:
    assert check({"rows": [], "settled": {}, "accepted": {}}, [ARRIVAL], []).unmarked == 1


def test_the_check_sees_states_that_do_not_add_up() -> None:
    report = {"rows": [ROW], "settled": {"settled:1": 2}, "accepted": {}}
    assert len(check(report, [ARRIVAL], []).wrong) == 2
