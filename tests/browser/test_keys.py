"""One key each: where to go, from row to row, what becomes of it. Never in a field, and not when they are off."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from accounts.models import User
from crm.models import Contact
from followups.models import Promise
from tests.browser.accessibility import violations
from tests.browser.conftest import DESK, PHONE
from tests.factories import ContactFactory, PromiseFactory

pytestmark = pytest.mark.slow


@pytest.fixture
def ana(user: User) -> Contact:
    return ContactFactory(owner=user, name="Ana Souza", stage="continue")


@pytest.fixture
def promises(user: User, ana: Contact) -> list[Promise]:
    today = user.today(timezone.now())
    return [PromiseFactory(contact=ana, what=f"Promise {n}", due_on=today) for n in range(3)]


@pytest.fixture
def page(visit: Callable[..., Page], promises) -> Page:
    opened = visit()
    opened.goto("/")
    return opened


def row(page: Page, what: str) -> Locator:
    return page.locator("main .row", has_text=what)


def press(page: Page, keys: str) -> None:
    for key in keys.split():
        page.keyboard.press(key)


def states(promises: list[Promise]) -> list[str]:
    for promise in promises:
        promise.refresh_from_db()
    return [promise.state for promise in promises]


@pytest.mark.parametrize(
    ("keys", "name"),
    [("g c", "contact_list"), ("g f", "promise_list"), ("g t", "today")],
    ids=["contacts", "promises", "today"],
)
def test_g_and_one_more_goes_there(page: Page, keys: str, name: str):
    page.goto(reverse("settings"))
    press(page, keys)

    expect(page).to_have_url(re.compile(f"[^/]{reverse(name)}$"))


def test_slash_searches_from_every_page(page: Page):
    press(page, "/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.wait_for_load_state()  # the field has the focus before the keys are heard
    page.get_by_role("heading", level=1).click()
    press(page, "/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    expect(page.get_by_role("searchbox")).to_have_value("")


def test_c_captures_from_every_page(page: Page):
    for name in ("today", "contact_list", "settings"):
        page.goto(reverse(name))
        press(page, "c")
        expect(page.locator("#capture [name=line]")).to_be_focused()
        expect(page.locator("#capture [name=line]")).to_have_value("")


def test_j_and_k_go_from_row_to_row(page: Page):
    link = [row(page, f"Promise {n}").locator("a.row__what") for n in range(3)]
    for key, at in [("j", 0), ("j", 1), ("j", 2), ("j", 2), ("k", 1), ("k", 0), ("k", 0)]:
        press(page, key)
        expect(link[at]).to_be_focused()


def test_from_one_kept_to_the_next_is_one_key(page: Page, promises):
    press(page, "j")
    press(page, "e")
    expect(row(page, "Promise 1").get_by_role("button", name="Kept")).to_be_focused()
    press(page, "e")
    expect(row(page, "Promise 2").get_by_role("button", name="Kept")).to_be_focused()

    assert states(promises) == ["kept", "kept", "open"]


def test_e_without_a_row_chooses_the_first_and_acts_on_none(page: Page, promises):
    press(page, "e")
    expect(row(page, "Promise 0").locator("a.row__what")).to_be_focused()

    assert states(promises) == ["open"] * 3


def test_s_puts_off_to_tomorrow(page: Page, promises, user: User):
    press(page, "j")
    press(page, "s")
    expect(row(page, "Promise 0")).to_have_count(0)
    expect(row(page, "Promise 1").get_by_role("button", name="Tomorrow")).to_be_focused()

    promises[0].refresh_from_db()
    assert promises[0].snoozed_until == user.today(timezone.now()) + timedelta(days=1)


def test_z_takes_back_what_the_toast_says(page: Page, promises):
    press(page, "j")
    press(page, "e")
    expect(row(page, "Promise 1").get_by_role("button", name="Kept")).to_be_focused()
    press(page, "z")
    expect(page.locator("#toasts")).to_contain_text("Open again")
    expect(row(page, "Promise 0").get_by_role("button", name="Kept")).to_be_focused()

    assert states(promises) == ["open"] * 3


def test_n_leads_to_the_note_of_the_person_on_the_row(page: Page, ana: Contact):
    press(page, "j")
    press(page, "n")
    note = page.get_by_label("Add a note")
    expect(note).to_be_focused()
    assert ana.get_absolute_url() in page.url
    page.get_by_role("heading", level=1).click()
    press(page, "n")
    expect(note).to_be_focused()


def test_e_and_s_on_the_page_of_a_promise(page: Page, promises):
    page.goto(promises[0].get_absolute_url())
    press(page, "e")
    expect(page.get_by_role("button", name="Reopen")).to_be_visible()

    assert states(promises)[0] == "kept"


def test_no_key_acts_in_a_field(page: Page, ana: Contact, promises):
    page.goto(ana.get_absolute_url())
    note = page.get_by_label("Add a note")
    note.press_sequentially("e s z j ? / gc")
    expect(note).to_have_value("e s z j ? / gc")
    expect(note).to_be_focused()
    expect(page).to_have_url(re.compile(f"{ana.get_absolute_url()}$"))

    assert states(promises) == ["open"] * 3


def test_no_key_acts_with_a_modifier_or_under_a_dialog(page: Page, promises):
    press(page, "j Alt+e Control+e Meta+s c")
    sheet = page.get_by_role("dialog", name="Add a person or a promise")
    sheet.get_by_role("button", name="Close").focus()
    press(page, "e s g c j ?")
    expect(sheet).to_be_visible()
    press(page, "Escape")
    expect(sheet).to_be_hidden()
    expect(row(page, "Promise 0").locator("a.row__what")).to_be_focused()

    assert states(promises) == ["open"] * 3


def test_a_key_held_down_acts_once(page: Page, promises):
    press(page, "j")
    for _ in range(3):
        page.keyboard.down("e")  # without up in between: a repeat
    expect(row(page, "Promise 1").get_by_role("button", name="Kept")).to_be_focused()
    page.keyboard.down("e")
    page.keyboard.up("e")

    assert states(promises) == ["kept", "open", "open"]


def test_keys_can_be_switched_off_and_on_again(page: Page):
    press(page, "?")
    expect(page.get_by_role("heading", level=1)).to_have_text("Keys")
    page.wait_for_load_state()  # the switch is seen before the script that sets it
    page.get_by_label("Keys are on").uncheck()
    page.goto("/")
    press(page, "g c ? j")
    expect(page.locator("main a:focus")).to_have_count(0)
    expect(page).to_have_url(re.compile("[^/]/$"))

    page.get_by_role("link", name="Keys").click()
    page.wait_for_load_state()
    page.get_by_label("Keys are on").check()
    page.get_by_role("heading", level=1).click()
    press(page, "g t")
    expect(row(page, "Promise 0")).to_be_visible()
    page.wait_for_load_state()  # a row is seen before the scripts that hear the keys
    press(page, "j")
    expect(row(page, "Promise 0").locator("a.row__what")).to_be_focused()


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_page_of_keys_has_no_accessibility_violation(visit: Callable[..., Page], promises, size):
    page = visit(size)
    page.goto("/")
    press(page, "?")
    expect(page.get_by_role("heading", level=1)).to_have_text("Keys")

    assert violations(page, "main") == []


def test_today_is_emptied_by_keys_alone(visit: Callable[..., Page], user: User, promises):
    today = user.today(timezone.now())
    PromiseFactory(contact__owner=user, what="Late one", due_on=today - timedelta(days=4))
    ContactFactory(owner=user, name="Ben Met", stage="met")
    rhythm = {"stage": "continue", "rhythm_count": 2, "rhythm_unit": "weeks"}
    for n in range(2):
        ContactFactory(owner=user, name=f"Person {n}", touch_on=today - timedelta(days=2 - n), **rhythm)
    page = visit()
    page.goto("/")
    rows = page.locator("main .rows > .row")
    focused = page.locator("main .row :focus")
    expect(rows).to_have_count(7)

    keys = 0
    for left in range(6, -1, -1):
        if not focused.count():  # the last of its kind is gone: the focus is on Undo
            press(page, "j")
            keys += 1
        press(page, "e")
        keys += 1
        expect(page.get_by_text("All done for today.") if not left else rows).to_have_count(left or 1)
        expect(page.locator(":focus")).to_have_count(1)

    assert keys == 7 + 3  # one for each row, and one to begin: promises, to decide, stay in touch
