"""The times of an offer are moved by taps, with the focus staying where it was; Enter in a field sends the offer."""

from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from accounts.models import User
from tests.browser.conftest import NARROW
from tests.factories import ContactFactory

pytestmark = pytest.mark.slow


def test_times_are_moved_removed_and_added_by_taps(visit: Callable[..., Page], user: User):
    contact = ContactFactory(owner=user, email="ana@nubank.example")
    page = visit(NARROW)
    page.goto(reverse("offer_new", args=[contact.pk]))
    at = page.get_by_label("Time 1")
    before = at.input_value()

    page.get_by_role("button", name="Half an hour later").first.click()
    expect(at).not_to_have_value(before)
    expect(page.get_by_role("button", name="Half an hour later").first).to_be_focused()
    page.get_by_role("button", name="Remove this time").first.click()
    expect(at).to_have_value("")
    page.get_by_role("button", name="Propose a time").click()
    expect(at).not_to_have_value("")

    page.get_by_label("What it is about").fill("Gauges")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Times for")).to_be_visible()
    assert user.offers.get().slots.count() == 5
