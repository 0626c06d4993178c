import re
import uuid
from datetime import UTC, date, datetime, time, timedelta
from email import message_from_bytes
from email.policy import default

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from followups.mail_links import Answer, read_button, read_stop
from followups.mails import plan, reconcile, settle, still_wanted
from followups.models import Promise
from followups.reminder_mail import SHOWN, compose_reminder, prepare
from outbox.actions import discard, hold_before
from outbox.composing import freeze
from outbox.kinds import KINDS, Cancelled, Composed
from outbox.models import BY_HAND, REMINDERS, OutgoingMail
from tests.factories import (
    NOW,
    TODAY,
    ContactFactory,
    InterviewFactory,
    OutgoingMailFactory,
    PromiseFactory,
    UserFactory,
)

EIGHT = datetime(2026, 11, 19, 7, 0, tzinfo=UTC)  # 08:00 in Stockholm


@pytest.fixture
def contact(user):
    return ContactFactory(owner=user, name="Priya Raghunathan")


@pytest.fixture
def owed(contact):
    """Due today, made three days ago."""
    return due(contact)


def due(contact, **fields):
    return PromiseFactory(contact=contact, remind_at=fields.pop("remind_at", EIGHT), **fields)


def planned(user) -> OutgoingMail:
    return OutgoingMail.objects.get(owner=user, kind=REMINDERS)


def composed(user, now=EIGHT):
    """The mail as the engine would freeze it: its settles on the row."""
    mail = planned(user) if OutgoingMail.objects.filter(owner=user).exists() else _plan_one(user, now)
    result = compose_reminder(mail, now)
    assert isinstance(result, Composed)
    mail.settles = result.settles
    return mail, message_from_bytes(result.message.as_bytes(), policy=default), result


def _plan_one(user, now):
    plan(now)
    return planned(user)


def body(message, kind: str) -> str:
    part = next(part for part in message.walk() if part.get_content_type() == f"text/{kind}")
    return part.get_payload(decode=True).decode().replace("\r\n", "\n")


# --- plan -------------------------------------------------------------------------------------------------------------


def test_one_row_for_the_local_day(user, owed):
    assert plan(EIGHT) == 1
    mail = planned(user)
    assert (mail.occurrence_key, mail.recipient, mail.state) == ("reminders:2026-11-19", user.email, "pending")
    assert (mail.not_before, mail.next_attempt_at) == (EIGHT, EIGHT)


def test_a_minute_early_nothing_is_planned(user, owed):
    assert plan(EIGHT - timedelta(minutes=1)) == 0


def test_run_twice_it_is_one_row(user, owed):
    assert (plan(EIGHT), plan(EIGHT), plan(EIGHT + timedelta(seconds=5))) == (1, 0, 0)


def test_several_promises_are_one_row(user, owed, contact):
    due(contact, what="another")
    plan(EIGHT)
    assert OutgoingMail.objects.count() == 1


@pytest.mark.parametrize("state", ["sent", "dead", "held", "uncertain"])
def test_never_a_second_one_that_day(user, owed, state):
    OutgoingMailFactory(
        owner=user,
        kind=REMINDERS,
        occurrence_key="reminders:2026-11-19",
        state=state,
        fence_at=NOW if state in ("sent", "uncertain") else None,
        sent_at=NOW if state == "sent" else None,
    )
    assert plan(NOW) == 0


def test_the_next_day_is_another_mail(user, owed):
    OutgoingMailFactory(owner=user, kind=REMINDERS, occurrence_key="reminders:2026-11-18", state="cancelled")
    assert plan(EIGHT) == 1


def test_an_outage_of_three_days_ends_in_one_mail(user, owed):
    plan(EIGHT)
    for days in (1, 2, 3):
        assert plan(EIGHT + timedelta(days=days)) == 0
    assert OutgoingMail.objects.count() == 1


