from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from base.owned import Stale
from followups.models import Kind, Promise
from tests.factories import NOW, TODAY, ContactFactory, InterviewFactory, PromiseFactory


@pytest.fixture
def contact(user):
    return ContactFactory(owner=user, name="Priya Raghunathan")


@pytest.fixture
def promise(contact):
    return contact.promises.make(what="Send the article on gauge stations", due_on=TODAY, now=NOW)


# --- make -------------------------------------------------------------------------------------------------------------


def test_make_without_a_date_is_due_in_three_days(contact):
    promise = contact.promises.make(what="send the deck", now=NOW)
    assert (promise.owner, promise.contact, promise.whose) == (contact.owner, contact, "mine")
    assert (promise.due_on, promise.promised_on) == (date(2026, 11, 22), TODAY)
    assert promise.remind_at == datetime(2026, 11, 22, 7, 0, tzinfo=UTC)


def test_make_counts_days_where_the_user_lives(contact):
    late_evening = datetime(2026, 11, 19, 23, 30, tzinfo=UTC)  # already the 20th in Stockholm
    promise = contact.promises.make(what="send the deck", now=late_evening)
    assert (promise.promised_on, promise.due_on) == (date(2026, 11, 20), date(2026, 11, 23))


def test_make_accepts_a_past_date(contact):
    promise = contact.promises.make(what="send the deck", due_on=date(2026, 11, 16), now=NOW)
    assert promise.days_late(TODAY) == 3
    assert promise.remind_at == datetime(2026, 11, 20, 7, 0, tzinfo=UTC)


def test_make_cleans_and_cuts_what_it_is_given(contact):
    promise = contact.promises.make(what="send\x00 the\n deck " + "x" * 1000, now=NOW)
    assert promise.what.startswith("send the deck xxx")
    assert len(promise.what) == 300


def test_make_is_findable_by_its_words(contact):
    contact.promises.make(what="Send the Göta paper", now=NOW)
    contact.refresh_from_db()
    assert "gota paper" in contact.search_text


def test_make_on_an_interview(contact):
    interview = InterviewFactory(contact=contact)
    assert contact.promises.make(what="send it", interview=interview, now=NOW).interview == interview


def test_theirs_makes_a_check_in_of_mine_after_ten_days(contact):
    theirs = contact.promises.make(what="three articles on river insurance", whose="theirs", now=NOW)
    check_in = theirs.check_ins.get()
    assert (theirs.remind_at, theirs.due_on) == (None, date(2026, 11, 29))
    assert (check_in.whose, check_in.kind, check_in.due_on) == ("mine", "check_in", date(2026, 11, 29))
    assert check_in.what == "Ask Priya kindly: three articles on river insurance"
    assert check_in.remind_at == datetime(2026, 11, 29, 7, 0, tzinfo=UTC)


def test_a_check_in_never_comes_before_the_day_they_said(contact):
    theirs = contact.promises.make(what="an intro", whose="theirs", due_on=date(2026, 12, 24), now=NOW)
    assert theirs.check_ins.get().due_on == date(2026, 12, 24)


@pytest.mark.parametrize(
    ("what", "kind"),
    [
        ("send the article on gauge stations", Kind.ARTICLE),
        ("Send the Göta paper", Kind.ARTICLE),
        ("introduce Yusuf to Kateřina", Kind.INTRODUCTION),
        ("Thank Ana for the paper", Kind.THANK_YOU),
        ("tell Li Wei what came of the talk", Kind.CHECK_IN),
        ("call the harbour office", Kind.CONTACT),
        ("water the plants", Kind.OTHER),
        ("", Kind.OTHER),
    ],
)
def test_the_kind_is_guessed_from_the_words(what, kind):
    assert Kind.guess(what) == kind


def test_the_kind_that_was_said_wins(contact):
    assert contact.promises.make(what="send the article", kind="other", now=NOW).kind == "other"


# --- verbs ------------------------------------------------------------------------------------------------------------


def test_keep_closes_and_stops_the_reminders(promise):
    promise.keep(NOW)
    promise.refresh_from_db()
    assert (promise.state, promise.closed_at, promise.remind_at, promise.version) == ("kept", NOW, None, 2)


