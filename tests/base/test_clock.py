from datetime import datetime, time

import pytest
from django.core.exceptions import ValidationError

from base.clock import ClockField, hours_of, read_time, write_time


@pytest.mark.parametrize(
    ("at", "by_24", "by_12"),
    [
        (time(0, 0), "00:00", "12:00 am"),
        (time(0, 5), "00:05", "12:05 am"),
        (time(9, 30), "09:30", "9:30 am"),
        (time(12, 0), "12:00", "12:00 pm"),
        (time(18, 0), "18:00", "6:00 pm"),
        (datetime(2026, 11, 19, 23, 59), "23:59", "11:59 pm"),  # noqa: DTZ001 - the clock alone
    ],
)
def test_time_is_written_by_12_or_24_hours_and_read_back(at, by_24, by_12):
    assert write_time(at) == by_24
    with hours_of(twelve_hours=True):
        assert write_time(at) == by_12
        with hours_of(twelve_hours=False):
            assert write_time(at) == by_24
    assert read_time(by_24) == read_time(by_12) == time(at.hour, at.minute)


@pytest.mark.parametrize(
    ("typed", "at"),
    [
        ("6pm", time(18)),
        ("6 PM", time(18)),
        ("6:30 p.m.", time(18, 30)),
        ("630pm", time(18, 30)),
        ("12am", time(0)),
        ("12pm", time(12)),
        ("18.15", time(18, 15)),
        ("18h15", time(18, 15)),
        ("1500", time(15)),
        ("9", time(9)),
        ("08:00:00", time(8)),
    ],
)
def test_time_is_read_as_people_write_it(typed, at):
    assert ClockField().clean(typed) == at


@pytest.mark.parametrize("typed", ["25", "24:00", "13pm", "0am", "noonish", "12:60", "١٨:٠٠", "6 pm pm"])
def test_other_words_are_no_time(typed):
    with pytest.raises(ValidationError, match="Not a time I know"):
        ClockField().clean(typed)
