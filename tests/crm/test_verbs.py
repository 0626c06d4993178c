"""Each tap: what it does, what it says, and that it can be taken back once."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import User
from crm import actions
from crm.models import Contact, Note, Stage
from crm.views import verbs
from tests.factories import NOW, TODAY, ContactFactory
from tests.htmx import element, same

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def contact(user: User) -> Contact:
    return ContactFactory(owner=user, name="Priya Raghunathan", stage=Stage.MET)


def tap(client: Client, url: str, **data: str) -> tuple[str, str]:
    """What the toast says, and where its undo leads."""
    html = client.post(url, data, follow=True).content.decode()
    box = element(html, "toasts")
    said, undo = re.search(r"<p>(.*?)</p>", box, re.DOTALL), re.search(r'action="([^"]*)"', box)
    return same(said[1]).strip() if said else "", undo[1].replace("&amp;", "&") if undo else ""


def url(verb: str, contact: Contact, query: str = "") -> str:
    return reverse(f"contact_{verb}", args=[contact.pk]) + query


def stands(contact: Contact) -> tuple[str, str, object]:
    contact.refresh_from_db()
    return contact.stage, contact.rhythm, contact.touch_on


def test_stage(client: Client, contact: Contact):
    said, undo = tap(client, url("stage", contact), stage="asked")
    assert (said, undo) == ("Priya Raghunathan: Asked.", f"/contacts/{contact.pk}/stage/?stage=met&v=2")
    assert tap(client, undo)[0] == "Priya Raghunathan: Met: decide."
    assert stands(contact)[0] == "met"


def test_stage_that_it_has_says_nothing(client: Client, contact: Contact):
    assert tap(client, url("stage", contact), stage="met") == ("", "")


def test_stage_unknown_changes_nothing(client: Client, contact: Contact):
    assert tap(client, url("stage", contact), stage="x") == ("Choose one of the stages. Nothing was changed.", "")


def test_continue(client: Client, contact: Contact):
    said, undo = tap(client, url("continue", contact), count="3", unit="weeks")
    assert said == "Continuing with Priya Raghunathan, every 3 weeks. Next: Thursday 10 December."
    assert stands(contact) == ("continue", "every 3 weeks", TODAY + timedelta(days=21))
    tap(client, undo)
    assert stands(contact) == ("met", "every 3 weeks", None)


def test_continue_in_another_rhythm(client: Client, contact: Contact):
    tap(client, url("continue", contact), count="3", unit="weeks")
    undo = tap(client, url("continue", contact), count="1", unit="years")[1]
    assert stands(contact)[1] == "every year"
    tap(client, undo)
    assert stands(contact)[1] == "every 3 weeks"


@pytest.mark.parametrize("count", ["", "0", "100", "x", "9" * 40])
def test_rhythm_refused_changes_nothing(client: Client, contact: Contact, count: str):
    said, undo = tap(client, url("continue", contact), count=count, unit="weeks")
    assert said == "A rhythm is a number from 1 to 99 of days, weeks, months or years. Nothing was changed."
    assert (undo, stands(contact)[0]) == ("", "met")


def test_drop_and_resume(client: Client, contact: Contact):
    said, undo = tap(client, url("drop", contact))
    assert (said, stands(contact)[0]) == ("Dropped Priya Raghunathan: no more reminders.", "drop")
    said, redo = tap(client, undo)
    assert (said, stands(contact)[0]) == ("Priya Raghunathan is back: Met: decide.", "met")
    assert tap(client, redo)[0].startswith("Dropped")


def test_touch(client: Client, contact: Contact):
    actions.continue_with(contact=contact, count=3, unit="weeks", now=NOW - timedelta(days=30))
    said, undo = tap(client, url("touch", contact))
    assert said == "You spoke with Priya Raghunathan. Next: Thursday 10 December."
    assert tap(client, undo)[0] == "Taken back: the last time you spoke with Priya Raghunathan."
    assert contact.touches.count() == 0


def test_touch_by_a_double_tap_is_taken_back_whole(client: Client, contact: Contact):
    for _twice in range(2):
        said, undo = tap(client, url("touch", contact))
    assert said == "You spoke with Priya Raghunathan."
    tap(client, undo)
    assert contact.touches.count() == 0


def test_touch_on_a_day(client: Client, contact: Contact):
    tap(client, url("touch", contact), on="yesterday")
    assert contact.touches.get().happened_on == TODAY - timedelta(days=1)


def test_touch_still_to_come_is_refused(client: Client, contact: Contact):
    said, _undo = tap(client, url("touch", contact), on="tomorrow")
    assert (said[:33], contact.touches.count()) == ("20 November 2026 is still to come", 0)


def test_bin_from_the_page_leads_to_the_list(client: Client, contact: Contact):
    response = client.post(url("bin", contact), {"next": contact.get_absolute_url()})
    assert response["Location"] == reverse("contact_list")
    assert client.get(contact.get_absolute_url()).status_code == 404


def test_bin_and_restore(client: Client, contact: Contact):
    said, undo = tap(client, url("bin", contact))
    assert said == "Priya Raghunathan is in the bin, for 30 days."
    assert tap(client, undo)[0] == "Priya Raghunathan is back from the bin."
    contact.refresh_from_db()
    assert contact.binned_at is None


@pytest.mark.parametrize("verb", ["stage", "continue", "drop", "untouch", "bin"])
def test_stale_undo_changes_nothing(client: Client, contact: Contact, verb: str):
    said, undo = tap(client, url(verb, contact, "?v=9&stage=drop&count=2&unit=days"))
    assert said == "Priya Raghunathan stands at “Met: decide” already. Nothing was changed."
    assert (undo, contact.version) == ("", 1)


def test_undo_works_once(client: Client, contact: Contact):
    undo = tap(client, url("drop", contact))[1]
    tap(client, undo)
    assert tap(client, undo)[0] == "Priya Raghunathan stands at “Met: decide” already. Nothing was changed."


def test_restore_of_one_not_in_the_bin_changes_nothing(client: Client, contact: Contact):
    assert tap(client, url("restore", contact))[0].endswith("already. Nothing was changed.")


def test_tap_leads_back_to_where_it_was(client: Client, contact: Contact):
    assert client.post(url("drop", contact), {"next": "/?x=1"})["Location"] == "/?x=1"
    assert (
        client.post(url("resume", contact), {"next": "https://evil.example/"})["Location"] == contact.get_absolute_url()
    )


@pytest.mark.parametrize("verb", ["stage", "continue", "drop", "resume", "touch", "untouch", "bin", "restore"])
def test_tap_is_a_post(client: Client, contact: Contact, verb: str):
    assert client.get(url(verb, contact)).status_code == 405


@pytest.fixture
def between_look_and_lock(monkeypatch: pytest.MonkeyPatch):
    """Does something after a view has read the version of its row, and before the row is locked."""

    def arrange(module: Any, act: Callable[[], object]) -> None:
        look = module.seen_version

        def look_then_act(*args: Any) -> int:
            seen = look(*args)
            act()
            return seen

        monkeypatch.setattr(module, "seen_version", look_then_act)

    return arrange


@pytest.mark.parametrize("verb", ["stage", "continue", "drop", "untouch", "bin"])
def test_a_decision_between_look_and_lock_wins(client: Client, contact: Contact, between_look_and_lock, verb: str):
    newer = Contact.objects.get(pk=contact.pk)
    between_look_and_lock(verbs, lambda: actions.change_stage(contact=newer, to="asked", now=NOW))
    said, undo = tap(client, url(verb, contact, "?v=1&stage=scheduled&count=2&unit=days"))
    assert (said, undo) == ("Priya Raghunathan stands at “Asked” already. Nothing was changed.", "")
    contact.refresh_from_db()
    assert (contact.stage, contact.version, contact.binned_at) == ("asked", 2, None)


def test_an_old_undo_of_drop_does_not_win_over_a_newer_decision(
    client: Client, contact: Contact, between_look_and_lock
):
    undo = tap(client, url("drop", contact))[1]
    newer = Contact.objects.get(pk=contact.pk)
    between_look_and_lock(verbs, lambda: actions.continue_with(contact=newer, count=2, unit="weeks", now=NOW))
    assert tap(client, undo)[0] == "Priya Raghunathan stands at “Continue” already. Nothing was changed."
    assert stands(contact)[0] == "continue"


def test_an_old_undo_of_the_bin_does_not_win_over_a_newer_one(client: Client, contact: Contact, between_look_and_lock):
    undo = tap(client, url("bin", contact))[1]
    newer = Contact.objects.get(pk=contact.pk)

    def restore_and_bin() -> None:
        actions.take_out_of_bin(contact=newer, now=NOW)
        actions.move_to_bin(contact=newer, now=NOW)

    between_look_and_lock(verbs, restore_and_bin)
    assert tap(client, undo)[0] == "Priya Raghunathan stands at “in the bin” already. Nothing was changed."
    contact.refresh_from_db()
    assert contact.binned_at == NOW


def test_an_old_undo_of_a_note_does_not_win_over_a_newer_decision(
    client: Client, contact: Contact, between_look_and_lock
):
    note = actions.keep_note(contact=contact, body="Dives.", now=NOW).note
    undo = tap(client, reverse("note_bin", args=[note.pk]))[1]
    assert undo == f"/notes/{note.pk}/restore/?v=2"
    newer = Note.objects.get(pk=note.pk)

    def restore_and_bin() -> None:
        newer.restore()
        newer.bin(NOW)

    between_look_and_lock(verbs, restore_and_bin)
    assert tap(client, undo)[0] == "The note is in the bin already."
    note.refresh_from_db()
    assert (note.binned_at, note.version) == (NOW, 4)


def test_a_note_binned_twice_is_said_once(client: Client, contact: Contact):
    note = actions.keep_note(contact=contact, body="Dives.", now=NOW).note
    tap(client, reverse("note_bin", args=[note.pk]))
    assert tap(client, reverse("note_bin", args=[note.pk])) == ("The note is in the bin already.", "")
