"""Whoever changes a contact and a promise locks the contact first: with one order nobody can wait for the other in a circle."""

import threading
import time

import pytest
from django.db import connection, transaction

from followups import actions
from followups.models import Promise
from tests.factories import NOW, TODAY, ContactFactory, PromiseFactory

pytestmark = [
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer: two cannot wait for each other"),
]

WAITS = 0.5  # until the other one has come as far as it can


def edit(promise: Promise, now) -> None:
    promise.edit(what="Send both", kind="other", due_on=TODAY, now=now)


@pytest.mark.parametrize(
    ("act", "fields"),
    [
        (actions.keep, {"kind": "thank_you"}),
        (actions.reopen, {"kind": "thank_you", "state": "kept", "closed_at": NOW}),
        (actions.move_to_bin, {}),
        (actions.take_out_of_bin, {"binned_at": NOW}),
        (edit, {}),
    ],
)
def test_a_tap_waits_for_whoever_holds_the_contact_and_holds_no_promise_meanwhile(user, act, fields):
    contact = ContactFactory(owner=user, last_touch_on=TODAY)
    contact.touches.create(owner=user, happened_on=TODAY, created_at=NOW)
    promise = PromiseFactory(contact=contact, **fields)
    failed = []

    def tap() -> None:
        try:
            act(promise=Promise.objects.select_related("owner", "contact").get(pk=promise.pk), now=NOW)
        except Exception as error:  # of another thread: shown below
            failed.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=tap)
    with transaction.atomic():  # as `drop` does: the contact, then its promises
        user.contacts.select_for_update().get(pk=contact.pk)
        thread.start()
        time.sleep(WAITS)
        Promise.objects.filter(pk=promise.pk).update(remind_at=None)
    thread.join(20)
    assert failed == []
    promise.refresh_from_db()
    assert promise.version == 2
