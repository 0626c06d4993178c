from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from crm.importing import changes, decisions, imported_contacts, store
from crm.jobs import MOST_ATTEMPTS, claim, forget_old_imports, work, work_on_imports
from crm.models import Contact, Import, ImportAction, ImportRow, ImportState
from tests.crm.importing import helpers
from tests.crm.importing.helpers import LATER, read, steps, take_in, undo, work_off
from tests.factories import (
    NOW,
    ContactFactory,
    ImportFactory,
    ImportRowFactory,
    InterviewFactory,
    NoteFactory,
    OrganisationFactory,
    PromiseFactory,
)

pytestmark = pytest.mark.django_db
ANA = "Ana,Souza,https://www.linkedin.com/in/ana-souza,ana@example.org,Nubank,Head of data,08 Feb 2026\n"


def names(owner: User) -> list[str]:
    return list(owner.contacts.alive().order_by("name_key").values_list("name", flat=True))


def ana(owner: User, **values: object):
    organisation = OrganisationFactory(owner=owner, name="Nubank", name_key="nubank")
    return ContactFactory(
        owner=owner, name="Ana Souza", organisation=organisation,
        **{"role": "Head of data", "linkedin_url": "https://www.linkedin.com/in/ana-souza", **values},
    )  # fmt: skip


# --- reading ----------------------------------------------------------------------------------------------------------


def test_reading_stages_rows_and_changes_nothing(user: User):
    batch = read(user, ANA + ",,,,,,\n" + ANA + ",,https://linkedin.com/in/x,,,,\n")
    assert (batch.state, batch.total, user.contacts.count()) == (ImportState.READY, 4, 0)
    assert {key: count for key, count in batch.counts.items() if count} == {
        "new": 1, "empty": 1, "double": 1, "unreadable": 1,
    }  # fmt: skip
    assert list(batch.rows.order_by("line").values_list("line", "action")) == [(2, "new"), (5, "unreadable")]
    assert not user.importfiles.exists()


def test_file_that_cannot_be_read_is_refused_and_leaves_nothing(user: User):
    batch = ImportFactory(owner=user)
    user.importfiles.create(batch=batch, content=b"Name\nAna\n")
    work_off()
    batch.refresh_from_db()
    assert (batch.state, batch.problem[:40]) == (ImportState.REFUSED, "This has no column “First Name”. Choose ")
    assert not batch.rows.exists()
    assert not user.importfiles.exists()


def test_too_many_rows_are_refused_before_any_is_staged(user: User, settings):
    settings.IMPORT_MAX_ROWS = 3
    batch = read(user, helpers.people(4))
    assert (batch.state, batch.rows.count()) == (ImportState.REFUSED, 0)


