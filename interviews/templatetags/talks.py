"""What a row says of a talk."""

from datetime import date, datetime
from typing import Any

from django import template
from django.utils import timezone

from accounts.templatetags.keepword import clock, near
from interviews.readiness import ENOUGH_QUESTIONS

register = template.Library()


@register.filter
def near_time(starts_at: datetime, today: date) -> str:
    """ "tomorrow, 15:00", in the active zone."""
    return f"{near(timezone.localtime(starts_at).date(), today)}, {clock(starts_at)}"


@register.filter
def wants_preparing(talk: Any) -> bool:
    """Of an interview fetched `with_row`."""
    return bool(talk.questions_chosen < ENOUGH_QUESTIONS)
