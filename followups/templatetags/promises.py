"""The rows of promises. Their template is drawn once a process, with blanks, and then filled: forty rows cost twenty
milliseconds when each goes through the template, and one when it is filled."""

import re
from collections.abc import Iterable
from datetime import date
from functools import cache, lru_cache
from html import escape
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from followups.models import Promise

register = template.Library()

_BLANK = re.compile("\ue000([a-z_]+)\ue001")


@register.simple_tag(takes_context=True)
def promise_rows(context: dict[str, Any], promises: Iterable[Promise], on_contact: bool = False) -> SafeString:
    """`followups/_promise_row.html` for each (contact fetched along). Wants `today`, the owner's local date, in the context."""
    today: date = context["today"]
    shared = {"csrf": str(context.get("csrf_token", "")), "next": context["request"].get_full_path()}
    rows = [_filled(promise, today, shared, on_contact) for promise in promises]
    return mark_safe("".join(rows))  # noqa: S308 - every value is escaped as it is filled in


def _filled(promise: Promise, today: date, shared: dict[str, str], on_contact: bool) -> str:
    contact = promise.contact
    values = shared | {
        "what": promise.what,
        "url": promise.get_absolute_url(),
        "version": str(promise.version),
        "who": contact.name,
        "first_name": contact.first_name,
        "contact_url": contact.get_absolute_url(),
        "tint": str(contact.tint),
        "initials": contact.initials,
    }
    when = _when(promise.state, promise.is_mine, promise.due_on, promise.promised_on, _later(promise), today)
    words = {name: escape(value) for name, value in values.items()} | {"when": when}
    return "".join(words[part] if odd else part for odd, part in _drawn(promise.is_open, promise.is_mine, on_contact))


def _later(promise: Promise) -> date | None:
    """The other date that a row may say: until when it was put off, or when it was closed."""
    return promise.snoozed_until if promise.is_open else promise.closed_on


@cache
def _drawn(is_open: bool, is_mine: bool, on_contact: bool) -> list[tuple[bool, str]]:
    """The row's template with blanks, cut at them: (whether it is a blank's name, text)."""
    contact = {"name": "who", "first_name": "first_name", "get_absolute_url": "contact_url", "tint": "tint"}
    promise = {"what": _blank("what"), "version": _blank("version"), "get_absolute_url": _blank("url")}
    drawn = render_to_string(
        "followups/_promise_row.html",
        {
            "promise": promise
            | {"is_open": is_open, "is_mine": is_mine}
            | {"contact": {key: _blank(name) for key, name in (contact | {"initials": "initials"}).items()}},
            "when": _blank("when"),
            "on_contact": on_contact,
            "csrf_token": _blank("csrf"),
            "request": {"get_full_path": _blank("next")},
        },
    )
    without_indents = re.sub(r"\s*\n\s*", "\n", drawn)
    return [(bool(number % 2), part) for number, part in enumerate(_BLANK.split(without_indents))]


def _blank(name: str) -> str:
    """Two characters for private use, which escaping leaves alone. A value is never looked through for them."""
    return f"\ue000{name}\ue001"


@lru_cache(maxsize=4096)
def _when(state: str, is_mine: bool, due_on: date, promised_on: date, later: date | None, today: date) -> str:
    """Where a promise stands; it depends on these days alone."""
    promise = {"state": state, "is_mine": is_mine, "due_on": due_on, "promised_on": promised_on}
    promise |= {"snoozed_until": later, "closed_on": later}
    return render_to_string("followups/_when.html", {"promise": promise, "today": today}).strip()