def leaves(now: datetime) -> bool:
    """Whether a reminder leaves at this moment; then it has left."""
    made = plan(now)
    OutgoingMail.objects.filter(state="pending").update(state="sent", fence_at=now, sent_at=now)
    return bool(made)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """November 2026 in Stockholm."""
    return datetime(2026, 11, day, hour - 1, minute, tzinfo=UTC)


def test_what_came_after_todays_mail_waits_for_tomorrows_hour(user, owed, contact):
    assert leaves(at(19, 8))
    due(contact, what="noted later", remind_at=at(19, 9))
    assert [leaves(at(*moment)) for moment in ((19, 23, 59), (20, 1), (20, 7, 59), (20, 8))] == [
        False,
        False,
        False,
        True,
    ]


def test_a_machine_opened_an_hour_early_waits_for_the_hour(user, owed):
    assert not leaves(at(20, 7))
    assert leaves(at(20, 8))


def test_a_machine_on_only_before_the_hour_gets_what_it_missed(user, owed):
    assert [leaves(at(day, 7)) for day in (20, 21)] == [False, True]


def test_an_hour_at_midnight_is_met_a_moment_late(user, owed):
    user.mail_at = time(23, 59)
    user.save()
    assert leaves(at(20, 1))


def test_what_was_held_and_let_go_by_hand_is_not_planned_anew(user, owed):
    plan(EIGHT)
    assert hold_before(EIGHT, EIGHT) == 1
    assert discard(OutgoingMail.objects.all(), EIGHT) == 1
    assert plan(EIGHT + timedelta(seconds=5)) == 0
    assert planned(user).state == "cancelled"


def test_a_late_run_still_finds_it(user, owed):
    assert plan(EIGHT + timedelta(days=3)) == 1
    assert planned(user).occurrence_key == "reminders:2026-11-22"


def test_the_local_day_is_the_owners(db):
    for zone, day in (
        ("Pacific/Kiritimati", "2026-11-20"),
        ("Pacific/Pago_Pago", "2026-11-19"),
        ("Asia/Tokyo", "2026-11-19"),
    ):
        due(ContactFactory(owner=UserFactory(time_zone=zone, name=day)))
    assert plan(NOW) == 3
    assert {mail.occurrence_key for mail in OutgoingMail.objects.filter(owner__name="2026-11-20")} == {
        "reminders:2026-11-20"
    }
    assert OutgoingMail.objects.filter(occurrence_key="reminders:2026-11-19").count() == 2


def test_one_who_opted_out_or_is_locked_gets_none(db):
    due(ContactFactory(owner=UserFactory(wants_reminders=False)))
    due(ContactFactory(owner=UserFactory(is_active=False)))
    assert plan(EIGHT) == 0


def test_a_row_that_came_from_elsewhere_is_no_error(user, owed):
    OutgoingMailFactory(owner=user, kind=REMINDERS, occurrence_key="reminders:2026-11-18", state="pending")
    assert plan(EIGHT) == 0


def test_an_unknown_zone_in_one_row_stops_nobody_elses_reminders(user, owed):
    for zone in ("Mars/Olympus", "../etc/passwd", ""):
        due(ContactFactory(owner=UserFactory(time_zone=zone)))
    assert plan(EIGHT) == 1
    assert planned(user).occurrence_key == "reminders:2026-11-19"


def test_an_unknown_zone_in_one_row_stops_no_reconciling(user):
    lost = due(ContactFactory(owner=UserFactory(time_zone="Mars/Olympus")), remind_at=None)
    forgotten = due(ContactFactory(owner=user), remind_at=None)
    assert reconcile(NOW) >= 1
    forgotten.refresh_from_db()
    lost.refresh_from_db()
    assert forgotten.remind_at is not None


@pytest.mark.parametrize("owners", [1, 30])
def test_planning_costs_the_same_for_one_and_for_thirty(db, owners):
    for _number in range(owners):
        due(ContactFactory(owner=UserFactory()))
    with CaptureQueriesContext(
        connection,
    ) as queries:
        plan(EIGHT)
    writes = [query for query in queries if query["sql"].startswith(("SELECT", "INSERT"))]
    assert len(writes) == 5  # the zones, the owners, one insert, who was cancelled, and that there are no more owners


