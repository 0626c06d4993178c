import logging
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from base.zones import city, load_zone, offered_zones, time_there, zone_names, zone_of

WINTER = datetime(2026, 12, 10, 12, tzinfo=UTC)


def test_zones_are_those_of_the_world():
    assert {"Europe/Stockholm", "UTC", "Asia/Kathmandu"} <= zone_names()
    assert not {"localtime", "Factory", "posixrules"} & zone_names()


@pytest.mark.parametrize(
    "words",
    [
        "GMT+2",
        "gmt-5",
        "UTC+2",
        "utc-8",
        "GMT +05:30",
        "UTC+5:30",
        "+2",
        "-8",
        "+02:00",
        "GMT−5",
        "gmt+14",
        "gmt2",
        "utc 8",
    ],
)
def test_hours_from_greenwich_are_no_zone(words: str):
    assert zone_of(words) == ""


@pytest.mark.parametrize(
    ("words", "zone"),
    [
        ("Etc/GMT+2", "Etc/GMT+2"),
        ("etc/gmt-14", "Etc/GMT-14"),
        ("europe/LISBON", "Europe/Lisbon"),
        ("lisbon", "Europe/Lisbon"),
        ("São Paulo", "America/Sao_Paulo"),
        ("utc", "UTC"),
        ("gmt", "GMT"),
        ("gmt+0", "GMT+0"),
        ("est5edt", "EST5EDT"),
        ("Munich", "Europe/Berlin"),
        ("münchen", "Europe/Berlin"),
        ("koeln", "Europe/Berlin"),
        ("Mumbai", "Asia/Kolkata"),
        ("Bali", "Asia/Makassar"),
        ("bombay", "Asia/Kolkata"),
        ("San Francisco", "America/Los_Angeles"),
        ("NYC", "America/New_York"),
        ("Washington, D.C., USA", "America/New_York"),
        ("London, UK", "Europe/London"),
        ("London (England)", "Europe/London"),
        ("London, Ontario", "America/Toronto"),
        ("Birmingham, AL", "America/Chicago"),
        ("Portland, ME", "America/New_York"),
        ("Lisbon, Portugal", "Europe/Lisbon"),
        ("Stockholm, Sverige", "Europe/Stockholm"),
        ("Xi’an", "Asia/Shanghai"),
        ("Port-au-Prince", "America/Port-au-Prince"),
        ("London, Narnia", ""),
        ("Lisbon, Sweden", ""),
        ("Portugal, Lisbon", ""),
    ],
)
def test_zone_is_known_by_its_name_in_any_case_or_by_its_city(words: str, zone: str):
    assert zone_of(words) == zone


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        ("Europe/Lisbon", "Lisbon"),
        ("America/Sao_Paulo", "Sao Paulo"),
        ("Etc/GMT+2", "GMT−2"),
        ("Etc/GMT-14", "GMT+14"),
        ("UTC", "UTC"),
        ("Mars/Olympus", "UTC"),  # as load_zone counts there
        ("", ""),
    ],
)
def test_city_of_a_zone(zone: str, said: str):
    assert city(zone) == said


@pytest.mark.parametrize("name", ["", "Mars/Olympus", "../etc/passwd", "Europe", "a\0", "\ud800", "Factory", "x" * 500])
def test_zone_that_is_not_known_is_utc_and_the_log_says_so(name: str, caplog: pytest.LogCaptureFixture):
    load_zone.cache_clear()
    with caplog.at_level(logging.WARNING):
        assert load_zone(name) == ZoneInfo("UTC")
    assert "not in the zone rules" in caplog.text


def test_time_there_is_not_said_of_an_unknown_zone():
    assert time_there("Mars/Olympus", ZoneInfo("Europe/Berlin"), WINTER) == ""
    assert time_there("America/Vancouver", ZoneInfo("Europe/Berlin"), WINTER) == "05:00, 8 hours behind"


@pytest.mark.parametrize(
    ("there", "mine", "said"),
    [
        ("Australia/Darwin", "Asia/Tokyo", "21:30, 30 minutes ahead"),
        ("Asia/Kolkata", "Asia/Kathmandu", "17:30, 15 minutes behind"),
        ("Asia/Tokyo", "Australia/Eucla", "21:00, 15 minutes ahead"),
        ("Australia/Adelaide", "Asia/Tokyo", "22:30, 1½ hours ahead"),
        ("Europe/Lisbon", "Europe/Berlin", "12:00, an hour behind"),
        ("Europe/Paris", "Europe/Berlin", "13:00, as with you"),
    ],
)
def test_time_there_says_how_far_it_is_from_here(there: str, mine: str, said: str):
    assert time_there(there, ZoneInfo(mine), WINTER) == said


@pytest.mark.parametrize(
    ("zone", "at", "hours"),
    [
        ("America/Vancouver", WINTER, -7),
        ("America/Edmonton", datetime(2027, 1, 15, tzinfo=UTC), -6),
        ("America/Winnipeg", datetime(2027, 1, 15, tzinfo=UTC), -5),
        ("Africa/Casablanca", WINTER, 0),
    ],
)
def test_rules_are_those_of_the_pinned_package(zone: str, at: datetime, hours: int):
    assert at.astimezone(load_zone(zone)).utcoffset().total_seconds() == hours * 3600


def test_zones_are_offered_as_some_150_cities():
    offered = offered_zones()
    assert 130 <= len(offered) <= 170
    assert len({city(zone) for zone in offered}) == len(set(offered)) == len(offered)
