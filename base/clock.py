"""Times of day, as people write and read them: by 24 hours, or by 12 with am and pm."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from base.text import clean_line

# like Django's active time zone: set for a request or for a mail, by whose it is
_twelve_hours: ContextVar[bool] = ContextVar("twelve_hours", default=False)
_TIME = re.compile(r"^(\d{1,2})(?:[:.h]?(\d{2})(?::00)?)?\s*(?:([ap])\.?\s?m\.?)?$", re.IGNORECASE | re.ASCII)


@contextmanager
def hours_of(*, twelve_hours: bool) -> Iterator[None]:
    """Times are written by 12 or by 24 hours inside."""
    token = _twelve_hours.set(twelve_hours)
    try:
        yield
    finally:
        _twelve_hours.reset(token)


def write_time(at: time | datetime) -> str:
    """ "18:00", or "6:00 pm": the one place that writes a time of day."""
    if not _twelve_hours.get():
        return f"{at:%H:%M}"
    return f"{at.hour % 12 or 12}:{at:%M} {_('pm') if at.hour >= 12 else _('am')}"


def read_time(words: str) -> time | None:
    """ "18:00", "6pm", "6.30 p.m.", "15" or "1500"; None when it is no time of day."""
    match = _TIME.match(words)
    if not match:
        return None
    hour, minute = int(match[1]), int(match[2] or 0)
    if match[3]:
        hour = hour % 12 + (12 if match[3].lower() == "p" else 0) if 1 <= hour <= 12 else 24
    return time(hour, minute) if hour < 24 and minute < 60 else None


class ClockField(forms.Field):
    """A time of day in a text field: a native one would show the browser's hours, whatever the user likes."""

    widget = forms.TextInput(attrs={"autocomplete": "off", "class": "num"})

    def prepare_value(self, value: Any) -> Any:
        return write_time(value) if isinstance(value, time | datetime) else value

    def to_python(self, value: Any) -> time | None:
        text = clean_line(str(value or ""))
        if not text:
            return None
        at = read_time(text)
        if at is None:
            raise ValidationError(_("Not a time I know. Try “%(time)s”."), params={"time": write_time(time(15))})
        return at