def test_with_nothing_due_it_is_one_query(user, django_assert_num_queries):
    with django_assert_num_queries(1):
        plan(EIGHT)


# --- compose ----------------------------------------------------------------------------------------------------------


def test_the_subject_names_the_person_and_how_many_more(user, contact):
    due(contact, due_on=TODAY - timedelta(days=4))
    due(contact)
    due(contact)
    _mail, message, result = composed(user)
    assert message["Subject"] == "You owe Priya an article, and 2 more"
    assert result.summary == message["Subject"]


@pytest.mark.parametrize(
    ("kind", "what", "subject"),
    [
        ("article", "Send the article on gauge stations", "You owe Priya an article"),
        ("article", "Send the deck", "You promised Priya: Send the deck"),
        ("article", "Lend her the book", "You promised Priya: Lend her the book"),
        ("introduction", "Introduce her to Bo", "You owe Priya an introduction"),
        ("introduction", "Put her in touch with Bo", "You promised Priya: Put her in touch with Bo"),
        ("contact", "Call her on Monday", "You promised Priya: Call her on Monday"),
        ("thank_you", "Thank Priya for the talk", "You owe Priya a thank-you"),
        ("check_in", "Ask Priya how it went", "You owe Priya a check-in"),
        ("other", "Send the article on gauge stations", "You promised Priya: Send the article on gauge stations"),
    ],
)
def test_the_subject_says_what(user, contact, kind: str, what: str, subject: str):
    due(contact, kind=kind, what=what)
    assert composed(user)[1]["Subject"] == subject


def test_each_promise_says_what_to_whom_how_late_and_since_when(user, contact):
    due(
        contact, due_on=TODAY - timedelta(days=4), promised_on=date(2026, 11, 12), reminded_on=TODAY - timedelta(days=1)
    )
    _mail, message, _result = composed(user)
    text = body(message, "plain")
    assert "One thing you said you would do, Amara\nThursday 19 November" in text
    assert "Send the article on gauge stations\nPriya Raghunathan, 4 days late, promised on 12 November" in text
    assert "4 days late" in body(message, "html")


def test_a_promise_from_a_talk_says_so(user, contact):
    due(contact, interview=InterviewFactory(contact=contact))
    assert "due today, promised when you spoke on 16 November" in body(composed(user)[1], "plain")


def test_every_button_is_there_in_both_parts(user, owed):
    _mail, message, _result = composed(user)
    text, html = body(message, "plain"), body(message, "html")
    links = [line.split()[-1] for line in text.splitlines() if "/m/" in line]
    answers = [read_button(link.split("/")[-2]).answer for link in links]
    assert answers == [Answer.KEPT, Answer.TOMORROW, Answer.IN_3_DAYS, Answer.NEXT_WEEK, Answer.LET_GO]
    assert all(f'href="{link}"' in html for link in links)
    assert [label in html for label in ("Kept", "Tomorrow", "+3 days", "Next week", "Let go")] == [True] * 5


def test_the_headers_of_an_automatic_mail(user, owed):
    message = composed(user)[1]
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Auto-Response-Suppress"] == "All"
    assert message["References"] == f"<promise.{owed.uid.hex}@127.0.0.1>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_the_stop_link_survives_the_folding_of_headers(user, owed):
    mail = _plan_one(user, EIGHT)
    raw = freeze(compose_reminder(mail, EIGHT).message, mail, EIGHT).decode()
    line = next(line for line in raw.splitlines() if line.startswith("List-Unsubscribe: "))
    assert line.startswith("List-Unsubscribe: <http://127.0.0.1:8000/stop/")
    assert read_stop(line.split("/")[-2]) == user.pk


