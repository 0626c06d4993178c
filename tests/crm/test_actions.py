import uuid
from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError
from django.utils import timezone

from accounts.models import User
from crm import actions
from crm.models import Contact, Organisation, Stage
from tests.factories import TODAY, ContactFactory, NoteFactory, PromiseFactory, StageChangeFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def contact(user: User) -> Contact:
    return ContactFactory(owner=user, name="Priya Raghunathan", stage=Stage.MET)


def continuing(owner: User, on: date, people: int = 1) -> list[Contact]:
    """People whose rhythm comes round on one day."""
    rhythm = {"stage": "continue", "rhythm_count": 2, "rhythm_unit": "months"}
    return ContactFactory.create_batch(people, owner=owner, touch_on=on, **rhythm)


def changes(contact: Contact) -> list[tuple[str, str]]:
    return list(contact.stage_changes.order_by("pk").values_list("before", "after"))


def test_change_stage_keeps_the_change(contact: Contact, now: datetime):
    actions.change_stage(contact=contact, to=Stage.ASKED, now=now)
    contact.refresh_from_db()
    assert (contact.stage, contact.version, changes(contact)) == ("asked", 2, [("met", "asked")])


def test_change_stage_to_the_same_changes_nothing(contact: Contact, now: datetime):
    actions.change_stage(contact=contact, to=Stage.MET, now=now)
    contact.refresh_from_db()
    assert (contact.version, changes(contact)) == (1, [])


def test_change_stage_sees_what_a_second_tab_changed(contact: Contact, now: datetime):
    stale = Contact.objects.select_related("owner").get(pk=contact.pk)
    actions.change_stage(contact=contact, to=Stage.ASKED, now=now)
    actions.change_stage(contact=stale, to=Stage.DROP, now=now)
    assert changes(contact) == [("met", "asked"), ("asked", "drop")]


def test_change_stage_to_continue_brings_a_rhythm(contact: Contact, now: datetime):
    actions.change_stage(contact=contact, to=Stage.CONTINUE, now=now)
    contact.refresh_from_db()
    assert (contact.rhythm, contact.touch_on) == ("every 2 months", date(2027, 1, 19))


@pytest.mark.parametrize(
    ("stage", "to", "after"),
    [
        ("to_meet", "scheduled", "scheduled"),
        ("asked", "met", "met"),
        ("met", "asked", "met"),
        ("scheduled", "scheduled", "scheduled"),
        ("continue", "scheduled", "continue"),
        ("drop", "met", "drop"),
        ("to_meet", "continue", "to_meet"),
    ],
)
def test_advance_moves_only_forward(contact: Contact, now: datetime, stage: str, to: str, after: str):
    Contact.objects.filter(pk=contact.pk).update(stage=stage)
    actions.advance(contact=contact, to=to, now=now)
    contact.refresh_from_db()
    assert contact.stage == after


def test_continue_counts_from_the_last_touch(contact: Contact, now: datetime):
    contact.last_touch_on = TODAY - timedelta(days=7)
    contact.save()
    actions.continue_with(contact=contact, count=3, unit="weeks", now=now)
    contact.refresh_from_db()
    assert (contact.stage, contact.touch_on) == ("continue", TODAY + timedelta(days=14))


def test_continue_never_begins_in_the_past(contact: Contact, now: datetime):
    contact.last_touch_on = TODAY - timedelta(days=400)
    contact.save()
    actions.continue_with(contact=contact, count=2, unit="months", now=now)
    assert contact.touch_on == TODAY


def test_continue_again_changes_the_rhythm_alone(contact: Contact, now: datetime):
    actions.continue_with(contact=contact, count=2, unit="months", now=now)
    actions.continue_with(contact=contact, count=1, unit="years", now=now)
    contact.refresh_from_db()
    assert (contact.touch_on, changes(contact)) == (date(2027, 11, 19), [("met", "continue")])


def test_continue_after_drop_takes_up_the_promises(contact: Contact, now: datetime):
    promise = PromiseFactory(contact=contact, due_on=TODAY + timedelta(days=9))
    actions.drop(contact=contact, now=now)
    actions.continue_with(contact=contact, count=2, unit="months", now=now)
    promise.refresh_from_db()
    assert promise.remind_at is not None


def test_rhythm_takes_the_next_day_with_room(contact: Contact, now: datetime, user: User):
    due = TODAY + timedelta(days=14)
    continuing(user, due, 3)
    continuing(user, due + timedelta(days=1), 4)
    actions.continue_with(contact=contact, count=2, unit="weeks", now=now)
    assert contact.touch_on == due + timedelta(days=2)


