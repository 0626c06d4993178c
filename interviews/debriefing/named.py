"""Whom a contact named in a talk: the promise to write to them, and what they may be told of who named them (product.md rule 11)."""

import uuid
from contextlib import suppress
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from base.owned import Stale
from crm.models import Contact
from interviews.models import Interview, InterviewState, MayUseName

CONTACT = "contact"  # kind of promise, which lives in a higher app


def promise_to_write(person: Contact, interview: Interview, now: datetime) -> None:
    """Once for this talk, and not while something like it is open. The caller holds the owner."""
    owner = interview.owner
    if person.is_dropped or person.pk == interview.contact_id:
        return
    uid = uuid.uuid5(interview.uid, f"write:{person.pk}")
    if _to_contact(person).open().exists() or owner.promises.filter(uid=uid).exists():
        return
    person.owner = owner
    words = {"name": person.first_name, "who": interview.contact.first_name}
    person.promises.make(
        what=_("Write to %(name)s, as %(who)s suggested") % words, kind=CONTACT, interview=interview, uid=uid, now=now
    )


def keep_promise_to_write(contact: Contact, now: datetime) -> None:
    """They were asked by letter or by offered times. The caller holds the contact."""
    for promise in _of_talks_with_others(contact).open().select_related("owner", "contact"):
        with suppress(Stale):  # it was kept by hand at this moment
            promise.keep(now)


def reopen_promise_to_write(contact: Contact, since: datetime, now: datetime) -> None:
    """Undoes `keep_promise_to_write` of a letter or an offer that was made at `since`."""
    kept = _of_talks_with_others(contact).closed_as("kept").filter(closed_at__gte=since)
    for promise in kept.select_related("owner", "contact"):
        with suppress(Stale):
            promise.reopen(now)


def may_name_introducer(contact: Contact) -> MayUseName:
    """What whoever led me to them answered to "May I use your name?" in the talk that named them; where no talk did, what
    they answered last. A later no counts in any case."""
    introducer = contact.introduced_by
    if introducer is None:
        return MayUseName.NOT_ASKED
    asked = contact.owner.debriefs.filter(interview__contact=introducer, interview__state=InterviewState.HELD)
    answers = asked.exclude(may_use_name=MayUseName.NOT_ASKED).order_by("-interview__starts_at", "-pk")
    last = MayUseName(answers.values_list("may_use_name", flat=True).first() or MayUseName.NOT_ASKED)
    if last != MayUseName.YES:
        return last
    talks = _to_contact(contact).filter(interview__contact=introducer).values("interview")
    there = asked.filter(interview__in=talks).order_by("-interview__starts_at", "-pk")
    named = there.values_list("may_use_name", flat=True).first()
    return last if named is None else MayUseName(named)


def _to_contact(contact: Contact) -> Any:
    return contact.promises.mine().filter(kind=CONTACT)


def _of_talks_with_others(contact: Contact) -> Any:
    """Those that came of a talk with somebody else, as only `promise_to_write` makes them."""
    promises = _to_contact(contact).filter(binned_at__isnull=True, interview__isnull=False)
    return promises.exclude(interview__contact=contact)
