"""Icons, and dates and times in words, in the user's zone: the one place that decides how they read."""

import re
from datetime import date, datetime, time
from functools import cache, lru_cache
from html import unescape
from zoneinfo import ZoneInfo

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeData, SafeString, mark_safe
from django.utils.timesince import timeuntil
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from lucide.templatetags.lucide import lucide

from base.clock import write_time
from base.dates import local
from base.mail_addresses import link_address
from base.zones import city, load_zone

register = template.Library()
register.filter(city)
register.filter(link_address)

_WEB_ADDRESS = re.compile(
    r"(?<![\w@.-])(?:https?://|(?:[a-z0-9-]{1,63}\.){1,9}[a-z]{2,63}/)[^\s<>\"]{1,500}", re.IGNORECASE
)
NEAR = {-1: gettext_lazy("yesterday"), 0: gettext_lazy("today"), 1: gettext_lazy("tomorrow")}
SPANS = ((365, 365, gettext_lazy("%d years")), (60, 30, gettext_lazy("%d months")), (21, 7, gettext_lazy("%d weeks")))

_SAID_BY_CSS = re.compile(
    r' (?:width|height|fill|stroke|stroke-width|stroke-linecap|stroke-linejoin)="[^"]*"(?=[^<]*>)'
)


@register.simple_tag
@cache
def icon(name: str, extra: str = "") -> SafeString:
    """A lucide icon, hidden from readers: a word stands beside it, or a label on what holds it. Drawn once per process."""
    svg = lucide(name, size=None, **{"class": f"icon {extra}".strip(), "aria-hidden": "true"})
    head, rest = svg.split(">", 1)
    return mark_safe(_SAID_BY_CSS.sub("", head + ">") + re.sub(r">\s+<", "><", rest).strip())  # noqa: S308 - from the package


@register.simple_tag
@cache
def icon_lines(name: str) -> SafeString:
    """What is drawn inside it, for a `symbol` that a page with many rows has once."""
    return mark_safe(icon(name).split(">", 1)[1].rsplit("<", 1)[0])  # noqa: S308 - from the package


@register.filter(expects_localtime=True)
def day(value: date | None) -> str:
    """ "Friday 4 December", with the year when it is not this one; of an instant, the day in the active zone."""
    return _day(value, timezone.localdate()) if value else ""


def _day(value: date, today: date) -> str:
    pattern = "l j F" if value.year == today.year else "l j F Y"
    return _written(date(value.year, value.month, value.day), pattern, get_language())


@lru_cache(maxsize=2000)
def _written(value: date, pattern: str, language: str | None) -> str:
    """A page says the same few days again and again."""
    return date_format(value, pattern)


@register.filter
def near(value: date | None, today: date | None = None) -> str:
    """ "today", "tomorrow", "yesterday", else as `day`. `today` is the user's local date; by default of the active zone."""
    if value is None:
        return ""
    today = today or timezone.localdate()
    named = NEAR.get((value - today).days)
    return str(named) if named else _day(value, today)


@register.filter
def understood(value: date, today: date) -> str:
    """ "Friday 20 November, in 3 days.": the line under a date typed in words. Says a past date."""
    distance = (value - today).days
    words = near(value, today)
    if distance < 0:
        late = ngettext("%(n)d day ago, so it is late", "%(n)d days ago, so it is late", -distance) % {"n": -distance}
        return f"{words[:1].upper()}{words[1:]}: {late}."
    if distance > 1:
        ahead = _("in %(n)d days") % {"n": distance}
        return f"{words[:1].upper()}{words[1:]}, {ahead}."
    return f"{words[:1].upper()}{words[1:]}, {date_format(value, 'l j F')}."


@register.filter
def lateness(value: date, today: date | None = None) -> str:
    """ "4 days late", "due today", "tomorrow", "Monday 23 November": where a due date stands."""
    distance = (value - (today or timezone.localdate())).days
    if distance < 0:
        return ngettext("%(n)d day late", "%(n)d days late", -distance) % {"n": -distance}
    return _("due today") if distance == 0 else near(value, today)


@register.filter
def ago(value: date | None, today: date | None = None) -> str:
    """ "today", "yesterday", "9 days", "3 weeks", "2 months": how long since a touch."""
    if value is None:
        return ""
    days = ((today or timezone.localdate()) - value).days
    if days < 2:
        return near(value, today)
    if 365 <= days < 730:
        return _("a year")
    for least, unit, many in SPANS:
        if days >= least:
            return str(many) % (days // unit)
    return _("%d days") % days


@register.filter
def linked(text: str) -> SafeString:
    """Its web addresses as links to exactly what was typed. `urlize` spells them anew: `%2F` becomes a slash."""
    plain, pieces, start = unescape(text) if isinstance(text, SafeData) else text, [], 0
    for found in _WEB_ADDRESS.finditer(plain):
        address = found[0].rstrip(".,;:!?'’”")
        address = address if "(" in address else address.rstrip(")")
        href = address if address.lower().startswith("http") else f"https://{address}"
        link = format_html('<a href="{}" rel="nofollow">{}</a>', href, address)
        pieces += [plain[start : found.start()], link]
        start = found.start() + len(address)
    return format_html_join("", "{}", ((piece,) for piece in [*pieces, plain[start:]]))


@register.filter
def until(at: datetime, now: datetime) -> str:
    """ "in 2 hours, 5 minutes", and "in a moment" when it is less than a minute."""
    if (at - now).total_seconds() < 60:
        return _("in a moment")
    return _("in %(span)s") % {"span": timeuntil(at, now)}


@register.filter
def clock(value: datetime | time, zone: str | ZoneInfo | None = None) -> str:
    """ "14:00" or "2:00 pm": a time of day, or that of an instant in the user's zone or in the one named."""
    return write_time(_local(value, zone) if isinstance(value, datetime) else value)


@register.filter
def moment(value: datetime | None, zone: str | ZoneInfo | None = None) -> str:
    """ "Friday 4 December, 15:00": an instant in the user's zone, or in the one named."""
    if value is None:
        return ""
    there = _local(value, zone)
    return f"{_day(there.date(), datetime.now(there.tzinfo).date())}, {write_time(there)}"


def _local(value: datetime, zone: str | ZoneInfo | None) -> datetime:
    named = load_zone(zone) if isinstance(zone, str) and zone else zone
    return local(value, named or timezone.get_current_timezone())
