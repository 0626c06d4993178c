"""What a time in a calendar file means: its own VTIMEZONE, read for this file alone, else the zone its name is known by."""

from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine

from interviews.models import Interview
from interviews.planning import actions as planning
from interviews.replying import calendar_replies
from tests.factories import NOW, ContactFactory
from tests.interviews.planning.test_actions import TERMS
from tests.interviews.replying.test_replies import ics
from tests.work_done import count_calls

pytestmark = pytest.mark.django_db

YEARLY = """BEGIN:STANDARD
DTSTART:16010101T020000
TZOFFSETFROM:-0400
TZOFFSETTO:-0500
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=1SU;BYMONTH=11
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T020000
TZOFFSETFROM:-0500
TZOFFSETTO:-0400
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=2SU;BYMONTH=3
END:DAYLIGHT
"""


def fixed(offset: str) -> str:
    return (
        f"BEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETFROM:{offset}\nTZOFFSETTO:{offset}\nTZNAME:X\nEND:STANDARD\n"
    )


def zone(name: str, rules: str) -> str:
    return f"BEGIN:VTIMEZONE\nTZID:{name}\n{rules}END:VTIMEZONE\n"


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def interview(user) -> Interview:
    ana = ContactFactory(owner=user, name="Ana Souza", email="ana@nubank.example", time_zone="Europe/Lisbon")
    return planning.plan(owner=user, contact=ana, now=NOW, agreed=TERMS)


def counter(interview: Interview, start: str, zones: str = "", *, zones_last: bool = False) -> str:
    text = ics(interview, method="COUNTER", partstat="TENTATIVE", start=start)
    place = "END:VCALENDAR" if zones_last else "BEGIN:VEVENT"
    return text.replace(place, zones.replace("\n", "\r\n") + place)


def proposed(interview: Interview, *args: Any, **kwargs: Any) -> str:
    at = calendar_replies.read(counter(interview, *args, **kwargs).encode(), interview).starts_at
    assert at is not None
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%MZ")


EASTERN = "DTSTART;TZID=Eastern Standard Time:20261217T100000"
WRONG, RIGHT = zone("Eastern Standard Time", fixed("+0900")), zone("Eastern Standard Time", YEARLY)


@pytest.mark.parametrize(
    "order",
    [
        [(WRONG, "2026-12-17T01:00Z"), (RIGHT, "2026-12-17T15:00Z")],
        [(RIGHT, "2026-12-17T15:00Z"), (WRONG, "2026-12-17T01:00Z"), ("", "2026-12-17T15:00Z")],
    ],
    ids=["wrong first", "right first"],
)
def test_a_file_is_read_with_its_own_zones_only(interview: Interview, order: list[tuple[str, str]]):
    for zones, right in order:
        assert proposed(interview, EASTERN, zones) == right


@pytest.mark.parametrize("zones_last", [False, True])
@pytest.mark.parametrize(
    ("name", "rules", "start", "right"),
    [
        ("America/Vancouver", fixed("-0700"), "20261211T090000", "2026-12-11T16:00Z"),
        ("Europe/Berlin", fixed("+0300"), "20261211T090000", "2026-12-11T06:00Z"),
        ("UTC", fixed("+0100"), "20261211T090000", "2026-12-11T08:00Z"),
        ("Eastern", YEARLY, "20270714T090000", "2027-07-14T13:00Z"),
        ("(UTC+07:00) Bangkok, Hanoi, Jakarta", fixed("+0700"), "20261211T090000", "2026-12-11T02:00Z"),
        ("Lotus", YEARLY.replace("INTERVAL=1", "BYMINUTE=0;BYHOUR=2"), "20270714T090000", "2027-07-14T13:00Z"),
        ("Customized Time Zone", fixed("+0545"), "20261211T090000", "2026-12-11T03:15Z"),
        ("UTC+11", fixed("+1100").replace(":19700101T000000", ";VALUE=DATE:19700101"), "20261211T090000", "2026-12-10T22:00Z"),
        ("/vendor.example/Europe/Berlin", fixed("+0300"), "20261211T090000", "2026-12-11T06:00Z"),
        ("With words", fixed("+0200").replace("TZNAME:", "TZNAME;LANGUAGE=en:") + "X-LIC-LOCATION:A/B\n", "20261211T090000", "2026-12-11T07:00Z"),
    ],
)  # fmt: skip
def test_the_definition_in_the_file_counts(
    interview: Interview, name: str, rules: str, start: str, right: str, zones_last: bool
):
    quoted = f'"{name}"' if set(name) & set(",:;") else name
    assert proposed(interview, f"DTSTART;TZID={quoted}:{start}", zone(name, rules), zones_last=zones_last) == right


@pytest.mark.parametrize(
    ("start", "right"),
    [
        ("20270314T013000", "2027-03-14T06:30Z"),
        ("20270314T023000", "2027-03-14T07:30Z"),  # in the gap: the offset before it
        ("20270314T030000", "2027-03-14T07:00Z"),
        ("20271107T013000", "2027-11-07T05:30Z"),  # shown twice: the first
        ("20271107T023000", "2027-11-07T07:30Z"),
        ("20270101T000000", "2027-01-01T05:00Z"),
    ],
)
def test_around_the_change_of_clocks(interview: Interview, start: str, right: str):
    assert proposed(interview, f"DTSTART;TZID=Ours:{start}", zone("Ours", YEARLY)) == right