def test_names_are_escaped_and_break_no_header(user):
    contact = ContactFactory(owner=user, name="<b>Eve</b>\r\nBcc: all@keepword.example")
    due(contact, kind="other", what="<script>alert(1)</script>")
    _mail, message, _result = composed(user)
    assert message["Bcc"] is None
    assert "\n" not in message["Subject"]
    assert "<script>" not in body(message, "html")
    assert "&lt;script&gt;" in body(message, "html")
    assert "<script>alert(1)</script>" in body(message, "plain")


def test_what_few_mails_say_is_in_html_too(user, owed):
    InterviewFactory(contact=owed.contact, local_date=TODAY, local_time=time(17, 0))
    html = body(composed(user, EIGHT + timedelta(days=1))[1], "html")
    assert "It was meant for" not in html
    assert "it was meant for" in html


def test_a_long_promise_makes_no_endless_subject(user):
    contact = ContactFactory(owner=user, name="Wolfeschlegelsteinhausenbergerdorff" * 8)
    due(contact, kind="other", what="x" * 300)
    assert len(composed(user)[1]["Subject"]) <= 200


def test_it_reads_todays_truth(user, owed, contact):
    kept = due(contact, what="Kept meanwhile")
    mail = _plan_one(user, EIGHT)
    Promise.objects.select_related("owner", "contact").get(pk=kept.pk).keep(EIGHT)
    result = compose_reminder(mail, EIGHT)
    assert result.settles["promises"] == {str(owed.pk): 1}


@pytest.mark.parametrize("verb", ["keep", "let_go", "bin"])
def test_nothing_left_to_say_is_cancelled(user, owed, verb):
    mail = _plan_one(user, EIGHT)
    getattr(Promise.objects.select_related("owner", "contact").get(pk=owed.pk), verb)(EIGHT)
    assert compose_reminder(mail, EIGHT) == Cancelled("everything was kept, put off or let go")


def test_snoozed_before_it_left_is_cancelled(user, owed):
    mail = _plan_one(user, EIGHT)
    Promise.objects.select_related("owner", "contact").get(pk=owed.pk).snooze(1, EIGHT)
    assert isinstance(compose_reminder(mail, EIGHT), Cancelled)


def test_opted_out_before_it_left_is_cancelled(user, owed):
    mail = _plan_one(user, EIGHT)
    user.wants_reminders = False
    user.keep_settings(["wants_reminders"], EIGHT)
    assert isinstance(compose_reminder(mail, EIGHT), Cancelled)


def test_nobody_elses_promise_is_in_it(user, stranger, owed):
    due(ContactFactory(owner=stranger, name="Canary"), what="Canary")
    _mail, message, _result = composed(user)
    assert "Canary" not in body(message, "plain") + body(message, "html")


def test_a_late_run_says_so(user, owed):
    _mail, message, _result = composed(user, EIGHT + timedelta(days=1))
    text = body(message, "plain")
    assert "This mail comes late: it was meant for Thursday 19 November." in text
    assert "was due yesterday" in text


def test_in_time_it_does_not(user, owed):
    assert "comes late" not in body(composed(user)[1], "plain")


def test_todays_talks_are_told_along(user, owed):
    other = ContactFactory(owner=user, name="Mateus Oliveira")
    InterviewFactory(contact=other, local_date=TODAY, local_time=time(14, 0))
    InterviewFactory(contact=other, local_date=TODAY + timedelta(days=1))
    text = body(composed(user)[1], "plain")
    assert "Also today: 14:00, Mateus Oliveira, 20 minutes, phone." in text
    assert text.count("Mateus") == 1
    assert "For them" not in text


def test_todays_talk_with_somebody_far_away_is_told_in_both_zones(user, owed):
    far = ContactFactory(owner=user, name="Misaki Tanaka", time_zone="Asia/Tokyo")
    InterviewFactory(contact=far, local_date=TODAY, local_time=time(17, 0))
    assert "For them: Friday 20 November, 01:00, Tokyo." in body(composed(user)[1], "plain")


