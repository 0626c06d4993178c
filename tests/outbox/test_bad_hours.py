"""What one mail, one user or one bad hour may cost the others (delivery.md)."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import OperationalError
from django.urls import reverse

from outbox import actions
from outbox.claims import Timings
from outbox.engine import Hooks
from outbox.kinds import KINDS
from outbox.models import BY_HAND, OutgoingMail, Relay, State
from outbox.settling import relay_is_shut
from outbox.smtp import Accepted, Refused, RelayDown, Unknown
from tests.factories import NOW, OutgoingMailFactory, UserFactory, WorkerBeatFactory

pytestmark = pytest.mark.django_db
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
DENIED = Refused("data", 554, "5.7.1 relay access denied")
BROKEN_CLOCK = NOW + 60 * HOUR


@pytest.fixture
def server(request):
    return request.getfixturevalue("relay")


def due(count, **fields):
    return [OutgoingMailFactory(recipient=f"to{n}@x.example", **fields) for n in range(count)]


def states():
    return sorted(OutgoingMail.objects.values_list("state", flat=True))


# --- a lasting no to everybody ------------------------------------------------------------------------------------------
def test_a_lasting_no_to_everybody_is_the_servers(run, server):
    due(7)
    server.needs_fence, server.answers = False, [DENIED] * 99
    for minutes in (0, 10, 20):
        assert run(NOW + minutes * MINUTE).is_shut
        assert states() == ["pending"] * 7
    assert Relay.objects.get().last_error == "data: 554 5.7.1 relay access denied"
    server.needs_fence, server.answers = True, []
    run(NOW + HOUR)
    assert states() == ["sent"] * 7


@pytest.mark.parametrize(
    "answers",
    [
        [DENIED] * 4,
        [DENIED] * 4 + [Accepted("answer", 250, "ok")] + [DENIED] * 2,
        [Refused("recipient", 550, "5.1.1 no such mailbox")] * 6,
        [Refused("answer", 552, "5.2.2 mailbox full")] * 6,
        [DENIED] * 3 + [Refused("answer", 550, "5.7.1 we do not like it")] * 3,
    ],
    ids=["four", "one was accepted", "no such mailboxes", "full mailboxes", "different words"],
)
def test_a_no_to_some_is_theirs(run, server, answers):
    due(len(answers))
    server.answers = list(answers)
    assert not run().is_shut
    assert states().count("dead") == len([answer for answer in answers if isinstance(answer, Refused)])


def test_five_tries_of_one_recipient_are_not_everybody(run, server):
    for _ in range(6):
        OutgoingMailFactory(recipient="ana@x.example")
    server.answers = [DENIED] * 6
    assert not run().is_shut


def test_a_no_for_three_days_is_believed(run, server):
    due(6, first_attempt_at=NOW - 80 * HOUR)
    server.answers = [DENIED] * 6
    run()
    assert states().count("dead") == 5


def test_a_start_with_another_server_asks_it_at_once(run, relay, settings):
    settings.EMAIL_URL = "smtp+tls://keepword:old@mail.example"
    upset, other = OutgoingMailFactory(), OutgoingMailFactory()
    relay.needs_fence, relay.answers = False, [RelayDown("auth", 535, "wrong password")]
    assert run().is_shut
    relay.needs_fence = True
    run(NOW + timedelta(seconds=1))
    other.refresh_from_db()
    assert other.state == State.PENDING
    settings.EMAIL_URL = "smtp+tls://keepword:new@mail.example"
    run(NOW + timedelta(seconds=2))
    for mail in (upset, other):
        mail.refresh_from_db()
    assert (upset.state, other.state) == (State.PENDING, State.SENT)


def test_failures_of_the_server_before_make_no_longer_wait_for_the_next(run, relay, settings):
    settings.EMAIL_URL = "smtp+tls://keepword:old@mail.example"
    Relay.objects.create(pk=1, failures=9, server="another", shut_until=NOW + timedelta(minutes=5))
    OutgoingMailFactory()
    relay.answers = [RelayDown("auth", 535, "wrong password")]
    run()
    kept = Relay.objects.get()
    assert (kept.failures, kept.shut_until) == (1, NOW + timedelta(seconds=5))
    assert run().is_shut


# --- a clock that was wrong ---------------------------------------------------------------------------------------------
def test_a_breaker_shut_by_a_wrong_clock_is_not_believed():
    assert not relay_is_shut(Relay(shut_until=BROKEN_CLOCK), NOW)
    assert relay_is_shut(Relay(shut_until=NOW + timedelta(seconds=Timings.breaker_most)), NOW)


def test_what_a_wrong_clock_put_off_is_pulled_back(run):
    tried = OutgoingMailFactory(not_before=NOW, next_attempt_at=BROKEN_CLOCK, attempts=1, first_attempt_at=BROKEN_CLOCK)
    asked = OutgoingMailFactory(created_at=BROKEN_CLOCK, not_before=BROKEN_CLOCK + MINUTE, next_attempt_at=BROKEN_CLOCK)
    planned = OutgoingMailFactory(created_at=BROKEN_CLOCK, not_before=NOW + HOUR, next_attempt_at=BROKEN_CLOCK)
    retried = OutgoingMailFactory(not_before=NOW, next_attempt_at=NOW + 6 * HOUR)
    beat = WorkerBeatFactory(seen_at=BROKEN_CLOCK)
    broken = dict.fromkeys(["shut_until", "failed_at", "failing_since", "drained_at"], BROKEN_CLOCK)
    Relay.objects.create(pk=1, failures=3, **broken)
    actions.reconcile(NOW)
    for row in (tried, asked, planned, retried, beat):
        row.refresh_from_db()
    assert (tried.next_attempt_at, tried.first_attempt_at) == (NOW, NOW)
    assert (asked.not_before, asked.next_attempt_at) == (NOW + MINUTE, NOW + MINUTE)
    assert planned.state == State.CANCELLED
    assert retried.next_attempt_at == NOW + 6 * HOUR
    assert beat.seen_at == NOW
    relay = Relay.objects.get()
    assert (relay.shut_until, relay.drained_at) == (None, NOW)


def test_a_right_clock_is_left_alone(caplog):
    OutgoingMailFactory(not_before=NOW + 20 * HOUR, next_attempt_at=NOW + 20 * HOUR)
    Relay.note(drained_at=NOW)
    actions.reconcile(NOW)
    assert OutgoingMail.objects.get().next_attempt_at == NOW + 20 * HOUR
    assert "clock" not in caplog.text


# --- taps and addresses -------------------------------------------------------------------------------------------------
def test_undo_of_discard_holds_again_and_sends_nothing(client):
    user = UserFactory()
    client.force_login(user)
    mail = OutgoingMailFactory(owner=user, state="held", cause="due before the backup was put back")
    page = client.post(reverse("delivery_cancel", args=[mail.pk]), follow=True).content.decode()
    undo = reverse("delivery_hold", args=[mail.pk])
    assert undo in page
    client.post(undo)
    mail.refresh_from_db()
    assert mail.state == State.HELD
    client.post(undo)
    mail.refresh_from_db()
    assert mail.state == State.HELD


def test_what_lost_its_cause_is_not_held(client):
    user = UserFactory()
    client.force_login(user)
    mail = OutgoingMailFactory(owner=user, state="cancelled", cause="the promise was kept")
    client.post(reverse("delivery_hold", args=[mail.pk]))
    mail.refresh_from_db()
    assert mail.state == State.CANCELLED
    assert mail.cause != BY_HAND


def test_mail_to_its_owner_goes_to_the_address_they_have_now(run, server, kind):
    KINDS["test"] = replace(KINDS["test"], is_to_owner=True)
    user = UserFactory(email="new@x.example")
    mail = OutgoingMailFactory(owner=user, recipient="left@x.example")
    run()
    mail.refresh_from_db()
    assert (server.taken[0].recipient, mail.recipient) == ("new@x.example", "new@x.example")
    assert b"To: new@x.example" in server.taken[0].content


def test_mail_to_a_contact_stays_theirs(run, server, kind):
    OutgoingMailFactory(owner=UserFactory(email="new@x.example"), recipient="ana@x.example")
    run()
    assert server.taken[0].recipient == "ana@x.example"


# --- right of way -------------------------------------------------------------------------------------------------------
def test_codes_go_first_then_mail_to_contacts_then_reminders(run, server, kind):
    KINDS["reminders"], real = replace(KINDS["test"], name="reminders"), KINDS["reminders"]
    try:
        for minutes, name in ((9, "reminders"), (5, "test"), (1, "sign-in")):
            owner, content = (None, b"code") if name == "sign-in" else (UserFactory(), None)
            at = NOW - minutes * MINUTE
            OutgoingMailFactory(
                kind=name,
                owner=owner,
                content=content,
                recipient=f"{name}@x.example",
                not_before=at,
                next_attempt_at=at,
            )
        run(batch=1)
    finally:
        KINDS["reminders"] = real
    assert [mail.recipient for mail in server.taken] == ["sign-in@x.example", "test@x.example", "reminders@x.example"]


def test_a_batch_takes_ten_of_one_owner_while_others_wait(run, server, kind):
    greedy = UserFactory()
    for number in range(45):
        OutgoingMailFactory(owner=greedy, recipient=f"g{number}@x.example", next_attempt_at=NOW - HOUR)
    due(8)
    run(batch=20)
    order = "".join("g" if mail.recipient.startswith("g") else "o" for mail in server.taken)
    assert order.startswith("g" * 10 + "o" * 8 + "g" * 10)
    assert (order.count("g"), order.count("o")) == (45, 8)


def test_a_code_asked_for_meanwhile_does_not_wait_for_the_batch(run, server, kind, monkeypatch):
    monkeypatch.setattr("outbox.engine.BATCH_LASTS", -1)
    due(5, next_attempt_at=NOW - HOUR)

    def ask(envelope):
        OutgoingMailFactory(kind="sign-in", owner=None, content=b"code", recipient="code@x.example")
        return Accepted("answer", 250, "ok")

    server.answers = [ask]
    run()
    assert [mail.recipient for mail in server.taken][1] == "code@x.example"


# --- silence after the dot ----------------------------------------------------------------------------------------------
def test_while_an_answer_is_slow_the_others_leave(run, server):
    """Another drain of the process sends them; the one that waits ends as it is answered."""
    slow, *others = due(5)
    seen, woken = [], []

    def meanwhile():
        server.is_slow = False
        run()
        seen.extend(states())

    server.is_slow, server.while_slow = True, meanwhile
    done = run(hooks=Hooks(made_way=lambda: woken.append(True)))
    assert seen == ["handing", *["sent"] * 4]
    assert states() == ["sent"] * 5
    assert done.counts == {State.SENT: 1}
    assert len(woken) == 1
    assert {mail.recipient for mail in server.taken} == {slow.recipient, *(mail.recipient for mail in others)}
    assert not run().is_busy


def test_one_that_gets_no_answer_at_all_is_uncertain_alone(run, server):
    due(3)
    server.answers = [Unknown("answer", None, "timed out")]
    server.is_slow, server.while_slow = True, lambda: setattr(server, "is_slow", False)
    run()
    assert states() == ["pending", "pending", "uncertain"]
    run()
    assert states() == ["sent", "sent", "uncertain"]


def test_two_drains_at_most_wait_beside_the_one_that_works(run, server):
    """Threads are left for other work: the third that meets a silent server keeps the others waiting."""
    due(4)
    server.is_slow, busy = True, []
    server.while_slow = lambda: busy.append(run().is_busy)
    run()
    assert busy == [True, True, False, False]
    server.is_slow = False
    run()
    assert states() == ["sent"] * 4


def test_a_database_that_goes_while_an_answer_is_slow_does_not_take_the_mail_back(run, server, monkeypatch, caplog):
    """The dot was sent: to let it wait anew would send it twice without a mark."""
    due(2)

    def away(*_):
        raise OperationalError

    monkeypatch.setattr("outbox.claims.let_wait", away)
    server.is_slow = True
    run()
    assert states() == ["sent", "sent"]
    assert len(server.taken) == 2
    assert "slow" in caplog.text


def test_what_a_dead_process_waited_for_is_uncertain_when_its_time_is_over(run, server):
    mail = OutgoingMailFactory(
        state=State.HANDING, fence_at=NOW, claim_token=uuid4(), lease_until=NOW + MINUTE, claimed_by=None, content=b"x"
    )
    run(NOW + timedelta(seconds=Timings.unknown_after - 1))
    mail.refresh_from_db()
    assert mail.state == State.HANDING
    run(NOW + timedelta(seconds=Timings.unknown_after + 1))
    mail.refresh_from_db()
    assert mail.state == State.UNCERTAIN
