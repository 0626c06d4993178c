"""What the URL walker needs to know of this app's URLs: see tests/test_urls.py."""

from collections.abc import Callable

from accounts.models import User
from tests.crm.url_cases import binned, contact
from tests.factories import NOW, ContactFactory, NoteFactory, PromiseFactory
from tests.followups.url_cases import nothing


def full_bin(owner: User) -> dict[str, object]:
    one = ContactFactory(owner=owner)
    NoteFactory(contact=one, binned_at=NOW)
    PromiseFactory(contact=one, binned_at=NOW)
    binned(owner)
    return {}


def introducer(owner: User) -> dict[str, object]:
    led = ContactFactory(owner=owner)
    ContactFactory(owner=owner, introduced_by=led)
    return {"pk": led.pk}


CASES: dict[str, Callable[[User], dict[str, object]]] = {
    "today": nothing,
    "keys": nothing,
    "capture": nothing,
    "capture_understand": nothing,
    "contact_detail": contact,
    "contact_led_to": introducer,
    "note_new": contact,
    "bin_list": full_bin,
}
POST_DATA: dict[str, dict[str, object]] = {
    "note_new": {"body": "Good.\n! send it friday"},
    "capture": {"line": "Ana Souza, head of data at Nubank"},
    "capture_understand": {"line": "owe Ana Souza an article friday"},
}
