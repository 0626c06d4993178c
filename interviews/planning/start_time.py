"""When a talk is to begin, as somebody types it: a day in words and a time of day, on the clocks of one zone."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.templatetags.keepword import clock, moment
from accounts.templatetags.keepword import day as in_words
from base.clock import write_time
from base.dates import add_months, complaint, exists, instant, understand
from base.zones import city


def read_day(words: str, today: date, months_ahead: int) -> date:
    """Of a form with a field `day`, beside which its ValidationError says what is wrong."""
    day = understand(words, today)
    if day is None:
        raise ValidationError({"day": complaint(words, today)})
    last = add_months(today, months_ahead)
    if day > last:
        known = {"day": in_words(day), "last": in_words(last)}
        raise ValidationError({"day": _("%(day)s is too far away. Choose a day up to %(last)s.") % known})
    return day


def read_start(day: date, at: time, zone: ZoneInfo, now: datetime) -> datetime:
    """Of a form with the fields `day` and `at`, beside which its ValidationError says that the clocks skip it, or that it has passed."""
    starts_at = instant(day, at, zone)
    if not exists(day, at, zone):
        after = starts_at.astimezone(zone)
        known = {
            "city": city(zone.key),
            "time": write_time(at),
            "day": in_words(day),
            "next": clock(after, zone) if after.date() == day else moment(after, zone),
        }
        said = _("The clocks in %(city)s skip %(time)s on %(day)s. The next hour there is: %(next)s.")
        raise ValidationError({"at": said % known})
    if starts_at <= now:
        said = _("%(moment)s has passed. Choose a time to come.") % {"moment": moment(starts_at, zone)}
        raise ValidationError({"at" if day == now.astimezone(zone).date() else "day": said})
    return starts_at
