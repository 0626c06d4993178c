"""Every page, on a phone and on a desk, in the light and in the dark: nothing for axe to find, nothing to complain of. None
scrolls sideways on the narrowest phone: test_long_words.py. SHOTS=1 keeps a picture of each under var/shots."""

import os
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import Page, expect

from accounts.models import User
from tests.browser.accessibility import violations
from tests.browser.conftest import DESK, PHONE
from tests.browser.network import build, private_links
from tests.factories import ContactFactory, ContactTagFactory

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_pages_have_no_accessibility_violation(visit: Callable[..., Page], user: User, size):
    paths = build(user, datetime.now(UTC))
    page = visit(size)

    found = [trouble for name, path in paths.items() for trouble in inspect(page, name, path, size)]

    assert found == []


def test_page_that_is_not_there_has_no_accessibility_violation(visit, complaints):
    page = visit(PHONE)

    found = inspect(page, "not-found", "/contacts/999999999/", PHONE, status=404)

    assert found == []
    assert [words for words in complaints if "404" not in words] == []
    complaints.clear()  # the browser itself says that it got a 404


def test_pages_before_sign_in_have_no_accessibility_violation(visit, user, public_paths):
    paths = public_paths | private_links(user, datetime.now(UTC))
    page = visit(PHONE, signed_in=False)

    found = [trouble for name, path in paths.items() for trouble in inspect(page, name, path, PHONE)]

    assert found == []


def test_filter_fits_a_phone_however_many_tags(visit: Callable[..., Page], user: User):
    for n in range(30):
        ContactTagFactory(contact=ContactFactory(owner=user), tag__name=f"tag {n}")
    page = visit(PHONE)
    page.goto(reverse("contact_list"))
    page.get_by_role("button", name="Filter").click()
    expect(page.get_by_label("To meet")).to_be_in_viewport()
    expect(page.get_by_role("button", name="Show people")).to_be_in_viewport()


def test_search_on_today_can_be_typed_into_at_once(visit: Callable[..., Page], user: User):
    ContactFactory(owner=user)
    page = visit(PHONE)
    page.goto(reverse("today"))
    page.get_by_role("link", name="Search").click()
    expect(page.get_by_role("searchbox")).to_be_focused()


def inspect(page: Page, name: str, path: str, size: tuple[int, int], status: int = 200) -> list[str]:
    """What axe has against a page, one line each."""
    response = page.goto(path)
    if response is None or response.status != status:
        return [f"{name} ({path}): {response.status if response else 'no answer'}"]
    if os.environ.get("SHOTS"):
        take_pictures(page, f"{name}.{'desk' if size == DESK else 'phone'}")
    return [f"{name}, {words}" for words in violations(page)]


def take_pictures(page: Page, name: str) -> None:
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.screenshot(path=settings.BASE_DIR / "var" / "shots" / f"{name}-{scheme}.png", full_page=True)


def sideways(page: Page, path: str) -> str:
    """The elements that reach past the right edge of a page, or nothing."""
    page.goto(path)
    return page.evaluate(
        """() => {
          const width = document.documentElement.clientWidth;
          if (document.documentElement.scrollWidth <= width) return "";
          const isOver = (one) => one.getBoundingClientRect().right > width + 1 && !one.closest("#nav, #toasts");
          const over = [...document.querySelectorAll("body *")].filter((one) => isOver(one) && ![...one.children].some(isOver));
          return location.pathname + ": " + over.slice(0, 3).map((one) => one.outerHTML.slice(0, 120)).join(" | ");
        }"""
    )


def test_harness_hears_a_page_that_breaks_the_rules(visit, public_paths, complaints):
    page = visit(PHONE, signed_in=False)
    page.goto(public_paths["account_login"])

    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=//elsewhere.example/x.png>')")
    page.evaluate("document.querySelector('h1').style.color = 'light-dark(#111, #222)'")
    found = " ".join(violations(page))

    assert "light: image-alt" in found
    assert "dark: color-contrast <h1" in found
    assert "light: color-contrast" not in found
    assert any("CSP: img-src" in words for words in complaints)
    complaints.clear()
