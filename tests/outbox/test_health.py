from datetime import timedelta

import pytest
from django.db import OperationalError
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.utils import timezone

from outbox import health
from outbox.models import Relay
from tests.factories import OutgoingMailFactory


@pytest.fixture(autouse=True)
def _broker(monkeypatch):
    monkeypatch.setattr(health, "broker_answers", lambda: True)


@pytest.fixture
def ready(db):
    return lambda: Client().get("/readyz")


def test_healthz_answers_without_a_database():
    # no database fixture: a query would fail the test
    assert Client().get("/healthz").content == b"ok"


def test_ready_when_all_is_well(ready):
    Relay.note(drained_at=timezone.now())
    answer = ready()
    assert (answer.status_code, answer.json()["status"], answer.json()["degraded"]) == (200, "ok", [])


def test_no_worker_is_degraded(ready):
    assert (ready().status_code, ready().json()["degraded"]) == (200, ["last_tick"])


def test_mail_waiting_for_long_is_degraded(ready):
    Relay.note(drained_at=timezone.now())
    OutgoingMailFactory(next_attempt_at=timezone.now() - timedelta(minutes=6))
    answer = ready().json()
    assert (answer["degraded"], answer["backlog"]) == (["backlog"], 1)


def test_no_broker_and_a_failing_mail_server_are_degraded(ready, monkeypatch):
    monkeypatch.setattr(health, "broker_answers", lambda: False)
    Relay.note(drained_at=timezone.now())
    Relay.objects.update(failures=1)
    answer = ready()
    assert (answer.status_code, answer.json()["degraded"]) == (200, ["broker", "mail_server"])


def test_no_database_is_not_ready(ready, monkeypatch):
    def away(now):
        raise OperationalError("gone")

    monkeypatch.setattr(health, "_delivery", away)
    assert (ready().status_code, ready().json()) == (503, {"status": "down", "database": "away"})


STRANGERS = [{"REMOTE_ADDR": "203.0.113.9"}, {"headers": {"x-forwarded-for": "203.0.113.9"}}, {"REMOTE_ADDR": ""}]


@pytest.mark.parametrize("how", STRANGERS, ids=["from afar", "through a proxy here", "over a socket"])
def test_strangers_hear_the_status_alone(db, how, monkeypatch):
    assert Client().get("/readyz", **how).json() == {"status": "degraded"}
    Relay.note(drained_at=timezone.now())
    assert Client().get("/readyz", **how).json() == {"status": "ok"}
    monkeypatch.setattr(health, "migrations_missing", lambda: True)
    answer = Client().get("/readyz", **how)
    assert (answer.status_code, answer.json()) == (503, {"status": "down"})


@pytest.mark.parametrize("is_staff", [True, False])
def test_staff_sees_all_from_anywhere(client, user, is_staff):
    user.is_staff = is_staff
    user.save()
    assert ("backlog" in client.get("/readyz", REMOTE_ADDR="203.0.113.9").json()) == is_staff


def test_missing_migrations_are_not_ready(ready, monkeypatch):
    monkeypatch.setattr(health, "migrations_missing", lambda: True)
    assert (ready().status_code, ready().json()["migrations"]) == (503, "missing")


def test_migrations_are_looked_for_until_they_are_there(db, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(health, "_is_migrated", False)
    last = MigrationRecorder.Migration.objects.filter(app="outbox").latest("name")
    last.delete()
    assert health.migrations_missing()
    last.save()
    assert not health.migrations_missing()
    with django_assert_num_queries(0):
        assert not health.migrations_missing()


def test_a_broker_that_is_away_is_said_at_once(settings, monkeypatch):
    monkeypatch.undo()
    assert health.broker_answers() is True  # memory://
