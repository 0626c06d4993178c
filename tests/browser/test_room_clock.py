"""The clock of the room against the server's, on phones whose own is wrong, slept, or was throttled.

Both clocks stand, and are moved by the tests: how long the machine takes to answer is no part of what is measured.
"""

import re
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse
from playwright.sync_api import Page, expect

from accounts.models import User
from interviews.models import Room
from tests.browser.conftest import PATIENCE, PHONE
from tests.factories import ContactFactory, InterviewFactory, RoomFactory

pytestmark = pytest.mark.slow
BETWEEN_SECONDS = timedelta(minutes=5, milliseconds=500)  # a rounded millisecond must not show another second
WAKE = 'document.dispatchEvent(new Event("visibilitychange"))'


@pytest.fixture
def server() -> Iterator[time_machine.Traveller]:
    """The server's clock."""
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        yield clock


@pytest.fixture
def room(server: time_machine.Traveller, user: User) -> Room:
    interview = InterviewFactory(contact=ContactFactory(owner=user, name="Mateus Oliveira"), minutes=20)
    return RoomFactory(interview=interview, started_at=datetime.now(UTC) - BETWEEN_SECONDS)


@pytest.fixture
def page(visit: Callable[..., Page], room: Room) -> Page:
    return visit(PHONE)


def open_room(page: Page, room: Room, wrong_by: timedelta = timedelta()) -> None:
    phone = datetime.now(UTC) + wrong_by
    page.clock.install(time=phone - timedelta(hours=1))  # it can be stopped at a later moment only
    page.clock.pause_at(phone)
    page.goto(reverse("room", args=[room.interview_id]))
    expect(page.locator("[data-save]")).to_be_hidden()


def pass_by(seconds: float, page: Page, server: time_machine.Traveller) -> None:
    """Time, for both. No look at the server's clock is answered meanwhile: it would be of another moment than its question."""
    page.route("**/room/clock/", lambda route: route.fulfill(status=204))
    server.shift(seconds)
    page.clock.run_for(round(seconds * 1000))
    page.unroute("**/room/clock/")


def error(page: Page, room: Room, minutes: int = 20) -> float:
    """Seconds by which the clock differs from the server's."""
    shown_minutes, seconds = (page.locator("[data-left]").text_content() or "").split(":")
    left = (room.started_at + timedelta(minutes=minutes) - datetime.now(UTC)).total_seconds()
    return abs(int(shown_minutes) * 60 + int(seconds) - left)


def look(page: Page, room: Room, server: time_machine.Traveller) -> None:
    """Asks the server, as a page does that is seen again. What it answered is shown at the next tick after it arrived."""
    with page.expect_response("**/room/clock/"):
        page.evaluate(WAKE)
    end = time.monotonic() + PATIENCE / 1000
    while error(page, room) >= 1 and time.monotonic() < end:
        pass_by(0.25, page, server)


@pytest.mark.parametrize("hours", [-1, 1])
def test_wrong_by_an_hour_it_errs_less_than_a_second(page, room, server, hours):
    open_room(page, room, timedelta(hours=hours))
    assert error(page, room) < 1

    pass_by(90, page, server)
    assert error(page, room) < 1

    server.shift(30)  # the phone's clocks stand
    look(page, room, server)
    assert error(page, room) < 1


def test_after_more_time_it_still_errs_less_than_a_second(page, room, server):
    open_room(page, room)
    pass_by(1.5, page, server)
    page.get_by_role("button", name="Mateus offered 5 more minutes").click()
    pass_by(0.1, page, server)  # the tap is sent
    expect(page.locator("#toasts")).to_contain_text("5 minutes more")
    pass_by(90, page, server)

    assert error(page, room, minutes=25) < 1


def test_a_tab_whose_clocks_stood_catches_up_when_it_is_seen_again(page, room, server):
    open_room(page, room)
    server.shift(180)  # the phone is asleep
    assert error(page, room) > 179

    look(page, room, server)

    assert error(page, room) < 1


def test_a_throttled_tab_without_a_network_goes_on_by_itself(page, room, server, complaints):
    complaints.brought_about = re.compile("ERR_FAILED")
    open_room(page, room)
    page.route("**/room/clock/", lambda route: route.abort())
    server.shift(13 * 60)
    page.clock.fast_forward("13:00")  # every timer fires at most once

    assert error(page, room) < 1
    expect(page.locator("#cue")).to_contain_text("May I ask one last question?")
