"""What the URL walker needs to know of this app's URLs: see tests/test_urls.py."""

from collections.abc import Callable
from datetime import timedelta

from accounts.models import User
from followups.mail_links import Answer, ButtonLink, stop_token
from tests.factories import NOW, ContactFactory, PromiseFactory

Kwargs = dict[str, object]


def nothing(owner: User) -> Kwargs:
    PromiseFactory(contact=ContactFactory(owner=owner))
    return {}


def contact(owner: User) -> Kwargs:
    return {"contact_pk": ContactFactory(owner=owner).pk}


def dropped(owner: User) -> Kwargs:
    made = ContactFactory(owner=owner, stage="drop")
    PromiseFactory(contact=made)
    return {"contact_pk": made.pk}


def contact_named(owner: User) -> Kwargs:
    ContactFactory(owner=owner, name="Mateus Oliveira")
    return {}


def open_promise(owner: User) -> Kwargs:
    return {"pk": PromiseFactory(contact=ContactFactory(owner=owner)).pk}


def kept_promise(owner: User) -> Kwargs:
    return {"pk": PromiseFactory(contact=ContactFactory(owner=owner), state="kept", closed_at=NOW).pk}


def binned_promise(owner: User) -> Kwargs:
    return {"pk": PromiseFactory(contact=ContactFactory(owner=owner), binned_at=NOW).pk}


def snoozed(owner: User) -> Kwargs:
    later = NOW + timedelta(days=3)
    return {"pk": PromiseFactory(contact=ContactFactory(owner=owner), remind_after=later).pk}


def snoozable(owner: User) -> Kwargs:
    return {**open_promise(owner), "days": 3}


def button(owner: User) -> Kwargs:
    promise = PromiseFactory(contact=ContactFactory(owner=owner))
    return {"token": ButtonLink(promise.uid, promise.version, Answer.KEPT).token()}


def stop(owner: User) -> Kwargs:
    return {"token": stop_token(owner.pk)}


CASES: dict[str, Callable[[User], Kwargs]] = {
    "promises_left": dropped,
    "promises_left_keep": dropped,
    "promises_left_forget": dropped,
    "promises_left_let_go": dropped,
    "promises_left_reopen": dropped,
    "promise_list": nothing,
    "promise_new": contact,
    "promise_to": contact_named,
    "promise_detail": open_promise,
    "promise_edit": open_promise,
    "promise_keep": open_promise,
    "promise_let_go": open_promise,
    "promise_reopen": kept_promise,
    "promise_snooze": snoozable,
    "promise_unsnooze": snoozed,
    "promise_bin": open_promise,
    "promise_restore": binned_promise,
    "promise_button": button,
    "reminders_stop": stop,
    "reminders_start": stop,
}
PUBLIC = {"promise_button", "reminders_stop", "reminders_start"}
POST_DATA: dict[str, dict[str, object]] = {
    "promise_new": {"what": "send the deck", "due": "next tuesday"},
    "promise_to": {"who": "Mateus Oliveira", "what": "send the deck", "due": "next tuesday"},
    "promise_edit": {"what": "send the slides", "kind": "article", "due": "friday", "version": 1},
}
