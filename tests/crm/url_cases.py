"""What the URL walker needs to know of this app's URLs: see tests/test_urls.py. Those of the import stand in its own folder."""

from collections.abc import Callable

from accounts.models import User
from tests.crm.importing import url_cases as importing
from tests.factories import NOW, TODAY, ContactFactory, ContactTagFactory, NoteFactory, PromiseFactory

Kwargs = dict[str, object]


def nothing(owner: User) -> Kwargs:
    contact(owner)
    return {}


def contact(owner: User) -> Kwargs:
    one = ContactFactory(owner=owner, email="priya@keepword.example")
    ContactFactory(owner=owner, email="priya@keepword.example")
    NoteFactory(contact=one)
    PromiseFactory(contact=one)
    ContactTagFactory(contact=one)
    return {"pk": one.pk}


def dropped(owner: User) -> Kwargs:
    return {"pk": ContactFactory(owner=owner, stage="drop").pk}


def binned(owner: User) -> Kwargs:
    return {"pk": ContactFactory(owner=owner, binned_at=NOW).pk}


def note(owner: User) -> Kwargs:
    return {"pk": NoteFactory(contact=ContactFactory(owner=owner)).pk}


def edited_note(owner: User) -> Kwargs:
    return {"pk": NoteFactory(contact=ContactFactory(owner=owner), body_before="Runs it.").pk}


def binned_note(owner: User) -> Kwargs:
    return {"pk": NoteFactory(contact=ContactFactory(owner=owner), binned_at=NOW).pk}


CASES: dict[str, Callable[[User], Kwargs]] = {
    "contact_list": nothing,
    "contact_new": nothing,
    "contact_edit": contact,
    "contact_stage": contact,
    "contact_continue": contact,
    "contact_drop": contact,
    "contact_resume": dropped,
    "contact_touch": contact,
    "contact_untouch": contact,
    "contact_wait": lambda owner: {
        "pk": ContactFactory(owner=owner, stage="continue", rhythm_count=2, rhythm_unit="months", touch_on=TODAY).pk
    },
    "contact_unwait": contact,
    "contact_bin": contact,
    "contact_restore": binned,
    "note_edit": note,
    "note_unedit": edited_note,
    "note_bin": note,
    "note_restore": binned_note,
    **importing.CASES,
}
PUBLIC: set[str] = set()
POST_DATA: dict[str, dict[str, object]] = {
    "contact_new": {"name": "Ana Souza", "stage": "to_meet"},
    "contact_edit": {"name": "Ana Souza", "stage": "asked"},
    "contact_stage": {"stage": "asked"},
    "note_edit": {"body": "Runs the flood desk now.", "version": "1"},
    "contact_continue": {"count": "2", "unit": "months"},
    **getattr(importing, "POST_DATA", {}),
}
