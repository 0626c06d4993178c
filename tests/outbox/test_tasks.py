import logging
from datetime import timedelta

import pytest
from celery import current_app
from django.core.management import CommandError, call_command
from django.db import transaction

from outbox import actions, kinds, tasks
from outbox.models import Figure, OutgoingMail, State
from outbox.waking import wake
from tests.factories import NOW, OutgoingMailFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def steps(monkeypatch):
    """Empty registries, for this test alone."""
    for name in ("PLANNERS", "RECONCILERS", "JOBS", "HOUSEKEEPERS"):
        monkeypatch.setattr(kinds, name, [])
        for module in (actions, tasks, tasks.housekeeping):
            if hasattr(module, name):
                monkeypatch.setattr(module, name, getattr(kinds, name))
    return kinds


@pytest.fixture
def mail_dir(settings, tmp_path):
    settings.EMAIL_URL, settings.MAIL_DIR = "", tmp_path / "mail"
    return settings.MAIL_DIR


def test_every_scheduled_task_exists():
    names = {line["task"] for line in current_app.conf.beat_schedule.values()}
    assert names <= set(current_app.tasks)
    assert all(line["options"]["expires"] for line in current_app.conf.beat_schedule.values())


def test_deliver_plans_and_then_delivers(steps, kind, mail_dir):
    @kinds.planner
    def plan(now):
        OutgoingMailFactory()
        return 1

    tasks.deliver()
    assert OutgoingMail.objects.get().state == State.SENT
    assert len(list(mail_dir.glob("*.eml"))) == 1


def test_a_planner_that_fails_stops_nobody(steps, kind, mail_dir, caplog):
    @kinds.planner
    def broken(now):
        raise RuntimeError

    OutgoingMailFactory()
    tasks.deliver()
    assert OutgoingMail.objects.get().state == State.SENT
    assert "A step of the tick failed" in caplog.text


def test_deliver_stops_between_two_mails_at_shutdown(steps, kind, mail_dir):
    OutgoingMailFactory()
    try:
        tasks.stop_between_two_mails()
        tasks.deliver()
    finally:
        tasks._stop[0] = 0
    assert OutgoingMail.objects.get().state == State.PENDING


def test_jobs_works_each_registered_job(steps):
    worked = []
    kinds.job(lambda now: worked.append("import") or 1)
    tasks.jobs()
    assert worked == ["import"]


def test_repairs_are_counted_and_written_down(steps, caplog):
    kinds.reconciler(lambda now: 3)
    tasks.reconcile()
    tasks.reconcile()
    figure = Figure.objects.get(pk="repairs")
    assert (figure.last, figure.total) == (3, 6)
    assert "Reconciling repaired rows" in caplog.text


def test_no_repairs_are_written_down_too(steps, caplog):
    tasks.reconcile()
    assert Figure.objects.get(pk="repairs").total == 0
    assert caplog.text == ""


def test_housekeeping_runs_everybody(steps):
    ran = []

    @kinds.housekeeper
    def broken(now):
        raise RuntimeError

    kinds.housekeeper(lambda now: ran.append(1) or 1)
    tasks.housekeeping_tick()
    assert ran == [1]


@pytest.mark.django_db(transaction=True)
def test_waking_waits_for_the_commit(monkeypatch):
    sent = []
    monkeypatch.setattr(current_app._get_current_object(), "send_task", lambda name, **how: sent.append((name, how)))
    with transaction.atomic():
        wake()
        assert sent == []
    assert sent == [("outbox.tasks.deliver", {"retry": False, "expires": 60, "queue": "mail"})]


def test_a_broker_that_is_away_never_fails_a_request(monkeypatch, django_capture_on_commit_callbacks, caplog):
    def fail(*_args, **_how):
        raise ConnectionError

    monkeypatch.setattr(current_app._get_current_object(), "send_task", fail)
    with caplog.at_level(logging.WARNING), django_capture_on_commit_callbacks(execute=True):
        wake("jobs")
    assert "The broker could not be woken" in caplog.text


def test_deliver_command_prints_a_line_a_mail(steps, kind, mail_dir, capsys):
    mail = OutgoingMailFactory()
    call_command("deliver")
    out = capsys.readouterr().out
    assert out.startswith(f"sent       test to {mail.recipient}  ")
    assert out.count("\n") == 1


def test_hold_command_holds_releases_and_discards(steps, capsys):
    OutgoingMailFactory.create_batch(2)
    call_command("hold", before="2026-11-19T12:00:00+00:00")
    assert set(OutgoingMail.objects.values_list("state", flat=True)) == {State.HELD}
    call_command("hold", release=True)
    assert set(OutgoingMail.objects.values_list("state", flat=True)) == {State.PENDING}
    call_command("hold")
    call_command("hold", discard=True)
    assert set(OutgoingMail.objects.values_list("state", flat=True)) == {State.CANCELLED}
    assert capsys.readouterr().out.split("\n")[:-1] == ["held 2", "released 2", "held 2", "discarded 2"]


def test_hold_command_refuses_what_is_no_instant():
    with pytest.raises(CommandError, match="yesterday is no instant"):
        call_command("hold", before="yesterday")


def test_hold_takes_what_was_due_and_what_may_have_left(steps):
    due = [
        OutgoingMailFactory(),
        OutgoingMailFactory(state="claimed", claim_token="0" * 32),
        OutgoingMailFactory(state="handing", claim_token="1" * 32, fence_at=NOW),
        OutgoingMailFactory(state="uncertain", fence_at=NOW),
    ]
    later = OutgoingMailFactory(next_attempt_at=NOW + timedelta(seconds=1))
    assert actions.hold_before(NOW, NOW) == 4
    assert [OutgoingMail.objects.get(pk=mail.pk).state for mail in due] == [State.HELD] * 4
    assert OutgoingMail.objects.get(pk=later.pk).state == State.PENDING


def test_hold_takes_what_the_planners_would_plan_next(steps):
    @kinds.planner
    def plan(now):
        OutgoingMailFactory(next_attempt_at=now, not_before=now)
        return 1

    assert actions.hold_before(NOW, NOW) == 1


def test_release_lets_the_newer_of_two_reminders_leave(steps):
    owner = UserFactory()
    old = OutgoingMailFactory(owner=owner, kind="reminders", state="held")
    new = OutgoingMailFactory(owner=owner, kind="reminders", state="held", next_attempt_at=NOW + timedelta(1))
    assert actions.release(OutgoingMail.objects.all(), NOW + timedelta(2)) == 1
    assert [OutgoingMail.objects.get(pk=m.pk).state for m in (old, new)] == [State.HELD, State.PENDING]
