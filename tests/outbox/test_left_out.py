"""One row that cannot be read: its owner is left out, told and logged once; everybody else's mail goes on."""

import logging
from datetime import UTC, date, datetime, timedelta

import pytest

from accounts.models import User
from crm.models import Contact
from followups.models import Promise
from interviews.offering import mails as offering
from outbox import actions, kinds, left_out, tasks
from outbox.models import LeftOut, OutgoingMail
from tests.factories import (
    ContactFactory,
    InterviewFactory,
    OfferFactory,
    OfferSlotFactory,
    OutgoingMailFactory,
    PromiseFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
MORNING = datetime(2026, 11, 24, 8, 30, tzinfo=UTC)  # a Tuesday, past the mail hour
EVENING = datetime(2026, 11, 24, 19, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def due_reminder(contact):
    PromiseFactory(contact=contact, due_on=MORNING.date(), remind_at=MORNING - timedelta(hours=1))


def talk_tomorrow(contact):
    InterviewFactory(contact=contact, local_date=date(2026, 11, 25), confirm_them=True)


def silent_offer(contact):
    offer = OfferFactory(contact=contact, chase=True, chase_on=MORNING.date(), expires_at=MORNING + 9 * DAY)
    OfferSlotFactory(offer=offer, local_date=date(2026, 11, 30))


CASES = [(due_reminder, MORNING, "reminders"), (talk_tomorrow, EVENING, "brief"), (silent_offer, MORNING, "chase")]


@pytest.fixture
def people():
    """Two owners alike; the first one's row is read first."""
    broken, well = (ContactFactory(email=f"ana{n}@x.example") for n in range(2))
    return broken, well


@pytest.mark.parametrize(("make", "now", "kind"), CASES)
@pytest.mark.parametrize("zone", ["Mars/Phobos", "../etc/passwd", "Europe", ""])
def test_an_unknown_zone_leaves_out_its_owner_only(people, caplog, make, now, kind, zone):
    broken, well = people
    make(broken)
    make(well)
    User.objects.filter(pk=broken.owner_id).update(time_zone=zone)
    for tick in range(3):
        actions.plan(now + timedelta(seconds=5 * tick))
    assert [mail.owner_id for mail in OutgoingMail.objects.filter(kind=kind)] == [well.owner_id]
    assert LeftOut.objects.get(step=kind).owner_id == broken.owner_id
    told = [record for record in caplog.records if record.levelno >= logging.WARNING and record.data["step"] == kind]
    assert len(told) == 1


def test_an_unknown_zone_of_a_contact_leaves_out_its_owner_only(people):
    for contact in people:
        talk_tomorrow(contact)
    Contact.objects.filter(pk=people[0].pk).update(time_zone="Mars/Phobos")
    actions.plan(EVENING)
    assert [mail.owner_id for mail in OutgoingMail.objects.filter(kind="tomorrow")] == [people[1].owner_id]
    assert LeftOut.objects.get(step="tomorrow").owner_id == people[0].owner_id


def test_whatever_is_raised_for_one_owner_stops_nobody(people, monkeypatch):
    for contact in people:
        silent_offer(contact)
    real = offering.address_of
    monkeypatch.setattr(offering, "address_of", lambda each: 1 / 0 if each == people[0] else real(each))
    actions.plan(MORNING)
    assert [mail.owner_id for mail in OutgoingMail.objects.all()] == [people[1].owner_id]
    assert LeftOut.objects.get().cause == left_out.UNREADABLE


def test_reconcile_goes_on_behind_it_and_moves_nothing_of_theirs(people):
    for contact in people:
        due_reminder(contact)
    wrong = Promise.objects.all()
    wrong.update(remind_at=MORNING + 50 * DAY)
    User.objects.filter(pk=people[0].owner_id).update(time_zone="Mars/Phobos")
    assert actions.reconcile(MORNING) == 1
    assert wrong.get(owner=people[0].owner_id).remind_at == MORNING + 50 * DAY
    assert wrong.get(owner=people[1].owner_id).remind_at != MORNING + 50 * DAY
    assert LeftOut.objects.get().owner_id == people[0].owner_id


def test_its_owner_reads_it_under_deliveries_until_it_is_mended(client, time_machine):
    user = UserFactory(time_zone="Mars/Phobos")
    talk_tomorrow(ContactFactory(owner=user))
    client.force_login(user)
    left_out.note(user.pk, "reminders", KeyError("words of theirs"), MORNING)
    time_machine.move_to(MORNING + timedelta(minutes=5))
    page = client.get("/deliveries/").content.decode()
    assert "Not planned" in page
    assert "What you owe" in page
    assert "something in it cannot be read" in page
    for path in ("/", "/contacts/", "/follow-ups/", "/settings/"):
        assert client.get(path).status_code == 200
    time_machine.move_to(MORNING + timedelta(minutes=30))
    assert "Not planned" not in client.get("/deliveries/").content.decode()


def test_one_that_comes_back_is_logged_again(caplog):
    user = UserFactory()
    for later in (0, 5, 60 * 60):
        left_out.note(user.pk, "reminders", ValueError(), MORNING + timedelta(seconds=later))
    assert len(caplog.records) == 2
    assert LeftOut.objects.get().since == MORNING + timedelta(hours=1)


def test_a_job_that_raises_stops_no_other(monkeypatch, caplog):
    worked = []
    monkeypatch.setattr(kinds, "JOBS", [])
    monkeypatch.setattr(tasks, "JOBS", [lambda now: 1 / 0, lambda now: worked.append(now) or 1])
    tasks.jobs()
    assert len(worked) == 1


def test_a_mail_that_cannot_be_composed_is_logged_once(kind, run, caplog):
    kind.compose = lambda mail, now: 1 / 0
    mail = OutgoingMailFactory(next_attempt_at=MORNING, not_before=MORNING)
    for hours in range(3):
        run(MORNING + timedelta(hours=hours))
    mail.refresh_from_db()
    assert mail.attempts == 3
    assert mail.last_error == "could not be composed (ZeroDivisionError)"
    assert len([record for record in caplog.records if "could not be composed" in record.message]) == 1
