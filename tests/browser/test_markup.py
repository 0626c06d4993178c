"""Names that htmx would obey, in every text there is: Chromium opens every page, and nothing is asked for that a page does not ask by itself."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Request

from accounts.models import User
from tests.browser.conftest import Complaints
from tests.browser.network import build, private_links
from tests.markup import write_into_every_text

pytestmark = pytest.mark.slow


def open_and_listen(page: Page, path: str) -> list[str]:
    """What a page asks for beyond itself and its static files, until htmx has read it all and had time to ask."""
    asked: list[str] = []

    def hear(request: Request) -> None:
        at = urlsplit(request.url).path
        if not request.is_navigation_request() and not at.startswith("/static/"):
            asked.append(f"{path}: {request.method} {request.url}")

    page.on("request", hear)
    page.goto(path)
    page.evaluate("() => new Promise((resolve) => setTimeout(resolve, 60))")
    page.remove_listener("request", hear)
    return asked


def test_no_page_obeys_a_name(visit: Callable[..., Page], user: User):
    now = datetime.now(UTC)
    mine, private = build(user, now), private_links(user, now)
    write_into_every_text(user)
    page, guest = visit(), visit(signed_in=False)

    asked = [line for path in mine.values() for line in open_and_listen(page, path)]
    asked += [line for path in private.values() for line in open_and_listen(guest, path)]

    assert asked == []


def test_page_with_a_command_is_heard(visit: Callable[..., Page], complaints: Complaints):
    """The control: an attribute of htmx in the page is a request, before the page is left."""
    page = visit()
    complaints.brought_about = re.compile("404|/x/")  # there is no such page, which htmx says too
    page.route(
        "**/contacts/", lambda route: route.fulfill(response=(answer := route.fetch()), body=spoiled(answer.text()))
    )

    asked = open_and_listen(page, "/contacts/")

    assert [line.split()[1] + urlsplit(line.split()[2]).path for line in asked] == ["GET/x/"]


def spoiled(html: str) -> str:
    return html.replace("<main", '<x/hx-get="/x/"hx-trigger="load"></x><main', 1)
