"""The three minutes after a talk on a phone: ten taps, and nothing typed is lost."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from playwright.sync_api import Locator, Page, expect

from accounts.models import User
from interviews.holding import actions as room_actions
from interviews.models import Interview
from tests.browser.conftest import PHONE
from tests.browser.storage import expect_drafts
from tests.factories import ContactFactory, InterviewFactory, RoomFactory

pytestmark = pytest.mark.slow
COUNT_TAPS = """addEventListener("pointerdown", (event) => {
  if (event.isTrusted) sessionStorage.taps = Number(sessionStorage.taps ?? 0) + 1;
}, true)"""


@pytest.fixture
def interview(user: User) -> Interview:
    """Held just now, with a promise in the notes."""
    contact = ContactFactory(owner=user, name="Mateus Oliveira", email="mateus@port.example")
    now = datetime.now(UTC)
    room = RoomFactory(
        interview=InterviewFactory(contact=contact, minutes=20),
        started_at=now - timedelta(minutes=19),
        notes="! send the Göta paper tomorrow",
    )
    room_actions.end(room=room, now=now)
    return Interview.objects.get()


@pytest.fixture
def page(visit: Callable[..., Page], interview: Interview) -> Page:
    opened = visit(PHONE)
    opened.context.add_init_script(COUNT_TAPS)
    opened.goto(reverse("debrief", args=[interview.pk]))
    return opened


def write(page: Page, field: Locator, words: str) -> None:
    field.tap()
    page.keyboard.type(words)


def box(page: Page, name: str, n: int = 0) -> Locator:
    return page.get_by_role("textbox", name=name).nth(n)


def by(page: Page, prefix: str) -> Locator:
    return page.locator(f"[name={prefix}-due]")


def another(page: Page) -> Page:
    """The same page once more in this browser."""
    opened = page.context.new_page()
    opened.goto(page.url)
    return opened


def test_a_whole_debrief_takes_ten_taps_at_most(page, user, interview):
    write(page, box(page, "The one thing"), "Premiums follow the tide log.")
    write(page, box(page, "One more person"), "Teresa Vasconcelos, tide logs at Port of Lisbon")
    page.get_by_text("Yes", exact=True).tap()
    write(page, box(page, "Mateus will"), "the tide logs")
    write(page, by(page, "theirs-0"), "in 2 weeks")
    page.get_by_text("Continue").tap()
    page.get_by_text("3 weeks", exact=True).tap()
    page.get_by_role("button", name="Done, write the thank-you").tap()
    expect(box(page, "Thank-you")).to_have_value(re.compile("This stays with me: Premiums follow the tide log"))
    page.get_by_role("button", name="Send from here").tap()
    expect(page.locator("#toasts")).to_contain_text("leaves in a moment")

    assert int(page.evaluate("sessionStorage.taps")) == 9
    mateus = user.contacts.get(name="Mateus Oliveira")
    assert (mateus.stage, mateus.rhythm, interview.debrief.may_use_name) == ("continue", "every 3 weeks", "yes")
    assert user.contacts.get(name="Teresa Vasconcelos").introduced_by == mateus
    assert {(one.whose, one.what) for one in interview.promises.all()} == {
        ("mine", "Thank Mateus for the talk"),
        ("mine", "Send the Göta paper"),
        ("theirs", "The tide logs"),
        ("mine", "Ask Mateus kindly: The tide logs"),
        ("mine", "Write to Teresa, as Mateus suggested"),
    }


def test_the_day_understood_is_said_as_one_types(page, user):
    day = user.today(datetime.now(UTC)) + timedelta(days=14)
    write(page, by(page, "theirs-0"), "in 2 weeks")
    expect(page.locator("#theirs-0-due-said")).to_contain_text(f"{day:%A} {day.day} {day:%B}")
    write(page, by(page, "mine-0"), "in 2 wekks")
    expect(page.locator("#mine-0-due-said")).to_contain_text("Not a date I know.")


def test_one_more_promise_says_its_own_day(page):
    page.get_by_role("button", name="One more").last.tap()
    write(page, by(page, "mine-1"), "tomorrow")
    expect(page.locator("#mine-1-due-said")).to_contain_text("Tomorrow")
    expect(page.locator("#mine-0-due-said")).to_have_text("")


def test_closed_in_the_middle_everything_typed_is_there_again(page):
    write(page, box(page, "The one thing"), "Premiums follow the tide log.")
    page.get_by_role("button", name="One more").last.tap()
    page.keyboard.type("call the port")
    write(page, by(page, "mine-1"), "tomorrow")
    page.get_by_text("Drop", exact=True).tap()
    again = another(page)
    page.close()

    expect(box(again, "The one thing")).to_have_value("Premiums follow the tide log.")
    expect(again.locator("[name=mine-1-what]")).to_have_value("call the port")
    expect(again.locator("#mine-1-due-said")).to_contain_text("Tomorrow")
    expect(again.get_by_role("radio", name="Drop")).to_be_checked()


def test_saved_it_is_not_put_back(page):
    write(page, box(page, "The one thing"), "First words")
    page.get_by_role("button", name="Keep for later").tap()
    expect(page.get_by_text("waits on Today")).to_be_visible()
    box(page, "The one thing").fill("Better words")
    page.get_by_role("button", name="Keep for later").tap()

    expect(box(page, "The one thing")).to_have_value("Better words")


def test_what_a_second_tab_typed_is_not_lost_when_the_first_one_saves(page):
    second = another(page)
    write(second, box(second, "The one thing"), "Typed in the second tab")
    second.close()
    write(page, box(page, "How does it fit"), "Typed in the first")
    page.get_by_role("button", name="Keep for later").tap()

    expect(page.get_by_text("waits on Today")).to_be_visible()
    expect(box(page, "The one thing")).to_have_value("Typed in the second tab")
    expect(box(page, "How does it fit")).to_have_value("Typed in the first")


def test_a_double_tap_makes_everybody_and_everything_once(page, user, interview):
    write(page, box(page, "One more person"), "Teresa Vasconcelos")
    write(page, box(page, "I will", 1), "call the port")
    page.get_by_role("button", name="Done, write the thank-you").dblclick()
    expect(box(page, "Thank-you")).to_be_visible()

    assert user.contacts.filter(name="Teresa Vasconcelos").count() == 1
    assert interview.promises.filter(what="Call the port").count() == 1


def test_the_letter_is_there_again_until_it_leaves(page, interview):
    page.goto(reverse("thank_you", args=[interview.pk]))
    box(page, "Thank-you").fill("Dear Mateus, the gauges and you were right.")
    again = another(page)
    page.close()
    expect(box(again, "Thank-you")).to_have_value("Dear Mateus, the gauges and you were right.")
    again.get_by_role("button", name="Send from here").tap()
    expect(again.locator("#toasts")).to_contain_text("leaves in a moment")

    expect_drafts(again, 0)
    assert again.evaluate("Object.keys(localStorage)") == []