def test_keep_twice_changes_nothing_the_second_time(promise):
    promise.keep(NOW)
    with pytest.raises(Stale):
        promise.keep(NOW + timedelta(hours=1))
    promise.refresh_from_db()
    assert (promise.closed_at, promise.version) == (NOW, 2)


def test_let_go_closes(promise):
    promise.let_go(NOW)
    promise.refresh_from_db()
    assert (promise.state, promise.remind_at) == ("let_go", None)


def test_of_two_tabs_only_the_first_acts(promise):
    other_tab = Promise.objects.select_related("owner", "contact").get(pk=promise.pk)
    promise.snooze(1, NOW)
    with pytest.raises(Stale) as stale:
        other_tab.keep(NOW)
    assert stale.value.row is other_tab
    other_tab.refresh_from_db()
    assert (other_tab.state, other_tab.snoozed_until) == ("open", date(2026, 11, 20))


def test_reopen_reminds_again_at_the_next_mail_time(promise):
    promise.keep(NOW)
    promise.reopen(NOW + timedelta(minutes=1))
    promise.refresh_from_db()
    assert (promise.state, promise.closed_at) == ("open", None)
    assert promise.remind_at == datetime(2026, 11, 20, 7, 0, tzinfo=UTC)


def test_snooze_moves_the_reminder_and_not_the_due_date(promise):
    promise.snooze(3, NOW)
    promise.refresh_from_db()
    assert (promise.due_on, promise.snoozed_until) == (TODAY, date(2026, 11, 22))
    assert promise.remind_at == datetime(2026, 11, 22, 7, 0, tzinfo=UTC)


def test_snooze_takes_a_date_too(promise):
    promise.snooze(date(2026, 12, 24), NOW)
    assert promise.remind_at == datetime(2026, 12, 24, 7, 0, tzinfo=UTC)


def test_unsnooze_goes_back_to_where_it_was(promise):
    promise.snooze(1, NOW)
    promise.snooze(7, NOW)
    promise.unsnooze(NOW, date(2026, 11, 20))
    assert promise.remind_at == datetime(2026, 11, 20, 7, 0, tzinfo=UTC)


def test_a_closed_promise_cannot_be_put_off(promise):
    promise.keep(NOW)
    with pytest.raises(Stale):
        promise.snooze(1, NOW)
    with pytest.raises(Stale):
        promise.unsnooze(NOW, TODAY)


def test_put_off_to_the_same_day_again_it_is_so_already(promise):
    promise.snooze(1, NOW)
    with pytest.raises(Stale):
        promise.snooze(1, NOW)
    promise.unsnooze(NOW)
    with pytest.raises(Stale):
        promise.unsnooze(NOW)


def test_a_snooze_taken_back_brings_the_step_after_the_last_reminder_back(promise):
    promise.reminded(TODAY)
    promise.save()
    next_step = promise.remind_at
    promise.snooze(1, NOW)
    promise.unsnooze(NOW)
    promise.refresh_from_db()
    assert (promise.reminded_on, promise.remind_at) == (TODAY, next_step)


def test_a_snooze_over_a_step_is_reminded_of_on_its_day_and_then_by_the_steps(promise):
    promise.reminded(TODAY)
    promise.save()
    promise.snooze(5, NOW)
    assert promise.remind_at == datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
    promise.reminded(date(2026, 11, 24))
    assert promise.remind_at == datetime(2026, 11, 26, 7, 0, tzinfo=UTC)


def test_bin_and_restore(promise):
    promise.bin(NOW)
    with pytest.raises(Stale):
        promise.bin(NOW)
    assert promise.remind_at is None
    promise.restore(NOW)
    with pytest.raises(Stale):
        promise.restore(NOW)
    assert promise.remind_at == datetime(2026, 11, 20, 7, 0, tzinfo=UTC)


def test_a_new_due_date_takes_back_the_snooze(promise):
    promise.snooze(7, NOW)
    promise.edit(what="Send it", kind="article", due_on=date(2026, 11, 21), now=NOW)
    promise.refresh_from_db()
    assert (promise.what, promise.snoozed_until) == ("Send it", None)
    assert promise.remind_at == datetime(2026, 11, 21, 7, 0, tzinfo=UTC)


