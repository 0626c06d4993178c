"""An error goes away when the field is mended, and with the last one the sentence over the form."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from tests.factories import ContactFactory

pytestmark = pytest.mark.slow


def test_errors_go_when_they_are_mended(visit: Callable[..., Page], user: User):
    page = visit()
    page.goto("/contacts/new/")
    page.get_by_label("Name").first.fill("Ana")
    page.get_by_label("E-mail").fill("nobody")
    page.get_by_label("Web page").fill("javascript:x")
    page.get_by_label("Met on").fill("sometimes")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator(".field__error")).to_have_count(3)
    expect(page.get_by_role("alert")).to_contain_text("Web page")

    page.get_by_label("E-mail").fill("nobody@people.example")

    expect(page.locator(".field__error")).to_have_count(2)
    expect(page.get_by_label("E-mail")).not_to_have_attribute("aria-invalid", "true")
    expect(page.get_by_role("alert")).not_to_contain_text("E-mail")
    page.get_by_label("Web page").fill("people.example")
    page.get_by_label("Met on").fill("yesterday")
    expect(page.locator(".field__error")).to_have_count(0)
    expect(page.get_by_role("alert")).to_have_count(0)


def test_radios_and_dates_are_mended_as_well(visit: Callable[..., Page], user: User):
    contact = ContactFactory(owner=user)
    page = visit()
    page.goto(f"{contact.get_absolute_url()}promises/new/")
    page.get_by_role("button", name="Note it").click()
    expect(page.locator("[aria-invalid=true]")).to_have_count(1)

    page.get_by_label("What").fill("Send the deck")

    expect(page.locator("[aria-invalid=true]")).to_have_count(0)
    expect(page.locator(".field__error")).to_have_count(0)
