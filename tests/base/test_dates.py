from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from base.dates import (
    EARLIEST,
    LATEST,
    Understood,
    add_months,
    complaint,
    exists,
    instant,
    is_ambiguous,
    take_date,
    understand,
)

THURSDAY = date(2026, 11, 19)
STOCKHOLM = ZoneInfo("Europe/Stockholm")


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("today", date(2026, 11, 19)),
        ("tonight", date(2026, 11, 19)),
        ("Tomorrow.", date(2026, 11, 20)),
        ("the day after tomorrow", date(2026, 11, 21)),
        ("yesterday", date(2026, 11, 18)),
        ("next week", date(2026, 11, 26)),
        ("next month", date(2026, 12, 19)),
        ("next year", date(2027, 11, 19)),
        ("end of the month", date(2026, 11, 30)),
        ("in 3 weeks", date(2026, 12, 10)),
        ("3 weeks", date(2026, 12, 10)),
        ("two months", date(2027, 1, 19)),
        ("in a year", date(2027, 11, 19)),
        ("ten days from now", date(2026, 11, 29)),
        ("3 days ago", date(2026, 11, 16)),
        ("a week ago", date(2026, 11, 12)),
        ("thursday", date(2026, 11, 26)),
        ("Friday", date(2026, 11, 20)),
        ("this tuesday", date(2026, 11, 24)),
        ("next tuesday", date(2026, 11, 24)),
        ("next friday", date(2026, 11, 27)),
        ("next sunday", date(2026, 11, 29)),
        ("last thursday", date(2026, 11, 12)),
        ("last friday", date(2026, 11, 13)),
        ("by fri", date(2026, 11, 20)),
        ("on Thurs.", date(2026, 11, 26)),
        ("31 october", date(2027, 10, 31)),
        ("31st of October", date(2027, 10, 31)),
        ("4 dec", date(2026, 12, 4)),
        ("Dec 4th", date(2026, 12, 4)),
        ("December 4, 2026", date(2026, 12, 4)),
        ("friday, 4 December", date(2026, 12, 4)),
        ("the 5th", date(2026, 12, 5)),
        ("19th", date(2026, 11, 19)),
        ("29 february", date(2028, 2, 29)),
        ("19 november", date(2026, 11, 19)),
        ("9 november 2026", date(2026, 11, 9)),
        ("4/12/2026", date(2026, 12, 4)),
        ("4.12.", date(2026, 12, 4)),
        ("4-12", date(2026, 12, 4)),
        ("2026-12-04", date(2026, 12, 4)),
        ("4 dec at noon 2026", date(2026, 12, 4)),
        ("  BY   next    TUESDAY ", date(2026, 11, 24)),
    ],
)
def test_words_are_understood(words: str, day: date):
    assert understand(words, THURSDAY) == day


@pytest.mark.parametrize(
    "words",
    [
        "",
        "   ",
        ".",
        "soon",
        "tomorow",
        "32 october",
        "31 november",
        "0 may",
        "29 february 2027",
        "saturday 4 december 2026",
        "tu",
        "next",
        "next century",
        "2026-13-01",
        "31.12.9999",
        "9999-12-31",
        "1899-12-31",
        "in 999 years",
        "999 years ago",
        "1/2/3/4",
        "١٢٣",
        "²",
        "\x00",
        "\ud800",
        "javascript:alert(1)",
        "x" * 10_000,
        "1" * 10_000,
    ],
)
def test_other_words_are_no_date(words: str):
    assert understand(words, THURSDAY) is None


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("friday 20 november", date(2026, 11, 20)),
        ("friday 20 november 2026", date(2026, 11, 20)),
        ("monday 23 november", date(2026, 11, 23)),
        ("friday 4 december", date(2026, 12, 4)),
        ("wednesday 26 november", None),  # that was a year ago: a slip of the hand
        ("tuesday 26 november", None),
    ],
)
def test_a_weekday_says_that_the_day_has_been(words: str, day: date | None):
    assert understand(words, date(2026, 11, 23)) == day


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("send the deck by friday 20 november", (date(2026, 11, 20), "send the deck")),
        ("send the deck tuesday 26 november", None),
    ],
)
def test_a_weekday_is_not_overlooked_at_the_end_of_a_line(line: str, found: tuple[date, str] | None):
    taken = take_date(line, date(2026, 11, 23))
    assert (taken and (taken.day, taken.rest)) == found


