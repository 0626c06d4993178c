"""The rows of promises, filled into their template (accounts/drawn.py)."""

from collections.abc import Iterable
from datetime import date
from functools import cache, lru_cache
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from accounts.drawn import Drawn, address, blank, blanks, together
from followups.models import Promise
from followups.owed import Owed

register = template.Library()


@register.simple_tag(takes_context=True)
def promise_rows(context: dict[str, Any], promises: Iterable[Promise | Owed], on_contact: bool = False) -> SafeString:
    """`followups/_promise_row.html` for each (contact fetched along). Wants `today`, the owner's local date, in the context."""
    today: date = context["today"]
    shared = {"csrf": str(context.get("csrf_token", "")), "next": context["request"].get_full_path()}
    rows = [_filled(promise, today, shared, on_contact) for promise in promises]
    return together(rows)


def _filled(promise: Promise | Owed, today: date, shared: dict[str, str], on_contact: bool) -> SafeString:
    contact = promise.contact
    when = _when(promise.state, promise.is_mine, promise.due_on, promise.promised_on, _later(promise), today)
    values = shared | {
        "what": promise.what,
        "pk": str(promise.pk),
        "version": str(promise.version),
        "who": contact.name,
        "first_name": contact.first_name,
        "contact_pk": str(contact.pk),
        "tint": str(contact.tint),
        "initials": contact.initials,
        "when": when,
    }
    return _drawn(promise.is_open, promise.is_mine, on_contact).fill(values)


def _later(promise: Promise | Owed) -> date | None:
    """The other date that a row may say: until when it was put off, or when it was closed."""
    return promise.closed_on if isinstance(promise, Promise) and not promise.is_open else promise.snoozed_until


@cache
def _drawn(is_open: bool, is_mine: bool, on_contact: bool) -> Drawn:
    contact = blanks(name="who", first_name="first_name", tint="tint", initials="initials")
    contact["get_absolute_url"] = address("contact_detail", "contact_pk")
    promise = blanks(what="what", version="version") | {"get_absolute_url": address("promise_detail", "pk")}
    return Drawn(
        "followups/_promise_row.html",
        {
            "promise": promise | {"is_open": is_open, "is_mine": is_mine, "contact": contact},
            "when": blank("when"),
            "on_contact": on_contact,
            "csrf_token": blank("csrf"),
            "request": blanks(get_full_path="next"),
        },
    )


@lru_cache(maxsize=4096)
def _when(state: str, is_mine: bool, due_on: date, promised_on: date, later: date | None, today: date) -> SafeString:
    """Where a promise stands; it depends on these days alone."""
    promise = {"state": state, "is_mine": is_mine, "due_on": due_on, "promised_on": promised_on}
    promise |= {"snoozed_until": later, "closed_on": later}
    return mark_safe(render_to_string("followups/_when.html", {"promise": promise, "today": today}).strip())  # noqa: S308 - days in our words
