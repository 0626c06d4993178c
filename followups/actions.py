"""What becomes of a promise, where more than its own row changes. Each raises Stale when somebody was faster."""

from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import User
from crm.actions import Details, add, touch, untouch
from crm.models import Contact
from followups.models import Kind, Promise, PromiseState

TOUCHES = (Kind.THANK_YOU, Kind.CHECK_IN, Kind.INTRODUCTION)  # keeping one of these means that we were in touch


@transaction.atomic
def promise_to(*, owner: User, who: Contact | Details, now: datetime, **terms: Any) -> Promise:
    """A promise, as `contact.promises.make` takes it, with a contact or with somebody who is added for it."""
    contact = who if isinstance(who, Contact) else add(owner=owner, details=who, now=now).contact
    return contact.promises.make(now=now, **terms)


@transaction.atomic
def keep(*, promise: Promise, now: datetime) -> None:
    """Kept, or arrived when they owed it."""
    if promise.is_mine and promise.kind in TOUCHES:  # first: the contact's row is locked before the promise's
        touch(contact=promise.contact, on=promise.owner.today(now), now=now)
    promise.keep(now)
    _let_check_ins_go(promise, now)


@transaction.atomic
def let_go(*, promise: Promise, now: datetime) -> None:
    promise.let_go(now)
    _let_check_ins_go(promise, now)


@transaction.atomic
def reopen(*, promise: Promise, now: datetime) -> None:
    """Takes back `keep` and `let_go`, with what they had brought along."""
    closed_at = promise.closed_at
    last_touch = promise.contact.touches.order_by("-created_at", "-pk").first()
    if last_touch and last_touch.created_at == closed_at:
        untouch(contact=promise.contact, now=now)
    promise.reopen(now)
    for check_in in promise.check_ins.filter(closed_at=closed_at).select_related("owner", "contact"):
        check_in.reopen(now)


@transaction.atomic
def move_to_bin(*, promise: Promise, now: datetime) -> None:
    """Into the bin, together with my check-ins about it."""
    promise.bin(now)
    for check_in in promise.check_ins.filter(binned_at__isnull=True).select_related("owner", "contact"):
        check_in.bin(now)


@transaction.atomic
def take_out_of_bin(*, promise: Promise, now: datetime) -> None:
    binned_at = promise.binned_at
    promise.restore(now)
    for check_in in promise.check_ins.filter(binned_at=binned_at).select_related("owner", "contact"):
        check_in.restore(now)


def _let_check_ins_go(promise: Promise, now: datetime) -> None:
    """What they owed has come, or is not waited for: nobody needs to ask."""
    for check_in in promise.check_ins.open().select_related("owner", "contact"):
        check_in.let_go(now)


@transaction.atomic
def keep_after_drop(*, contact: Contact, now: datetime) -> int:
    """What I promised somebody I have dropped stands, and is reminded of; says how many promises (product.md rule 12)."""
    promises = contact.promises.open().mine()
    kept: int = promises.update(stands_after_drop=True)
    promises.replan(now)
    return kept


@transaction.atomic
def forget_after_drop(*, contact: Contact, now: datetime) -> None:
    """Undoes `keep_after_drop`."""
    promises = contact.promises.open().mine()
    promises.update(stands_after_drop=False)
    promises.replan(now)


@transaction.atomic
def let_all_go(*, contact: Contact, now: datetime) -> int:
    """Lets go what I promised somebody I have dropped; says how many promises."""
    promises = list(contact.promises.open().mine().select_related("owner", "contact").order_by("pk"))
    for promise in promises:
        let_go(promise=promise, now=now)
    return len(promises)


@transaction.atomic
def reopen_all(*, contact: Contact, closed_at: datetime, now: datetime) -> int:
    """Undoes `let_all_go`: what was let go at that instant is open again."""
    promises = contact.promises.closed_as(PromiseState.LET_GO).mine().filter(closed_at=closed_at)
    found = list(promises.select_related("owner", "contact").order_by("pk"))
    for promise in found:
        reopen(promise=promise, now=now)
    return len(found)
