import csv
import io
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import User
from crm.importing import views
from crm.importing.formats import open_people
from crm.models import Import, ImportAction, ImportState
from tests.crm.importing import helpers
from tests.crm.importing.helpers import HEADER, read, take_in, work_off
from tests.factories import ContactFactory, ImportFactory, ImportRowFactory

pytestmark = pytest.mark.django_db
LIST = "/import/"


def csv_file(rows: str, name: str = "Connections.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, (HEADER + rows).encode(), "text/csv")


def error(response) -> str:
    return " ".join(response.context["form"].errors["file"])


def page(client: Client, batch: Import, **query: str) -> str:
    return client.get(batch.get_absolute_url(), query).content.decode()


# --- choosing a file --------------------------------------------------------------------------------------------------


def test_upload_is_stored_and_the_page_shows_the_progress(client: Client, user: User):
    response = client.post(LIST, {"file": csv_file(helpers.people(2)), "tag": "#bergen"}, follow=True)
    batch = user.imports.get()
    assert response.redirect_chain == [(f"/import/{batch.pk}/", 302)]
    assert (batch.state, batch.filename, batch.tag) == (ImportState.READING, "Connections.csv", "bergen")
    assert response.templates[0].name == "crm/import_progress.html"


def test_same_upload_twice_is_one_import(client: Client, user: User):
    uid = str(uuid.uuid4())
    for _ in range(2):
        client.post(LIST, {"uid": uid, "file": csv_file(helpers.people(2))})
    assert (user.imports.count(), user.importfiles.count()) == (1, 1)


def test_another_file_from_a_page_gone_back_to_is_another_import(client: Client, user: User):
    uid = str(uuid.uuid4())
    for people in (2, 3):
        client.post(LIST, {"uid": uid, "file": csv_file(helpers.people(people))})
    assert user.imports.count() == 2


def test_uid_of_somebody_else_makes_an_import_of_mine(client: Client, user: User, stranger: User):
    uid = str(uuid.uuid4())
    for owner in (stranger, user):
        client.force_login(owner)
        client.post(LIST, {"uid": uid, "file": csv_file(helpers.people(2))})
    assert (user.imports.count(), stranger.imports.count()) == (1, 1)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"\x89PNG\r\n\x1a\n", "This is a picture."),
        (b"", "The file is empty."),
        (b"%PDF-1.7", "This is a PDF."),
        (b"Name\nAna\n", "This has no column “First Name”."),
        (HEADER.encode() + b"\0", "This is no text"),
        (b"PK\x03\x04junk", "The zip is damaged"),
    ],
)
def test_file_that_holds_no_people_gets_a_sentence(client: Client, user: User, content: bytes, sentence: str):
    response = client.post(LIST, {"file": SimpleUploadedFile("slides.png", content), "tag": "bergen"})
    assert response.status_code == 200
    assert error(response).startswith(sentence)
    assert response.context["form"]["tag"].value() == "bergen"
    assert not user.imports.exists()


def test_no_file_gets_a_sentence(client: Client):
    assert error(client.post(LIST, {})).startswith("No file arrived.")


@pytest.mark.parametrize("data", [{"file": "text"}, {"uid": "nonsense"}, {"tag": "x" * 10_000}, {"tag": "\0"}])
def test_nonsense_in_the_form_gets_a_sentence(client: Client, user: User, data: dict[str, str]):
    assert client.post(LIST, data).status_code == 200
    assert not user.imports.exists()


def test_too_large_a_file_is_thrown_away_while_it_arrives(client: Client, user: User, settings):
    settings.IMPORT_MAX_BYTES = 1_000_000
    response = client.post(LIST, {"file": csv_file(helpers.people(20_000)), "tag": "bergen"})
    assert error(response).startswith("The file is larger than 0 MB.")
    assert "100,000 people" in error(response)
    assert response.context["form"]["tag"].value() == "bergen"
    assert not user.imports.exists()


@pytest.mark.parametrize("name", ["../../etc/passwd.csv", "x" * 250 + ".csv", "\u202egnp.csv", "<script>.csv"])
def test_name_of_a_file_is_only_shown(client: Client, user: User, name: str):
    client.post(LIST, {"file": csv_file(helpers.people(1), name)})
    shown = client.get(LIST).content.decode()
    assert user.imports.count() == 1
    assert "<script>.csv" not in shown


