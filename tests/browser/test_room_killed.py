"""The web server dies under the typing hands: what is typed is on the server within two seconds, and nothing is lost."""

import logging
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import PATIENCE, PHONE, Complaints
from tests.browser.processes import Up

pytestmark = pytest.mark.slow
logger = logging.getLogger(__name__)


@pytest.fixture
def up(tmp_path: Path) -> Iterator[Up]:
    with Up(tmp_path / "var") as running:
        yield running


def test_nothing_typed_is_missing_after_the_web_server_was_killed(
    up: Up, open_browser: Callable[..., BrowserContext], complaints: Complaints
):
    context = open_browser(up.address, PHONE)
    page = context.new_page()
    page.goto(up.demo_link)
    page.get_by_role("button", name="Open the demo").click()
    page.get_by_role("link", name="Open the room").first.click()
    page.get_by_role("button", name="Start the clock").click()
    notes = page.get_by_role("textbox", name="Notes")

    notes.press_sequentially("Typed well before.", delay=10)
    expect(page.locator("#kept")).to_have_text("Kept")
    notes.press_sequentially(" Typed at the last moment", delay=10)
    up.kill_web()
    killed = time.monotonic()
    assert notes_of_another_device(context, page, killed).startswith("Typed well before.")
    page.reload()

    expect(notes).to_have_value("Typed well before. Typed at the last moment")
    # the page may have sent the rest before it was loaded anew: then it has nothing to say, and the server has it all
    until = time.monotonic() + PATIENCE / 1000
    while notes_of_another_device(context, page, killed) != "Typed well before. Typed at the last moment":
        assert time.monotonic() < until, "the server has not got all of it"
        time.sleep(0.1)
    expect(page.locator("#kept")).to_have_text(re.compile(r"^\s*(Kept)?\s*$"))
    complaints.brought_about = re.compile("ERR_")


def notes_of_another_device(context: BrowserContext, page: Page, killed: float) -> str:
    """What the server holds, asked without the browser's own keeping, as soon as it answers again."""
    while True:
        try:
            answer = context.request.get(page.url)
            break
        except Exception:
            assert time.monotonic() - killed < 60
            time.sleep(0.1)
    logger.info("the server answered %.1f s after the kill", time.monotonic() - killed)
    return answer.text().partition('data-box="notes"')[2].partition(">")[2].partition("</textarea>")[0].strip()
