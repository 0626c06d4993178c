"""When a reminder is due: the instants, as 08:00 in Stockholm is 07:00 UTC in November."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import islice

import pytest

from followups.models import Promise
from followups.reminders import next_reminder, steps
from tests.factories import NOW, TODAY, ContactFactory, PromiseFactory, UserFactory


def at(day: int, hour: int = 7, minute: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


@pytest.fixture
def contact(user):
    return ContactFactory(owner=user)


def promise(contact, **fields) -> Promise:
    return PromiseFactory.build(contact=contact, owner=contact.owner, **fields)


def test_the_first_reminder_comes_on_the_due_day(contact):
    assert next_reminder(promise(contact, due_on=date(2026, 11, 24))) == at(24)


def test_made_before_the_mail_time_of_the_due_day_it_comes_that_day(contact):
    assert next_reminder(promise(contact, due_on=TODAY, created_at=at(19, 6, 59))) == at(19)


def test_made_at_the_mail_time_itself_it_waits_for_the_next(contact):
    assert next_reminder(promise(contact, due_on=TODAY, created_at=at(19))) == at(20)


def test_made_after_the_mail_time_of_the_due_day_it_comes_the_next_day(contact):
    assert next_reminder(promise(contact, due_on=TODAY, created_at=NOW)) == at(20)


def test_made_late_it_does_not_wait_for_a_step(contact):
    assert next_reminder(promise(contact, due_on=TODAY - timedelta(days=4), created_at=NOW)) == at(20)


def test_the_mail_time_has_minutes(contact):
    contact.owner.mail_at = time(13, 1)
    assert next_reminder(promise(contact, due_on=TODAY, created_at=NOW)) == at(19, 12, 1)


@pytest.mark.parametrize(
    ("reminded_on", "next_on"),
    [
        (date(2026, 10, 1), date(2026, 10, 2)),
        (date(2026, 10, 2), date(2026, 10, 4)),
        (date(2026, 10, 3), date(2026, 10, 4)),
        (date(2026, 10, 4), date(2026, 10, 8)),
        (date(2026, 10, 8), date(2026, 10, 15)),
        (date(2026, 10, 15), date(2026, 10, 31)),
        (date(2026, 10, 31), date(2026, 12, 1)),
        (date(2026, 12, 1), date(2027, 1, 1)),
        (date(2027, 1, 5), date(2027, 2, 1)),
    ],
)
def test_after_a_reminder_the_next_step_comes(contact, reminded_on, next_on):
    owed = promise(contact, due_on=date(2026, 10, 1), created_at=at(20, month=9), reminded_on=reminded_on)
    assert next_reminder(owed).astimezone(contact.owner.zone).date() == next_on


def test_the_31st_stays_the_31st():
    days = list(islice(steps(date(2026, 1, 31)), 10))
    assert days[5:] == [date(2026, 3, 2), date(2026, 3, 31), date(2026, 4, 30), date(2026, 5, 31), date(2026, 6, 30)]


def test_after_a_snooze_the_steps_go_on(contact):
    owed = promise(contact, due_on=date(2026, 11, 15), snoozed_until=TODAY, reminded_on=TODAY, created_at=at(1))
    assert next_reminder(owed) == at(22)


def test_snoozed_it_comes_where_it_was_put_off_to(contact):
    owed = promise(contact, due_on=date(2026, 11, 15), snoozed_until=date(2026, 11, 26), remind_after=NOW)
    assert next_reminder(owed) == at(26)


def test_snoozed_to_before_the_due_day_it_waits_for_the_due_day(contact):
    owed = promise(contact, due_on=date(2026, 12, 15), snoozed_until=date(2026, 11, 26), remind_after=NOW)
    assert next_reminder(owed) == at(15, month=12)


@pytest.mark.parametrize(
    "fields",
    [
        {"state": "kept", "closed_at": NOW},
        {"state": "let_go", "closed_at": NOW},
        {"whose": "theirs"},
        {"binned_at": NOW},
    ],
)
def test_nobody_is_reminded_of_what_is_closed_theirs_or_binned(contact, fields):
    assert next_reminder(promise(contact, **fields)) is None


@pytest.mark.parametrize("fields", [{"stage": "drop"}, {"binned_at": NOW}])
def test_nobody_is_reminded_about_somebody_dropped_or_binned(user, fields):
    assert next_reminder(promise(ContactFactory(owner=user, **fields))) is None


def test_nobody_is_reminded_who_wants_no_reminders(contact):
    contact.owner.wants_reminders = False
    assert next_reminder(promise(contact)) is None


@pytest.mark.parametrize(
    ("zone", "utc"),
    [
        ("Europe/Stockholm", datetime(2026, 11, 24, 7, 0, tzinfo=UTC)),
        ("America/New_York", datetime(2026, 11, 24, 13, 0, tzinfo=UTC)),
        ("Asia/Kathmandu", datetime(2026, 11, 24, 2, 15, tzinfo=UTC)),
        ("Pacific/Kiritimati", datetime(2026, 11, 23, 18, 0, tzinfo=UTC)),
        ("Pacific/Pago_Pago", datetime(2026, 11, 24, 19, 0, tzinfo=UTC)),
    ],
)
def test_the_mail_time_is_local(db, zone, utc):
    contact = ContactFactory(owner=UserFactory(time_zone=zone))
    assert next_reminder(promise(contact, due_on=date(2026, 11, 24))) == utc


def test_made_in_the_evening_of_the_west_it_may_still_come_that_evening(db):
    """It is tomorrow in UTC already."""
    contact = ContactFactory(owner=UserFactory(time_zone="America/New_York", mail_at=time(21)))
    owed = promise(contact, due_on=date(2026, 11, 18), created_at=at(19, 1))
    assert next_reminder(owed) == at(19, 2)


def test_in_a_gap_the_reminder_moves_forward(contact):
    contact.owner.mail_at = time(2, 30)
    owed = promise(contact, due_on=date(2027, 3, 28))
    assert next_reminder(owed) == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)  # 03:30


def test_in_an_overlap_the_reminder_comes_the_first_time(contact):
    contact.owner.mail_at = time(2, 30)
    owed = promise(contact, due_on=date(2027, 10, 31))
    assert next_reminder(owed) == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)


def test_a_change_of_the_clocks_leaves_the_hour(contact):
    assert next_reminder(promise(contact, due_on=date(2027, 3, 27))) == datetime(2027, 3, 27, 7, tzinfo=UTC)
    assert next_reminder(promise(contact, due_on=date(2027, 3, 28))) == datetime(2027, 3, 28, 6, tzinfo=UTC)


# --- planned anew -----------------------------------------------------------------------------------------------------


def test_a_new_mail_hour_moves_what_is_planned(user, contact):
    made = contact.promises.make(what="send it", due_on=date(2026, 11, 24), now=NOW)
    user.mail_at = time(20, 15)
    user.keep_settings(["mail_at"], NOW)
    made.refresh_from_db()
    assert made.remind_at == at(24, 19, 15)


def test_a_new_zone_moves_the_instant_and_not_the_date(user, contact):
    made = contact.promises.make(what="send it", due_on=date(2026, 11, 24), now=NOW)
    user.time_zone = "America/New_York"
    user.keep_settings(["time_zone"], NOW)
    made.refresh_from_db()
    assert (made.due_on, made.remind_at) == (date(2026, 11, 24), at(24, 13))


def test_resumed_it_waits_for_the_next_mail_time(user, contact):
    made = contact.promises.make(what="send it", due_on=date(2026, 11, 10), now=at(9))
    Promise.objects.filter(pk=made.pk).update(remind_at=None)
    contact.promises.replan(NOW)
    made.refresh_from_db()
    assert made.remind_at == at(20)


def test_planned_anew_a_reminder_that_is_overdue_stays_so(contact):
    """Workers were away for days: the net under it must not move what has not left yet."""
    made = contact.promises.make(what="send it", due_on=date(2026, 11, 16), now=at(14))
    assert contact.promises.replan(NOW) == 0
    made.refresh_from_db()
    assert made.remind_at == at(16)


def test_dropped_and_binned_contacts_are_silent(user):
    for fields in ({"stage": "drop"}, {"binned_at": NOW}):
        contact = ContactFactory(owner=user)
        made = contact.promises.make(what="send it", now=NOW)
        type(contact).objects.filter(pk=contact.pk).update(**fields)
        assert contact.promises.replan(NOW) == 1
        made.refresh_from_db()
        assert made.remind_at is None


def test_planned_anew_only_over_what_was_read(contact):
    made = contact.promises.make(what="send it", due_on=date(2026, 11, 16), now=at(14))
    Promise.objects.filter(pk=made.pk).update(remind_at=at(1))
    stale = Promise.objects.select_related("owner", "contact").get(pk=made.pk)
    made.refresh_from_db()
    made.keep(NOW)
    assert not stale.replan(NOW)
    made.refresh_from_db()
    assert made.remind_at is None
