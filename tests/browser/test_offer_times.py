"""The cards of an offer are moved, removed and added by taps, by keyboard and without scripts, with the focus staying on the card;
Enter in a field sends the offer."""

import re
from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import Locator, Page, expect

from accounts.models import User
from crm.models import Contact
from tests.browser.accessibility import violations
from tests.browser.conftest import DESK, NARROW, PHONE
from tests.factories import ContactFactory

pytestmark = pytest.mark.slow


@pytest.fixture
def misaki(user: User) -> Contact:
    """In Tokyo, of a name as long as names get. The clocks of neither city change in the year."""
    user.time_zone = "Asia/Kolkata"
    user.save()
    return ContactFactory(
        owner=user, name="Wolfeschlegelsteinhausenbergerdorff Tanaka", email="w@riken.example", time_zone="Asia/Tokyo"
    )


def offer_to(contact: Contact, page: Page) -> Page:
    page.goto(reverse("offer_new", args=[contact.pk]))
    return page


def card(page: Page, nth: int) -> Locator:
    return page.locator(".times > li").nth(nth)


def button(page: Page, nth: int, words: str) -> Locator:
    return card(page, nth).get_by_role("button", name=words)


def test_every_tap_moves_the_card_and_the_focus_stays(visit: Callable[..., Page], misaki: Contact):
    page = offer_to(misaki, visit(NARROW))
    expect(card(page, 0)).to_contain_text("13:30")
    expect(card(page, 0)).to_contain_text("in Tokyo · 10:00 for you")

    for _tap in range(3):
        button(page, 0, "Half an hour later").click()
    expect(card(page, 0)).to_contain_text("15:00")
    expect(button(page, 0, "Half an hour later")).to_be_focused()
    expect(card(page, 0).get_by_role("button", name=re.compile("Half an hour later: .+, 15:30"))).to_be_visible()


def test_a_removed_time_is_put_back_with_the_focus_on_its_card(visit: Callable[..., Page], misaki: Contact):
    page = offer_to(misaki, visit(PHONE))
    button(page, 1, "Remove").click()
    expect(button(page, 1, "Put it back")).to_be_focused()
    page.keyboard.press("Enter")
    expect(button(page, 1, "Remove")).to_be_focused()


def test_another_time_takes_the_place_of_a_removed_one(visit: Callable[..., Page], misaki: Contact):
    page = offer_to(misaki, visit(PHONE))
    button(page, 1, "Remove").click()
    page.get_by_role("button", name="Add another time").click()
    expect(button(page, 1, "Half an hour earlier")).to_be_focused()
    expect(page.get_by_role("button", name="Remove")).to_have_count(5)


def test_by_keyboard_alone(visit: Callable[..., Page], misaki: Contact, user: User):
    page = offer_to(misaki, visit(DESK))
    button(page, 0, "A day later").focus()
    page.keyboard.press("Space")
    expect(button(page, 0, "A day later")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # another day or time
    page.keyboard.press("Tab")
    expect(page.get_by_label("Day 1", exact=True)).to_be_focused()
    page.get_by_label("Time 1", exact=True).fill("10:00")
    expect(card(page, 0)).to_contain_text("10:00 for you")
    page.get_by_label("What it is about").fill("Gauges")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Times for")).to_be_visible()
    assert user.offers.get().slots.count() == 5


def test_without_scripts(visit: Callable[..., Page], misaki: Contact, user: User):
    page = offer_to(misaki, visit(PHONE, script=False))
    page.get_by_label("A few words with it").fill("With many thanks")
    button(page, 4, "Half an hour earlier").click()
    expect(card(page, 4)).to_contain_text("12:00")
    expect(button(page, 4, "Half an hour earlier")).to_be_focused()
    button(page, 0, "Remove").click()
    expect(button(page, 0, "Put it back")).to_be_focused()
    page.get_by_role("button", name="Offer these times").last.click()
    expect(page.get_by_role("heading", name="Times for")).to_be_visible()
    offer = user.offers.get()
    assert (offer.slots.count(), offer.message) == (4, "With many thanks")


@pytest.mark.parametrize("size", [NARROW, DESK], ids=["narrow", "desk"])
def test_cards_are_accessible_and_fit(visit: Callable[..., Page], misaki: Contact, size: tuple[int, int]):
    page = offer_to(misaki, visit(size))
    button(page, 1, "Remove").click()
    expect(button(page, 1, "Put it back")).to_be_visible()
    card(page, 0).get_by_text("Another day or time").click()
    page.get_by_label("Time 1", exact=True).fill("3 o'clock in the morning")
    expect(card(page, 0)).to_contain_text("Not a time I know.")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert violations(page) == []


def test_both_steppers_of_a_card_stand_in_one_line_on_the_narrowest_phone(visit: Callable[..., Page], misaki: Contact):
    steppers = card(offer_to(misaki, visit(NARROW)), 0).locator(".stepper")
    half_an_hour, a_day = (steppers.nth(n).bounding_box() for n in range(2))
    assert half_an_hour
    assert a_day
    assert half_an_hour["y"] == a_day["y"]


def test_hints_go_when_their_fields_are_filled(visit: Callable[..., Page], misaki: Contact):
    page = offer_to(misaki, visit(PHONE, script=False))
    reason, number = page.get_by_text("No reason stands here"), page.get_by_text("No number of")
    expect(reason).to_be_visible()
    page.get_by_label("What it is about").fill("Gauges")
    expect(reason).to_be_hidden()
    expect(number).to_be_visible()
    page.get_by_text("Phone", exact=True).click()
    expect(number).to_be_hidden()
