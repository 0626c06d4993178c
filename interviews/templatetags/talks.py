"""The rows of talks whose debrief waits, filled into their template (accounts/drawn.py)."""

from collections.abc import Iterable
from datetime import date
from functools import cache
from typing import Any

from django import template
from django.utils import timezone
from django.utils.safestring import SafeString

from accounts.drawn import Drawn, address, blanks, together
from accounts.templatetags.keepword import clock, near

register = template.Library()


@register.simple_tag(takes_context=True)
def debrief_rows(context: dict[str, Any], talks: Iterable[Any]) -> SafeString:
    """`interviews/_debrief_row.html` for each: pk, starts_at, contact. Wants `today`, the owner's local date, in the context."""
    rows = [_filled(talk, context["today"]) for talk in talks]
    return together(rows)


def _filled(talk: Any, today: date) -> SafeString:
    contact = talk.contact
    values = {
        "pk": str(talk.pk),
        "who": contact.name,
        "contact_pk": str(contact.pk),
        "tint": str(contact.tint),
        "initials": contact.initials,
        "day": near(timezone.localdate(talk.starts_at), today),
        "at": clock(talk.starts_at),
    }
    return _drawn().fill(values)


@cache
def _drawn() -> Drawn:
    contact = blanks(name="who", tint="tint", initials="initials")
    contact["get_absolute_url"] = address("contact_detail", "contact_pk")
    context = {"contact": contact, "url": address("debrief", "pk")}
    return Drawn("interviews/_debrief_row.html", context | blanks(day="day", at="at"))