def test_the_foot_says_how_often_and_how_to_stop(user, owed):
    user.mail_at = time(7, 30)
    user.save()
    text = body(composed(user)[1], "plain")
    assert "At most one such mail a day, at 07:30, and none when you owe nothing." in text
    assert "Change the hour: http://127.0.0.1:8000/settings/" in text
    assert "Stop these mails: http://127.0.0.1:8000/stop/" in text


def test_more_than_fit_come_the_next_day(user, contact):
    for number in range(SHOWN[0] + 2):
        due(contact, what=f"thing {number}")
    _mail, message, result = composed(user)
    assert message["Subject"] == f"You promised Priya: thing 0, and {SHOWN[0] + 1} more"
    assert len(result.settles["promises"]) == SHOWN[0]
    assert "And 2 more" in body(message, "plain")


@pytest.mark.parametrize("promises", [1, 30])
def test_composing_costs_two_queries(user, contact, promises, django_assert_num_queries):
    for _number in range(promises):
        due(contact)
    mail = _plan_one(user, EIGHT)
    with django_assert_num_queries(2):
        compose_reminder(mail, EIGHT)


@time_machine.travel(EIGHT, tick=False)  # links are signed with the second they are made in
def test_a_reminder_cancelled_too_early_is_planned_again_that_day(user, owed):
    mail = _plan_one(user, EIGHT)
    OutgoingMail.objects.update(state="cancelled", cause="everything was kept")
    plan(EIGHT + timedelta(hours=6))
    mail.refresh_from_db()
    assert (mail.state, mail.next_attempt_at, OutgoingMail.objects.count()) == (
        "pending",
        EIGHT + timedelta(hours=6),
        1,
    )


def test_a_reminder_cancelled_by_hand_is_not_planned_again_that_day(user, owed):
    mail = _plan_one(user, EIGHT)
    OutgoingMail.objects.update(state="cancelled", cause=BY_HAND)
    plan(EIGHT + timedelta(hours=6))
    mail.refresh_from_db()
    assert mail.state == "cancelled"


@time_machine.travel(EIGHT, tick=False)  # links are signed with the second they are made in
def test_many_are_prepared_with_two_queries(contact, django_assert_num_queries):
    owners = [contact.owner, *(due(ContactFactory()).owner for _ in range(5))]
    due(contact)
    mails = [_plan_one(owner, EIGHT) for owner in owners]
    alone = [compose_reminder(mail, EIGHT).message.as_bytes() for mail in mails]
    with django_assert_num_queries(2):
        prepare(mails, EIGHT)
        together = [compose_reminder(mail, EIGHT).message.as_bytes() for mail in mails]
    assert [_unbound(text) for text in together] == [_unbound(text) for text in alone]


def _unbound(text: bytes) -> bytes:
    """Without the boundary, which is drawn by lot."""
    return re.sub(rb"=[0-9a-f]{24}=", b"", text)


def test_a_reminder_being_written_is_taken_back_by_a_tap(user, owed):
    mail = _plan_one(user, EIGHT)
    OutgoingMail.objects.update(state="claimed", claim_token=uuid.uuid4())
    Promise.objects.select_related("owner", "contact").get(pk=owed.pk).keep(EIGHT)
    mail.refresh_from_db()
    assert (mail.state, mail.claim_token) == ("pending", None)


# --- settle -----------------------------------------------------------------------------------------------------------


def test_sent_each_promise_gets_its_next_step(user, owed):
    mail, _message, _result = composed(user)
    settle(mail, EIGHT)
    owed.refresh_from_db()
    assert (owed.reminded_on, owed.remind_at, owed.version) == (TODAY, EIGHT + timedelta(days=1), 1)


def test_changed_meanwhile_it_is_left_alone(user, owed):
    mail, _message, _result = composed(user)
    Promise.objects.select_related("owner", "contact").get(pk=owed.pk).snooze(7, EIGHT)
    settle(mail, EIGHT)
    owed.refresh_from_db()
    assert (owed.reminded_on, owed.remind_at) == (None, EIGHT + timedelta(days=7))