def test_killed_reading_goes_on_where_it_was(user: User, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(store, "BATCH", 3)
    # the eighth is the second again: the worker that goes on must still know
    batch = helpers.bring(user, helpers.people(7) + helpers.people(1, start=1))
    next(steps())
    batch.refresh_from_db()
    assert (batch.state, batch.cursor, batch.rows.count()) == (ImportState.READING, 4, 3)
    work_off(LATER)
    batch.refresh_from_db()
    assert (batch.state, batch.counts["new"], batch.counts["double"]) == (ImportState.READY, 7, 1)


def test_file_that_kills_every_worker_is_given_up(user: User):
    batch = helpers.bring(user, ANA)
    Import.objects.filter(pk=batch.pk).update(attempts=MOST_ATTEMPTS)
    work_off()
    batch.refresh_from_db()
    assert (batch.state, batch.problem) == (
        ImportState.REFUSED, "This file could not be read, a knot on our side. Nothing was read.",
    )  # fmt: skip


def test_taking_in_that_kills_every_worker_is_given_up(user: User):
    batch = read(user, ANA)
    helpers.start(batch)
    Import.objects.filter(pk=batch.pk).update(attempts=MOST_ATTEMPTS)
    work_off()
    batch.refresh_from_db()
    assert (batch.state, bool(batch.problem)) == (ImportState.STOPPED, True)


# --- taking in --------------------------------------------------------------------------------------------------------


def test_new_person_comes_in_to_meet(user: User):
    batch = take_in(user, ANA, tag="Bergen 2026")
    contact = user.contacts.get()
    assert (contact.name, contact.role, str(contact.organisation), contact.email) == (
        "Ana Souza", "Head of data", "Nubank", "ana@example.org",
    )  # fmt: skip
    assert (contact.stage, contact.how_met, contact.connected_on, contact.imported_by) == (
        "to_meet", "LinkedIn", date(2026, 2, 8), batch,
    )  # fmt: skip
    assert contact.search_text == "ana souza head of data nubank ana@example.org linkedin in/ana-souza #bergen 2026"
    assert [str(tag) for tag in contact.tags.all()] == ["Bergen 2026"]
    assert (batch.state, batch.counts["added"], batch.finished_at) == (ImportState.DONE, 1, NOW)


def test_nobody_is_written_to_and_no_reminder_is_made(user: User):
    take_in(user, helpers.people(5))
    assert user.outgoingmails.count() == 0
    assert user.promises.count() == 0


def test_column_without_a_field_becomes_a_note(user: User):
    batch = ImportFactory(owner=user)
    content = b"First Name,Last Name,Connected On,Address\nZo,X,08 Feb 2026,1 Main St\n"
    user.importfiles.create(batch=batch, content=content)
    work_off()
    batch.refresh_from_db()
    helpers.start(batch)
    work_off()
    assert user.notes.get().body == "From Connections.csv:\nAddress: 1 Main St"


def test_same_file_again_adds_nothing(user: User):
    take_in(user, helpers.people(12) + ANA)
    again = take_in(user, helpers.people(12) + ANA)
    assert (again.counts["same"], again.counts["added"], user.contacts.count()) == (13, 0, 13)
    assert user.organisations.count() == 8


def test_two_previews_of_one_file_add_it_once(user: User):
    first, second = read(user, ANA), read(user, ANA)
    for batch in (first, second):
        helpers.start(batch)
    work_off()
    second.refresh_from_db()
    assert (second.counts["added"], second.counts["passed"], user.contacts.count()) == (0, 1, 1)


def test_killed_taking_in_leaves_no_half_row_and_goes_on(user: User, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(store, "BATCH", 3)
    batch = read(user, helpers.people(8))
    helpers.start(batch)
    next(steps())
    assert user.contacts.count() == batch.rows.filter(taken_in=True).count() == 3
    work_off(LATER)
    batch.refresh_from_db()
    assert (batch.state, batch.counts["added"], user.contacts.count()) == (ImportState.DONE, 8, 8)


def test_kill_inside_a_batch_leaves_nothing_of_it(user: User, monkeypatch: pytest.MonkeyPatch):
    batch = read(user, helpers.people(3))
    helpers.start(batch)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(store, "write_over", killed)
        with pytest.raises(KeyboardInterrupt):
            work_off()
    assert (user.contacts.count(), batch.rows.filter(taken_in=True).count()) == (0, 0)
    work_off(LATER)
    assert user.contacts.count() == 3


def test_worker_whose_lease_went_to_another_writes_nothing(user: User, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(store, "BATCH", 3)
    batch = read(user, helpers.people(8))
    helpers.start(batch)
    frozen = steps()
    next(frozen)
    other = steps(LATER)
    next(other)
    assert list(frozen) == []
    assert user.contacts.count() == 6
    assert len(list(other)) == 1
    assert user.contacts.count() == 8


def test_claimed_import_is_not_claimed_again(user: User):
    helpers.bring(user, ANA)
    assert claim(NOW) is not None
    assert claim(NOW) is None
    assert claim(LATER) is not None


def test_longest_waiting_is_claimed_first(user: User, stranger: User):
    mine, theirs = helpers.bring(user, ANA), helpers.bring(stranger, ANA)
    Import.objects.filter(pk=mine.pk).update(lease_until=NOW - timedelta(seconds=1))
    assert claim(NOW) == theirs
    assert claim(NOW) == mine


def test_slice_over_gives_the_lease_back(user: User, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(store, "BATCH", 3)
    batch = helpers.bring(user, helpers.people(8))
    claimed = claim(NOW)
    assert claimed is not None
    work(claimed, lambda: NOW, seconds=0)
    batch.refresh_from_db()
    assert (batch.lease_token, batch.lease_until, batch.attempts) == (None, NOW, 0)


def test_job_works_all_there_is(user: User, stranger: User):
    helpers.bring(user, ANA)
    helpers.bring(stranger, ANA)
    assert work_on_imports(NOW) == 2
    assert work_on_imports(NOW) == 0


@pytest.mark.django_db
def test_idle_job_asks_once(user: User, django_assert_num_queries):
    with django_assert_num_queries(1):
        work_on_imports(NOW)


def test_left_out_rows_stay_out(user: User):
    batch = read(user, helpers.people(2))
    batch.rows.filter(line=2).update(wanted=False)
    helpers.start(batch)
    work_off()
    assert names(user) == ["Person1 Number1"]


def test_stopped_import_goes_on(user: User, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(store, "BATCH", 3)
    batch = read(user, helpers.people(8))
    helpers.start(batch)
    worker = steps()
    next(worker)
    assert decisions.stop(batch, NOW)
    assert list(worker) == []
    assert user.contacts.count() == 3
    helpers.start(batch)
    work_off()
    batch.refresh_from_db()
    assert (batch.state, batch.counts["added"], user.contacts.count()) == (ImportState.DONE, 8, 8)


def test_stopped_reading_cannot_be_taken_in(user: User):
    batch = helpers.bring(user, ANA)
    assert decisions.stop(batch, NOW)
    assert not batch.can_take_in()
    assert not user.importfiles.exists()
    assert not decisions.stop(batch, NOW)


# --- matching ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "mine",
    [
        {"role": ""},
        {"linkedin_url": "", "email": "Ana@Example.org", "name": "Ana Lucía Souza"},
        {"linkedin_url": "", "role": "Head of data"},
    ],
    ids=["profile", "e-mail in any case", "name and organisation"],
)
def test_person_i_have_is_found(user: User, mine: dict[str, str]):
    contact = ana(user)
    for key, value in mine.items():
        setattr(contact, key, value)
    contact.save()
    batch = read(user, ANA)
    assert (batch.counts["new"], batch.counts["update"]) == (0, 1)
    assert batch.rows.get().contact == contact


@pytest.mark.parametrize(
    "mine",
    [
        {"linkedin_url": "https://www.linkedin.com/in/another-ana"},
        {"linkedin_url": "", "email": "ana@example.org", "name": "Fatoumata Diallo", "name_key": "fatoumata diallo"},
        {"linkedin_url": "", "organisation": None},
        {"binned_at": NOW},
    ],
    ids=["another profile", "a shared address", "another organisation", "in the bin"],
)
def test_person_who_only_looks_alike_is_new(user: User, mine: dict[str, object]):
    contact = ana(user)
    for key, value in mine.items():
        setattr(contact, key, value)
    contact.save()
    assert read(user, ANA).counts["new"] == 1


def test_people_of_others_are_not_looked_at(user: User, stranger: User):
    ana(stranger)
    batch = take_in(user, ANA)
    assert (batch.counts["new"], user.contacts.count(), stranger.contacts.count()) == (1, 1, 1)


def test_namesakes_with_two_profiles_are_two_people(user: User):
    rows = "Wei,Wang,https://linkedin.com/in/wei-1,,Acme,,\nWei,Wang,https://linkedin.com/in/wei-2,,Acme,,\n"
    assert take_in(user, rows).counts["added"] == 2


def test_same_person_twice_in_the_file_comes_in_once(user: User):
    rows = "Wei,Wang,,wei@example.org,Acme,,\nWei,Wang,https://linkedin.com/in/wei-1,,Acme,Boss,\n"
    batch = take_in(user, rows)
    assert (batch.counts["added"], batch.counts["double"]) == (1, 1)


# --- changes ----------------------------------------------------------------------------------------------------------


def test_empty_fields_are_filled_and_ticked(user: User):
    ana(user, role="", email="")
    row = read(user, ANA).rows.get()
    assert row.changes == {
        "role": ["", "Head of data", True],
        "email": ["", "ana@example.org", True],
        "connected_on": ["", "2026-02-08", True],
    }


def test_value_typed_by_hand_is_not_ticked(user: User):
    ana(user, role="Chief of numbers", email="mine@example.org", connected_on=date(2026, 2, 8))
    row = read(user, ANA).rows.get()
    assert row.changes["role"] == ["Chief of numbers", "Head of data", False]


def test_value_an_import_brought_is_ticked(user: User):
    take_in(user, ANA)
    row = read(user, ANA.replace("Head of data", "Chief data officer")).rows.get()
    assert row.changes == {"role": ["Head of data", "Chief data officer", True]}


def test_file_that_says_less_is_not_ticked(user: User):
    take_in(user, ANA)
    row = read(user, ANA.replace("Head of data", "Head")).rows.get()
    assert (row.changes, row.asked[0].says_less) == ({"role": ["Head of data", "Head", False]}, True)


def test_ticked_change_goes_in_and_the_old_value_into_the_story(user: User):
    take_in(user, ANA)
    batch = take_in(user, ANA.replace("Nubank,Head of data", "Itaú,Chief data officer"))
    contact = user.contacts.get()
    assert (contact.role, str(contact.organisation), contact.version) == ("Chief data officer", "Itaú", 2)
    assert user.notes.get().body == "Until Connections.csv came in:\nRole: Head of data\nOrganisation: Nubank"
    assert "chief data officer itau" in contact.search_text
    assert contact.search_text.endswith("role: head of data organisation: nubank")
    assert batch.counts["changed"] == 1


def test_value_i_changed_since_the_preview_stays(user: User):
    contact = ana(user, role="", email="")
    batch = read(user, ANA)
    user.contacts.update(role="Chief of numbers")
    helpers.start(batch)
    work_off()
    contact.refresh_from_db()
    assert (contact.role, contact.email) == ("Chief of numbers", "ana@example.org")


def test_person_binned_since_the_preview_is_passed_over(user: User):
    contact = ana(user, email="")
    batch = read(user, ANA)
    contact.bin(NOW)
    helpers.start(batch)
    work_off()
    batch.refresh_from_db()
    assert (batch.counts["passed"], batch.counts["changed"], user.contacts.count()) == (1, 0, 1)


# --- undo -------------------------------------------------------------------------------------------------------------


def test_undo_bins_who_came(user: User):
    batch = take_in(user, helpers.people(3), tag="bergen")
    undo(batch)
    assert (batch.state, batch.counts["removed"], user.contacts.alive().count()) == (ImportState.UNDONE, 3, 0)
    assert user.contacts.binned().count() == 3


@pytest.mark.parametrize(
    "since",
    [
        lambda contact: NoteFactory(contact=contact),
        lambda contact: PromiseFactory(contact=contact),
        lambda contact: InterviewFactory(contact=contact),
        lambda contact: ContactFactory(owner=contact.owner, introduced_by=contact),
        lambda contact: type(contact).objects.filter(pk=contact.pk).update(version=F("version") + 1),
        lambda contact: contact.contact_tags.create(
            owner=contact.owner, tag=imported_contacts.tag_called(contact.owner, "vip")
        ),
    ],
    ids=["note", "promise", "interview", "introduced somebody", "edited", "tagged"],
)
def test_undo_leaves_whom_something_was_done_about(user: User, since):
    batch = take_in(user, ANA, tag="bergen")
    since(user.contacts.get())
    undo(batch)
    assert "Ana Souza" in names(user)
    assert (batch.counts["removed"], batch.counts["stayed"]) == (0, 1)


def test_undo_looks_at_everything_that_points_at_a_contact(user: User):
    """A new table with a foreign key to Contact must keep people from being taken out."""
    with CaptureQueriesContext(connection) as queries:
        undo(take_in(user, ANA))
    asked = " ".join(query["sql"] for query in queries)
    for relation in Contact._meta.related_objects:
        assert f'"{relation.related_model._meta.db_table}"' in asked


def test_undo_puts_old_values_back(user: User):
    contact = ana(user, role="", email="", connected_on=date(2026, 2, 8))
    undo(take_in(user, ANA))
    contact.refresh_from_db()
    assert (contact.role, contact.email, contact.version) == ("", "", 3)


def test_undo_puts_replaced_values_back_and_takes_its_note_away(user: User):
    take_in(user, ANA)
    batch = take_in(user, ANA.replace("Nubank,Head of data", "Itaú,Chief data officer"))
    undo(batch)
    contact = user.contacts.get()
    assert (contact.role, str(contact.organisation), user.notes.count()) == ("Head of data", "Nubank", 0)
    assert batch.counts["put_back"] == 1


def test_undo_leaves_a_value_that_was_changed_since(user: User):
    contact = ana(user, role="", email="")
    batch = take_in(user, ANA)
    user.contacts.update(role="Chief of numbers")
    undo(batch)
    contact.refresh_from_db()
    assert (contact.role, contact.email) == ("Chief of numbers", "")


def test_killed_undo_goes_on(user: User, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(store, "BATCH", 3)
    batch = take_in(user, helpers.people(8))
    assert decisions.undo(batch, NOW)
    next(steps())
    assert user.contacts.alive().count() == 5
    work_off(LATER)
    batch.refresh_from_db()
    assert (batch.state, batch.counts["removed"], batch.counts["stayed"]) == (ImportState.UNDONE, 8, 0)


def test_undo_is_once_and_for_thirty_days(user: User):
    batch = take_in(user, ANA)
    assert not decisions.undo(batch, NOW + timedelta(days=31))
    assert decisions.undo(batch, NOW + timedelta(days=29))
    assert not decisions.undo(batch, NOW)


def test_file_comes_in_again_after_undo(user: User):
    undo(take_in(user, ANA))
    assert take_in(user, ANA).counts["added"] == 1
    assert names(user) == ["Ana Souza"]


# --- what is kept, and what the database refuses ----------------------------------------------------------------------


def test_old_rows_are_forgotten_and_counts_stay(user: User):
    batch, waiting = take_in(user, ANA), read(user, helpers.people(2))
    assert forget_old_imports(NOW + timedelta(days=29)) == 0
    assert forget_old_imports(NOW + timedelta(days=31)) == 3
    batch.refresh_from_db()
    waiting.refresh_from_db()
    assert (batch.state, batch.counts["added"], waiting.state) == (ImportState.DONE, 1, ImportState.REFUSED)


def test_lines_are_unique_within_an_import(user: User):
    row = ImportRowFactory(batch__owner=user, line=2)
    with pytest.raises(IntegrityError), transaction.atomic():
        ImportRowFactory(batch=row.batch, line=2)


@pytest.mark.parametrize(
    "values", [{"state": "lost"}, {"state": "refused", "problem": ""}], ids=["unknown state", "refused without a word"]
)
def test_database_refuses_an_import_that_cannot_be(user: User, values: dict[str, str]):
    with pytest.raises(IntegrityError), transaction.atomic():
        ImportFactory(owner=user, **values)


@pytest.mark.parametrize(
    "values",
    [{"action": "lost"}, {"action": "unreadable"}, {"action": "unreadable", "problem": "No name", "taken_in": True}],
)
def test_database_refuses_a_row_that_cannot_be(user: User, values: dict[str, object]):
    with pytest.raises(IntegrityError), transaction.atomic():
        ImportRowFactory(batch__owner=user, **values)


def test_waiting_imports_are_found_through_their_index(user: User):
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
    assert "import_to_work" in Import.objects.free(NOW).explain()


def test_rows_of_a_heading_are_found_through_their_index(user: User):
    for batch in (ImportFactory(owner=user), ImportFactory(owner=user)):
        user.importrows.bulk_create(
            [ImportRow(owner=user, batch=batch, line=line, action=ImportAction.NEW) for line in range(1000)]
        )
    ImportRowFactory(batch=batch, line=1000, action=ImportAction.UPDATE)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE crm_importrow")
    plan = batch.rows.to_do(ImportAction.UPDATE).filter(line__gt=5)[:50].explain()
    assert "import_row_by_action" in plan


def test_row_says_what_it_asks():
    row = ImportRow(pk=7, line=3, data={"name": "Ana Souza", "title": "Boss", "company": "Nubank"},
                    changes={"connected_on": ["", "2026-02-08", True]})  # fmt: skip
    assert (row.initials, row.tint, row.position) == ("AS", "3", "Boss, Nubank")
    assert [(asked.key, asked.after) for asked in row.asked] == [("7:connected_on", "8 February 2026")]


def test_organisations_are_made_once(user: User):
    OrganisationFactory(owner=user, name="NUBANK", name_key="nubank")
    found = imported_contacts.organisations_called(user, ["Nubank", "nubank ", "Itaú", ""])
    assert (sorted(found), user.organisations.count()) == (["itau", "nubank"], 2)


def test_changes_write_only_their_fields(user: User):
    contact = ana(user)
    user.contacts.update(place="Recife")
    contact.role = "Boss"
    changes.write_over(user.contacts, [contact], ["role"])
    contact.refresh_from_db()
    assert (contact.role, contact.place) == ("Boss", "Recife")


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_workers_add_two_files_with_the_same_people_once(user: User, monkeypatch: pytest.MonkeyPatch):
    if connection.vendor == "sqlite":
        pytest.skip("SQLite has one writer: two workers cannot meet")
    monkeypatch.setattr(store, "BATCH", 10)
    for batch in [read(user, helpers.people(60)), read(user, helpers.people(60))]:
        helpers.start(batch)

    def worker() -> None:
        try:
            work_off()
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(worker) for _ in range(2)]:
            done.result()
    assert user.contacts.count() == 60
    assert sum(batch.counts["passed"] for batch in user.imports.all()) == 60
    assert not user.imports.working().exists()


@pytest.mark.slow
def test_thousands_come_in_with_as_many_queries_a_batch(user: User, django_assert_max_num_queries):
    batch = helpers.bring(user, helpers.people(3000))
    with django_assert_max_num_queries(6 * 25 + 20 if connection.vendor == "postgresql" else 2500):
        work_off()
        batch.refresh_from_db()
        helpers.start(batch)
        work_off()
    assert user.contacts.count() == 3000


def test_one_row_that_does_not_fit_is_said_and_the_others_go_in(user: User):
    batch = take_in(user, f"{'A' * 150},{'B' * 150},,,,,\nOmar,Al-Masri,,,,,\n")
    assert names(user) == ["Omar Al-Masri"]
    assert batch.rows.get(action="unreadable").problem == "One value is longer than 300 letters"


def test_no_zero_byte_of_a_line_reaches_the_database(user: User):
    rows = f"{'A' * 301},a\0b,,,,,\nOmar,Al-Masri,,,,,\n"
    batch = ImportFactory(owner=user)
    content = helpers.HEADER.replace("Company", "Company,X\0") + rows
    user.importfiles.create(batch=batch, content=content.encode("utf-16"))
    work_off()
    batch.refresh_from_db()
    assert batch.state == ImportState.READY
    assert "\0" not in "".join([*batch.header, *batch.rows.get(action="unreadable").data["cells"]])
