"""From one tap to the next by keyboard: the focus goes on to the next row's same action, and is never lost."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import User
from tests.factories import ContactFactory, PromiseFactory

pytestmark = pytest.mark.slow


@pytest.fixture
def promises(user: User):
    today = user.today(timezone.now())
    return [PromiseFactory(contact__owner=user, what=f"Promise {n}", due_on=today) for n in range(4)]


def row(page: Page, what: str):
    return page.locator("main .row", has_text=what)


@pytest.mark.parametrize("path", ["today", "promise_list"])
def test_kept_leads_to_the_next_kept(visit: Callable[..., Page], promises, path):
    page = visit()
    page.goto(reverse(path))
    row(page, "Promise 1").get_by_role("button", name="Kept").focus()

    page.keyboard.press("Enter")
    expect(row(page, "Promise 2").get_by_role("button", name="Kept")).to_be_focused()
    page.keyboard.press("Enter")
    expect(row(page, "Promise 3").get_by_role("button", name="Kept")).to_be_focused()
    page.keyboard.press("Enter")  # the last of the list: on to the one before
    expect(row(page, "Promise 0").get_by_role("button", name="Kept")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#toasts").get_by_role("button", name="Undo")).to_be_focused()

    assert [promise.state for promise in map(fresh, promises)] == ["kept"] * 4


def fresh(promise):
    promise.refresh_from_db()
    return promise


def test_undo_by_key_leads_back_to_the_row(visit: Callable[..., Page], promises):
    page = visit()
    page.goto(reverse("promise_list"))
    row(page, "Promise 1").get_by_role("button", name="Kept").focus()
    page.keyboard.press("Enter")
    expect(row(page, "Promise 2").get_by_role("button", name="Kept")).to_be_focused()

    page.keyboard.press("Control+z")

    expect(page.locator("#toasts")).to_contain_text("Open again")
    expect(row(page, "Promise 1").get_by_role("button", name="Kept")).to_be_focused()


def test_undo_by_key_leaves_a_text_alone(visit: Callable[..., Page], promises):
    page = visit()
    page.goto(promises[0].contact.get_absolute_url())
    row(page, "Promise 0").get_by_role("button", name="Kept").click()
    expect(page.locator("#toasts").get_by_role("button", name="Undo")).to_be_visible()

    page.get_by_label("Add a note").press_sequentially("ab")
    page.keyboard.press("Control+z")

    expect(page.locator("#toasts")).to_contain_text("Kept: “Promise 0”")
    assert fresh(promises[0]).state == "kept"


def test_put_off_from_the_menu_leads_to_the_next_menu(visit: Callable[..., Page], promises):
    page = visit()
    page.goto(reverse("promise_list"))
    menu = row(page, "Promise 1").locator("summary")
    menu.press("Enter")
    row(page, "Promise 1").get_by_role("button", name="In 3 days").press("Enter")

    expect(row(page, "Promise 2").locator("summary")).to_be_focused()


def test_other_rows_keep_the_focus_as_well(visit: Callable[..., Page], user: User):
    today = user.today(timezone.now())
    rhythm = {"stage": "continue", "rhythm_count": 2, "rhythm_unit": "weeks"}
    for n in range(2):
        ContactFactory(owner=user, name=f"Person {n}", touch_on=today - timedelta(days=2 - n), **rhythm)
    page = visit()
    page.goto(reverse("today"))
    row(page, "Person 0").get_by_role("button", name="We spoke").press("Enter")

    expect(row(page, "Person 1").get_by_role("button", name="We spoke")).to_be_focused()
