"""The day of a promise in the one line is a chip: tapped away, the words stay, and what is added says so."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from tests.browser.conftest import PHONE

pytestmark = pytest.mark.slow
LINE = "Ana Souza ! ask her friday"


@pytest.mark.parametrize("path", ["/contacts/", "/contacts/new/"])
@pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
def test_day_is_tapped_away(visit: Callable[..., Page], user: User, path: str, script: bool):
    page = visit(PHONE, script=script)
    if path == "/contacts/" and not script:
        path = "/contacts/new/"  # without a script only this page says what it understood
    page.goto(path)
    page.get_by_label("one line").fill(LINE)
    if path.endswith("new/"):
        page.get_by_role("button", name="Read it again").click()
    page.get_by_role("button", name="“friday” is the day").click()
    expect(page.locator("#understood [aria-pressed=false]")).to_have_count(1)
    page.locator("main").get_by_role("button", name="Add").first.click()

    expect(page.get_by_role("heading", level=1, name="Ana Souza")).to_be_visible()
    assert [promise.what for promise in user.promises.all()] == ["Ask her friday"]
