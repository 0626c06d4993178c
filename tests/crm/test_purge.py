from datetime import datetime, timedelta

import pytest

from accounts.models import User
from crm import jobs
from crm.jobs import purge_the_bin
from outbox.housekeeping import clear_away
from tests.factories import ContactFactory, InterviewFactory, NoteFactory, PromiseFactory

pytestmark = pytest.mark.django_db


def test_purge_takes_what_lay_there_for_thirty_days(user: User, now: datetime, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(jobs, "PURGED_AT_ONCE", 2)
    old, recent = now - timedelta(days=30, seconds=1), now - timedelta(days=30)
    for contact in ContactFactory.create_batch(5, owner=user, binned_at=old):
        PromiseFactory(contact=contact)
        InterviewFactory(contact=contact)
    here, binned = ContactFactory(owner=user), ContactFactory(owner=user, binned_at=recent)
    NoteFactory(contact=here, binned_at=old)
    note = NoteFactory(contact=here, binned_at=recent)
    assert purge_the_bin(now) == 6
    assert (set(user.contacts.all()), list(user.notes.all())) == ({here, binned}, [note])
    assert (user.promises.count(), user.interviews.count()) == (0, 0)


def test_a_promise_in_the_bin_goes_as_the_bin_says(user: User, now: datetime):
    contact = ContactFactory(owner=user)
    here, binned = PromiseFactory(contact=contact), PromiseFactory(contact=contact, binned_at=now - timedelta(days=30))
    gone, theirs = PromiseFactory.create_batch(2, contact=contact, binned_at=now - timedelta(days=31))
    check_in = PromiseFactory(contact=contact, check_in_of=theirs)
    clear_away(now)
    assert set(user.promises.all()) == {here, binned, theirs, check_in}
    assert gone not in user.promises.all()


def test_purge_of_nothing(user: User, now: datetime):
    ContactFactory(owner=user)
    assert purge_the_bin(now) == 0
