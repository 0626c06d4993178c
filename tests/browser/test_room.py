"""The room on a phone: without a network, with a clock that is wrong by an hour, by keyboard, and what comes after it."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from accounts.models import User
from interviews.models import ChosenQuestion, Interview, Room
from tests.browser.accessibility import violations
from tests.browser.conftest import DESK, NARROW, PHONE
from tests.browser.test_keyboard import tab_to
from tests.factories import ChosenQuestionFactory, ContactFactory, InterviewFactory, PreparationFactory, RoomFactory

pytestmark = pytest.mark.slow
KEPT = "Kept on this phone, sent when the network is back. Leave this page open"


@pytest.fixture
def interview(user: User) -> Interview:
    contact = ContactFactory(owner=user, name="Mateus Oliveira", email="mateus@port.example")
    made = InterviewFactory(contact=contact, minutes=20, where="+351 215 550 142")
    preparation = PreparationFactory(contact=contact, interview=made, agenda="0 Say thank you\n8 Data without gauges")
    ChosenQuestionFactory(preparation=preparation, question__text="What do you read to keep up?", must_ask=True)
    return made


def begin(interview: Interview, **ago: float) -> Room:
    return RoomFactory(interview=interview, started_at=datetime.now(UTC) - timedelta(**ago))


def open_room(page: Page, interview: Interview) -> None:
    page.goto(reverse("room", args=[interview.pk]))


def kept(page: Page) -> None:
    expect(page.locator("#kept")).to_have_text("Kept")


def seconds_left(page: Page) -> int:
    minutes, seconds = re.fullmatch(r"\+?(\d+):(\d\d)", page.locator("[data-left]").inner_text()).groups()
    return int(minutes) * 60 + int(seconds)


def test_typed_is_on_the_server_within_two_seconds(visit: Callable[..., Page], interview):
    room = begin(interview, minutes=5)
    page = visit(PHONE)
    open_room(page, interview)

    page.get_by_label("Notes").press_sequentially("Tide logs", delay=20)
    kept_within = page.evaluate("performance.now()")
    kept(page)

    room.refresh_from_db()
    assert room.notes == "Tide logs"
    assert page.evaluate("performance.now()") - kept_within < 2000


def test_network_cut_and_restored_everything_arrives_once(visit, interview, complaints):
    room = begin(interview, minutes=5)
    page = visit(PHONE)
    open_room(page, interview)
    page.get_by_label("What do you read").fill("The trade press")
    kept(page)

    page.context.set_offline(True)
    page.get_by_label("What do you read").press_sequentially(" and the tide logs", delay=15)
    expect(page.locator("#kept")).to_have_text(KEPT)
    page.get_by_label("Notes").fill("Typed without a network")
    page.get_by_role("textbox", name="I promised").fill("send the deck tomorrow")
    page.get_by_role("textbox", name="I promised").press("Enter")
    page.get_by_role("textbox", name="Whom else to meet").fill("Teresa Vasconcelos")
    page.get_by_role("textbox", name="Whom else to meet").press("Enter")
    page.wait_for_timeout(1500)
    page.context.set_offline(False)
    kept(page)

    room.refresh_from_db()
    assert sorted(room.notes.splitlines()) == ["+ Teresa Vasconcelos", "Typed without a network"]
    assert ChosenQuestion.objects.get().answer == "The trade press and the tide logs"
    assert [promise.what for promise in interview.promises.all()] == ["Send the deck"]
    complaints.brought_about = re.compile("ERR_INTERNET_DISCONNECTED")


def test_reload_restores_what_was_not_sent(visit, interview, complaints):
    room = begin(interview, minutes=5)
    page = visit(PHONE)
    open_room(page, interview)
    page.route("**/room/write/", lambda route: route.abort())
    page.get_by_label("Notes").fill("Typed and never sent")
    expect(page.locator("#kept")).to_have_text(KEPT)
    page.unroute("**/room/write/")

    page.reload()
    expect(page.get_by_label("Notes")).to_have_value("Typed and never sent")
    kept(page)

    room.refresh_from_db()
    assert (room.notes, room.notes_version) == ("Typed and never sent", 1)
    complaints.brought_about = re.compile("ERR_FAILED")


def test_answer_lost_on_the_way_is_not_written_twice(visit, interview, complaints):
    room = begin(interview, minutes=5)
    page = visit(PHONE)
    open_room(page, interview)

    def lose(route):
        route.fetch()  # it arrives, and the phone never hears of it
        route.abort()

    page.route("**/room/write/", lose, times=1)
    page.get_by_role("textbox", name="They promised").fill("the tide logs in 2 weeks")
    page.get_by_role("textbox", name="They promised").press("Enter")
    kept(page)

    assert interview.promises.filter(whose="theirs").count() == 1
    assert room.writes.count() == 1
    complaints.brought_about = re.compile("ERR_FAILED")


def test_two_devices_lose_nothing(visit, interview):
    room = begin(interview, minutes=5)
    phone, laptop = visit(PHONE), visit(DESK)
    open_room(phone, interview)
    open_room(laptop, interview)

    phone.get_by_label("Notes").fill("from the phone")
    kept(phone)
    laptop.get_by_label("Notes").fill("from the laptop")
    kept(laptop)

    room.refresh_from_db()
    assert room.notes == "from the laptop\nfrom the phone"
    expect(laptop.get_by_label("Notes")).to_have_value("from the laptop\nfrom the phone")


REMEMBER = """
window.felt = []; window.awake = []; window.heard = [];
navigator.vibrate = (pattern) => felt.push(pattern.length);
Object.defineProperty(navigator, "wakeLock", { value: { request: async (what) => awake.push(what) } });
addEventListener("DOMContentLoaded", () => {
  const cue = document.getElementById("cue");
  new MutationObserver(() => heard.push(cue.querySelector("q").textContent)).observe(cue, { childList: true });
});
"""


def test_cues_are_felt_and_heard_once_each_and_the_screen_stays_awake(visit, interview, complaints):
    begin(interview, minutes=16, seconds=58)
    page = visit(PHONE)
    page.add_init_script(REMEMBER)
    page.clock.install()
    open_room(page, interview)
    page.route("**/room/clock/", lambda route: route.abort())  # the server's clock does not run ahead
    page.clock.run_for(10_000)
    expect(page.locator("#clock .clock")).to_have_class(re.compile("clock--soon"))
    page.clock.run_for(180_000)
    expect(page.locator("#clock .clock")).to_have_class(re.compile("clock--over"))
    page.clock.run_for(30_000)

    assert page.evaluate("awake") == ["screen"]
    assert page.evaluate("felt") == [3, 5]
    assert page.evaluate("heard") == [
        "I see we have three minutes. May I ask one last question?",
        "That was the time you gave me, and I keep to it. Thank you.",
    ]
    expect(page.locator("#cue")).to_have_attribute("role", "status")
    expect(page.get_by_role("button", name="End it here")).to_be_visible()
    complaints.brought_about = re.compile("ERR_FAILED")


def test_who_scrolls_down_still_sees_the_time_and_what_to_say(visit, interview):
    begin(interview, minutes=18)
    page = visit(NARROW)
    open_room(page, interview)
    expect(page.locator("#peek")).to_be_hidden()
    page.get_by_role("textbox", name="Whom else to meet").focus()

    expect(page.locator("#peek")).to_be_visible()
    expect(page.locator("#peek")).to_contain_text(re.compile(r"1:\d\d.*May I ask one last question"))


def test_more_time_keeps_what_is_being_typed(visit, interview):
    begin(interview, minutes=18)
    page = visit(PHONE)
    open_room(page, interview)
    page.get_by_label("Notes").fill("in the middle of a")

    page.get_by_role("button", name="Mateus offered 5 more minutes").click()
    expect(page.get_by_text("left of 25 minutes")).to_be_visible()

    expect(page.get_by_label("Notes")).to_have_value("in the middle of a")
    assert 400 < seconds_left(page) < 421


def test_the_whole_arc_by_keyboard(visit, user, interview):
    page = visit()
    open_room(page, interview)
    tab_to(page, "Start the clock")
    page.keyboard.press("Enter")
    expect(page.locator("[data-left]")).to_be_visible()
    tab_to(page, "What do you read")
    page.keyboard.type("The trade press")
    kept(page)
    tab_to(page, "End, and give")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1, name="What did you learn?")).to_be_visible()
    tab_to(page, "The one thing")
    page.keyboard.type("Premiums follow the tide log.")
    tab_to(page, "Done, write")
    page.keyboard.press("Enter")

    expect(page.get_by_label("Thank-you")).to_have_value(re.compile("Premiums follow the tide log"))
    tab_to(page, "Send from here")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    assert user.outgoingmails.get().kind == "thank-you"


def test_without_a_script_everything_is_posted_with_the_tap(visit, interview):
    room = begin(interview, minutes=5)
    page = visit(PHONE, script=False)
    open_room(page, interview)
    page.get_by_label("Notes").fill("Without a script")
    page.get_by_role("button", name="Mateus offered 10 more minutes").click()

    expect(page.get_by_text("left of 30 minutes")).to_be_visible()
    room.refresh_from_db()
    assert room.notes == "Without a script"


@pytest.mark.parametrize("size", [DESK, NARROW], ids=["desk", "narrow"])
def test_pages_are_accessible_and_narrow_enough(visit, interview, size):
    page = visit(size)
    found = []
    names = ["room", "room", "debrief", "thank_you"]
    for step, name in enumerate(names):
        page.goto(reverse(name, args=[interview.pk]))
        found += [f"{name}, {words}" for words in violations(page)]
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            found.append(f"{name} scrolls sideways")
        if step == 0:
            page.get_by_role("button", name="Start the clock").click()
            kept_or_not = page.locator("[data-left]")
            expect(kept_or_not).to_be_visible()
        elif step == 1:
            page.get_by_role("button", name="End, and give").click()
            expect(page.get_by_role("heading", level=1)).to_have_text("What did you learn?")
    assert found == []
