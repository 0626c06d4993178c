"""Claims, leases and the fence, on the database itself."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, connections

from outbox import claims
from outbox.claims import Moment, Timings, system_clock
from outbox.engine import drain
from outbox.models import OutgoingMail, State
from tests.factories import NOW, OutgoingMailFactory, UserFactory, WorkerBeatFactory

AT_NOW = Moment(lambda: NOW)
on_postgres = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")


@pytest.mark.django_db
def test_a_claim_is_one_statement(django_assert_num_queries):
    worker = WorkerBeatFactory()
    OutgoingMailFactory.create_batch(3)
    with django_assert_num_queries(1):
        assert len(claims.claim(AT_NOW, worker, Timings(), 10)) == 3


@pytest.mark.django_db
def test_claimed_rows_carry_one_token_a_worker_and_a_lease():
    worker = WorkerBeatFactory()
    OutgoingMailFactory.create_batch(2)
    claimed = claims.claim(AT_NOW, worker, Timings(), 10)
    rows = list(OutgoingMail.objects.all())
    assert len({row.claim_token for row in rows}) == 1
    assert {(row.state, row.claimed_by_id, row.lease_until) for row in rows} == {
        (State.CLAIMED, worker.pk, NOW + timedelta(seconds=60))
    }
    assert {row.owner_id for row in claimed} == {row.owner_id for row in rows}


@pytest.mark.django_db
def test_a_claim_takes_no_more_than_its_limit():
    worker = WorkerBeatFactory()
    OutgoingMailFactory.create_batch(5)
    assert len(claims.claim(AT_NOW, worker, Timings(), 2)) == 2
    assert OutgoingMail.objects.filter(state=State.CLAIMED).count() == 2


@pytest.mark.django_db
def test_json_and_bytes_come_back_as_they_were():
    OutgoingMailFactory(context={"interview": "7"}, content=b"\x00\xff", expires_at=NOW)
    (mail,) = claims.claim(AT_NOW, WorkerBeatFactory(), Timings(), 1)
    assert (mail.context, bytes(mail.content), mail.expires_at) == ({"interview": "7"}, b"\x00\xff", NOW)


@pytest.mark.django_db
def test_the_fence_lets_a_claim_pass_once():
    OutgoingMailFactory()
    (mail,) = claims.claim(AT_NOW, WorkerBeatFactory(), Timings(), 1)
    assert claims.fence(AT_NOW, mail)
    assert not claims.fence(AT_NOW, mail)


@pytest.mark.django_db
def test_a_renewed_lease_counts_from_now():
    OutgoingMailFactory()
    (mail,) = claims.claim(AT_NOW, WorkerBeatFactory(), Timings(), 1)
    claims.renew(Moment(lambda: NOW + timedelta(seconds=30)), mail.claim_token, Timings())
    mail.refresh_from_db()
    assert mail.lease_until == NOW + timedelta(seconds=90)


@pytest.mark.django_db
def test_given_back_is_as_if_never_claimed():
    OutgoingMailFactory()
    (mail,) = claims.claim(AT_NOW, WorkerBeatFactory(), Timings(), 1)
    claims.give_back(AT_NOW, mail.claim_token)
    mail.refresh_from_db()
    assert (mail.state, mail.claim_token, mail.claimed_by, mail.lease_until) == (State.PENDING, None, None, None)


@on_postgres
@pytest.mark.django_db
def test_on_postgres_the_database_says_what_is_due_and_when_a_lease_ends(settings):
    moment = Moment(system_clock)
    moment.read()
    OutgoingMailFactory(next_attempt_at=moment.now() + timedelta(seconds=30))
    due = OutgoingMailFactory()
    moment.clock = lambda: NOW + timedelta(days=3650)  # this host is ten years ahead, and not asked
    (mail,) = claims.claim(moment, WorkerBeatFactory(), Timings(), 10)
    assert mail.pk == due.pk
    assert timedelta(seconds=55) < mail.lease_until - moment.now() < timedelta(seconds=65)
    assert claims.fence(moment, mail)


@on_postgres
@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_claim_different_rows():
    OutgoingMailFactory.create_batch(40, owner=UserFactory())
    worker, found, together = WorkerBeatFactory(), [], threading.Barrier(4)

    def work():
        together.wait()
        for _ in range(5):
            found.extend(mail.pk for mail in claims.claim(AT_NOW, worker, Timings(), 3))
        connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert sorted(found) == sorted(set(found))
    assert len(found) == 40


@pytest.mark.django_db
def test_finding_what_is_due_uses_its_partial_index():
    owner = UserFactory()
    OutgoingMail.objects.bulk_create(
        OutgoingMailFactory.build(owner=owner, state="sent", sent_at=NOW, fence_at=NOW, message_id=f"<{n}@x>")
        for n in range(600)
    )
    OutgoingMailFactory.create_batch(3, owner=owner)
    assert "mail_pending_next" in plan(
        "SELECT id FROM outbox_outgoingmail WHERE state = 'pending' AND next_attempt_at <= %s "
        "ORDER BY CASE WHEN kind = 'sign-in' THEN 0 WHEN kind = 'reminders' THEN 2 ELSE 1 END, next_attempt_at LIMIT 50",
        [NOW],
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("phrase", "index"), [("to_come", "mail_to_come"), ("gone", "mail_gone"), ("unseen", "mail_unseen")]
)
def test_pages_of_mail_use_their_partial_index(phrase, index):
    owner, other = UserFactory(), UserFactory()
    for whose, count in ((owner, 700), (other, 20)):
        for state in ("pending", "cancelled", "dead"):
            OutgoingMail.objects.bulk_create(
                OutgoingMailFactory.build(
                    owner=whose, state=state, updated_at=NOW, seen=n > 2, message_id=f"<{whose.pk}.{state}.{n}@x>"
                )
                for n in range(count)
            )
    if connection.vendor == "postgresql":
        plan_of("ANALYZE outbox_outgoingmail")
    sql, params = getattr(owner.outgoingmails, phrase)()[:30].query.sql_with_params()
    assert index in plan(sql, params)


@pytest.mark.django_db
def test_no_step_of_an_idle_tick_reads_the_whole_table(django_assert_max_num_queries):
    owner = UserFactory()
    OutgoingMail.objects.bulk_create(
        OutgoingMailFactory.build(owner=owner, state="sent", sent_at=NOW, fence_at=NOW, message_id=f"<{n}@x>")
        for n in range(600)
    )
    if connection.vendor == "postgresql":
        plan_of("ANALYZE outbox_outgoingmail")
    with django_assert_max_num_queries(20) as ran:
        drain(lambda: NOW, 1)
    asked = [query["sql"] for query in ran.captured_queries if "outbox_outgoingmail" in query["sql"]]
    plans = [plan(sql.replace("%", "%%"), ()) for sql in asked]
    assert len(plans) >= 5
    assert [
        each
        for each in plans
        if "Seq Scan on outbox_outgoingmail" in each
        # through the index of what waits in the order of going, it reads that only
        or "SCAN outbox_outgoingmail" in each.replace("SCAN outbox_outgoingmail USING INDEX mail_pending_next", "")
    ] == []


def plan(sql, params):
    explain = "EXPLAIN" if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN"
    return plan_of(f"{explain} {sql}", params)


def plan_of(sql, params=()):
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return "\n".join(str(line) for line in cursor.fetchall()) if cursor.description else ""
