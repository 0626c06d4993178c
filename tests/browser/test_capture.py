"""The same capture everywhere: what a person or a promise costs in taps, on a phone, by keyboard, and without a script."""

import re
from collections.abc import Callable

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from accounts.models import User
from tests.browser.accessibility import violations
from tests.browser.conftest import DESK, NARROW, PHONE, Complaints
from tests.factories import ContactFactory, PromiseFactory

pytestmark = pytest.mark.slow
PAGES = ["today", "contact_list", "promise_list", "bin_list", "delivery_list", "import_list", "settings", "learned"]
LINES = {"a person": "Bo Stone, engineer at Lab, Lisbon", "a promise": "owe Ana an article friday"}
LONG = "Wolfeschlegelsteinhausenbergerdorff" * 2


class Counting:
    """Acts on a page, and counts what is no typing."""

    def __init__(self, page: Page) -> None:
        self.page, self.actions = page, 0

    def tap(self, what: Locator) -> None:
        self.actions += 1
        what.click()

    def type(self, words: str) -> None:
        """Into what has the focus, as a hand does."""
        expect(line_of(self.page)).to_be_focused()
        self.page.keyboard.type(words)


@pytest.fixture(autouse=True)
def _what_a_line_means_is_asked_anew(complaints: Complaints) -> None:
    """htmx calls it an error when a newer request takes the place of one under way; one that fails by itself says "htmx:sendError"
    besides, and is a complaint."""
    complaints.brought_about = re.compile(": htmx:(sendAbort|afterRequest),")


def line_of(page: Page) -> Locator:
    return page.get_by_label("A person or a promise", exact=True)


def add_link(page: Page) -> Locator:
    return page.locator(".nav__add a")


@pytest.fixture
def ana(user: User):
    return ContactFactory(owner=user, name="Ana Souza", role="Head of data")


@pytest.mark.parametrize("what", LINES)
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_from_any_page_it_is_one_tap_and_enter(visit, user: User, ana, what: str, size, capsys):
    page, counted = visit(size), []
    # each page is left while it may still ask what the line means
    for name in [*PAGES, "contact_detail"]:
        at = reverse(name, args=[ana.pk] if name == "contact_detail" else [])
        page.goto(at)
        hand, before = Counting(page), user.contacts.count() + user.promises.count()
        hand.tap(add_link(page))
        hand.type(f"{LINES[what]} {name.replace('_', '')}" if what == "a promise" else f"{name} {LINES[what]}")
        page.keyboard.press("Enter")
        expect(page.locator("#toasts")).to_contain_text("Noted" if what == "a promise" else "Added")
        assert page.url.endswith(at)
        assert user.contacts.count() + user.promises.count() == before + 1
        counted.append(hand.actions)
    said = f"\n{what} from {len(counted)} pages, {size[0]} px: {max(counted)} action at most, typing, and Enter"
    with capsys.disabled():
        print(said)  # noqa: T201 - the figure is shown
    assert max(counted) <= 2


@pytest.mark.parametrize("path", ["/", "/contacts/"])
def test_own_line_of_a_page_opens_it(visit: Callable[..., Page], ana, path: str):
    page = visit(PHONE)
    page.goto(path)
    page.locator("main a[data-capture]").click()
    expect(line_of(page)).to_be_focused()
    page.keyboard.press("Escape")
    expect(line_of(page)).to_be_hidden()
    expect(page.locator("main a[data-capture]")).to_be_focused()


@pytest.mark.parametrize("path", ["/", "/bin/", "/settings/"])
def test_one_key_opens_it(visit: Callable[..., Page], ana, path: str):
    page = visit()
    page.goto(path)
    page.keyboard.press("c")
    expect(line_of(page)).to_be_focused()
    expect(line_of(page)).to_have_value("")