def test_rules_that_have_ended_and_single_changes(interview: Interview):
    rules = (
        YEARLY.replace("BYMONTH=11", "BYMONTH=11;UNTIL=20261101T060000Z").replace(
            "BYMONTH=3", "BYMONTH=3;UNTIL=20260308T070000Z"
        )
        + "BEGIN:STANDARD\nDTSTART:20270110T020000\nRDATE:20270112T020000\nTZOFFSETFROM:-0500\nTZOFFSETTO:-0300\nEND:STANDARD\n"
    )
    ours = zone("Ours", rules)
    east = zone(
        "East",
        YEARLY.replace("-0400", "+0400")
        .replace("-0500", "+0300")
        .replace("BYMONTH=11", "BYMONTH=11;UNTIL=20261031T220000Z"),
    )
    assert proposed(interview, "DTSTART;TZID=East:20261211T090000", east) == "2026-12-11T06:00Z"
    assert proposed(interview, "DTSTART;TZID=Ours:20270109T100000", ours) == "2027-01-09T15:00Z"
    assert proposed(interview, "DTSTART;TZID=Ours:20270714T100000", ours) == "2027-07-14T13:00Z"


@pytest.mark.parametrize(
    ("name", "right"),
    [
        ("America/New_York", "2026-12-11T14:00Z"),
        ("W. Europe Standard Time", "2026-12-11T08:00Z"),
        ("/citadel.org/20190914_1/America/Argentina/Buenos_Aires", "2026-12-11T12:00Z"),
        ("/freeassociation.sourceforge.net/Europe/Berlin", "2026-12-11T08:00Z"),
        ("europe/BERLIN", "2026-12-11T08:00Z"),
        ("eastern standard time", "2026-12-11T14:00Z"),
        ('"tzone://Microsoft/Utc"', "2026-12-11T09:00Z"),
    ],
)
def test_a_name_without_a_definition_is_looked_up(interview: Interview, name: str, right: str):
    assert proposed(interview, f"DTSTART;TZID={name}:20261211T090000") == right


NEVER = "BEGIN:STANDARD\nDTSTART:00010101T000000\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0100\nRRULE:{}\nEND:STANDARD\n"


@pytest.mark.parametrize(
    ("start", "zones"),
    [
        ("DTSTART;TZID=Mars/Olympus:20261211T090000", ""),
        ("DTSTART;TZID=../../etc/passwd:20261211T090000", ""),
        ("DTSTART;TZID=Europe:20261211T090000", ""),
        ("DTSTART;TZID=:20261211T090000", zone("", fixed("+0100"))),
        ("DTSTART:20261211T090000", ""),  # floating
        ('DTSTART;TZID="W. Europe Standard Time:20261211T090000"', ""),
        ("DTSTART;TZID=X:2026", zone("X", fixed("+0100"))),
        ("DTSTART;TZID=X:20261211T090000", zone("X", "")),
        ("DTSTART;TZID=X:20261211T090000", zone("X", fixed("+9900"))),
        ("DTSTART;TZID=X:20261211T090000", zone("X", NEVER.format("FREQ=SECONDLY"))),
        ("DTSTART;TZID=X:20261211T090000", zone("X", NEVER.format("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30") * 1500)),
        ("DTSTART;TZID=X:20261211T090000", zone("X", NEVER.format("FREQ=DAILY") * 1500)),
    ],
)
def test_a_zone_that_says_nothing_is_refused_at_once(interview: Interview, start: str, zones: str):
    def work() -> None:
        with pytest.raises(calendar_replies.RefusedError):
            calendar_replies.read(counter(interview, start, zones).encode(), interview)

    calls = count_calls(work)
    assert calls < 300_000


@pytest.mark.parametrize(
    "start",
    ["99991231T235959Z", "00010101T000000Z", "20400101T000000Z", "19700101T000000Z"]
    + [f";TZID={name}:{day}" for name in ("Asia/Tokyo", "America/New_York") for day in ("99991231T235959", "00010101T000000")],
)  # fmt: skip
def test_a_day_outside_every_calendar_is_refused(interview: Interview, start: str):
    line = f"DTSTART{start}" if start.startswith(";") else f"DTSTART:{start}"
    with pytest.raises(calendar_replies.RefusedError, match="far from the talk"):
        calendar_replies.read(counter(interview, line).encode(), interview)


@pytest.mark.parametrize("stamp", ["00010101T000000Z", "99991231T235959Z"])
def test_a_stamp_outside_every_calendar_stays_out(interview: Interview, stamp: str):
    text = ics(interview, stamp=stamp).encode()
    if stamp.startswith("0"):
        with pytest.raises(calendar_replies.RefusedError):
            calendar_replies.read(text, interview)
    else:
        assert calendar_replies.read(text, interview).stamp == datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