def test_new_words_leave_the_snooze(promise):
    promise.snooze(7, NOW)
    promise.edit(what="Send it", kind="article", due_on=promise.due_on, now=NOW)
    assert promise.snoozed_until == date(2026, 11, 26)


def test_a_promise_is_found_by_its_words_of_now(contact, promise):
    """Changed, binned and restored words, too (the whole text is in search)."""

    def text() -> str:
        contact.refresh_from_db()
        return contact.search_text

    promise.edit(what="Send the Göta atlas", kind="article", due_on=promise.due_on, now=NOW)
    assert ("gota atlas" in text(), "gauge stations" in text()) == (True, False)
    promise.bin(NOW)
    assert "gota atlas" not in text()
    promise.restore(NOW)
    assert "gota atlas" in text()


def test_my_check_in_follows_what_they_owe(contact):
    theirs = contact.promises.make(what="an intro", whose="theirs", due_on=date(2026, 12, 24), now=NOW)
    theirs.edit(what="three articles", kind="article", due_on=date(2027, 1, 7), now=NOW)
    check_in = theirs.check_ins.get()
    assert (check_in.what, check_in.due_on) == ("Ask Priya kindly: three articles", date(2027, 1, 7))
    assert check_in.remind_at == datetime(2027, 1, 7, 7, 0, tzinfo=UTC)
    theirs.edit(what="three articles", kind="article", due_on=date(2026, 11, 20), now=NOW)
    assert theirs.check_ins.get().due_on == date(2026, 11, 29)


def test_my_check_in_follows_also_after_a_new_name_and_with_long_words(contact):
    theirs = contact.promises.make(what="an intro", whose="theirs", now=NOW)
    contact.name = "Dilnoza Karimova"
    contact.save()
    theirs = Promise.objects.select_related("owner", "contact").get(pk=theirs.pk)
    theirs.edit(what="x" * 300, kind="other", due_on=theirs.due_on, now=NOW)
    assert theirs.check_ins.get().what.startswith("Ask Dilnoza kindly: xxx")
    theirs.edit(what="an intro", kind="other", due_on=theirs.due_on, now=NOW)
    assert theirs.check_ins.get().what == "Ask Dilnoza kindly: an intro"


def test_my_check_in_keeps_what_i_made_of_it(contact):
    theirs = contact.promises.make(what="an intro", whose="theirs", now=NOW)
    mine = Promise.objects.select_related("owner", "contact").get(check_in_of=theirs)
    mine.edit(what="Call her about it", kind="contact", due_on=date(2026, 12, 1), now=NOW)
    theirs.edit(what="two intros", kind="introduction", due_on=date(2027, 1, 7), now=NOW)
    mine.refresh_from_db()
    assert (mine.what, mine.due_on) == ("Call her about it", date(2026, 12, 1))


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"binned_at": NOW}, "This promise is in the bin."),
        ({"state": "kept", "closed_at": NOW}, "Kept already: “Send it”, for Priya."),
        ({"state": "kept", "closed_at": NOW, "whose": "theirs"}, "Arrived already: “Send it”, from Priya."),
        ({"state": "let_go", "closed_at": NOW}, "Let go already: “Send it”, for Priya."),
        ({"snoozed_until": date(2026, 11, 20)}, "Still open, and put off already: “Send it”."),
        ({}, "Still open: “Send it”. It was changed meanwhile."),
    ],
)
def test_standing_says_what_is_so(contact, fields, said):
    assert PromiseFactory(contact=contact, what="Send it", **fields).why_stale(TODAY) == said


# --- which rows -------------------------------------------------------------------------------------------------------


def test_overdue_looks_at_the_local_date(user, contact):
    late = PromiseFactory(contact=contact, due_on=TODAY - timedelta(days=1))
    PromiseFactory(contact=contact, due_on=TODAY)
    assert list(user.promises.overdue(TODAY)) == [late]


