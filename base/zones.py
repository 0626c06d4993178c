"""Time zones by their IANA names and their cities. config/settings.py sees to it that their rules are the pinned ones."""

import logging
from datetime import datetime, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo, available_timezones

from django.utils.translation import gettext as _

from base.text import fold

logger = logging.getLogger(__name__)

# where a zone is called by a city: "Mexico/General" and "US/Pacific" are not
CONTINENTS = (
    "Africa/",
    "America/",
    "Antarctica/",
    "Arctic/",
    "Asia/",
    "Atlantic/",
    "Australia/",
    "Europe/",
    "Indian/",
    "Pacific/",
)
NO_CITY = "Etc/"  # offsets with the sign turned round: Etc/GMT+2 is two hours behind Greenwich
_TURNED = str.maketrans("+-", "−+")


@cache
def zone_names() -> frozenset[str]:
    """Every IANA zone a user may choose; aliases such as `Europe/Kiev` stay valid, pseudo zones do not."""
    return frozenset(
        name for name in available_timezones() if not name.startswith(("posix", "right", "Factory", "localtime"))
    )


@lru_cache(maxsize=1000)
def load_zone(name: str) -> ZoneInfo:
    """The zone of this name. Of a stored name that the zone rules do not have (any more) it is UTC, and the log says so."""
    if name in zone_names():
        return ZoneInfo(name)
    logger.warning("The zone %r is not in the zone rules: UTC is used in its place.", name)
    return ZoneInfo("UTC")


def zone_of(words: str) -> str:
    """The time zone called so, in full or by its city ("lisbon", "São Paulo"); empty when there is none.

    Hours from Greenwich ("GMT+2", "utc-8") are none: they say nothing of summer time, and in IANA's names their sign is
    turned round.
    """
    return _zones().get(fold(words).replace(" ", "_"), "")


@cache
def _zones() -> dict[str, str]:
    known: dict[str, str] = {}
    # a city before a part of a country
    for zone in sorted(zone_names(), key=lambda zone: (zone.count("/") != 1, zone)):
        known.setdefault(fold(zone), zone)
        if not zone.startswith(NO_CITY):
            known.setdefault(fold(zone).rpartition("/")[2], zone)
    return known


def city(zone: str) -> str:
    """ "Lisbon" for Europe/Lisbon; "GMT" and the hours as people say them for Etc/GMT+2; "UTC" for what `load_zone` does not know."""
    if zone not in zone_names():
        return "UTC" if zone else ""
    last = zone.rpartition("/")[2]
    return last.translate(_TURNED) if zone.startswith(NO_CITY) else last.replace("_", " ")


def time_there(zone: str, mine: ZoneInfo, now: datetime) -> str:
    """ "12:20, an hour behind": what the clocks show where this person is; empty when that is not known."""
    if zone not in zone_names():
        return ""
    there = now.astimezone(load_zone(zone))
    ahead = (there.utcoffset() or timedelta()) - (now.astimezone(mine).utcoffset() or timedelta())
    minutes = int(ahead.total_seconds() // 60)
    hours = f"{abs(minutes) / 60:g}".replace(".5", "½").replace(".75", "¾").replace(".25", "¼")
    distance = _("an hour") if abs(minutes) == 60 else _("%s hours") % hours
    said = _("as with you") if not minutes else (_("%s ahead") if minutes > 0 else _("%s behind")) % distance
    return f"{there:%H:%M}, {said}"
