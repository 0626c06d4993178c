"""The calendar feed: made by hand or by keyboard, read without a sign-in, and nothing for axe to find while its link is shown."""

import pytest

from tests.browser.accessibility import violations
from tests.browser.conftest import DESK, NARROW, PHONE

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("size", [PHONE, DESK, NARROW], ids=["phone", "desk", "narrow"])
def test_link_is_made_and_opens_the_feed(visit, size):
    page = visit(size)
    page.goto("/settings/")
    page.get_by_role("link", name="Open the feed").click()
    page.get_by_role("button", name="Make a link").press("Enter")

    link = page.get_by_label("Address to subscribe to").input_value()

    assert page.request.get("/feed/" + link.rpartition("/")[2]).text().startswith("BEGIN:VCALENDAR")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_link_is_copied_with_a_script_and_stands_there_without(visit):
    page, bare = visit(DESK), visit(DESK, script=False)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto("/settings/calendar/")
    page.get_by_role("button", name="Make a link").click()
    page.get_by_role("button", name="Copy").click()
    page.get_by_role("button", name="Copied").wait_for()
    link = page.get_by_label("Address to subscribe to").input_value()
    assert page.evaluate("navigator.clipboard.readText()") == link

    bare.goto("/settings/calendar/")
    bare.get_by_role("button", name="Make a new link").click()

    assert bare.get_by_label("Address to subscribe to").input_value() not in ("", link)
    assert bare.get_by_role("button", name="Copy").is_hidden()
