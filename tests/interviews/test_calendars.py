from argparse import Namespace
from datetime import UTC, date, datetime, time
from pathlib import Path

import icalendar
import pytest

from interviews import calendars
from interviews.models import Agreed, Interview
from tests.factories import NOW, ContactFactory, InterviewFactory, UserFactory
from tests.interviews import check_ics

ZONES = ["Europe/Stockholm", "America/New_York", "Asia/Kolkata", "Asia/Tokyo", "Australia/Lord_Howe"]
SUMMER_ENDS, SUMMER_BEGINS = date(2026, 10, 25), date(2027, 3, 28)


def findings(written: bytes, kind: str, **expected: object) -> list[dict[str, str]]:
    """What the oracle objects to: errors, and warnings too but for the hours of a clock change."""
    options = ("minutes", "uid", "sequence", "organizer", "attendee", "summary", "location", "start_utc", "previous")
    args = Namespace(**dict.fromkeys((*options, "icaljs")), allow_floating=False)
    vars(args).update(expected)
    report, _info = check_ics.check(written, kind, args)
    return report.e + [warning for warning in report.w if warning["code"] not in ("AMBIGUOUS", "DTSTAMP", "NAME")]


@pytest.fixture
def interview(user) -> Interview:
    contact = ContactFactory(owner=user, name="Ana Souza", email="ana@nubank.example")
    return InterviewFactory(contact=contact, where="+351 21 555 0142", purpose="How she reads churn")


def in_zone(interview: Interview, zone: str, day: date = date(2026, 12, 4), at: time = time(15, 0)) -> Interview:
    interview.agree(Agreed("phone", 20, day, at, zone, interview.where, interview.purpose))
    return interview


def asked(interview: Interview, sequence: int = 0) -> bytes:
    return calendars.request(interview, address="ana@nubank.example", sequence=sequence, now=NOW)


@pytest.mark.parametrize("zone", ZONES)
def test_request_passes_the_oracle(interview, zone):
    in_zone(interview, zone)
    objections = findings(
        asked(interview),
        "request",
        minutes=20,
        uid=calendars.uid(interview),
        sequence=0,
        organizer="amara@keepword.example",
        attendee=["ana@nubank.example"],
        location="+351 21 555 0142",
        summary="Amara Lindgren, Ana Souza: 20 minutes by phone",
        start_utc=interview.starts_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
    )
    assert objections == []


@pytest.mark.parametrize(
    ("day", "at", "starts"),
    [
        (SUMMER_ENDS, time(1, 50), "2026-10-24T23:50:00Z"),  # ends in the hour that comes twice, its first time
        (SUMMER_ENDS, time(2, 30), "2026-10-25T00:30:00Z"),  # the first of two
        (SUMMER_ENDS, time(2, 50), "2026-10-25T00:50:00Z"),  # ends in the second of the two
        (SUMMER_ENDS, time(3, 10), "2026-10-25T02:10:00Z"),
        (SUMMER_BEGINS, time(1, 50), "2027-03-28T00:50:00Z"),  # ends after the gap, by the clock 80 minutes later
        (SUMMER_BEGINS, time(3, 0), "2027-03-28T01:00:00Z"),
    ],
)
def test_request_keeps_its_length_over_a_clock_change(interview, day, at, starts):
    in_zone(interview, "Europe/Stockholm", day, at)
    assert findings(asked(interview), "request", minutes=20, start_utc=starts) == []


@pytest.mark.parametrize("zone", ["America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo"])
@pytest.mark.parametrize("day", [date(2026, 11, 1), date(2027, 3, 14), date(2027, 4, 4), date(2027, 10, 3)])
def test_request_passes_on_other_zones_days_of_change(interview, zone, day):
    in_zone(interview, zone, day, time(4, 30))
    assert findings(asked(interview), "request", minutes=20) == []


@pytest.mark.parametrize("zone", ["UTC", "Etc/UTC", "Europe/Kiev", "Etc/GMT+5", "Asia/Kathmandu", "Africa/Casablanca"])
def test_request_passes_in_zones_with_odd_names(interview, zone):
    in_zone(interview, zone)
    assert findings(asked(interview), "request", minutes=20) == []


def test_update_follows_its_request(interview, tmp_path: Path):
    first = tmp_path / "first.ics"
    first.write_bytes(asked(interview))
    in_zone(interview, "Europe/Stockholm", at=time(16, 0))
    assert findings(asked(interview, sequence=1), "request", minutes=20, sequence=1, previous=str(first)) == []


@pytest.mark.parametrize("zone", ZONES)
def test_cancel_follows_its_request(interview, tmp_path: Path, zone):
    in_zone(interview, zone)
    first = tmp_path / "first.ics"
    first.write_bytes(asked(interview))
    written = calendars.cancel(interview, agreed=interview.agreed, address="ana@nubank.example", sequence=1, now=NOW)
    assert findings(written, "cancel", sequence=1, attendee=["ana@nubank.example"], previous=str(first)) == []


def test_download_asks_nobody(interview):
    written = calendars.download(interview, now=NOW)
    assert findings(written, "feed") == []
    assert b"ATTENDEE" not in written


def test_organiser_is_the_user_and_answers_go_nowhere_else(interview):
    organizer = icalendar.Calendar.from_ical(asked(interview)).walk("VEVENT")[0]["ORGANIZER"]
    assert (str(organizer), "SENT-BY" in organizer.params) == ("mailto:amara@keepword.example", False)


def test_alarm_comes_a_quarter_of_an_hour_before(interview):
    alarm = icalendar.Calendar.from_ical(asked(interview)).walk("VALARM")[0]
    assert alarm["TRIGGER"].dt == -calendars.REMIND_BEFORE


HOSTILE = 'Ann "O\'Hara"; x, \\n\r\nATTENDEE:mailto:evil@x.example\u2028BEGIN:VALARM\u0085^n \x07' + "ö" * 90


def test_hostile_text_stays_text(user):
    user.name = HOSTILE[:150]
    contact = ContactFactory(owner=user, name=HOSTILE, email="ann@x.example")
    interview = InterviewFactory(contact=contact, owner=user, where=HOSTILE, purpose=HOSTILE)
    written = calendars.request(interview, address="ann@x.example", sequence=0, now=NOW)
    assert findings(written, "request", minutes=20, attendee=["ann@x.example"]) == []
    assert findings(calendars.download(interview, now=NOW), "feed") == []


def test_stamp_is_utc_whatever_the_clock_given(interview):
    written = calendars.request(
        interview,
        address="ana@nubank.example",
        sequence=0,
        now=datetime(2026, 11, 19, 13, 0, 0, 5, tzinfo=UTC),
    )
    assert b"DTSTAMP:20261119T130000Z" in written


def test_uid_is_stable_and_names_the_host(settings):
    settings.SITE_HOST = "keepword.example"
    interview = InterviewFactory.build(owner=UserFactory.build())
    assert calendars.uid(interview) == f"{interview.uid}@keepword.example"
