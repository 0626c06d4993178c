"""Real Chromium against a live server. A page that complains (console, CSP, another host) fails its test at the end."""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.http import FileResponse, HttpRequest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from accounts.models import User

PHONE, DESK, NARROW = (390, 844), (1280, 800), (320, 640)
PATIENCE = 15_000  # ms: a busy machine is slow, and only a test that fails waits so long
# Chromium draws its address bar by two pages of its own and loads them for each profile, though nobody sees them: more than half
# of what a profile costs. The last list of features counts: after these two stand those that Playwright switches off itself.
LEFT_OUT = (
    *("WebUIOmniboxPopup", "WebUIOmniboxAimPopup"),
    *("AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "HttpsUpgrades", "LensOverlay"),
    *("HttpsFirstBalancedModeAutoEnable", "MediaRouter", "PaintHolding", "ThirdPartyStoragePartitioning"),
    *("AvoidCorsURLLoaderRestartOnRedirect", "OptimizationHints", "NetworkTimeServiceQuerying", "AimEnabled"),
    "PreconnectToSearch",
)
QUIET = ("--no-sandbox", "--disable-gpu", "--no-first-run", f"--disable-features={','.join(LEFT_OUT)}")
TELL_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`CSP: ${event.violatedDirective} refused ${event.blockedURI} at ${event.sourceFile}:${event.lineNumber}`));
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser" in str(item.path):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(autouse=True)
def _midday(request: pytest.FixtureRequest) -> Iterator[None]:
    """The server's clock goes on from today at noon in Stockholm, where the user lives: in two hours it is still today.
    Processes of their own (`up`) have the machine's clock, and so has their test."""
    if "up" in request.fixturenames:
        yield
        return
    with time_machine.travel(datetime.now(UTC).replace(hour=11, minute=0), tick=True):
        yield


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """SQLite in a file, as users have it: in memory, two requests at once would share one connection."""
    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        worker = os.environ.get("PYTEST_XDIST_WORKER", "alone")
        database.setdefault("TEST", {})["NAME"] = str(settings.VAR_DIR / f"browser-{worker}.sqlite3")
        database["OPTIONS"]["init_command"] += " PRAGMA synchronous=OFF;"  # no test takes the power away


@pytest.fixture(scope="session", autouse=True)
def _files_are_asked_for_once() -> Iterator[None]:
    """By each profile, as from the real server, which has a hash in their names; else ten of them were asked for with every page."""
    serve = StaticFilesHandler.serve

    def serve_for_long(handler: StaticFilesHandler, request: HttpRequest) -> FileResponse:
        answer = serve(handler, request)
        answer["Cache-Control"] = "max-age=3600, immutable"
        return answer

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(StaticFilesHandler, "serve", serve_for_long)
        yield


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if not path:
        words = "no Chromium: install it, or name it in CHROMIUM"
        pytest.fail(words) if os.environ.get("CI") else pytest.skip(words)
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright runs a loop in the thread that also uses the ORM
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(QUIET), timeout=30_000)
        yield browser
        browser.close()


class Complaints(list[str]):
    """What pages complained of during a test."""

    brought_about: re.Pattern[str] | None = None  # by the test itself, which cuts a network or kills a server

    def unexpected(self) -> list[str]:
        return [one for one in self if not (self.brought_about and self.brought_about.search(one))]


@pytest.fixture
def complaints() -> Iterator[Complaints]:
    """There must be none at the end, when all pages are closed: a request may still fail while they are."""
    heard = Complaints()
    yield heard
    assert heard.unexpected() == []


@pytest.fixture
def open_browser(chromium: Browser, complaints: Complaints) -> Iterator[Callable[..., BrowserContext]]:
    """Opens a fresh profile. `base_url` decides which host is ours: a request to any other is a complaint."""
    opened: list[BrowserContext] = []

    def open_one(
        base_url: str,
        size: tuple[int, int] = DESK,
        *,
        scheme: str = "light",
        script: bool = True,
        zone: str = "Europe/Stockholm",
    ) -> BrowserContext:
        context = chromium.new_context(
            base_url=base_url,
            viewport={"width": size[0], "height": size[1]},
            color_scheme=scheme,
            java_script_enabled=script,
            has_touch=size != DESK,
            is_mobile=size != DESK,
            timezone_id=zone,
            locale="en-GB",
            reduced_motion="reduce",
        )
        context.set_default_timeout(PATIENCE)
        context.add_init_script(TELL_VIOLATIONS)
        context.on("page", lambda page: listen(page, base_url, complaints))
        opened.append(context)
        return context

    yield open_one
    for context in opened:
        context.close()


def listen(page: Page, base_url: str, complaints: Complaints) -> None:
    page.on("console", lambda said: complaints.append(f"{page.url}: {said.text}") if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
    page.on(
        "request",
        lambda asked: (
            None if asked.url.startswith((base_url, "data:", "blob:")) else complaints.append(f"asked {asked.url}")
        ),
    )


@pytest.fixture
def visit(open_browser: Callable[..., BrowserContext], live_server: Any, user: User) -> Callable[..., Page]:
    """Opens a page on the live server, signed in as `user` unless told otherwise."""

    def open_page(size: tuple[int, int] = DESK, *, signed_in: bool = True, **options: Any) -> Page:
        context = open_browser(live_server.url, size, **options)
        if signed_in:
            client = Client()
            client.force_login(user)
            name = settings.SESSION_COOKIE_NAME
            context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])
        return context.new_page()

    return open_page


@pytest.fixture
def public_paths() -> dict[str, str]:
    """What anybody may see."""
    names = ["account_login", "account_signup", "account_reset_password", "account_request_login_code"]
    return {name: reverse(name) for name in names}
