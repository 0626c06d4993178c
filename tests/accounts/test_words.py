"""Dates and times as the pages say them."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.template import Context, Template
from django.utils import timezone

from accounts.templatetags.keepword import ago, city, clock, day, icon, lateness, moment, near

TODAY = date(2026, 11, 19)


@pytest.fixture(autouse=True)
def _in_stockholm(time_machine_at_noon):
    with timezone.override("Europe/Stockholm"):
        yield


@pytest.fixture
def time_machine_at_noon(time_machine):
    time_machine.move_to(datetime(2026, 11, 19, 12, 0, tzinfo=UTC))


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (0, "today"),
        (1, "yesterday"),
        (2, "2 days"),
        (20, "20 days"),
        (21, "3 weeks"),
        (59, "8 weeks"),
        (60, "2 months"),
        (364, "12 months"),
        (365, "a year"),
        (729, "a year"),
        (730, "2 years"),
    ],
)
def test_ago(days, words):
    assert ago(TODAY - timedelta(days=days), TODAY) == words


@pytest.mark.parametrize(
    ("days", "words"),
    [(-1, "yesterday"), (0, "today"), (1, "tomorrow"), (4, "Monday 23 November"), (60, "Monday 18 January 2027")],
)
def test_near(days, words):
    assert near(TODAY + timedelta(days=days), TODAY) == words


@pytest.mark.parametrize(
    ("days", "words"), [(-4, "4 days late"), (-1, "1 day late"), (0, "due today"), (1, "tomorrow")]
)
def test_lateness(days, words):
    assert lateness(TODAY + timedelta(days=days), TODAY) == words


@pytest.mark.parametrize("say", [day, near, ago, moment])
def test_nothing_is_said_of_no_date(say):
    assert say(None) == ""


def test_day_says_the_year_when_it_is_another_although_the_same_day_was_said_before(time_machine):
    assert day(date(2026, 12, 4)) == "Friday 4 December"
    time_machine.move_to(datetime(2027, 1, 2, 12, 0, tzinfo=UTC))
    assert day(date(2026, 12, 4)) == "Friday 4 December 2026"


def test_instants_are_said_in_the_active_zone_or_the_one_named():
    at = datetime(2026, 12, 4, 23, 30, tzinfo=UTC)

    assert (clock(at), moment(at)) == ("00:30", "Saturday 5 December, 00:30")
    assert (clock(at, "America/New_York"), city("America/New_York")) == ("18:30", "New York")


def test_day_of_an_instant_is_that_of_the_active_zone():
    page = Template("{% load keepword %}{{ at|day }}")

    said = page.render(Context({"at": datetime(2026, 12, 4, 23, 30, tzinfo=UTC)}))

    assert said == "Saturday 5 December"


def test_icon_is_hidden_from_readers_and_leaves_size_and_colour_to_the_css():
    drawn = icon("check")

    assert 'aria-hidden="true"' in drawn
    assert not any(word in drawn.split(">")[0] for word in ("width=", "height=", "stroke="))