def test_earlier_imports_are_paged(client: Client, user: User, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(views, "IMPORTS", 2)
    monkeypatch.setattr("crm.importing.views.IMPORTS", 2)
    first, *_ = [ImportFactory(owner=user, state="undone", filename=f"file{n}.csv") for n in range(3)]
    response = client.get(LIST)
    assert [batch.filename for batch, _undo in response.context["imports"]] == ["file2.csv", "file1.csv"]
    response = client.get(LIST, {"before": response.context["later"]})
    assert [batch for batch, _undo in response.context["imports"]] == [first]


@pytest.mark.parametrize("before", ["x", "-1", "9" * 40, "٣"])
def test_nonsense_position_shows_the_first_page(client: Client, before: str):
    assert client.get(LIST, {"before": before}).status_code == 200


# --- progress ---------------------------------------------------------------------------------------------------------


def test_progress_is_a_fragment_and_then_the_page_is_drawn_anew(client: Client, user: User):
    batch = helpers.bring(user, helpers.people(2))
    headers = {"HX-Request": "true", "HX-Target": "progress"}
    fragment = client.get(batch.get_absolute_url(), headers=headers)
    assert fragment.content.decode().strip().startswith("<section")
    work_off()
    assert client.get(batch.get_absolute_url(), headers=headers)["HX-Refresh"] == "true"


def test_progress_says_how_far_it_is(client: Client, user: User):
    batch = ImportFactory(owner=user, total=12_000)
    batch.counts["new"] = 1_500
    batch.save()
    assert "1,500 of 12,000 people." in page(client, batch)
    assert 'max="12000"' in page(client, batch)


def test_fragment_and_page_show_the_same(client: Client, user: User):
    batch = helpers.bring(user, helpers.people(2))
    fragment = client.get(batch.get_absolute_url(), headers={"HX-Request": "true", "HX-Target": "progress"})
    form = fragment.content.decode().partition('<form method="post"')[0].strip()
    assert form in page(client, batch)


# --- preview ----------------------------------------------------------------------------------------------------------


def test_preview_counts_and_offers(client: Client, user: User):
    ContactFactory(owner=user, name="Person0 Number0", linkedin_url="https://www.linkedin.com/in/person-0", role="Boss")
    shown = page(client, read(user, helpers.people(3) + ",,,,,,\n,,https://linkedin.com/in/x,,,,\n"))
    assert "Take in 2, change 1" in " ".join(shown.split())
    for text in ("Person2 Number2", "<del>Boss</del>", "No name", "without a name"):
        assert text in shown


def test_ticks_are_kept_while_paging(client: Client, user: User, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(views.SIZES, ImportAction.NEW, 2)
    batch = read(user, helpers.people(5))
    first, second, *_ = batch.rows.order_by("line")
    data = {"shown": [first.pk, second.pk], "take": [second.pk], "next": f"/import/{batch.pk}/?new=3#new"}
    response = client.post(reverse("import_tick", args=[batch.pk]), data)
    assert response["Location"] == f"/import/{batch.pk}/?new=3#new"
    assert list(batch.rows.left_out()) == [first]
    assert "Take in 4 </button>" in " ".join(page(client, batch).split())


def test_preview_is_walked_by_line(client: Client, user: User, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(views.SIZES, ImportAction.NEW, 2)
    batch = read(user, helpers.people(5))

    def seen(new: str) -> tuple[list[int], int | None, int | None]:
        section = client.get(batch.get_absolute_url(), {"new": new}).context["new"]
        return [row.line for row in section.rows], section.earlier, section.later

    assert seen("") == ([2, 3], None, 3)
    assert seen("3") == ([4, 5], 0, 5)
    assert seen("5") == ([6], 3, None)
    assert seen("nonsense") == seen("")
    assert seen("99") == ([], 4, None)


def test_values_are_ticked_one_by_one(client: Client, user: User):
    batch = ImportFactory(owner=user, state="ready", total=1, counts=ImportFactory.build().counts | {"update": 1})
    changes = {"role": ["Boss", "Chief", False], "email": ["", "a@example.org", True]}
    row = ImportRowFactory(batch=batch, action="update", changes=changes, data={"name": "Ana"})
    client.post(reverse("import_tick", args=[batch.pk]), {"shown": row.pk, "change": f"{row.pk}:role"})
    row.refresh_from_db()
    assert [tick for *_, tick in row.changes.values()] == [True, False]
    assert row.wanted
    client.post(reverse("import_tick", args=[batch.pk]), {"shown": row.pk})
    row.refresh_from_db()
    assert not row.wanted


def test_all_are_left_out_and_taken_in_again(client: Client, user: User):
    batch = read(user, helpers.people(3))
    client.post(reverse("import_tick_none", args=[batch.pk]))
    assert batch.rows.left_out().count() == 3
    client.post(reverse("import_tick_all", args=[batch.pk]))
    assert batch.rows.left_out().count() == 0


def test_ticks_of_somebody_elses_rows_are_not_touched(client: Client, user: User, stranger: User):
    mine, theirs = read(user, helpers.people(1)), read(stranger, helpers.people(1))
    row = theirs.rows.get()
    client.post(reverse("import_tick", args=[mine.pk]), {"shown": [row.pk, "x", "9" * 30, "\0"]})
    row.refresh_from_db()
    assert row.wanted


@pytest.mark.parametrize("rows", [1, 30])
def test_preview_costs_the_same_with_1_and_30_rows(client: Client, user: User, rows: int, django_assert_num_queries):
    for n in range(rows):
        ContactFactory(owner=user, linkedin_url=f"https://www.linkedin.com/in/person-{n}", role="Boss")
    bad = ",,https://linkedin.com/in/x,,,,\n" * rows
    batch = read(user, helpers.people(rows * 2) + bad)
    with django_assert_num_queries(11):
        assert "Take in" in page(client, batch)


@pytest.mark.parametrize("rows", [1, 30])
def test_list_costs_the_same_with_1_and_30_imports(client: Client, user: User, rows: int, django_assert_num_queries):
    for n in range(rows):
        ImportFactory(owner=user, state=("done", "undone", "ready")[n % 3])
    with django_assert_num_queries(6):
        client.get(LIST)


@pytest.mark.parametrize("rows", [1, 30])
def test_done_page_costs_the_same_after_1_and_30(client: Client, user: User, rows: int, django_assert_num_queries):
    batch = take_in(user, helpers.people(rows))
    with django_assert_num_queries(7):
        page(client, batch)


def test_progress_costs_three_queries(client: Client, user: User, django_assert_num_queries):
    batch = helpers.bring(user, helpers.people(2))
    with django_assert_num_queries(3):
        client.get(batch.get_absolute_url(), headers={"HX-Request": "true", "HX-Target": "progress"})


# --- taking in, stopping, undoing -------------------------------------------------------------------------------------


def test_take_in_keeps_the_ticks_of_its_page_and_starts(client: Client, user: User):
    batch = read(user, helpers.people(3))
    _first, *rest = batch.rows.order_by("line")
    data = {"shown": [row.pk for row in batch.rows.all()], "take": [row.pk for row in rest]}
    for _ in range(2):
        client.post(reverse("import_take_in", args=[batch.pk]), data)
    work_off()
    batch.refresh_from_db()
    assert (batch.counts["ticked"], batch.counts["added"], user.contacts.count()) == (2, 2, 2)
    shown = " ".join(page(client, batch).split())
    assert "2 new people, 0 changed" in shown
    assert "left out" in shown
    assert client.post(reverse("import_take_in", args=[batch.pk]), data).status_code == 302
    work_off()
    assert user.contacts.count() == 2


def test_stop_says_what_became_of_it(client: Client, user: User):
    batch = helpers.bring(user, helpers.people(3))
    shown = client.post(reverse("import_stop", args=[batch.pk]), follow=True).content.decode()
    assert "You stopped the reading" in shown
    again = client.post(reverse("import_stop", args=[batch.pk]), follow=True).content.decode()
    assert "Connections.csv is not being worked any more." in again


def test_undo_takes_everybody_out(client: Client, user: User):
    batch = take_in(user, helpers.people(3))
    assert "Take 3 people out again?" in " ".join(page(client, batch).split())
    for _ in range(2):
        client.post(reverse("import_undo", args=[batch.pk]))
    work_off()
    assert user.contacts.alive().count() == 0
    assert "Those who came with it are in the bin" in page(client, batch)
    assert client.post(reverse("import_undo", args=[batch.pk])).status_code == 302


def test_undo_of_nothing_is_said(client: Client, user: User):
    batch = read(user, helpers.people(3))
    shown = client.post(reverse("import_undo", args=[batch.pk]), follow=True).content.decode()
    assert "Nothing of Connections.csv can be undone." in shown


def test_refused_import_says_why(client: Client, user: User):
    batch = ImportFactory(owner=user, state="refused", problem="More than 100,000 people are in this file.")
    assert "More than 100,000 people are in this file." in page(client, batch)


def test_lines_not_understood_are_saved_and_can_be_read_again(client: Client, user: User):
    batch = read(user, helpers.people(1) + ",,https://linkedin.com/in/x,=cmd(),Acme,,\n")
    response = client.get(reverse("import_lines", args=[batch.pk]))
    content = b"".join(response.streaming_content)
    header, line = csv.reader(io.StringIO(content.decode("utf-8-sig")))
    assert header[:2] == ["First Name", "Last Name"]
    assert line[3] == "'=cmd()"
    (read_again,) = open_people(content.replace(b",,https", b"Ana,Souza,https"), 10**6).people()
    assert read_again.person
    assert read_again.person.extra == (("Email Address", "=cmd()"),)


@pytest.mark.parametrize("name", ["import_detail", "import_lines"])
def test_somebody_elses_import_is_not_there(client: Client, stranger: User, name: str):
    batch = read(stranger, helpers.people(1))
    assert client.get(reverse(name, args=[batch.pk])).status_code == 404


@pytest.mark.parametrize(
    "name", ["import_tick", "import_tick_all", "import_tick_none", "import_take_in", "import_stop", "import_undo"]
)
def test_somebody_elses_import_cannot_be_decided(client: Client, stranger: User, name: str):
    batch = read(stranger, helpers.people(1))
    assert client.post(reverse(name, args=[batch.pk])).status_code == 404
    assert client.get(reverse(name, args=[batch.pk])).status_code == 405
