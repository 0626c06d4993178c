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
    hours_said,
    instant,
    is_ambiguous,
    take_date,
    understand,
)
from tests.work_done import count_calls

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
    said_before_a_date = (
        "due",
        "before",
        "until",
        "till",
        "early",
        "late",
        "later",
        "around",
        "roughly",
        "sometime",
        "starting",
    )
    is_part_of_the_date = word in ("the", "friday", "fri", *said_before_a_date)
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
    ("words", "hours"),
    [
        ("thursday 12.30", "12.30"),
        ("thursday at 2pm", "at 2pm"),
        ("at 14h30 on thursday", "at 14h30"),
        ("9.15 thursday", "9.15"),
        ("thursday", ""),
        ("whenever", ""),
    ],
)
def test_an_hour_beside_a_day_is_told(words: str, hours: str):
    assert hours_said(words, SUNDAY) == hours
    assert understand(words, SUNDAY) == (None if words == "whenever" else date(2026, 12, 3))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("tomorow", "Not a date I know. Try “tomorrow”."),
        ("nxt tuesday", "Not a date I know. Try “next tuesday”."),
        ("wendesday", "Not a date I know. Try “wednesday”."),
        ("14h30", "An hour without a day. Try “today 14h30” or “tomorrow 14h30”."),
        ("at 2pm", "An hour without a day. Try “today at 2pm” or “tomorrow at 2pm”."),
        ("12.30", "An hour without a day. Try “today 12.30” or “tomorrow 12.30”."),
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


SUNDAY = date(2026, 11, 29)


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("thursday next week", "12-03"),
        ("next week on thursday", "12-03"),
        ("thursday the week after next", "12-10"),
        ("the tuesday after next", "12-08"),
        ("thursday week", "12-10"),
        ("a week on thursday", "12-10"),
        ("a fortnight on tuesday", "12-15"),
        ("thursday in two weeks", "12-17"),
        ("three days from monday", "12-03"),
        ("a month from tomorrow", "12-30"),
        ("two days after 4 december", "12-06"),
        ("a week before christmas", "12-18"),
        ("the day after christmas", "12-26"),
        ("the 12th of next month", "12-12"),
        ("next month on the 12th", "12-12"),
        ("start of next month", "12-01"),
        ("mid-december", "12-15"),
        ("the end of next week", "12-04"),
        ("early next week", "11-30"),
        ("thursday the third", "12-03"),
        ("january the 2nd", "2027-01-02"),
        ("4 december next year", "2027-12-04"),
        ("the first monday of december", "12-07"),
        ("the last friday of the month", "12-25"),
        ("3 months from today", "2027-02-28"),
        ("10 days today", "12-09"),
        ("a week tomorrow", "12-07"),
        ("within a fortnight", "12-13"),
        ("eoy", "12-31"),
        ("end of the quarter", "12-31"),
        ("end of february", "2027-02-28"),
        ("the month after next", "2027-01-29"),
        ("before easter", "2027-03-27"),
        ("new year’s eve", "12-31"),
        ("in twelve days", "12-11"),
        ("in twenty-one days", "12-20"),
        ("in a few days", "12-02"),
        ("in a week or two", "12-13"),
        ("in 2-3 weeks", "12-20"),
        ("in three weeks’ time", "12-20"),
        ("in 10 business days", "12-11"),
        ("next working day", "11-30"),
        ("in 2 yrs", "2028-11-29"),
        ("in 2 weeks and 3 days", "12-16"),
        ("mon!", "11-30"),
        ("(thursday)", "12-03"),
        ("thursday at noon", "12-03"),
        ("thursday 9:30am", "12-03"),
        ("at 5pm on thursday", "12-03"),
        ("tomorrow at half past 9", "11-30"),
        ("tomorrow at 10 in the morning", "11-30"),
        ("monday lunchtime", "11-30"),
        ("this weekend", "11-29"),
        ("next weekend", "12-05"),
        ("after the weekend", "11-30"),
        ("before the weekend", "12-04"),
        ("in the next few days", "12-02"),
        ("end of the next month", "12-31"),
        ("no later than thursday", "12-03"),
        ("thursday at the latest", "12-03"),
        ("4/12/26", "12-04"),
        ("2026/12/04", "12-04"),
        ("end of day", "11-29"),
    ],
)
def test_longer_phrases_are_read_whole(words: str, day: str):
    assert understand(words, SUNDAY) == date.fromisoformat(day if len(day) > 5 else f"2026-{day}")