def test_another_stays_open(visit: Callable[..., Page], user: User, ana):
    page = visit(PHONE)
    page.goto("/bin/")
    add_link(page).click()
    for name in ("Bo Stone", "Cy Young"):
        expect(line_of(page)).to_be_focused()
        page.keyboard.type(name)
        page.get_by_role("button", name="Add, and another").click()
        expect(page.get_by_role("status").filter(has_text=f"Added {name}.")).to_be_visible()
        expect(line_of(page)).to_have_value("")
    page.get_by_role("dialog").get_by_role("button", name="Undo").click()
    expect(page.locator("#toasts")).to_contain_text("in the bin")
    assert list(user.contacts.alive().order_by("pk").values_list("name", flat=True)) == ["Ana Souza", "Bo Stone"]


def test_double_tap_makes_one(visit: Callable[..., Page], user: User, ana):
    page = visit(PHONE)
    page.goto("/bin/")
    add_link(page).click()
    line_of(page).fill("Bo Stone")
    page.get_by_role("button", name="Add", exact=True).dblclick()
    expect(page.locator("#toasts")).to_contain_text("Added Bo Stone")
    assert user.contacts.count() == 2


@pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
def test_chip_is_turned_and_taken_away(visit: Callable[..., Page], user: User, script: bool):
    page = visit(PHONE, script=script)
    page.goto("/capture/")
    line_of(page).fill("Bo Stone, painter, Lab Ltd, Lisbon ! ask him friday")
    if not script:
        page.get_by_role("button", name="What is understood?").click()
    page.get_by_role("button", name="Role Painter: make").click()
    expect(page.get_by_role("button", name="Organisation Painter, new here: make")).to_be_visible()
    if script:
        expect(page.locator("#fact-2")).to_be_focused()
    page.get_by_role("button", name="Place Lisbon: no").click()
    expect(page.get_by_role("button", name="Note Lisbon: as it was read")).to_be_visible()
    page.get_by_role("button", name="“friday” is the day").click()
    expect(page.locator("#understood [aria-pressed=false]")).to_have_count(1)
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator("#toasts")).to_contain_text("Added Bo Stone")
    made = user.contacts.get()
    assert (made.role, made.organisation.name, made.place, made.notes.get().body) == (
        "Lab Ltd",
        "Painter",
        "",
        "Lisbon",
    )
    assert made.promises.get().what == "Ask him friday"


def test_without_a_script_it_is_a_page(visit: Callable[..., Page], user: User, ana):
    ContactFactory(owner=user, name="Ana Lima")
    page = visit(PHONE, script=False)
    page.goto("/bin/")
    add_link(page).click()
    line_of(page).fill("owe Ana an article friday")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_text("Choose the one you mean.")).to_be_visible()
    page.get_by_text("Ana Souza, Head of data", exact=True).click()
    page.get_by_role("button", name="Add, and another").click()
    expect(page.locator("#toasts")).to_contain_text("Noted: “An article”, for Ana")
    line_of(page).fill("Bo Stone")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("heading", level=1, name="Bin")).to_be_visible()
    assert (ana.promises.get().what, user.contacts.count()) == ("An article", 3)


@pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
def test_more_fields_hold_what_was_typed(visit: Callable[..., Page], user: User, ana, script: bool):
    page = visit(PHONE, script=script)
    for line, label, value in (
        ("Bo Stone, painter at Lab", "Organisation", "Lab"),
        ("owe Ana an article friday", "What", "An article"),
    ):
        page.goto("/bin/")
        add_link(page).click()
        expect(line_of(page)).to_be_focused()  # the line before is in it again, as it is not added yet
        line_of(page).fill(line)
        page.get_by_role("button", name="More fields").click()
        expect(page.locator("main").get_by_label(label).first).to_have_value(value)
        expect(page.locator("dialog[open]")).to_have_count(0)


