"""Dates and times as the pages say them."""

import re
from datetime import UTC, date, datetime, timedelta
from html import unescape

import pytest
from django.template import Context, Template
from django.utils import timezone
from django.utils.html import format_html

from accounts.templatetags.keepword import ago, city, clock, day, icon, lateness, linked, moment, near, until

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


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-1, "in a moment"),
        (0, "in a moment"),
        (59, "in a moment"),
        (60, "in 1\xa0minute"),
        (3599, "in 59\xa0minutes"),
        (7500, "in 2\xa0hours, 5\xa0minutes"),
    ],
)
def test_nothing_is_in_0_minutes(seconds, words):
    now = datetime(2026, 11, 19, 12, 0, tzinfo=UTC)
    assert until(now + timedelta(seconds=seconds), now) == words


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("https://call.example/19%3am_a%2Fb?x=%7b1%7d", ["https://call.example/19%3am_a%2Fb?x=%7b1%7d"]),
        ("HTTPS://call.example/a?b=1&c=2", ["HTTPS://call.example/a?b=1&amp;c=2"]),
        ("See https://a.example/x, or http://b.example/y.", ["https://a.example/x", "http://b.example/y"]),
        ("https://a.example/Foo_(bar)", ["https://a.example/Foo_(bar)"]),
        ("(https://a.example/x)", ["https://a.example/x"]),
        ("call.example/j/1", ["https://call.example/j/1"]),
        ("ana@call.example/x, room 3.14/b, +49 30 555", []),
        ("javascript:alert(1) <b>https://a.example/</b>", ["https://a.example/"]),
        ("", []),
    ],
)
def test_web_addresses_are_links_to_exactly_what_was_typed(text, links):
    html = linked(text)
    assert re.findall('href="([^"]*)"', html) == links
    assert unescape(re.sub("</?a[^>]*>", "", html)) == text


def test_what_is_escaped_already_is_not_escaped_twice():
    html = linked(format_html("By video: {}", "https://a.example/?x=1&y=2"))
    assert html == (
        'By video: <a href="https://a.example/?x=1&amp;y=2" rel="nofollow">https://a.example/?x=1&amp;y=2</a>'
    )
