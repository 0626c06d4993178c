"""SQLite's one writer: the engine's processes queue for it, with each of their writes."""

import fcntl
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.db import connection

from outbox import claims, turns, workers
from outbox.engine import Hooks, drain
from outbox.kinds import Cancelled
from outbox.models import Relay
from outbox.smtp import Accepted, Refused, RefusedForNow, RelayDown, Unknown, Withdrawn
from outbox.timing import Moment, Timings
from tests.factories import NOW, OutgoingMailFactory, WorkerBeatFactory

MINUTE = timedelta(minutes=1)
WRITES = ("INSERT", "UPDATE", "DELETE")


@pytest.fixture
def unqueued(db) -> Iterator[list[str]]:
    """What is written outside of a turn."""
    seen = []

    def look(execute, sql, params, many, context):
        if any(word in sql.upper().split() for word in WRITES) and not turns.is_mine():
            seen.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(look):
        yield seen


def made(unqueued, factory, *args, **fields):
    """What a test makes is no write of the engine's."""
    found = factory(*args, **fields)
    unqueued.clear()
    return found


def test_writers_wait_for_each_other(tmp_path, monkeypatch):
    database = tmp_path / "keepword.sqlite3"
    database.touch()
    monkeypatch.setattr(turns, "connection", SimpleNamespace(vendor="sqlite", settings_dict={"NAME": database}))

    def is_free() -> bool:
        with Path(f"{database}-turn").open("ab") as other:
            try:
                fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            return True

    try:
        with turns.turn():
            assert not is_free()
        assert is_free()
    finally:
        turns._queue(str(database)).close()
        turns._queue.cache_clear()


def test_elsewhere_nobody_waits(tmp_path, monkeypatch):
    monkeypatch.setattr(turns, "connection", SimpleNamespace(vendor="postgresql", settings_dict={"NAME": "keepword"}))
    monkeypatch.chdir(tmp_path)
    with turns.turn():
        assert list(tmp_path.iterdir()) == []


def test_a_turn_inside_a_turn_is_refused_and_the_outer_one_ends():
    with pytest.raises(RuntimeError), turns.turn(), turns.turn():
        pass
    assert not turns.is_mine()


@pytest.mark.parametrize(
    "answer",
    [
        Accepted("answer", 250, "ok"),
        RefusedForNow("answer", 451, "later"),
        Refused("answer", 550, "no"),
        Unknown("answer", None, "timed out"),
        RelayDown("recipient", 421, "too much"),
        Withdrawn("fence"),
    ],
    ids=lambda answer: type(answer).__name__,
)
def test_each_write_of_a_drain_is_a_turn(unqueued, run, relay, answer):
    made(unqueued, OutgoingMailFactory.create_batch, 2)
    relay.needs_fence = isinstance(answer, (Accepted, Unknown))
    relay.answers = [answer]
    stop = Hooks(stopping=lambda: bool(relay.taken))
    run(hooks=stop)
    assert unqueued == []


def test_a_server_that_takes_mail_again_is_written_down_in_a_turn(unqueued, run):
    made(unqueued, OutgoingMailFactory)
    made(unqueued, Relay.objects.create, pk=1, failures=1)
    run()
    assert unqueued == []


def test_nothing_left_to_say_is_written_down_in_a_turn(unqueued, run, kind):
    made(unqueued, OutgoingMailFactory)
    kind.compose = lambda mail, now: Cancelled("the promise was kept")
    run()
    assert unqueued == []


def test_a_settling_that_failed_is_written_down_in_a_turn(unqueued, run, kind):
    made(unqueued, OutgoingMailFactory)

    def fail(mail, now):
        raise RuntimeError

    kind.settle = fail
    run()
    assert unqueued == []


@pytest.mark.parametrize("is_held", [False, True])
def test_the_one_resend_is_a_turn(unqueued, run, relay, settings, is_held):
    settings.HOLD_UNCERTAIN_MAIL = is_held
    made(unqueued, OutgoingMailFactory)
    relay.answers = [Unknown("answer", None, "timed out")]
    run()
    run(NOW + 16 * MINUTE)
    assert unqueued == []


def test_a_lease_is_renewed_in_a_turn(unqueued, kind, relay):
    made(unqueued, OutgoingMailFactory)
    drain(lambda: NOW, transport=relay, timings=Timings(lease=-1))
    assert unqueued == []


def test_what_the_dead_held_is_taken_over_in_turns(unqueued, run):
    held = made(unqueued, OutgoingMailFactory.create_batch, 2)
    dead = made(unqueued, WorkerBeatFactory, host=workers.this_host(), pid=2**22 + 1)
    claimed = claims.claim(Moment(lambda: NOW), dead, Timings(), len(held))
    assert claims.fence(Moment(lambda: NOW), claimed[0])
    run()
    assert unqueued == []


@pytest.mark.django_db
def test_where_nobody_died_recovering_writes_nothing():
    written = []

    def look(execute, sql, params, many, context):
        written.extend(word for word in WRITES if word in sql.upper().split())
        return execute(sql, params, many, context)

    with connection.execute_wrapper(look):
        workers.recover(Moment(lambda: NOW), Timings(), [])
    assert written == []
