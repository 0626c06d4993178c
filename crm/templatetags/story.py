"""The entries of a story, filled into their template (accounts/drawn.py)."""

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from typing import Any

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from accounts.drawn import Drawn, address, blank, together
from accounts.templatetags.keepword import day, moment
from crm.models import Contact
from crm.story import Entry

register = template.Library()


@register.simple_tag(takes_context=True)
def story_entries(context: dict[str, Any], story: Iterable[Entry]) -> SafeString:
    """`crm/_entry.html` for each. Wants `contact`, whose story it is, in the context."""
    contact: Contact = context["contact"]
    shared = {
        "csrf": escape(context.get("csrf_token", "")),
        "next": escape(contact.get_absolute_url()),
        "who": escape(contact.first_name),
    }
    return together(_filled(entry, shared) for entry in story)


def _filled(entry: Entry, shared: dict[str, SafeString]) -> SafeString:
    values: dict[str, str] = shared | {"at": moment(entry.at), "said": entry.text}
    if entry.kind == "note":
        values |= {"said": mark_safe(entry.text), "pk": str(entry.pk)}  # noqa: S308 - cleaned by nh3 when it was written
    elif entry.kind == "talk":
        values |= {"when": moment(entry.starts_at), "length": entry.length}
    elif entry.kind == "touch":
        values |= {"when": day(entry.spoke_on)}
    elif entry.kind in ("ask", "offer"):
        values |= {"pk": str(entry.pk)}
    state = entry.text if entry.kind in ("stage", "talk") else ""
    return _drawn(entry.kind, state, entry.aside, bool(values.get("when"))).fill(values)


@cache
def _drawn(kind: str, state: str, aside: str, is_dated: bool) -> Drawn:
    """The words of an entry follow from these four."""
    entry = Entry(
        place=0,
        pk=0,
        at=datetime.min.replace(tzinfo=UTC),
        kind=kind,
        text=state,
        aside=aside,
        minutes=0,
        starts_at=None,
    )
    names = ("said", "at", "who", "when", "length", "next")
    addresses = {name: address(name, "pk") for name in ("note_bin", "ask_detail", "offer_detail")}
    context = {name: blank(name) for name in names} | addresses
    return Drawn("crm/_entry.html", context | {"entry": entry, "is_dated": is_dated, "csrf_token": blank("csrf")})
