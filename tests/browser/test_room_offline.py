"""In a cellar: what is typed and tapped without a network is there, once, when the phone is above ground again."""

import logging
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import Page, expect

from accounts.models import User
from interviews.holding import actions as room_actions
from interviews.models import Room
from tests.browser.conftest import PHONE, Complaints
from tests.factories import ChosenQuestionFactory, ContactFactory, InterviewFactory, PreparationFactory, RoomFactory

pytestmark = pytest.mark.slow
logger = logging.getLogger(__name__)
KEPT = "Kept on this phone, sent when the network is back. Leave this page open"
SECOND = timedelta(seconds=1)
REALLY_SECONDS = int(
    os.environ.get("OFFLINE_SECONDS", "0")
)  # 600 waits the ten minutes; otherwise the page's clock does


@pytest.fixture
def room(user: User) -> Room:
    contact = ContactFactory(owner=user, name="Mateus Oliveira", email="mateus@port.example")
    interview = InterviewFactory(contact=contact, minutes=20)
    preparation = PreparationFactory(contact=contact, interview=interview)
    ChosenQuestionFactory(preparation=preparation, question__text="What do you read to keep up?", must_ask=True)
    return RoomFactory(interview=interview, started_at=datetime.now(UTC) - timedelta(minutes=5))


@pytest.fixture
def phone(visit: Callable[..., Page], room: Room, complaints: Complaints):
    """The room on a phone. That the network was gone is no complaint."""
    page = visit(PHONE)
    page.goto(reverse("room", args=[room.interview_id]))
    expect(page.locator("[data-save]")).to_be_hidden()
    yield page
    complaints.brought_about = re.compile("ERR_INTERNET_DISCONNECTED|ERR_FAILED")


def underground(page: Page) -> None:
    page.context.set_offline(True)


def above_ground(page: Page) -> None:
    page.context.set_offline(False)


@dataclass(frozen=True)
class Tapped:
    """Between which two moments a button was tapped: a busy machine lets some time pass."""

    after: datetime
    before: datetime

    def is_at(self, moment: datetime) -> bool:
        return self.after - SECOND < moment < self.before + SECOND


def tap(page: Page, name: str) -> Tapped:
    began = datetime.now(UTC)
    page.get_by_role("button", name=name).click()
    return Tapped(began, datetime.now(UTC))


def add(page: Page, label: str, text: str) -> None:
    page.get_by_role("textbox", name=label).fill(text)
    page.get_by_role("textbox", name=label).press("Enter")


def fresh(room: Room) -> Room:
    return Room.objects.select_related("interview__contact").get(pk=room.pk)


def wait_until_over(page: Page) -> None:
    expect(page.get_by_role("heading", level=1, name="What did you learn?")).to_be_visible()


def test_end_is_said_at_once_and_arrives_with_its_instant(phone, room):
    underground(phone)
    tapped = tap(phone, "End, and give")
    expect(phone.locator("#cue")).to_contain_text("The talk has ended")
    expect(phone.locator("#kept")).to_have_text(KEPT)
    assert Axe().run(phone).response["violations"] == []
    stands = phone.locator("[data-left]").inner_text()
    phone.wait_for_timeout(1500)
    assert phone.locator("[data-left]").inner_text() == stands

    above_ground(phone)
    wait_until_over(phone)
    assert tapped.is_at(fresh(room).ended_at)
    expect(phone.get_by_role("button", name="Undo")).to_be_visible()


def test_who_types_on_after_the_end_is_not_torn_away(phone, room):
    underground(phone)
    tap(phone, "End, and give")
    phone.get_by_label("Notes").fill("Said at the door")
    above_ground(phone)
    expect(phone.get_by_role("link", name="On to the debrief")).to_be_visible()
    phone.get_by_label("Notes").press_sequentially(", and on the stairs")
    phone.get_by_role("link", name="On to the debrief").click()
    wait_until_over(phone)
    phone.get_by_text("What you wrote down").click()

    expect(phone.get_by_text("Said at the door, and on the stairs")).to_be_visible()


def test_end_survives_a_closed_browser_and_leaves_from_any_page(phone, room):
    underground(phone)
    phone.get_by_label("Notes").fill("Typed in the cellar")
    tapped = tap(phone, "End, and give")
    expect(phone.locator("#kept")).to_have_text(KEPT)
    context = phone.context
    phone.close()
    context.set_offline(False)
    later = context.new_page()
    later.goto(reverse("today"))
    expect(later.get_by_text("What was kept on this phone has arrived.")).to_be_visible()

    ended = fresh(room)
    assert (ended.notes, tapped.is_at(ended.ended_at)) == ("Typed in the cellar", True)
    assert later.evaluate("localStorage.length") == 0


def test_reload_without_a_network_is_asked_about(phone, room):
    phone.on("dialog", lambda dialog: dialog.dismiss())
    phone.get_by_label("Notes").fill("Typed above ground")
    underground(phone)
    with phone.expect_event("dialog") as asked:
        phone.evaluate("setTimeout(() => location.reload())")
    assert asked.value.type == "beforeunload"
    expect(phone.get_by_label("Notes")).to_have_value("Typed above ground")
    above_ground(phone)


