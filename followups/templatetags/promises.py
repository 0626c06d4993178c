"""The rows of promises and of people to be in touch with, filled into their templates (accounts/drawn.py)."""

from collections.abc import Iterable
from datetime import date
from functools import cache, lru_cache
from typing import Any
from urllib.parse import quote

from django import template
from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from accounts.drawn import Drawn, address, blank, blanks, contact_blanks, together, whom
from accounts.templatetags.keepword import ago
from base.mail_addresses import link_address
from crm.models import Contact
from followups.models import Promise
from followups.owed import Owed

register = template.Library()


@register.simple_tag(takes_context=True)
def promise_rows(context: dict[str, Any], promises: Iterable[Promise | Owed], on_contact: bool = False) -> SafeString:
    """`followups/_promise_row.html` for each (contact fetched along). Wants `today`, the owner's local date, in the context."""
    today: date = context["today"]
    shared = _shared(context)
    return together(_filled(promise, today, shared, on_contact) for promise in promises)


@register.simple_tag(takes_context=True)
def touch_rows(context: dict[str, Any], contacts: Iterable[Contact]) -> SafeString:
    """`followups/_touch_row.html` for each (organisation fetched along). Wants `today`, the owner's local date, in the context."""
    today: date = context["today"]
    shared = _shared(context)
    rows = (
        shared | whom(contact) | {"why": _why(contact, today), "mailto": quote(link_address(contact.email), safe="@")}
        for contact in contacts
    )
    return together(_touch_row(bool(row["mailto"])).fill(row) for row in rows)


def _why(contact: Contact, today: date) -> str:
    if contact.last_touch_on is None:
        return contact.position
    return _("%(ago)s since you were in touch") % {"ago": ago(contact.last_touch_on, today)}


def _shared(context: dict[str, Any]) -> dict[str, SafeString]:
    """What every form of a page says: its token and the way back, escaped once."""
    return {"csrf": escape(context.get("csrf_token", "")), "next": escape(context["request"].get_full_path())}


def _filled(promise: Promise | Owed, today: date, shared: dict[str, SafeString], on_contact: bool) -> SafeString:
    when = _when(promise.state, promise.is_mine, promise.due_on, promise.promised_on, _later(promise), today)
    values = {"what": promise.what, "pk": str(promise.pk), "version": str(promise.version), "when": when}
    return _drawn(promise.is_open, promise.is_mine, on_contact).fill(shared | whom(promise.contact) | values)


def _later(promise: Promise | Owed) -> date | None:
    """The other date that a row may say: until when it was put off, or when it was closed."""
    return promise.closed_on if isinstance(promise, Promise) and not promise.is_open else promise.snoozed_until


@cache
def _drawn(is_open: bool, is_mine: bool, on_contact: bool) -> Drawn:
    promise = blanks(what="what", version="version") | {"get_absolute_url": address("promise_detail", "pk")}
    return Drawn(
        "followups/_promise_row.html",
        {
            "promise": promise | {"is_open": is_open, "is_mine": is_mine, "contact": contact_blanks()},
            "when": blank("when"),
            "on_contact": on_contact,
            "csrf_token": blank("csrf"),
            "request": blanks(get_full_path="next"),
        },
    )


@cache
def _touch_row(has_email: bool) -> Drawn:
    context = {"contact": contact_blanks(), "touch_url": address("contact_touch", "contact_pk"), "why": blank("why")}
    context |= {"csrf_token": blank("csrf"), "next": blank("next"), "mailto": blank("mailto") if has_email else ""}
    return Drawn("followups/_touch_row.html", context)


@lru_cache(maxsize=4096)
def _when(state: str, is_mine: bool, due_on: date, promised_on: date, later: date | None, today: date) -> SafeString:
    """Where a promise stands; it depends on these days alone."""
    promise = {"state": state, "is_mine": is_mine, "due_on": due_on, "promised_on": promised_on}
    promise |= {"snoozed_until": later, "closed_on": later}
    return mark_safe(render_to_string("followups/_when.html", {"promise": promise, "today": today}).strip())  # noqa: S308 - days in our words