def test_next_tuesday_said_on_a_monday_is_not_tomorrow():
    assert understand("next tuesday", date(2026, 11, 16)) == date(2026, 11, 24)


def test_next_tuesday_said_on_a_tuesday_is_in_a_week():
    assert understand("next tuesday", date(2026, 11, 17)) == date(2026, 11, 24)


def test_next_monday_said_on_a_sunday_is_tomorrow():
    assert understand("next monday", date(2026, 11, 22)) == date(2026, 11, 23)


days = st.dates(EARLIEST, LATEST)


@settings(deadline=None)
@given(st.text(max_size=80), days)
def test_understand_never_raises(words: str, today: date):
    found = understand(words, today)
    assert found is None or EARLIEST <= found <= LATEST


@settings(deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "in",
                "a",
                "3",
                "0",
                "31",
                "99",
                "days",
                "week",
                "months",
                "ago",
                "next",
                "last",
                "friday",
                "of",
                "the",
                "30th",
                "feb",
                "may",
                "2024",
                "9999",
                "end",
                "-",
                "/",
                ".",
                "by",
            ]
        ),
        max_size=6,
    ),
    days,
)
def test_understand_never_raises_on_what_looks_like_a_date(words: list[str], today: date):
    found = understand(" ".join(words), today)
    assert found is None or EARLIEST <= found <= LATEST


@given(st.text(max_size=200), days)
def test_take_date_and_complaint_never_raise(line: str, today: date):
    taken = take_date(line, today)
    assert taken is None or EARLIEST <= taken.day <= LATEST
    assert complaint(line, today)


@pytest.mark.parametrize(
    "form", ["%Y-%m-%d", "%d %B %Y", "%A %d %B %Y", "%A, %d %b %Y", "%B %d, %Y", "%b %dth %Y", "%d.%m.%Y", "%d/%m/%Y"]
)
@given(day=days, today=days)
def test_a_date_written_out_is_read_back(form: str, day: date, today: date):
    assert understand(day.strftime(form), today) == day


@given(st.dates(date(1950, 1, 1), date(2150, 12, 31)), st.integers(0, 365))
def test_a_day_without_a_year_is_the_coming_one(today: date, ahead: int):
    day = today + timedelta(days=ahead)
    found = understand(f"{day.day} {day:%B}", today)
    assert found is not None
    assert (found.day, found.month) == (day.day, day.month)
    assert today <= found <= day


@given(st.dates(date(1950, 1, 1), date(2150, 12, 31)), st.sampled_from(["monday", "tuesday", "sunday"]))
def test_a_weekday_is_within_a_week_and_never_today(today: date, name: str):
    found = understand(name, today)
    assert found is not None
    assert f"{found:%A}".lower() == name
    assert 1 <= (found - today).days <= 7


@given(st.dates(date(1950, 1, 1), date(2150, 12, 31)), st.sampled_from(["monday", "wednesday", "sunday"]))
def test_next_weekday_is_in_the_next_calendar_week(today: date, name: str):
    found = understand(f"next {name}", today)
    assert found is not None
    assert found.isocalendar()[:2] == (today + timedelta(days=7)).isocalendar()[:2]
    assert f"{found:%A}".lower() == name


@pytest.mark.parametrize(
    ("line", "day", "rest"),
    [
        ("send the deck next tuesday", date(2026, 11, 24), "send the deck"),
        ("send the Göta paper friday", date(2026, 11, 20), "send the Göta paper"),
        ("Thank Ana by tomorrow", date(2026, 11, 20), "Thank Ana"),
        ("introduce Yusuf to Li, in 2 weeks", date(2026, 12, 3), "introduce Yusuf to Li"),
        ("send the list due on 4 december", date(2026, 12, 4), "send the list"),
        ("send the list friday 4 december 2026", date(2026, 12, 4), "send the list"),
        ("call her by sun", date(2026, 11, 22), "call her"),
        ("write it by 24/7", date(2027, 7, 24), "write it"),
        ("report back the day after tomorrow", date(2026, 11, 21), "report back"),
    ],
)
def test_a_date_at_the_end_of_a_line_is_taken(line: str, day: date, rest: str):
    assert take_date(line, THURSDAY) == Understood(day, rest)