def test_end_survives_a_reload(phone, room):
    phone.route("**/room/*/", lambda route: route.abort())
    tapped = tap(phone, "End, and give")
    expect(phone.locator("#kept")).to_have_text(KEPT)
    phone.unroute("**/room/*/")
    phone.reload()
    wait_until_over(phone)

    assert tapped.is_at(fresh(room).ended_at)


def test_end_on_a_second_device_meanwhile_is_no_conflict(phone, room):
    underground(phone)
    tapped = tap(phone, "End, and give")
    expect(phone.locator("#kept")).to_have_text(KEPT)
    room_actions.end(room=fresh(room), now=datetime.now(UTC) + SECOND)
    above_ground(phone)
    wait_until_over(phone)

    assert tapped.is_at(fresh(room).ended_at)
    assert room.owner.debriefs.count() == 1


def test_end_taken_back_before_it_was_sent(phone, room):
    underground(phone)
    tap(phone, "End, and give")
    tap(phone, "Talk on")
    expect(phone.get_by_role("button", name="End, and give")).to_be_visible()
    above_ground(phone)
    expect(phone.locator("#kept")).to_have_text("Kept")

    open_again = fresh(room)
    assert (open_again.ended_at, open_again.interview.state, room.owner.debriefs.count()) == (None, "planned", 0)


def test_more_time_and_a_pause_show_at_once_and_arrive_once(phone, room):
    underground(phone)
    tap(phone, "Mateus offered 5 more minutes")
    expect(phone.get_by_text("left of 25 minutes")).to_be_visible()
    paused = tap(phone, "Pause")
    expect(phone.locator("#cue")).to_contain_text("The clock stands")
    phone.wait_for_timeout(2000)
    resumed = tap(phone, "Resume")
    above_ground(phone)
    expect(phone.locator("#kept")).to_have_text("Kept")

    arrived = fresh(room)
    assert (arrived.extended_minutes, arrived.paused_at) == (5, None)
    shortest, longest = resumed.after - paused.before, resumed.before - paused.after
    assert shortest - SECOND < timedelta(seconds=arrived.paused_seconds) < longest + SECOND  # kept in whole seconds
    expect(phone.get_by_text(re.compile("left of 25 minutes"))).to_be_visible()


def test_no_show_is_kept_as_well(phone, room):
    underground(phone)
    tap(phone, "Mateus did not come")
    expect(phone.locator("#cue")).to_contain_text("It did not take place")
    above_ground(phone)
    expect(phone).to_have_url(re.compile(f"/interviews/{room.interview_id}/$"))

    assert fresh(room).interview.state == "no_show"


def test_after_ten_minutes_everything_arrives_once(phone, room):
    phone.clock.install()
    phone.reload()
    underground(phone)
    phone.get_by_label("What do you read").fill("The trade press\n! send Mateus the Göta paper friday")
    phone.get_by_label("Notes").fill("Tide logs since 1987")
    add(phone, "I promised", "call the port tomorrow")
    add(phone, "They promised", "the tide logs in 2 weeks")
    add(phone, "Whom else to meet", "Teresa Vasconcelos, Port of Lisbon")
    expect(phone.locator("#kept")).to_have_text(KEPT)
    wait_ten_minutes(phone)
    phone.get_by_label("Notes").press_sequentially(", and a last word")
    back = datetime.now(UTC)
    above_ground(phone)
    expect(phone.locator("#kept")).to_have_text("Kept", timeout=20_000)
    logger.info("all arrived %.1f s after the network was back", (datetime.now(UTC) - back).total_seconds())

    arrived = fresh(room)
    assert sorted(arrived.notes.splitlines()) == [
        "+ Teresa Vasconcelos, Port of Lisbon",
        "Tide logs since 1987, and a last word",
    ]
    assert [one.answer for one in room.owner.chosenquestions.all()] == [
        "The trade press\n! send Mateus the Göta paper friday"
    ]
    promises = room.interview.promises.filter(check_in_of__isnull=True)
    assert sorted((one.whose, one.what) for one in promises) == [
        ("mine", "Call the port"),
        ("theirs", "The tide logs"),
    ]


def wait_ten_minutes(page: Page) -> None:
    if REALLY_SECONDS:
        page.wait_for_timeout(REALLY_SECONDS * 1000)
    else:
        page.clock.run_for(600_000)


def test_lines_of_two_pages_of_one_browser_do_not_overwrite_each_other(phone, room):
    second = phone.context.new_page()
    second.goto(phone.url)
    underground(phone)
    add(phone, "I promised", "send the deck")
    add(second, "I promised", "call the port")
    expect(second.locator("#kept")).to_have_text(KEPT)
    second.close()
    phone.close(run_before_unload=False)
    context = second.context
    context.set_offline(False)
    context.new_page().goto(reverse("today"))
    expect(context.pages[-1].get_by_text("has arrived.")).to_be_visible()

    assert sorted(one.what for one in room.interview.promises.all()) == ["Call the port", "Send the deck"]
