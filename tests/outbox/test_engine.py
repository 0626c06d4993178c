"""Each arrow of the state table, with a mail server that says what the test wants."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from django.db import OperationalError, connection

from outbox import claims
from outbox.claims import Moment, Timings
from outbox.composing import new_message
from outbox.engine import Hooks, drain, open_transport
from outbox.files import FileTransport
from outbox.kinds import KINDS, Cancelled, Composed
from outbox.models import OutgoingMail, Relay, State, message_id
from outbox.settling import Books
from outbox.smtp import Accepted, Refused, RefusedForNow, RelayDown, SMTPTransport, Unknown
from tests.factories import NOW, OutgoingMailFactory, UserFactory, WorkerBeatFactory

pytestmark = pytest.mark.django_db
PER_DRAIN = 14
PER_MAIL = 5  # the fence; savepoint, sent, attempt, release
SECOND, MINUTE, HOUR, DAY = (timedelta(seconds=n) for n in (1, 60, 3600, 86400))


def row(mail: OutgoingMail) -> OutgoingMail:
    mail.refresh_from_db()
    return mail


@dataclass
class Watch:
    """Stands for `time` in the engine: hours pass when a test says so, or when the engine sleeps."""

    ticks: float = 0
    slept: list[float] = field(default_factory=list)

    def monotonic(self) -> float:
        return self.ticks

    def sleep(self, seconds: float) -> None:
        self.ticks += seconds
        self.slept.append(seconds)

    def now(self) -> datetime:
        return NOW + timedelta(seconds=self.ticks)


@pytest.fixture
def watch(monkeypatch) -> Watch:
    made = Watch()
    monkeypatch.setattr("outbox.engine.time", made)
    return made


def told(caplog) -> list[tuple[str, dict]]:
    return [(record.getMessage(), record.data) for record in caplog.records]


def test_due_mail_is_sent(run, relay, kind):
    mail = OutgoingMailFactory()

    run()

    assert row(mail).state == State.SENT
    assert mail.sent_at == NOW
    assert (mail.reply_code, mail.reply_text) == (250, "2.0.0 queued as 4Zx81")
    assert mail.summary == "You owe Ana an article"
    assert mail.attempts == 1
    assert [str(t) for t in mail.tries.all()] == ["answer 250"]
    assert relay.taken[0].recipient == mail.recipient


def test_a_drain_says_what_became_of_its_mails(run, relay):
    mails, heard = OutgoingMailFactory.create_batch(3), []
    refused = Refused("answer", 550, "no")
    relay.answers = [refused]

    done = run(hooks=Hooks(told=lambda mail, result: heard.append((mail.pk, result))))

    assert done.counts == {State.DEAD: 1, State.SENT: 2}
    assert [pk for pk, _ in heard] == [mail.pk for mail in mails]
    assert heard[0][1] == refused


def test_a_summary_is_cut_to_what_its_column_takes(run, kind):
    kind.subject = "a" * 400
    mail = OutgoingMailFactory()
    run()
    assert len(row(mail).summary) == 300


def test_mail_goes_to_the_server_that_is_set(settings):
    settings.EMAIL_URL, settings.SITE_HOST = "smtp://mail.example:2525", "keepword.example"
    transport = open_transport(Timings(connect=7))
    assert isinstance(transport, SMTPTransport)
    assert (transport.server.host, transport.server.port, transport.hello) == ("mail.example", 2525, "keepword.example")
    assert transport.timeouts.connect == 7


def test_without_a_site_of_its_own_it_says_hello_as_localhost(settings):
    settings.EMAIL_URL, settings.SITE_HOST = "smtp://mail.example", ""
    assert open_transport(Timings()).hello == "localhost"


def test_without_a_server_mail_goes_to_the_folder(settings, tmp_path):
    settings.EMAIL_URL, settings.MAIL_DIR = "", tmp_path / "mail"
    transport = open_transport(Timings())
    assert isinstance(transport, FileTransport)
    assert transport.folder == tmp_path / "mail"


def test_a_drain_opens_its_transport_with_its_own_timings_and_closes_it(relay, monkeypatch):
    opened, closed = [], []
    monkeypatch.setattr("outbox.engine.open_transport", lambda timings: opened.append(timings) or relay)
    relay.close = lambda: closed.append(True)
    drain(lambda: NOW, timings=Timings(lease=7))
    assert ([timings.lease for timings in opened], closed) == ([7], [True])


def test_sent_mail_carries_the_message_id_of_its_row_and_a_date(run, relay):
    mail = OutgoingMailFactory()
    run()
    text = relay.taken[0].content.decode()
    assert f"Message-ID: {mail.message_id}\r\n" in text
    assert "Date: Thu, 19 Nov 2026 12:00:00 +0000\r\n" in text


def test_mail_that_is_not_due_stays(run, relay):
    mail = OutgoingMailFactory(not_before=NOW + SECOND, next_attempt_at=NOW + SECOND)
    run()
    assert row(mail).state == State.PENDING
    assert relay.taken == []


def test_the_longest_due_leaves_first(run, relay):
    for minutes in (1, 3, 2):
        due = NOW - minutes * MINUTE
        OutgoingMailFactory(recipient=f"{minutes}@x.example", not_before=due, next_attempt_at=due)
    run(batch=2)
    assert [e.recipient for e in relay.taken] == ["3@x.example", "2@x.example", "1@x.example"]


def test_a_second_run_sends_nothing(run, relay):
    OutgoingMailFactory()
    run()
    run()
    assert len(relay.taken) == 1


def test_settle_runs_in_the_commit_that_marks_it_sent(run, kind):
    mail, seen = OutgoingMailFactory(), []
    kind.settle = lambda mail, now: seen.append((mail.settles, now))
    run()
    assert row(mail).settles == {"promise": 7}
    assert seen == [({"promise": 7}, NOW)]


def test_a_settle_that_fails_does_not_send_the_mail_again(run, kind, relay):
    mail = OutgoingMailFactory()

    def fail(mail, now):
        raise RuntimeError

    kind.settle = fail
    run()
    run(NOW + HOUR)
    assert row(mail).state == State.SENT
    assert len(relay.taken) == 1


def test_nothing_left_to_say_is_cancelled_with_its_cause(run, kind, relay):
    kind.compose = lambda mail, now: Cancelled("the promise was kept")
    mail = OutgoingMailFactory()
    run()
    assert (row(mail).state, mail.cause) == (State.CANCELLED, "the promise was kept")
    assert mail.claim_token is None
    assert relay.taken == []


def test_cancelled_between_claim_and_fence_is_never_sent(run, relay):
    mail = OutgoingMailFactory()
    relay.before_fence = lambda: OutgoingMail.objects.filter(pk=mail.pk).cancel("kept", NOW)
    run()
    assert (row(mail).state, mail.cause) == (State.CANCELLED, "kept")
    assert relay.taken == []


def test_cancel_leaves_alone_what_has_crossed_its_fence(run, relay):
    mail = OutgoingMailFactory()
    relay.answers = [lambda _envelope: cancel_while_handing(mail)]
    run()
    assert row(mail).state == State.SENT


def cancel_while_handing(mail):
    assert OutgoingMail.objects.filter(pk=mail.pk).cancel("kept", NOW) == 0
    return Accepted("answer", 250, "ok")


def test_a_worker_whose_claim_was_taken_over_cannot_send(run, relay):
    mail = OutgoingMailFactory()
    other = message_id(1, "token")[1:33]
    relay.before_fence = lambda: OutgoingMail.objects.filter(pk=mail.pk).update(claim_token=other)
    run()
    assert row(mail).state == State.CLAIMED
    assert relay.taken == []


def test_a_clock_set_back_after_the_claim_sends_nothing_early(kind, relay):
    mail = OutgoingMailFactory()
    times = [NOW]
    relay.before_fence = lambda: times.append(NOW - HOUR)
    drain(lambda: times[-1], 1, transport=relay)
    assert row(mail).state == State.PENDING
    assert relay.taken == []


@pytest.mark.parametrize("phase", ["recipient", "answer", "text"])
def test_refused_for_now_waits_and_is_composed_anew(run, relay, kind, phase):
    mail = OutgoingMailFactory()
    relay.answers = [RefusedForNow(phase, 451, "4.7.1 greylisted")]
    run()
    assert row(mail).state == State.PENDING
    assert 24 * SECOND <= mail.next_attempt_at - NOW <= 36 * SECOND
    assert (mail.attempts, mail.first_attempt_at, mail.fence_at, mail.content) == (1, NOW, None, None)
    assert mail.last_error == "451 4.7.1 greylisted"

    run(NOW + MINUTE)
    assert (row(mail).state, mail.attempts, kind.composed) == (State.SENT, 2, 2)
    assert mail.last_error == ""


def test_lasting_refusal_is_dead_with_the_servers_words(run, relay):
    mail = OutgoingMailFactory()
    relay.answers = [Refused("recipient", 550, "5.1.1 no such mailbox")]
    relay.needs_fence = False
    run()
    assert (row(mail).state, mail.reply_code, mail.reply_text) == (State.DEAD, 550, "5.1.1 no such mailbox")
    assert (mail.content, mail.claim_token) == (None, None)


def test_a_refusal_after_72_hours_is_dead(run, relay):
    mail = OutgoingMailFactory(attempts=20, first_attempt_at=NOW - 3 * DAY)
    relay.answers = [RefusedForNow("answer", 451, "later")]
    run()
    assert row(mail).state == State.DEAD


def test_a_refusal_before_72_hours_is_not_dead(run, relay):
    mail = OutgoingMailFactory(attempts=20, first_attempt_at=NOW - 2 * DAY)
    relay.answers = [RefusedForNow("answer", 451, "later")]
    run()
    assert row(mail).state == State.PENDING
    assert 0.8 * 6 * HOUR <= mail.next_attempt_at - NOW <= 1.2 * 6 * HOUR


def test_no_answer_is_uncertain_and_keeps_its_bytes(run, relay):
    mail = OutgoingMailFactory()
    relay.answers = [Unknown("answer", None, "timed out")]
    run()
    assert (row(mail).state, mail.possible_duplicate) == (State.UNCERTAIN, 0)
    assert bytes(mail.content) == relay.taken[0].content


def test_uncertain_is_sent_once_more_marked_with_the_same_bytes(run, relay, kind):
    mail = OutgoingMailFactory()
    relay.answers = [Unknown("answer", None, "timed out")]
    run()
    run(NOW + 14 * MINUTE)
    assert len(relay.taken) == 1
    run(NOW + 16 * MINUTE)
    assert (row(mail).state, mail.possible_duplicate, kind.composed) == (State.SENT, 1, 1)
    assert relay.taken[0].content == relay.taken[1].content


def test_a_second_doubt_stays_a_doubt(run, relay):
    mail = OutgoingMailFactory()
    relay.answers = [Unknown("answer", None, "timed out")] * 2
    run()
    run(NOW + 16 * MINUTE)
    run(NOW + 5 * HOUR)
    assert (row(mail).state, mail.possible_duplicate) == (State.UNCERTAIN, 1)
    assert len(relay.taken) == 2


def test_a_marked_resend_that_is_refused_keeps_its_bytes(run, relay, kind):
    mail = OutgoingMailFactory()
    relay.answers = [Unknown("answer", None, "timed out"), RefusedForNow("answer", 451, "later")]
    run()
    run(NOW + 16 * MINUTE)
    run(NOW + 19 * MINUTE)
    assert (row(mail).state, kind.composed) == (State.SENT, 1)
    assert relay.taken[0].content == relay.taken[2].content


def test_uncertain_mail_that_nobody_wants_any_more_is_not_sent_again(run, relay, kind):
    mail = OutgoingMailFactory()
    relay.answers = [Unknown("answer", None, "timed out")]
    run()
    kind.still_wanted = lambda mail: False
    run(NOW + 16 * MINUTE)
    assert (row(mail).state, mail.cause) == (State.UNCERTAIN, "what it says has been settled since")
    assert bytes(mail.content) == relay.taken[0].content
    assert len(relay.taken) == 1


def test_what_was_settled_once_is_not_asked_about_again(run, relay, kind):
    mail = OutgoingMailFactory()
    relay.answers = [Unknown("answer", None, "timed out")]
    run()
    kind.still_wanted = lambda mail: False
    run(NOW + 16 * MINUTE)
    kind.still_wanted = lambda mail: True
    run(NOW + 32 * MINUTE)
    assert row(mail).state == State.UNCERTAIN


def test_of_two_uncertain_mails_the_one_still_wanted_is_sent_again(run, relay, kind):
    settled, wanted = OutgoingMailFactory.create_batch(2)
    relay.answers = [Unknown("answer", None, "timed out")] * 2
    run()
    kind.still_wanted = lambda mail: mail.pk == wanted.pk
    run(NOW + 16 * MINUTE)
    assert (row(settled).state, row(wanted).state) == (State.UNCERTAIN, State.SENT)


@pytest.mark.parametrize(
    "meanwhile", [{"state": State.SENT, "sent_at": NOW}, {"fence_at": NOW + MINUTE}], ids=["answered", "tried again"]
)
def test_uncertain_mail_that_moves_on_while_it_is_asked_about_is_left_alone(run, relay, kind, meanwhile):
    mail = OutgoingMailFactory()
    relay.answers = [Unknown("answer", None, "timed out")]
    run()
    kind.still_wanted = lambda mail: bool(OutgoingMail.objects.filter(pk=mail.pk).update(**meanwhile))
    run(NOW + 15 * MINUTE + SECOND)
    assert row(mail).state == meanwhile.get("state", State.UNCERTAIN)
    assert (mail.cause, mail.possible_duplicate) == ("", 0)


def test_uncertain_mail_nobody_can_judge_is_sent_again(run, relay, kind, caplog):
    mail = OutgoingMailFactory()
    relay.answers = [Unknown("answer", None, "timed out")]
    run()

    def fail(mail):
        raise RuntimeError

    kind.still_wanted = fail
    run(NOW + 16 * MINUTE)
    assert (row(mail).state, mail.cause, mail.possible_duplicate) == (State.SENT, "", 1)
    data = {"kind": "test", "mail": mail.pk, "error": "RuntimeError"}
    assert told(caplog) == [("Nobody can tell whether an uncertain mail is still wanted.", data)]


def test_uncertain_mail_is_found_behind_any_number_of_sent_ones(run, relay):
    owner = UserFactory()
    past = {"state": "sent", "sent_at": NOW, "fence_at": NOW, "owner": owner}
    OutgoingMail.objects.bulk_create(OutgoingMailFactory.build(message_id=f"<{n}@x>", **past) for n in range(60))
    mail = OutgoingMailFactory()
    relay.answers = [Unknown("answer", None, "timed out")]
    run()
    run(NOW + 16 * MINUTE)
    assert row(mail).state == State.SENT


def test_an_uncertain_code_that_has_expired_stays_and_loses_its_bytes(run, relay):
    until = NOW + 16 * MINUTE
    mail = OutgoingMailFactory(owner=None, kind="sign-in", content=b"code 123456\r\n", expires_at=until)
    relay.answers = [Unknown("answer", None, "timed out")]
    run()
    run(until)
    assert (row(mail).state, mail.cause, mail.content) == (State.UNCERTAIN, "what it carries has expired", None)


def test_uncertain_reminder_gives_way_to_a_newer_one(run, relay, kind):
    owner = UserFactory()
    old = OutgoingMailFactory(owner=owner, kind="reminders")
    before, KINDS["reminders"] = KINDS["reminders"], KINDS["test"]
    relay.answers = [Unknown("answer", None, "timed out")]
    run()
    OutgoingMailFactory(owner=owner, kind="reminders", next_attempt_at=NOW + DAY)
    run(NOW + 16 * MINUTE)
    KINDS["reminders"] = before
    assert (row(old).state, old.cause) == (State.UNCERTAIN, "a newer reminder says it")


def test_uncertain_mail_is_held_where_the_server_is_set_so(run, relay, settings):
    settings.HOLD_UNCERTAIN_MAIL = True
    mail = OutgoingMailFactory()
    relay.answers = [Unknown("answer", None, "timed out")]
    run()
    run(NOW + 16 * MINUTE)
    assert (row(mail).state, mail.cause) == (State.HELD, "it may have arrived already")
    assert (mail.updated_at, mail.claim_token) == (NOW + 16 * MINUTE, None)
    assert mail.send_again(NOW + HOUR)
    assert (row(mail).state, mail.possible_duplicate) == (State.PENDING, 1)


def test_relay_failure_gives_all_claims_back_uncounted(run, relay):
    mails = [OutgoingMailFactory() for _ in range(3)]
    relay.needs_fence = False
    relay.answers = [RelayDown("connect", None, "Connection refused")]

    assert run().is_shut
    assert [(row(m).state, m.attempts, m.first_attempt_at) for m in mails] == [(State.PENDING, 0, None)] * 3
    assert Relay.objects.get().last_error == "connect: Connection refused"


def test_breaker_doubles_and_a_sent_mail_closes_it(run, relay):
    OutgoingMailFactory()
    relay.needs_fence = False
    relay.answers = [RelayDown("connect", None, "Connection refused")] * 2
    run()
    assert Relay.objects.get().shut_until == NOW + 5 * SECOND
    run(NOW + 4 * SECOND)
    assert len(relay.answers) == 1
    run(NOW + 6 * SECOND)
    assert Relay.objects.get().shut_until == NOW + 16 * SECOND
    relay.needs_fence = True
    run(NOW + 20 * SECOND)
    assert (Relay.objects.get().failures, Relay.objects.get().shut_until) == (0, None)


def test_while_the_server_is_left_alone_nothing_is_claimed(kind, relay):
    mail = OutgoingMailFactory()
    Relay.objects.create(pk=1, failures=1, shut_until=NOW + SECOND)
    assert drain(lambda: NOW, 0.2, transport=relay).is_shut
    assert row(mail).updated_at is None


def test_breaker_waits_five_minutes_at_most(run, relay):
    OutgoingMailFactory()
    Relay.objects.create(pk=1, failures=30)
    relay.needs_fence = False
    relay.answers = [RelayDown("auth", 535, "no")]
    run()
    assert Relay.objects.get().shut_until == NOW + 5 * MINUTE


def test_mail_that_upsets_the_server_goes_behind_the_others(run, relay):
    poison, good = OutgoingMailFactory(), OutgoingMailFactory(next_attempt_at=NOW + SECOND)
    relay.needs_fence = False
    relay.answers = [RelayDown("recipient", 421, "too much")]
    run()
    assert row(poison).next_attempt_at == NOW + 5 * SECOND
    assert row(good).next_attempt_at == NOW + SECOND


def test_a_composer_that_fails_stops_nobody_else(run, kind, relay, caplog):
    bad, good = OutgoingMailFactory(recipient="bad@x.example"), OutgoingMailFactory()

    def compose(mail, now):
        if mail.pk == bad.pk:
            raise ValueError("secret words of a note")
        kind.compose = None
        return kind.composes(mail, now)

    kind.compose = compose
    run()
    assert (row(bad).state, bad.last_error) == (State.PENDING, "could not be composed (ValueError)")
    assert [tried.phase for tried in bad.tries.all()] == ["compose"]
    assert row(good).state == State.SENT
    assert "secret words" not in caplog.text


def test_a_composer_that_fails_is_told_by_where_and_not_by_its_words(run, kind, caplog):
    def broken(mail, now):
        raise ValueError("secret words of a note")

    kind.compose = broken
    mail = OutgoingMailFactory()
    run()
    ((message, data),) = told(caplog)
    where = [line.rpartition(" in ")[2] for line in data.pop("where").splitlines() if line.startswith("  File ")]
    assert message == "A mail could not be composed; it is tried again."
    assert data == {"kind": "test", "mail": mail.pk, "error": "ValueError"}
    assert where[-2:] == ["composes", "broken"]
    assert len(where) == 3


def test_a_kind_that_nobody_knows_waits(run, relay):
    mail = OutgoingMailFactory(kind="gone")
    run()
    assert (row(mail).state, mail.attempts) == (State.PENDING, 1)


def test_a_newline_in_a_name_loses_no_mail(run, kind, relay):
    def compose(mail, now):
        message = new_message("You owe Ana\u2028Bcc: all@x.example\x85 an article", "k@x.example", mail.recipient, "x")
        return Composed(message, "x")

    kind.compose = compose
    mail = OutgoingMailFactory()
    run()
    assert row(mail).state == State.SENT
    assert b"Subject: You owe Ana Bcc: all@x.example an article\r\n" in relay.taken[0].content


def test_a_kind_reads_for_all_its_mails_at_once(run, relay, kind):
    read = []
    kind.prepare = lambda mails, now: read.append(len(mails))
    OutgoingMailFactory.create_batch(5)
    run(batch=3)
    assert read == [3, 2]


def test_what_was_read_a_while_ago_is_read_again(run, relay, kind, monkeypatch):
    read = []
    kind.prepare = lambda mails, now: read.append(len(mails))
    monkeypatch.setattr("outbox.engine.BATCH_LASTS", -1)
    OutgoingMailFactory.create_batch(3)
    run()
    assert read == [3, 2, 1]


def test_a_kind_that_cannot_prepare_stops_nobody(run, relay, kind, caplog):
    def prepare(mails, now):
        raise RuntimeError

    kind.prepare = prepare
    mail = OutgoingMailFactory()
    run()
    assert row(mail).state == State.SENT
    data = {"kind": "test", "error": "RuntimeError"}
    assert told(caplog) == [("A kind could not prepare its mails; each is composed alone.", data)]


def test_a_kind_prepares_for_the_time_it_is(run, kind):
    times = []
    kind.prepare = lambda mails, now: times.append(now)
    OutgoingMailFactory()
    run(NOW + MINUTE)
    assert times == [NOW + MINUTE]


def test_what_changed_while_it_was_written_is_composed_anew(run, relay, kind):
    mail = OutgoingMailFactory()
    before = [lambda: OutgoingMail.objects.filter(pk=mail.pk).compose_anew(NOW)]
    relay.before_fence = lambda: before.pop()() if before else None
    run()
    assert (row(mail).state, kind.composed) == (State.SENT, 2)
    assert len(relay.taken) == 1


def test_stops_between_two_mails_when_told(run, relay):
    mails = [OutgoingMailFactory() for _ in range(3)]
    run(hooks=Hooks(stopping=lambda: len(relay.taken) == 1))
    assert sorted(row(m).state for m in mails) == [State.PENDING, State.PENDING, State.SENT]


def test_one_drain_a_process(run, relay):
    OutgoingMailFactory()
    inner = []
    relay.before_fence = lambda: inner.append(run())
    run()
    assert [d.is_busy for d in inner] == [True]


def test_expired_mail_is_cancelled_in_words_and_loses_its_bytes(run, relay):
    mail = OutgoingMailFactory(owner=None, kind="sign-in", content=b"code 123456", expires_at=NOW)
    run()
    assert (row(mail).state, mail.cause, mail.content) == (State.CANCELLED, "what it carries has expired", None)


def test_stored_mail_leaves_as_it_is_and_is_erased(run, relay):
    mail = OutgoingMailFactory(owner=None, kind="sign-in", content=b"code 123456\r\n", expires_at=NOW + HOUR)
    run()
    assert (row(mail).state, mail.content) == (State.SENT, None)
    assert relay.taken[0].content == b"code 123456\r\n"


def test_stored_mail_keeps_its_bytes_while_it_is_tried(run, relay):
    mail = OutgoingMailFactory(owner=None, kind="sign-in", content=b"code", expires_at=NOW + HOUR)
    relay.answers = [RefusedForNow("answer", 451, "later")]
    run()
    assert bytes(row(mail).content) == b"code"


def test_leftovers_of_this_process_are_taken_up_at_once(run, relay):
    me = claims.beat(Moment(lambda: NOW))
    mail = OutgoingMailFactory()
    claims.claim(Moment(lambda: NOW), me, Timings(), 10)
    run()
    assert row(mail).state == State.SENT


def test_claim_of_a_dead_process_of_this_host_goes_back_at_once(run, relay):
    dead = WorkerBeatFactory(host=claims.this_host(), pid=2**22 + 1)
    mail = OutgoingMailFactory()
    claims.claim(Moment(lambda: NOW), dead, Timings(), 10)
    run()
    assert row(mail).state == State.SENT


def test_handing_of_a_dead_process_becomes_uncertain_at_once(run, relay):
    dead = WorkerBeatFactory(host=claims.this_host(), pid=2**22 + 1)
    mail = OutgoingMailFactory()
    (claimed,) = claims.claim(Moment(lambda: NOW), dead, Timings(), 10)
    assert claims.fence(Moment(lambda: NOW), claimed)
    run()
    assert row(mail).state == State.UNCERTAIN
    assert [t.reply for t in mail.tries.all()] == [claims.SILENT]


def test_claim_of_another_host_goes_back_when_its_lease_is_over(run, relay):
    mail = OutgoingMailFactory()
    claims.claim(Moment(lambda: NOW), WorkerBeatFactory(), Timings(), 10)
    run(NOW + 59 * SECOND)
    assert row(mail).state == State.CLAIMED
    run(NOW + 61 * SECOND)
    assert row(mail).state == State.SENT


def test_handing_of_another_host_is_uncertain_after_660_seconds(run, relay):
    mail = OutgoingMailFactory()
    (claimed,) = claims.claim(Moment(lambda: NOW), WorkerBeatFactory(), Timings(), 10)
    claims.fence(Moment(lambda: NOW), claimed)
    run(NOW + 659 * SECOND)
    assert row(mail).state == State.HANDING
    run(NOW + 661 * SECOND)
    assert row(mail).state == State.UNCERTAIN


def test_a_long_drain_looks_for_the_dead_again(run, relay):
    mail, others = OutgoingMailFactory(), []

    def dies(_mail, _result):
        if not others:
            others.append(OutgoingMailFactory())
            dead = WorkerBeatFactory(host=claims.this_host(), pid=2**22 + 1)
            claims.claim(Moment(lambda: NOW), dead, Timings(), 10)

    run(timings=Timings(look_for_dead=-1), hooks=Hooks(told=dies))
    assert [row(each).state for each in (mail, *others)] == [State.SENT, State.SENT]


def test_a_lease_is_renewed_at_a_third_of_it(kind, relay, watch, monkeypatch):
    monkeypatch.setattr("outbox.engine.BATCH_LASTS", 1000)
    mails, leases = OutgoingMailFactory.create_batch(5), []

    def look():
        leases.append((row(mails[-1]).lease_until - NOW).total_seconds())
        watch.ticks += 20

    relay.before_fence = look
    drain(watch.now, 500, transport=relay)
    assert leases == [60, 60, 100, 100, 140]


def test_late_answer_of_a_frozen_worker_counts(run, relay):
    mail = OutgoingMailFactory()

    def freeze(_envelope):
        claims.recover(Moment(lambda: NOW + 12 * MINUTE), Timings(), [])
        assert row(mail).state == State.UNCERTAIN
        return Accepted("answer", 250, "ok")

    relay.answers = [freeze]
    run()
    assert row(mail).state == State.SENT


def test_a_fence_that_cannot_be_recorded_sends_nothing(run, relay):
    mail = OutgoingMailFactory()
    broken = [OperationalError("database is locked")]

    def fence(*args):
        raise broken.pop()

    with pytest.raises(OperationalError):
        run(hooks=Hooks(fence=fence))
    assert relay.taken == []
    assert row(mail).state == State.PENDING


def test_an_answer_is_written_down_through_a_database_restart(run, relay, monkeypatch):
    mail, failures = OutgoingMailFactory(), [OperationalError("gone"), OperationalError("still gone")]
    real = Books.record

    def record(self, *args):
        if failures:
            raise failures.pop()
        real(self, *args)

    monkeypatch.setattr(Books, "record", record)
    monkeypatch.setattr("outbox.engine.connection.close", lambda: None)
    run()
    assert row(mail).state == State.SENT


@pytest.fixture
def no_book(monkeypatch):
    """The database takes nothing any more; says how often it was asked."""
    asked = []

    def record(self, *args):
        asked.append(args)
        raise OperationalError("gone")

    monkeypatch.setattr(Books, "record", record)
    monkeypatch.setattr("outbox.engine.connection.close", lambda: None)
    return asked


def test_an_answer_that_cannot_be_written_down_is_held_until_it_would_be_taken_for_lost(kind, relay, watch, no_book):
    OutgoingMailFactory()
    with pytest.raises(OperationalError):
        drain(watch.now, transport=relay)
    assert watch.slept[:7] == [0.05, 0.1, 0.2, 0.4, 0.8, 1, 1]
    assert 660 < watch.ticks < 662


def test_a_worker_that_is_told_to_stop_waits_no_longer_for_the_database(kind, relay, watch, no_book):
    OutgoingMailFactory()
    with pytest.raises(OperationalError):
        drain(watch.now, transport=relay, hooks=Hooks(stopping=lambda: bool(no_book)))
    assert watch.slept == []


def test_batches_cost_a_constant_number_of_queries_beside_the_fence(run, relay, django_assert_num_queries):
    OutgoingMailFactory.create_batch(1)
    run()  # the first drain of a database makes the row that counts them
    OutgoingMailFactory.create_batch(1)
    drain, mail = (15, 4) if connection.vendor == "postgresql" else (PER_DRAIN, PER_MAIL)
    with django_assert_num_queries(drain + mail):
        run()
    OutgoingMailFactory.create_batch(30)
    with django_assert_num_queries(drain + 30 * mail):
        run()


def test_a_batch_reads_no_other_owners(run, django_assert_max_num_queries):
    UserFactory()
    mail = OutgoingMailFactory()
    with django_assert_max_num_queries(30) as ran:
        run()
    (asked,) = [query["sql"] for query in ran.captured_queries if 'FROM "accounts_user"' in query["sql"]]
    assert f"IN ({mail.owner_id})" in asked


def test_idempotency_header_is_named_by_the_setting(run, relay, settings):
    settings.EMAIL_IDEMPOTENCY_HEADER = "X-Once"
    mail = OutgoingMailFactory()
    run()
    assert f"X-Once: {mail.message_id[1:-1]}\r\n" in relay.taken[0].content.decode()
