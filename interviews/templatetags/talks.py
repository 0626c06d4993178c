"""The rows of talks, filled into their templates (accounts/drawn.py)."""

from collections.abc import Iterable
from datetime import date, datetime
from functools import cache
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString

from accounts.drawn import Drawn, address, blank, contact_blanks, together, whom
from accounts.templatetags.keepword import near
from interviews.models import Interview
from interviews.readiness import ENOUGH_QUESTIONS

register = template.Library()


@register.simple_tag(takes_context=True)
def talk_rows(context: dict[str, Any], talks: Iterable[Any], *, now: datetime) -> SafeString:
    """`interviews/_row.html` for each (`with_row`), with what one does before a talk while it lies ahead.

    Wants `today`, the owner's local date, and the request in the context.
    """
    return together(_talk(talk, context, talk.starts_at > now) for talk in talks)


@register.simple_tag(takes_context=True)
def debrief_rows(context: dict[str, Any], talks: Iterable[Any]) -> SafeString:
    """`interviews/_debrief_row.html` for each: pk, starts_at, contact. Wants `today`, the owner's local date, in the context."""
    drawn, today = _debrief(), context["today"]
    return together(
        drawn.fill(whom(talk.contact) | {"pk": str(talk.pk), "when": _when(talk.starts_at, today)}) for talk in talks
    )


def _talk(talk: Any, context: dict[str, Any], is_ahead: bool) -> SafeString:
    when = _when(talk.starts_at, context["today"])
    values = {
        "pk": str(talk.pk),
        "when": when[:1].upper() + when[1:],
        "their_time": _their_time(talk, context),
        "said": talk.agreed.said,
    }
    return _row(is_ahead, is_ahead and talk.questions_chosen < ENOUGH_QUESTIONS).fill(whom(talk.contact) | values)


def _when(starts_at: datetime, today: date) -> str:
    """ "tomorrow, 15:00" """
    local = timezone.localtime(starts_at)
    return f"{near(local.date(), today)}, {local:%H:%M}"


def _their_time(talk: Interview, context: dict[str, Any]) -> SafeString:
    """Empty for most: only where it differs does it go through a template."""
    if talk.contact.time_zone in ("", context["request"].user.time_zone):
        return SafeString("")
    their = {"interview": talk, "request": context["request"], "full_stop": True}
    return render_to_string("interviews/_their_time.html", their)


@cache
def _row(is_ahead: bool, wants_preparing: bool) -> Drawn:
    context = {
        "contact": contact_blanks(),
        "url": address("interview_detail", "pk"),
        "is_ahead": is_ahead,
        "wants_preparing": wants_preparing,
        "prepare_url": address("preparation_detail", "contact_pk"),
        "brief_url": address("brief", "pk"),
    }
    return Drawn("interviews/_row.html", context | {name: blank(name) for name in ("when", "their_time", "said")})


@cache
def _debrief() -> Drawn:
    return Drawn(
        "interviews/_debrief_row.html",
        {"contact": contact_blanks(), "url": address("debrief", "pk"), "when": blank("when")},
    )