def test_what_is_typed_outlives_escape_and_a_mistake(visit: Callable[..., Page], user: User):
    page = visit()
    page.goto("/bin/")
    add_link(page).click()
    expect(line_of(page)).to_be_focused()
    page.keyboard.type("met at PyCon")
    page.keyboard.press("Escape")
    add_link(page).click()
    expect(line_of(page)).to_have_value("met at PyCon")
    page.keyboard.press("Enter")
    expect(page.get_by_text("I see no name in this line.")).to_be_visible()
    expect(line_of(page)).to_be_focused()
    expect(line_of(page)).to_have_value("met at PyCon")
    assert page.url.endswith("/bin/")


def test_why_a_line_is_refused_stays_in_view(visit: Callable[..., Page], ana):
    page = visit(PHONE)
    page.goto(reverse("today"))
    add_link(page).click()
    line_of(page).fill("owe Ana")
    with page.expect_response(
        lambda answer: answer.request.method == "POST" and answer.url.endswith(reverse("capture"))
    ):
        page.keyboard.press("Enter")
    page.wait_for_timeout(500)  # what the line means is asked for 200 ms after a key, and must not come over it

    expect(page.locator("#capture .field__error")).to_be_visible()


def test_pasted_lines_are_parted(visit: Callable[..., Page], user: User):
    page = visit()
    page.goto("/capture/")
    page.evaluate(
        """() => {
          const data = new DataTransfer();
          data.setData("text", "Bo Stone\\nPainter\\nLab Ltd\\n");
          document.activeElement.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
        }"""
    )
    expect(line_of(page)).to_have_value("Bo Stone, Painter, Lab Ltd")
    expect(page.locator("#understood")).to_contain_text("Lab Ltd")


@pytest.mark.parametrize("size", [NARROW, PHONE, DESK], ids=["320", "390", "1280"])
def test_sheet_is_accessible_and_fits(visit: Callable[..., Page], user: User, ana, size):
    page = visit(size)
    page.goto("/bin/")
    add_link(page).click()
    for line, read in (
        (f"Bo {LONG}, head of data at {LONG}, Lisbon, met at {LONG} yesterday ! send it friday", "Lisbon"),
        ("owe Ana a call friday", "a call, by"),
    ):
        line_of(page).fill(line)
        expect(page.locator("#understood")).to_contain_text(read)
        assert page.evaluate("document.getElementById('capture-sheet').scrollWidth <= innerWidth")
        assert violations(page) == []
        if size != DESK:
            targets = page.locator("#capture-sheet :is(button, a, label.chip):visible")
            assert min(targets.evaluate_all("(all) => all.map((one) => one.getBoundingClientRect().height)")) >= 44


def test_today_after_a_promise_shows_it(visit: Callable[..., Page], user: User, ana):
    PromiseFactory(contact=ana, what="Old", due_on=user.today(timezone.now()))
    page = visit()
    page.goto("/")
    page.locator("main a[data-capture]").click()
    expect(line_of(page)).to_be_focused()
    page.keyboard.type("owe Ana an article today")
    page.keyboard.press("Enter")
    expect(page.locator("main .row", has_text="An article")).to_be_visible()


def test_what_is_typed_at_once_is_understood(visit: Callable[..., Page], user: User):
    page = visit(PHONE)
    page.goto(reverse("today"))
    page.evaluate(
        """document.addEventListener("htmx:afterSwap", ({ target }) => {
          const field = document.querySelector("#capture [name=line]");
          if (field && !field.value) field.value = "Bo Stone, engineer at Lab";
        })"""
    )
    add_link(page).click()
    expect(page.locator("#understood")).to_contain_text("Bo Stone")


def test_what_is_typed_before_the_sheet_has_settled_is_not_offered_as_typed_before(
    visit: Callable[..., Page], user: User
):
    page = visit(PHONE)
    page.goto(reverse("today"))
    page.evaluate("htmx.config.defaultSettleDelay = 1000")
    add_link(page).click()
    line_of(page).fill("Bo Stone, engineer at Lab")
    expect(page.locator("#understood")).to_contain_text("Bo Stone")

    expect(page.get_by_text("You typed this before")).to_have_count(0)