def test_rhythm_has_room_on_a_day_with_two(contact: Contact, now: datetime, user: User, stranger: User):
    due = TODAY + timedelta(days=14)
    continuing(user, due, 2)
    continuing(stranger, due, 3)
    actions.continue_with(contact=contact, count=2, unit="weeks", now=now)
    assert contact.touch_on == due


def test_rhythm_looks_past_a_full_window(contact: Contact, now: datetime, user: User, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(actions, "WINDOW", timedelta(days=2))
    for day in range(5):
        continuing(user, TODAY + timedelta(days=14 + day), 3)
    actions.continue_with(contact=contact, count=2, unit="weeks", now=now)
    assert contact.touch_on == TODAY + timedelta(days=19)


def test_drop_silences_and_keeps_the_rhythm(contact: Contact, now: datetime):
    promise = PromiseFactory(contact=contact, due_on=TODAY + timedelta(days=9))
    contact.promises.replan(now)
    actions.continue_with(contact=contact, count=2, unit="months", now=now)
    actions.drop(contact=contact, now=now)
    contact.refresh_from_db()
    promise.refresh_from_db()
    assert (contact.stage, contact.touch_on, contact.rhythm_count, promise.remind_at) == ("drop", None, 2, None)


def test_resume_goes_back_to_where_it_stood(contact: Contact, now: datetime):
    actions.continue_with(contact=contact, count=2, unit="months", now=now)
    due = contact.touch_on
    actions.drop(contact=contact, now=now)
    actions.resume(contact=contact, now=now)
    contact.refresh_from_db()
    assert (contact.stage, contact.touch_on) == ("continue", due)


def test_resume_without_a_history_begins_anew(user: User, now: datetime):
    contact = ContactFactory(owner=user, stage="drop")
    actions.resume(contact=contact, now=now)
    assert contact.stage == "to_meet"


def test_resume_of_one_not_dropped_changes_nothing(contact: Contact, now: datetime):
    StageChangeFactory(contact=contact, before="asked", after="drop")
    actions.resume(contact=contact, now=now)
    assert contact.stage == "met"


def test_touch_restarts_the_rhythm(contact: Contact, now: datetime):
    actions.continue_with(contact=contact, count=3, unit="weeks", now=now - timedelta(days=20))
    actions.touch(contact=contact, on=TODAY, now=now)
    contact.refresh_from_db()
    assert (contact.last_touch_on, contact.touch_on) == (TODAY, TODAY + timedelta(days=21))


def test_touch_long_ago_does_not_turn_the_clock_back(contact: Contact, now: datetime):
    actions.touch(contact=contact, on=TODAY, now=now)
    actions.touch(contact=contact, on=TODAY - timedelta(days=90), now=now)
    contact.refresh_from_db()
    assert contact.last_touch_on == TODAY


def test_untouch_counts_from_the_one_before(contact: Contact, now: datetime):
    actions.touch(contact=contact, on=TODAY - timedelta(days=30), now=now - timedelta(days=30))
    actions.touch(contact=contact, on=TODAY, now=now)
    actions.untouch(contact=contact, now=now)
    contact.refresh_from_db()
    assert (contact.last_touch_on, contact.touches.count()) == (TODAY - timedelta(days=30), 1)


def test_untouch_without_any_touch_changes_nothing(contact: Contact, now: datetime):
    actions.untouch(contact=contact, now=now)
    contact.refresh_from_db()
    assert contact.version == 1


def test_bin_and_restore_carry_the_reminders(contact: Contact, now: datetime):
    promise = PromiseFactory(contact=contact, due_on=TODAY + timedelta(days=9))
    actions.move_to_bin(contact=contact, now=now)
    promise.refresh_from_db()
    assert (promise.remind_at, contact.binned_at, contact.version) == (None, now, 2)
    actions.take_out_of_bin(contact=contact, now=now)
    promise.refresh_from_db()
    contact.refresh_from_db()
    assert promise.remind_at is not None
    assert (contact.binned_at, contact.version) == (None, 3)


def test_note_makes_its_promises(contact: Contact, now: datetime):
    noted = actions.keep_note(
        contact=contact, body="Good.\n! send the slides friday\n!\n!! call", uid=uuid.uuid4(), now=now
    )
    assert [(promise.what, promise.due_on) for promise in noted.promises] == [
        ("Send the slides", date(2026, 11, 20)),
        ("Call", TODAY + timedelta(days=3)),
    ]
    assert noted.note.body == "Good.\n! send the slides friday\n!\n!! call"


def test_a_second_note_of_one_uid_is_refused_whole(contact: Contact, now: datetime):
    uid = uuid.uuid4()
    actions.keep_note(contact=contact, body="! send the slides", uid=uid, now=now)
    with pytest.raises(IntegrityError):
        actions.keep_note(contact=contact, body="! send the slides", uid=uid, now=now)
    assert (contact.notes.count(), contact.promises.count()) == (1, 1)


def test_note_is_found_by_search(contact: Contact, now: datetime):
    actions.keep_note(contact=contact, body="Führt das Hochwasser-Büro.", uid=uuid.uuid4(), now=now)
    contact.refresh_from_db()
    assert "hochwasser-buro" in contact.search_text


def test_add_with_everything(user: User, now: datetime):
    li = ContactFactory(owner=user, name="Li Wei")
    details = actions.Details(
        name="Zoë Żółć", role="Head", organisation="Łódź Lab", email="zoe@lab.example", place="Łódź",
        how_met="at PyCon", met_on=TODAY, introduced_by=li, stage=Stage.ASKED, tags=("Floods", "Mali"),
    )  # fmt: skip
    added = actions.add(owner=user, details=details, note="Good.\n! call", promises=["send the deck"], now=now)
    contact = Contact.objects.get(pk=added.contact.pk)
    assert (contact.name_key, contact.organisation.name, contact.introduced_by) == ("zoe zolc", "Łódź Lab", li)
    assert (contact.stage, contact.last_touch_on) == ("asked", TODAY)
    assert sorted(contact.tags.values_list("name", flat=True)) == ["Floods", "Mali"]
    assert [promise.what for promise in added.promises] == ["Send the deck", "Call"]
    assert contact.notes.get().body == "Good.\n! call"
    for word in ("zolc", "lodz", "zoe@lab.example", "pycon", "#mali", "deck", "good."):
        assert word in contact.search_text


def test_add_takes_the_organisation_that_is_there(user: User, stranger: User, now: datetime):
    for owner in (user, user, stranger):
        actions.add(owner=owner, details=actions.Details(name="Ana", organisation="nubank"), now=now)
    actions.add(owner=user, details=actions.Details(name="Bo", organisation="NuBank"), now=now)
    assert sorted(Organisation.objects.values_list("owner", "name")) == [(user.pk, "nubank"), (stranger.pk, "nubank")]


def test_add_costs_few_statements(user: User, now: datetime, django_assert_max_num_queries):
    details = actions.Details(name="Ana", role="engineer", organisation="Lab", email="ana@lab.example")
    with django_assert_max_num_queries(5):  # with the savepoint; the session and the user come on top
        actions.add(owner=user, details=details, now=now)


def test_name_that_folding_makes_longer_fits(user: User, now: datetime):
    actions.add(owner=user, details=actions.Details(name="ﷺ" * 300, organisation="ﷺ" * 300, tags=("ﷺ" * 60,)), now=now)
    assert len(user.contacts.get().name_key) == 300


def test_edit_writes_and_indexes_anew(contact: Contact, now: datetime):
    NoteFactory(contact=contact, body="Knows gauges.")
    PromiseFactory(contact=contact, what="Send the article")
    details = actions.Details(name="Priya R.", organisation="Trust", tags=("floods",), stage=Stage.ASKED)
    actions.edit(contact=contact, details=details, now=now)
    actions.edit(contact=contact, details=actions.Details(name="Priya R.", tags=("Leeds",), stage=Stage.ASKED), now=now)
    contact.refresh_from_db()
    assert (contact.name, contact.organisation, contact.stage, contact.version) == ("Priya R.", None, "asked", 4)
    assert list(contact.tags.values_list("name", flat=True)) == ["Leeds"]
    assert contact.search_text == "priya r. #leeds knows gauges. send the article"


def test_local_day_is_the_owners(user: User, now: datetime):
    user.time_zone = "Pacific/Auckland"  # 01:00 on Friday there
    user.save()
    contact = ContactFactory(owner=user)
    made = actions.make_promises(contact, ["call tomorrow"], now)
    assert made[0].due_on == date(2026, 11, 21)
    assert timezone.localdate(now) == TODAY
