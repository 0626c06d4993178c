"""The private page of a contact, who looks at it in another zone: what was chosen and typed so far stays."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import User
from tests.browser.conftest import PHONE
from tests.browser.guests import guest_pages

pytestmark = pytest.mark.slow
WORDS = "Mondays are better.\nCall twice."


@pytest.fixture
def page(visit: Callable[..., Page]) -> Page:
    return visit(PHONE, signed_in=False, zone="Asia/Tokyo")


@pytest.fixture
def paths(user: User) -> dict[str, str]:
    return guest_pages(user, timezone.now())


def in_another_zone(page: Page) -> None:
    page.get_by_label("Your time zone").select_option("America/New_York")
    page.wait_for_url("**?zone=America*")


def test_answer_begun_stays(page: Page, paths: dict[str, str]):
    page.goto(paths["offer"])
    page.locator("label.slot").nth(1).click()
    page.get_by_text("Phone", exact=True).click()
    page.get_by_label("A number, a link or a place").fill("+81 3 555 0142")
    page.locator("[name=note]").fill(WORDS)
    chosen = page.locator("[name=slot]:checked").input_value()
    in_another_zone(page)

    expect(page.locator("[name=note]")).to_have_value(WORDS)
    expect(page.get_by_label("A number, a link or a place")).to_have_value("+81 3 555 0142")
    expect(page.locator("[name=medium]:checked")).to_have_value("phone")
    expect(page.locator("[name=slot]:checked")).to_have_value(chosen)


@pytest.mark.parametrize("name", ["offer", "invitation-another"])
def test_time_of_their_own_stays(page: Page, paths: dict[str, str], name: str):
    page.goto(paths[name])
    if name == "offer":
        page.get_by_text("None of these suits me").click()
    day = (timezone.now() + timedelta(days=14)).date().isoformat()
    page.locator("[name=day]").fill(day)
    page.locator("[name=at]").fill("10:30")
    in_another_zone(page)

    expect(page.locator("[name=day]")).to_have_value(day)
    expect(page.locator("[name=at]")).to_have_value("10:30")
    page.reload()
    expect(page.locator("[name=day]")).to_have_value("")