@pytest.mark.parametrize(
    ("line", "day", "rest"),
    [
        ("call Ana 4 december", date(2026, 12, 4), "call Ana"),
        ("send the paper 4 dec", date(2026, 12, 4), "send the paper"),
        ("thank her 1 december", date(2026, 12, 1), "thank her"),
        ("send the deck dec 31", date(2026, 12, 31), "send the deck"),
        ("call Marta december 4", date(2026, 12, 4), "call Marta"),
        ("call Marc the 4th of december", date(2026, 12, 4), "call Marc"),
        ("see Mart 4 sept. 2027", date(2027, 9, 4), "see Mart"),
        ("call Wedn on thurs 3 december", date(2026, 12, 3), "call Wedn"),
        ("call Jan 4 december", date(2026, 12, 4), "call Jan"),
    ],
)
def test_a_word_before_a_written_date_stays(line: str, day: date, rest: str):
    assert take_date(line, THURSDAY) == Understood(day, rest)


@given(st.from_regex(r"[a-z]{3,9}", fullmatch=True), st.sampled_from(["4 december", "dec 4th", "the 4th of dec"]))
def test_no_word_before_a_written_date_is_thrown_away(word: str, written: str):
    taken = take_date(f"call {word} {written}", THURSDAY)
    is_part_of_the_date = word in ("the", "due", "before", "until", "friday", "fri")
    assert taken is None or is_part_of_the_date or taken.rest == f"call {word}"


@pytest.mark.parametrize(
    "line",
    [
        "call Marc 4",
        "send the deck",
        "tomorrow",
        "friday",
        "look at the sun",
        "write to them twice a week",
        "ask who answers 24/7",
        "send release 2.1",
        "read chapter 12",
        "tell her where we sat",
        "",
    ],
)
def test_a_line_without_a_date_is_left_alone(line: str):
    assert take_date(line, THURSDAY) is None


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("tomorow", "Not a date I know. Try “tomorrow”."),
        ("nxt tuesday", "Not a date I know. Try “next tuesday”."),
        ("wendesday", "Not a date I know. Try “wednesday”."),
        ("whenever", "Not a date I know. Try “in 3 weeks”."),
        ("32 October", "October ends on the 31st. Try “31 October”."),
        ("30 february", "February ends on the 29th. Try “29 February”."),
        ("x" * 10_000, "Not a date I know. Try “in 3 weeks”."),
    ],
)
def test_a_complaint_says_what_to_try(words: str, said: str):
    assert complaint(words, THURSDAY) == said


def test_the_31st_is_the_last_day_of_a_shorter_month():
    assert [add_months(date(2026, 1, 31), n) for n in (1, 2, 3, 13)] == [
        date(2026, 2, 28),
        date(2026, 3, 31),
        date(2026, 4, 30),
        date(2027, 2, 28),
    ]


@given(st.dates(date(1950, 1, 1), date(2150, 12, 31)), st.integers(-600, 600))
def test_months_are_added_one_calendar_month_each(day: date, months: int):
    later = add_months(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == day.day or (later + timedelta(days=1)).day == 1


def test_a_local_time_in_a_gap_moves_forward():
    assert instant(date(2026, 3, 29), time(2, 30), STOCKHOLM) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert not exists(date(2026, 3, 29), time(2, 30), STOCKHOLM)


def test_a_local_time_that_comes_twice_is_the_first():
    assert instant(date(2026, 10, 25), time(2, 30), STOCKHOLM) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert is_ambiguous(date(2026, 10, 25), time(2, 30), STOCKHOLM)


def test_an_ordinary_time_exists_once():
    assert exists(THURSDAY, time(8), STOCKHOLM)
    assert not is_ambiguous(THURSDAY, time(8), STOCKHOLM)


def test_a_day_that_a_zone_left_out_moves_forward():
    apia = ZoneInfo("Pacific/Apia")
    assert instant(date(2011, 12, 30), time(8), apia).astimezone(apia).date() == date(2011, 12, 31)


def test_a_gap_of_half_an_hour_moves_forward():
    lord_howe = ZoneInfo("Australia/Lord_Howe")
    assert instant(date(2026, 10, 4), time(2, 15), lord_howe).astimezone(lord_howe).time() == time(2, 45)
