"""What a browser keeps. The words of a page are seen before its scripts run, so it is asked until it is so, or for too long."""

import time

from playwright.sync_api import Page

from tests.browser.conftest import PATIENCE


def expect_drafts(page: Page, n: int) -> None:
    """Page.wait_for_function would ask again by eval, which the page's policy forbids."""
    until = time.monotonic() + PATIENCE / 1000
    while len(found := _drafts(page)) != n and time.monotonic() < until:
        page.wait_for_timeout(50)
    assert len(found) == n, found


def _drafts(page: Page) -> list[str]:
    kept: list[str] = page.evaluate("Object.entries(localStorage).map(([key, value]) => `${key} ${value}`)")
    return [one for one in kept if one.startswith("keepword:draft:")]
