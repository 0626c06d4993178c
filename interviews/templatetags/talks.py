"""What pages and mails about talks say of times and texts."""

from datetime import date, datetime
from typing import Any

from django import template
from django.utils import timezone

from accounts.templatetags.keepword import clock, moment, near
from base.dates import local
from base.zones import load_zone
from interviews.learning import answers
from interviews.preparing.preparation_page import ENOUGH_QUESTIONS

register = template.Library()


@register.filter
def near_time(starts_at: datetime, today: date) -> str:
    """ "tomorrow, 15:00", in the active zone."""
    return f"{near(local(starts_at, timezone.get_current_timezone()).date(), today)}, {clock(starts_at)}"


@register.filter
def wants_preparing(talk: Any) -> bool:
    """Of an interview fetched `with_row`."""
    return bool(talk.questions_chosen < ENOUGH_QUESTIONS)


@register.filter
def there(value: datetime, zone: str) -> str:
    """ "09:00", or "Monday 30 November, 19:00" where it is another day than in the active zone."""
    is_same_day = local(value, timezone.get_current_timezone()).date() == local(value, load_zone(zone)).date()
    return clock(value, zone) if is_same_day else moment(value, zone)


@register.filter
def parts_by(text: str, words: str | None) -> list[answers.Part]:
    """The text in parts, each with whether the words searched for are in it."""
    return answers.parts_of(text, words or "")
