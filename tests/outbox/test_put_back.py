"""A database put back from a backup holds by itself what was due before; every page says so, with two taps."""

from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse

from outbox import actions, put_back
from outbox.models import PUT_BACK, Figure, HighestDrain, OutgoingMail, Relay
from tests.factories import NOW, ContactFactory, OutgoingMailFactory, PromiseFactory, UserFactory

pytestmark = pytest.mark.django_db
PAGES = ["/", "/contacts/", "/follow-ups/", "/deliveries/", "/settings/"]
SAID = "The database was put back from a backup"
is_sqlite = connection.vendor == "sqlite"


@pytest.fixture(autouse=True)
def kept(db, monkeypatch, tmp_path):
    """The real thing: with a file, where the tests' database lies in memory; and with the row that a migration made, which a
    test that empties all tables may have taken along."""
    if not is_sqlite and not HighestDrain.objects.exists():
        HighestDrain.objects.create(number=0)
    monkeypatch.setattr(put_back, "_is_in_memory", lambda: False)
    monkeypatch.setattr(put_back, "beside", lambda: tmp_path / "keepword.sqlite3.drains")
    return tmp_path / "keepword.sqlite3.drains"


def put_the_backup_back(number=0):
    """The database forgets what came after; what is kept beside it does not."""
    Figure.objects.filter(pk=put_back.DRAINS).update(total=number)


def states():
    return sorted(OutgoingMail.objects.values_list("state", flat=True))


def test_a_new_database_and_one_that_goes_on_hold_nothing(run, relay):
    for number in range(3):
        OutgoingMailFactory(recipient=f"to{number}@x.example")
        actions.plan(NOW)
        run()
    assert states() == ["sent"] * 3
    assert Figure.objects.get(pk=put_back.DRAINS).total == 3


def test_a_drain_without_mail_counts_nothing(run):
    run()
    assert not Figure.objects.filter(pk=put_back.DRAINS).exists()


@pytest.mark.parametrize("number", [0, 1])
def test_what_was_due_before_is_held(run, relay, number):
    for _ in range(2):
        OutgoingMailFactory()
        run()
    OutgoingMail.objects.all().delete()
    OutgoingMailFactory()
    OutgoingMailFactory(next_attempt_at=NOW + timedelta(hours=1), not_before=NOW + timedelta(hours=1))
    put_the_backup_back(number)
    actions.plan(NOW)
    run()
    assert states() == ["held", "pending"]
    assert OutgoingMail.objects.get(state="held").cause == PUT_BACK
    OutgoingMailFactory()
    actions.plan(NOW)
    run()
    assert states() == ["held", "pending", "sent"]


def test_a_reminder_that_was_not_planned_yet_is_held_too(run, relay):
    user = UserFactory(mail_at="00:00")
    PromiseFactory(contact=ContactFactory(owner=user), remind_at=NOW - timedelta(days=1))
    OutgoingMailFactory()
    run()
    put_the_backup_back()
    actions.plan(NOW)
    assert OutgoingMail.objects.get(owner=user).state == "held"


def test_a_number_that_was_lost_means_another_place(run, relay, kept):
    """A backup put into a new folder, or a table that the dump left out."""
    OutgoingMailFactory()
    run()
    if is_sqlite:
        kept.unlink()
    else:
        HighestDrain.objects.all().delete()
    OutgoingMailFactory()
    actions.plan(NOW)
    run()
    assert states() == ["held", "sent"]
    assert not put_back.is_put_back()


def test_a_backup_from_before_the_first_mail(kept):
    """On Postgres the number is there from the first day; SQLite's file would be ahead."""
    assert not put_back.is_put_back()
    HighestDrain.objects.all().delete()
    assert put_back.is_put_back() != is_sqlite
    kept.write_text("1")
    assert put_back.is_put_back()


def test_a_dump_without_the_table_itself_or_a_file_that_cannot_be_read(run, relay, kept):
    OutgoingMailFactory()
    run()
    if is_sqlite:
        kept.write_text("half a wr")
    else:
        with connection.schema_editor() as editor:
            editor.delete_model(HighestDrain)
    OutgoingMailFactory()
    actions.plan(NOW)
    run()
    assert states() == ["held", "sent"]


def test_a_number_that_cannot_be_kept_stops_no_mail(run, relay, kept, caplog):
    if is_sqlite:
        kept.mkdir()
        OutgoingMailFactory()
        run()
        assert states() == ["sent"]
        assert "could not be kept" in caplog.text


# --- what the pages say -------------------------------------------------------------------------------------------------
@pytest.fixture
def held(client, user):
    Relay.note(put_back_at=NOW)
    return [OutgoingMailFactory(owner=user, state="held", cause=PUT_BACK, recipient=f"a{n}@x.example") for n in (1, 2)]


def test_every_page_says_so_to_its_owner(client, held):
    for path in PAGES:
        page = client.get(path).content.decode()
        assert SAID in page
        assert reverse("held_release") in page
        assert reverse("held_discard") in page
    client.force_login(UserFactory())
    assert all(SAID not in client.get(path).content.decode() for path in PAGES)


def test_one_tap_releases_all(client, held):
    page = client.post(reverse("held_release"), follow=True).content.decode()
    assert states() == ["pending", "pending"]
    assert "Released: 2 mails" in page
    assert SAID not in page


def test_one_tap_discards_all_and_undo_holds_them_again(client, held):
    other = OutgoingMailFactory(owner=held[0].owner, state="held", cause="it may have arrived already")
    page = client.post(reverse("held_discard"), follow=True).context
    assert states() == ["cancelled", "cancelled", "held"]
    undo = next(iter(page["messages"])).extra_tags
    client.post(undo)
    assert states() == ["held"] * 3
    other.refresh_from_db()
    assert other.cause == "it may have arrived already"


@pytest.mark.parametrize("at", ["", "nonsense", "9999-12-31T23:59:59-12:00", "2026-01-01T00:00:00+00:00"])
def test_an_undo_of_nothing_says_so(client, held, at):
    assert (
        "Held again: 0 mails" in client.post(reverse("held_undiscard", query={"at": at}), follow=True).content.decode()
    )


def test_nobody_elses_are_touched(client, held):
    client.force_login(UserFactory())
    for name in ("held_release", "held_discard"):
        client.post(reverse(name))
    assert states() == ["held", "held"]