def test_sent_late_the_steps_go_on_from_there(user, owed):
    mail, _message, _result = composed(user, EIGHT + timedelta(days=2))
    settle(mail, EIGHT + timedelta(days=2))
    owed.refresh_from_db()
    assert owed.remind_at == EIGHT + timedelta(days=3)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["Ana Souza", "\U0001f9f6" * 100, "王小明" * 100], ids=["plain", "emoji", "Chinese"])
def test_five_thousand_are_counted_and_few_are_shown(user, name):
    """In as many queries as for one, and never over 100 KB, whatever the names."""
    contact = ContactFactory(owner=user, name=name)
    due(contact)
    mail = _plan_one(user, EIGHT)
    with CaptureQueriesContext(connection) as for_one:
        compose_reminder(mail, EIGHT)
    one = Promise.objects.values().get()
    more = [Promise(**{**one, "id": None, "uid": uuid.uuid4(), "what": name[:1] * 300}) for _n in range(4999)]
    Promise.objects.bulk_create(more, batch_size=500)
    prepare([mail], EIGHT)
    with CaptureQueriesContext(connection) as queries:
        result = compose_reminder(mail, EIGHT)
    assert len(queries) == len(for_one)
    content = freeze(result.message, mail, EIGHT)
    assert len(content) < 100_000
    assert result.summary.endswith("and 4999 more") or len(name) > 20
    shown = len(result.settles["promises"])
    message = message_from_bytes(content, policy=default)
    for kind in ("plain", "html"):
        said = " ".join(body(message, kind).split())
        assert "5,000 things you said you would do" in said
        assert f"And {5000 - shown} more" in said


@pytest.mark.parametrize("promises", [1, 30])
def test_settling_costs_one_query(user, contact, promises):
    for _number in range(promises):
        due(contact)
    mail, _message, _result = composed(user)
    with CaptureQueriesContext(connection) as queries:
        settle(mail, EIGHT)
    assert len(queries) == 1


def test_settling_what_is_gone_is_no_error(user, owed):
    mail, _message, _result = composed(user)
    owed.delete()
    settle(mail, EIGHT)
    assert not still_wanted(mail)


def test_still_wanted_until_everything_in_it_is_settled(user, owed, contact):
    other = due(contact)
    mail, _message, _result = composed(user)
    assert still_wanted(mail)
    Promise.objects.select_related("owner", "contact").get(pk=owed.pk).keep(EIGHT)
    assert still_wanted(mail)
    Promise.objects.select_related("owner", "contact").get(pk=other.pk).snooze(1, EIGHT)
    assert not still_wanted(mail)


def test_the_kind_is_registered():
    kind = KINDS[REMINDERS]
    assert (kind.compose, kind.settle, kind.still_wanted) == (compose_reminder, settle, still_wanted)


# --- reconcile --------------------------------------------------------------------------------------------------------


def test_with_everything_right_there_is_nothing_to_repair(contact):
    contact.promises.make(what="send it", now=NOW)
    contact.promises.make(what="an intro", whose="theirs", now=NOW)
    assert reconcile(NOW) == 0


def test_a_forgotten_reminder_is_planned_and_reported(contact, caplog):
    made = contact.promises.make(what="send it", due_on=date(2026, 11, 24), now=NOW)
    Promise.objects.filter(pk=made.pk).update(remind_at=None)
    assert reconcile(NOW) == 1
    made.refresh_from_db()
    assert made.remind_at == EIGHT + timedelta(days=5)
    assert caplog.records[0].data == {"repaired": 1}


def test_a_zone_changed_behind_our_back_is_repaired(user, contact):
    made = contact.promises.make(what="send it", due_on=date(2026, 11, 24), now=NOW)
    type(user).objects.filter(pk=user.pk).update(time_zone="America/New_York")
    assert reconcile(NOW) == 1
    made.refresh_from_db()
    assert made.remind_at == datetime(2026, 11, 24, 13, 0, tzinfo=UTC)
