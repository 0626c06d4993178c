"""The whole job as a newcomer does it, against the real processes of `bin/up --demo`: web, worker, beat, broker, files;
and the web server dies under the typing hands: what is typed is on the server within two seconds, and nothing is lost."""

import logging
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from zoneinfo import ZoneInfo

import icalendar
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import PATIENCE, PHONE, Complaints
from tests.browser.processes import ROOT, Up

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("up")]  # one worker starts the processes, for all tests here
logger = logging.getLogger(__name__)
HERE = Path(__file__).parent
PASSWORD = "river gauge meridian 71"
MAIL_SECONDS = 45  # 20 s for Undo, a tick every 5 s, and a busy machine
REMINDER_SECONDS = 150  # the mail time is set one to two minutes ahead


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """In this checkout with its environment; with CLEAN_CLONE=1 in a fresh clone that has to make its own."""
    folder, root = tmp_path_factory.mktemp("up"), ROOT
    if os.environ.get("CLEAN_CLONE"):
        root = folder / "clone"
        clone = ["git", "clone", "--quiet", str(ROOT), str(root)]
        subprocess.run(clone, check=True)  # noqa: S603 - our own command
    with Up(folder / "var", root) as running:
        yield running


def test_whole_job_from_sign_up_to_a_promise_answered_from_its_mail(
    up: Up, open_browser: Callable[..., BrowserContext]
):
    zone = zone_far_from_midnight()
    page = open_browser(up.address, PHONE, zone=zone).new_page()

    sign_up(page)
    add_in_one_line(page, "Ana Souza, head of data at Nubank, ana@people.example, met at PyCon #fintech")
    add_in_one_line(page, "Ingrid Sæther, hydrologist at Fjellvann")
    expect(page.get_by_text("Hydrologist", exact=False).first).to_be_visible()
    promise_since_yesterday(page)
    set_mail_time(page, zone)
    import_connections(page)  # while the reminder becomes due
    open_contact(page, "Ana Souza")
    invite_to_a_call(page)
    is_a_valid_request(up.wait_for_mail("ana@people.example", MAIL_SECONDS))
    reminder = up.wait_for_mail("amara@keepword.example", REMINDER_SECONDS, about="You owe Ana")
    answer_from_the_mail(page, reminder)
    continue_then_drop_with_undo(page)


def zone_far_from_midnight() -> str:
    """A zone in which it is afternoon or so: a mail time two minutes ahead must still be today."""
    return next(
        name
        for name in ("Europe/Stockholm", "America/New_York", "Asia/Tokyo")
        if 3 <= datetime.now(ZoneInfo(name)).hour <= 22
    )


def sign_up(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="Make an account").click()
    page.get_by_label("Your name").fill("Amara Lindgren")
    page.get_by_label("E-mail").fill("amara@keepword.example")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Make the account").click()
    expect(page.get_by_text("No mail server is set on this computer")).to_be_visible()


def add_in_one_line(page: Page, line: str) -> None:
    page.goto("/contacts/")
    page.locator("main").get_by_role("link", name="Add a person or a promise").click()
    page.get_by_label("A person or a promise", exact=True).fill(line)
    name = line.split(",")[0]
    expect(page.locator("#understood")).to_contain_text(name)
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator("#toasts")).to_contain_text(f"Added {name}")


def import_connections(page: Page) -> None:
    page.goto("/import/")
    page.get_by_label("File").set_input_files(HERE / "Connections.csv")
    page.get_by_role("button", name="Read it, show me").click()
    expect(page.get_by_role("heading", level=1, name="Look before it goes in")).to_be_visible(timeout=30_000)
    page.get_by_role("button", name=re.compile("Take in")).click()
    expect(page.get_by_role("heading", level=1, name="3 new people")).to_be_visible(timeout=30_000)
    page.goto("/contacts/?q=boateng")
    expect(page.get_by_role("link", name="Kwame Boateng")).to_be_visible()


def open_contact(page: Page, name: str) -> None:
    page.goto("/contacts/")
    page.get_by_role("link", name=name, exact=True).click()
    expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()


def invite_to_a_call(page: Page) -> None:
    page.get_by_role("link", name="Plan a talk").click()
    page.get_by_text("Phone", exact=True).click()
    page.get_by_text("20 min", exact=True).click()
    page.get_by_role("textbox", name="Day").fill("in 2 weeks")
    page.get_by_label("Time", exact=True).fill("15:00")
    expect(page.locator("#understood")).to_contain_text("20 minutes by phone")
    page.get_by_role("button", name="Invite Ana").click()
    expect(page.locator("#toasts").get_by_role("button", name="Undo")).to_be_visible()


def promise_since_yesterday(page: Page) -> None:
    open_contact(page, "Ana Souza")
    page.get_by_role("link", name="Add a promise").click()
    page.get_by_label("What").fill("Send the article on gauge stations")
    page.get_by_text("Article", exact=True).click()
    page.get_by_role("textbox", name="By").fill("yesterday")
    page.get_by_role("button", name="Note it").click()
    expect(page.get_by_text("1 day late").first).to_be_visible()


def set_mail_time(page: Page, zone: str) -> None:
    """The next full minute that leaves time to save."""
    page.goto("/settings/")
    expect(page.get_by_label("Zone")).to_have_value(zone)
    at = datetime.now(ZoneInfo(zone)) + timedelta(seconds=75)
    page.get_by_label("Reminder at").fill(f"{at:%H:%M}")
    page.get_by_role("button", name="Keep the changes").click()
    expect(page.get_by_text(f"Reminders come at {at:%H:%M}.")).to_be_visible()


def is_a_valid_request(mail: EmailMessage) -> None:
    """The invitation carries an iCalendar REQUEST that the strict oracle takes too."""
    part = next(part for part in mail.walk() if part.get_content_type() == "text/calendar")
    assert part.get_param("method") == "REQUEST"
    content = part.get_payload(decode=True)
    calendar = icalendar.Calendar.from_ical(content)
    assert (calendar["METHOD"], len(calendar.walk("VEVENT"))) == ("REQUEST", 1)
    oracle = [sys.executable, str(ROOT / "tests" / "interviews" / "check_ics.py"), "/dev/stdin", "--kind", "request"]
    checked = subprocess.run([*oracle, "--minutes", "20"], input=content, capture_output=True, check=False)  # noqa: S603 - ours
    assert checked.returncode == 0, checked.stdout.decode()


def answer_from_the_mail(page: Page, mail: EmailMessage) -> None:
    body = mail.get_body(("plain",)).get_content()
    link = re.search(r"Kept:\s+(\S+)", body)[1]
    page.goto(link)
    expect(page.get_by_role("heading", level=1, name="Send the article on gauge stations")).to_be_visible()
    page.get_by_role("button", name="Kept").click()
    expect(page.get_by_role("status").first).to_contain_text("kept", ignore_case=True)
    open_contact(page, "Ana Souza")
    expect(page.get_by_text("Nothing is open between you and Ana.")).to_be_visible()


def continue_then_drop_with_undo(page: Page) -> None:
    page.get_by_text("Continue without waiting").click()
    page.get_by_role("button", name="2 months", exact=True).click()
    expect(page.get_by_role("heading", name="In touch with Ana every 2 months")).to_be_visible()
    page.get_by_role("button", name="Drop").click()
    expect(page.get_by_role("heading", name="Ana is dropped")).to_be_visible()
    page.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(page.get_by_role("heading", name="In touch with Ana every 2 months")).to_be_visible()


# --- the web server dies under the typing hands -----------------------------------------------------------------------
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
