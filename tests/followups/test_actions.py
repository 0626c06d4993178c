from datetime import timedelta

import pytest

from base.owned import Stale
from followups import actions
from followups.models import Promise
from tests.factories import NOW, TODAY, ContactFactory, PromiseFactory

LATER = NOW + timedelta(minutes=1)


@pytest.fixture
def contact(user):
    return ContactFactory(owner=user, stage="continue", rhythm_count=2, rhythm_unit="months")


def read(promise):
    return Promise.objects.select_related("owner", "contact").get(pk=promise.pk)


@pytest.mark.parametrize("kind", ["thank_you", "check_in", "introduction"])
def test_keeping_one_that_reaches_the_person_counts_as_a_touch(contact, kind):
    promise = read(PromiseFactory(contact=contact, kind=kind))
    actions.keep(promise=promise, now=NOW)
    contact.refresh_from_db()
    assert contact.last_touch_on == TODAY


@pytest.mark.parametrize("kind", ["article", "contact", "other"])
def test_keeping_another_kind_is_no_touch(contact, kind):
    actions.keep(promise=read(PromiseFactory(contact=contact, kind=kind)), now=NOW)
    contact.refresh_from_db()
    assert contact.last_touch_on is None


def test_what_they_bring_is_no_touch_of_mine(contact):
    actions.keep(promise=read(PromiseFactory(contact=contact, kind="introduction", whose="theirs")), now=NOW)
    contact.refresh_from_db()
    assert contact.last_touch_on is None


def test_reopening_takes_the_touch_back(contact):
    promise = read(PromiseFactory(contact=contact, kind="thank_you"))
    actions.keep(promise=promise, now=NOW)
    actions.reopen(promise=read(promise), now=LATER)
    contact.refresh_from_db()
    assert contact.last_touch_on is None
    assert not contact.touches.exists()


def test_reopening_leaves_a_later_touch(contact):
    promise = read(PromiseFactory(contact=contact, kind="thank_you"))
    actions.keep(promise=promise, now=NOW)
    contact.touches.create(owner=contact.owner, happened_on=TODAY, created_at=LATER)
    actions.reopen(promise=read(promise), now=LATER)
    assert contact.touches.count() == 2


def test_keeping_twice_touches_once(contact):
    promise = read(PromiseFactory(contact=contact, kind="thank_you"))
    other_tab = read(promise)
    actions.keep(promise=promise, now=NOW)
    with pytest.raises(Stale):
        actions.keep(promise=other_tab, now=LATER)
    assert contact.touches.count() == 1


@pytest.mark.parametrize("act", [actions.keep, actions.let_go])
def test_a_check_in_is_let_go_when_theirs_is_closed(contact, act):
    theirs = contact.promises.make(what="an intro", whose="theirs", now=NOW)
    act(promise=theirs, now=LATER)
    check_in = theirs.check_ins.get()
    assert (check_in.state, check_in.remind_at) == ("let_go", None)


def test_reopening_theirs_brings_the_check_in_back(contact):
    theirs = contact.promises.make(what="an intro", whose="theirs", now=NOW)
    actions.keep(promise=theirs, now=LATER)
    actions.reopen(promise=read(theirs), now=LATER + timedelta(minutes=1))
    assert theirs.check_ins.get().state == "open"


def test_a_check_in_let_go_earlier_stays_so(contact):
    theirs = contact.promises.make(what="an intro", whose="theirs", now=NOW)
    actions.let_go(promise=read(theirs.check_ins.get()), now=NOW)
    actions.keep(promise=read(theirs), now=LATER)
    actions.reopen(promise=read(theirs), now=LATER + timedelta(minutes=1))
    assert theirs.check_ins.get().state == "let_go"


def test_the_bin_takes_the_check_in_along_and_gives_it_back(contact):
    theirs = contact.promises.make(what="an intro", whose="theirs", now=NOW)
    actions.move_to_bin(promise=theirs, now=LATER)
    assert theirs.check_ins.get().binned_at == LATER
    actions.take_out_of_bin(promise=read(theirs), now=LATER + timedelta(minutes=1))
    check_in = theirs.check_ins.get()
    assert check_in.binned_at is None
    assert check_in.remind_at is not None


def test_a_stale_tap_changes_nothing(contact):
    promise = read(PromiseFactory(contact=contact, kind="thank_you"))
    stale = read(promise)
    promise.snooze(1, NOW)
    for act, row in (
        (actions.let_go, stale),
        (actions.reopen, read(promise)),
        (actions.take_out_of_bin, read(promise)),
        (actions.keep, stale),
    ):
        with pytest.raises(Stale):
            act(promise=row, now=NOW)
    assert not contact.touches.exists()
    assert read(promise).version == 2
