"""How few actions the seams of the method cost on a phone: what is no typing is counted, and printed."""

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import BrowserContext, Locator, Page, expect

from accounts.models import User
from interviews.planning import actions as planning
from pages.management.commands.demo import make_account
from pages.today import read_day
from tests.browser.conftest import PHONE
from tests.factories import ContactFactory, InterviewFactory

pytestmark = pytest.mark.slow
MOST_TAPS = 60
# what one tap of a row may be: it goes on to nothing else
ANSWERS = re.compile(r"^(Kept|Arrived|Seen|Let it be|They answered|Continue|We spoke|Cancel the talk)\s?:")


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    def aloud(words: str) -> None:
        with capsys.disabled():
            print(f"\n{words}")  # noqa: T201 - a figure

    return aloud


def test_to_decide_from_today_is_one_tap(visit: Callable[..., Page], user: User, say: Callable[[str], None]):
    contact = ContactFactory(owner=user, name="Ana Souza", stage="met")
    page = visit(PHONE)
    page.goto(reverse("today"))
    page.get_by_role("button", name="Continue").tap()
    expect(page.locator("#toasts").get_by_role("button", name="Undo")).to_be_visible()
    contact.refresh_from_db()
    assert contact.stage == "continue"
    say("decide from Today, 390 px: 1 action")


def test_from_the_end_of_a_talk_to_three_promises(visit: Callable[..., Page], user: User, say: Callable[[str], None]):
    """Sits down after a talk whose room was not opened: from Today to two promises of mine and one of theirs."""
    talk = InterviewFactory(contact=ContactFactory(owner=user, name="Mateus Oliveira"), starts_at=datetime.now(UTC))
    planning.hold(interview=talk, now=datetime.now(UTC))
    page = visit(PHONE)
    page.goto(reverse("today"))
    began, hand = time.monotonic(), Hand(page)
    hand.tap(page.get_by_role("link", name=re.compile("^Debrief")).first)
    hand.write(page.locator("[name=mine-0-what]"), "send the gauge map")
    hand.write(page.locator("[name=mine-0-due]"), "friday")
    hand.tap(page.get_by_role("button", name="One more").last)
    page.keyboard.type("call the port")
    hand.write(page.locator("[name=theirs-0-what]"), "the tide logs")
    hand.tap(page.get_by_role("button", name="Done, write the thank-you"))
    expect(page.get_by_label("Thank-you")).to_be_visible()
    seconds = time.monotonic() - began
    promised = talk.promises.exclude(kind__in=["thank_you", "check_in"])
    assert {promise.what for promise in promised} == {"Send the gauge map", "Call the port", "The tide logs"}
    assert hand.actions <= 12
    say(f"from sitting down to three promises, 390 px: {hand.actions} actions, {seconds:.0f} s with typing by machine")


def test_today_of_the_demo_is_emptied_by_taps(
    open_browser: Callable[..., BrowserContext], live_server, say: Callable[[str], None]
):
    user, _is_new = make_account(datetime.now(UTC))
    page, taps = signed_in(open_browser(live_server.url, PHONE), live_server.url, user), 0
    page.goto(reverse("today"))
    while taps < MOST_TAPS:
        buttons = page.locator("#main").get_by_role("button", name=ANSWERS)
        if not buttons.count():
            if not debrief(page):
                break
            taps += 2
            continue
        with page.expect_response(lambda answer: answer.request.method == "POST"):
            buttons.first.click()
        page.goto(reverse("today"))
        taps += 1
    expect(page.get_by_role("heading", name="All done for today.")).to_be_visible()
    assert read_day(user, datetime.now(UTC)).is_done
    say(f"Today of the demo, 390 px: empty after {taps} taps")


def debrief(page: Page) -> bool:
    """Two taps: into the debrief, and done; what was to be typed is left empty."""
    waiting = page.locator("#main").get_by_role("link", name=re.compile("^Debrief"))
    if not waiting.count():
        return False
    waiting.first.click()
    page.get_by_role("button", name=re.compile("^Done")).click()
    page.wait_for_url(re.compile(r"/(thank-you|interviews/\d+)/|/$"))
    page.goto(reverse("today"))
    return True


class Hand:
    """Taps, and counts them; typing is no action."""

    def __init__(self, page: Page) -> None:
        self.page, self.actions = page, 0

    def tap(self, what: Locator) -> None:
        self.actions += 1
        what.tap()

    def write(self, field: Locator, words: str) -> None:
        self.tap(field)
        self.page.keyboard.type(words)


def signed_in(context: BrowserContext, address: str, user: User) -> Page:
    client = Client()
    client.force_login(user)
    name = settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": address}])
    return context.new_page()