@pytest.fixture
def owed_in_every_way(user, stranger, contact):
    """By what is special about each."""
    dropped, binned = ContactFactory(owner=user, stage="drop"), ContactFactory(owner=user, binned_at=NOW)
    made = {
        "due": {},
        "late": {"due_on": TODAY - timedelta(days=1)},
        "back": {"due_on": TODAY - timedelta(days=9), "snoozed_until": TODAY},
        "put off": {"snoozed_until": TODAY + timedelta(days=1)},
        "later": {"due_on": TODAY + timedelta(days=1)},
        "theirs": {"whose": "theirs"},
        "binned": {"binned_at": NOW},
        "kept": {"state": "kept", "closed_at": NOW},
        "dropped": {"contact": dropped},
        "theirs of a dropped one": {"contact": dropped, "whose": "theirs"},
        "of a binned one": {"contact": binned},
        "a stranger's": {"contact": ContactFactory(owner=stranger)},
    }
    for what, fields in made.items():
        PromiseFactory(**{"contact": contact, "what": what, **fields})


def whats(promises) -> set[str]:
    return set(promises.values_list("what", flat=True))


@pytest.mark.usefixtures("owed_in_every_way")
def test_which_promises_are_owed_awaited_overdue_and_to_do(user):
    mine = {"due", "late", "back", "put off", "later", "dropped"}
    assert whats(user.promises.owed()) == mine
    assert whats(user.promises.awaited()) == {"theirs", "theirs of a dropped one"}
    assert whats(user.promises.overdue(TODAY)) == {"late", "back"}
    assert whats(user.promises.due_by(TODAY)) == mine - {"later"}
    assert whats(user.promises.due_by(TODAY).to_do_on(TODAY)) == {"due", "late", "back"}
    assert whats(user.promises.awaited().to_do_on(TODAY)) == {"theirs"}


def test_the_most_urgent_come_first(user, contact):
    for days in (1, 3, 2):
        PromiseFactory(contact=contact, what=str(days), due_on=TODAY - timedelta(days=days))
    assert [promise.what for promise in user.promises.overdue(TODAY).most_urgent_first()] == ["3", "2", "1"]


def test_a_row_reads_all_that_it_shows_at_once(user, contact, django_assert_num_queries):
    PromiseFactory(contact=contact, state="kept", closed_at=NOW)
    with django_assert_num_queries(1):
        (row,) = user.promises.with_row()
        shown = (row.what, row.is_mine, row.is_open, row.due_on, row.promised_on, row.closed_on, row.version)
        assert (row.contact.name, row.contact.initials, row.contact.first_name) == ("Priya Raghunathan", "PR", "Priya")
    assert shown == ("Send the article on gauge stations", True, False, TODAY, TODAY - timedelta(days=3), TODAY, 1)


@pytest.fixture
def use_indexes(db):
    """So few rows are read whole by Postgres and then sorted, unless it must not."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off"
            )


def test_what_is_due_is_found_by_its_index(use_indexes):
    assert "promise_to_remind" in Promise.objects.to_remind(NOW).values("owner_id").explain()


def test_the_list_is_read_in_the_order_of_its_index(use_indexes, user):
    plan = user.promises.open().mine().most_urgent_first()[:50].explain()
    assert "promise_open" in plan


def test_the_closed_are_read_in_the_order_of_their_index(use_indexes, user):
    plan = user.promises.closed_as("kept").filter(binned_at__isnull=True).order_by("-closed_at", "-pk")[:50].explain()
    assert "promise_closed" in plan


# --- what the database refuses ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"what": ""}, "promise_says_what"),
        ({"whose": "ours"}, "promise_whose_known"),
        ({"kind": "bribe"}, "promise_kind_known"),
        ({"state": "lost", "closed_at": NOW}, "promise_state_known"),
        ({"state": "kept"}, "promise_closed_has_closed_at"),
        ({"closed_at": NOW}, "promise_closed_has_closed_at"),
        ({"whose": "theirs", "remind_at": NOW}, "promise_reminds_only_while_open_and_mine"),
        ({"state": "kept", "closed_at": NOW, "remind_at": NOW}, "promise_reminds_only_while_open_and_mine"),
        ({"binned_at": NOW, "remind_at": NOW}, "promise_reminds_only_while_open_and_mine"),
    ],
)
def test_the_database_refuses(contact, fields, constraint):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        PromiseFactory(contact=contact, **fields)
