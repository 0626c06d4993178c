"""The four main jobs by keyboard alone: Tab, arrows, Space, Enter and what is typed."""

from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import User
from followups.mail_links import Answer, ButtonLink
from tests.factories import ContactFactory

pytestmark = pytest.mark.slow
MOST_TABS = 120
FOCUSED = """() => {
  const one = document.activeElement;
  if (!one || one === document.body) return "";
  const label = one.labels && one.labels[0] ? one.labels[0].textContent : "";
  return (one.getAttribute("aria-label") || label || one.textContent || one.value || "").replace(/\\s+/g, " ").trim();
}"""


def tab_to(page: Page, name: str) -> None:
    """Presses Tab until what is called so has the focus, and checks that the focus can be seen."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if page.evaluate(FOCUSED).startswith(name):
            assert page.evaluate("document.activeElement.matches(':focus-visible')")
            return
    raise AssertionError(f"“{name}” was not reached with {MOST_TABS} tabs")


def test_log_a_contact(visit: Callable[..., Page], user: User):
    page = visit()
    page.goto("/contacts/")

    tab_to(page, "Add a person or a promise")
    page.keyboard.press("Enter")
    expect(page.get_by_label("A person or a promise", exact=True)).to_be_focused()
    page.keyboard.type("Ana Souza, head of data at Nubank")
    expect(page.locator("#understood")).to_contain_text("Ana Souza")
    page.keyboard.press("Enter")

    expect(page.locator("#toasts")).to_contain_text("Added Ana Souza")
    assert user.contacts.count() == 1


def test_skip_link_leads_past_the_navigation(visit: Callable[..., Page]):
    page = visit()
    page.goto("/contacts/")

    page.keyboard.press("Tab")
    assert page.evaluate(FOCUSED) == "Skip to the page"
    expect(page.locator(":focus")).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")

    assert page.evaluate("document.getElementById('main').contains(document.activeElement)")


def test_schedule_a_meeting(visit: Callable[..., Page], user: User):
    contact = ContactFactory(owner=user, name="Ana Souza", email="ana@people.example")
    page = visit()
    page.goto(contact.get_absolute_url())

    tab_to(page, "Plan a talk")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="Plan a talk with Ana")).to_be_visible()
    tab_to(page, "Phone")
    page.keyboard.press("ArrowRight")
    tab_to(page, "20 min")
    page.keyboard.press("Space")
    tab_to(page, "Day")
    page.keyboard.type("in 2 weeks")
    tab_to(page, "Time")
    page.keyboard.type("1500")
    expect(page.locator("#understood")).to_contain_text("20 minutes by video")
    tab_to(page, "Invite Ana")
    page.keyboard.press("Enter")

    expect(page.locator("#toasts").get_by_role("button", name="Undo")).to_be_visible()
    assert [(one.medium, one.minutes) for one in user.interviews.all()] == [("video", 20)]


def test_answer_a_reminder_from_its_mail(visit: Callable[..., Page], user: User):
    promise = ContactFactory(owner=user).promises.make(what="Send the article", now=timezone.now())
    page = visit(signed_in=False)
    page.goto(ButtonLink(promise.uid, promise.version, Answer.KEPT).url().removeprefix("http://127.0.0.1:8000"))

    assert page.evaluate(FOCUSED).startswith("Kept")
    page.keyboard.press("Enter")

    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    promise.refresh_from_db()
    assert promise.state == "kept"


def test_keep_a_promise_and_take_it_back_on_today(visit: Callable[..., Page], user: User):
    now = timezone.now()
    promise = ContactFactory(owner=user).promises.make(what="Send the article", now=now, due_on=user.today(now))
    page = visit()
    page.goto("/")

    tab_to(page, "Kept: Send the article")
    page.keyboard.press("Enter")
    undo = page.locator("#toasts").get_by_role("button", name="Undo")
    expect(undo).to_be_focused()
    page.keyboard.press("Enter")

    expect(page.get_by_text("Open again: “Send the article”")).to_be_visible()
    promise.refresh_from_db()
    assert promise.is_open


def test_continue_or_drop(visit: Callable[..., Page], user: User):
    contact = ContactFactory(owner=user, name="Ana Souza", stage="met")
    page = visit()
    page.goto(contact.get_absolute_url())

    tab_to(page, "Drop")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Ana is dropped")).to_be_visible()
    expect(page.locator("#toasts").get_by_role("button", name="Undo")).to_be_focused()
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="Continue with Ana?")).to_be_visible()
    contact.refresh_from_db()
    assert contact.stage == "met"