@pytest.mark.parametrize(
    ("line", "day", "rest", "said"),
    [
        ("send notes thursday next week", "2026-12-03", "send notes", "thursday next week"),
        ("send notes a week on thursday", "2026-12-10", "send notes", "a week on thursday"),
        ("send notes by the end of next month", "2026-12-31", "send notes", "by the end of next month"),
        ("send notes thursday morning next week", "2026-12-03", "send notes", "thursday morning next week"),
        ("send notes by january the 2nd", "2027-01-02", "send notes", "by january the 2nd"),
        ("call Bo thursday at 4pm", "2026-12-03", "call Bo at 4pm", "thursday"),
        ("lunch with Bo on thursday 12:30", "2026-12-03", "lunch with Bo 12:30", "on thursday"),
        ("call Bo tomorrow morning at 10", "2026-11-30", "call Bo at 10", "tomorrow morning"),
        ("coffee thursday 3-5pm", "2026-12-03", "coffee 3-5pm", "thursday"),
        ("call Bo tonight", "2026-11-29", "call Bo", "tonight"),
        ("write to Bo first thing tomorrow", "2026-11-30", "write to Bo", "first thing tomorrow"),
        ("send it later this week", "2026-12-04", "send it", "later this week"),
        ("coffee wed 8am", "2026-12-02", "coffee 8am", "wed"),
        ("dinner sat 7:30 pm", "2026-12-05", "dinner 7:30 pm", "sat"),
        ("call Bo tomorrow 8:15 am", "2026-11-30", "call Bo 8:15 am", "tomorrow"),
        ("send it monday am", "2026-11-30", "send it", "monday am"),
        ("call Jan thursday", "2026-12-03", "call Jan", "thursday"),
        ("send it thursday #floods #mali", "2026-12-03", "send it #floods #mali", "thursday"),
        ("mail May 4 december", "2026-12-04", "mail May", "4 december"),
        ("lunch with Bo thursday 12.30", "2026-12-03", "lunch with Bo 12.30", "thursday"),
        ("lunch with Bo 12.30 on thursday", "2026-12-03", "lunch with Bo 12.30", "on thursday"),
        ("call Bo thu 9.15-10.45", "2026-12-03", "call Bo 9.15-10.45", "thu"),
        ("call Bo thu 9-10", "2026-12-03", "call Bo 9-10", "thu"),
        ("call Bo tomorrow 9.10", "2026-11-30", "call Bo 9.10", "tomorrow"),
        ("call Bo thursday at 9.10", "2026-12-03", "call Bo at 9.10", "thursday"),
        ("call Bo 4.12. 14.00 Uhr", "2026-12-04", "call Bo 14.00 Uhr", "4.12."),
        ("call Bo 4.12 14h", "2026-12-04", "call Bo 14h", "4.12"),
        ("call Bo thursday 15 h 30", "2026-12-03", "call Bo 15 h 30", "thursday"),
        ("call Bo thursday 3pm CET", "2026-12-03", "call Bo 3pm CET", "thursday"),
        ("call Bo thursday 3pm sharp, his time", "2026-12-03", "call Bo 3pm sharp, his time", "thursday"),
        ("call Bo thursday @ 3", "2026-12-03", "call Bo @ 3", "thursday"),
        ("call Bo thursday 3ish", "2026-12-03", "call Bo 3ish", "thursday"),
        ("call Bo thursday quarter past three", "2026-12-03", "call Bo quarter past three", "thursday"),
        ("call Bo thursday at three", "2026-12-03", "call Bo at three", "thursday"),
        ("call Bo thursday after lunch", "2026-12-03", "call Bo after lunch", "thursday"),
        ("call Bo thursday until 5", "2026-12-03", "call Bo until 5", "thursday"),
        ("call Bo thursday 1400", "2026-12-03", "call Bo 1400", "thursday"),
        ("call Bo by EOD thursday", "2026-12-03", "call Bo", "by EOD thursday"),
        ("call Bo the week of 7 december", "2026-12-07", "call Bo", "the week of 7 december"),
        ("call Bo tues next wk", "2026-12-01", "call Bo", "tues next wk"),
        ("call Bo sat morning", "2026-12-05", "call Bo", "sat morning"),
        ("call Bo over the weekend", "2026-11-29", "call Bo", "over the weekend"),
        ("call Bo 4 or 5 dec", "2026-12-05", "call Bo", "4 or 5 dec"),
        ("call Bo 4-5 dec at 10", "2026-12-05", "call Bo at 10", "4-5 dec"),
        ("meet fri 4.12", "2026-12-04", "meet", "fri 4.12"),
    ],
)
def test_what_was_read_as_the_day_is_told(line: str, day: str, rest: str, said: str):
    taken = take_date(line, SUNDAY)
    assert taken
    assert (taken.day.isoformat(), taken.rest, taken.said) == (day, rest, said)


@pytest.mark.parametrize(
    "line",
    [
        "send slides from last thursday",
        "thank her for the talk yesterday",
        "ask about tomorrow",
        "ask what she thinks of next month",
        "call every monday",
        "call every other monday",
        "water the plants each friday",
        "archive letters up to 3 march",
        "prepare for thursday",
        "move the talk from thursday to friday",
        "send notes thursday or friday",
        "wish her a merry christmas",
        "send the invoice dated 1 november",
        "look at the sun 10 minutes",
        "find out how long they have been open since 4 may 2019",
    ],
)
def test_a_day_that_the_line_is_about_stays_in_it(line: str):
    assert take_date(line, SUNDAY) is None


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("1/13", "Not a date here, where the day comes first: 13/1."),
        ("12-31-2026", "Not a date here, where the day comes first: 31-12-2026."),
        ("thursday 4 december", "4 December is a Friday. Try “4 December”."),
        ("monday the 1st", "1 December is a Tuesday. Try “1 December”."),
        ("31/11", "November ends on the 30th. Try “30 November”."),
    ],
)
def test_a_slip_of_the_hand_is_named(words: str, said: str):
    assert understand(words, SUNDAY) is None
    assert complaint(words, SUNDAY) == said


@pytest.mark.parametrize("line", ["in a week " * 200, "monday or " * 200, "4 december " * 180, "a week from " * 160])
def test_a_long_line_of_dates_is_read_at_once(line: str):
    calls = count_calls(lambda: take_date(line.strip(), SUNDAY))
    assert calls < 300_000
