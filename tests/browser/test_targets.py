"""On a phone whatever can be tapped is 44 pixels high and wide, and a row leads on wherever it is tapped."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from accounts.models import User
from tests.browser.conftest import DESK, NARROW, PHONE
from tests.browser.network import build
from tests.factories import ContactFactory, PromiseFactory

pytestmark = pytest.mark.slow
# A link inside a sentence is as high as its line (WCAG 2.5.8). What a tap reaches is asked of the page itself: 22 pixels above and
# below the middle must be the element, or the label or row it stands for.
SMALL = """() => {
  const isInSentence = (one) => one.tagName === "A" && getComputedStyle(one).display === "inline"
    && [...one.parentNode.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim().length > 1);
  const hits = (one, x, y) => {
    const found = document.elementFromPoint(x, y);
    return found && (one.contains(found) || found.contains(one) || [...(one.labels ?? [])].some((label) => label.contains(found)));
  };
  const small = [];
  for (const one of document.querySelectorAll("main :is(a[href], button, summary, select, input:not([type=hidden]), textarea), #nav :is(a, button)")) {
    if (!one.checkVisibility({ visibilityProperty: true, opacityProperty: false }) || one.disabled || isInSentence(one)) continue;
    const target = one.matches("[type=checkbox], [type=radio]") ? (one.closest("label") ?? one) : one;
    target.scrollIntoView({ block: "center", inline: "center" });
    const box = target.getBoundingClientRect();
    if (!box.width || !box.height) continue;
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    const isHigh = box.height >= 43.5 || one.matches(".row__what");
    const isWide = box.width >= 43.5 || one.matches(".row__what");
    if (!isHigh || !isWide || !hits(target, x, y)) small.push(`${Math.round(box.width)}x${Math.round(box.height)} ${one.outerHTML.replace(/\\s+/g, " ").slice(0, 90)}`);
  }
  return small;
}"""


def test_targets_are_large_enough(visit: Callable[..., Page], user: User):
    paths = build(user, datetime.now(UTC))
    page = visit(PHONE)

    small = []
    for name, path in paths.items():
        page.goto(path)
        small += [f"{name}: {words}" for words in page.evaluate(SMALL)]

    assert small == []


@pytest.mark.parametrize("size", [NARROW, DESK], ids=["phone", "desk"])
def test_row_leads_on_wherever_it_is_tapped(visit: Callable[..., Page], user: User, size):
    person = ContactFactory(owner=user)
    promise = PromiseFactory(contact=person, what="Send the deck", due_on=user.today(datetime.now(UTC)))
    page = visit(size)
    for path, leads_to in (
        (reverse("contact_list"), person.get_absolute_url()),
        (reverse("promise_list"), promise.get_absolute_url()),
        (reverse("today"), promise.get_absolute_url()),
    ):
        page.goto(path)
        row = page.locator("main .row").first
        row.click(position={"x": 3, "y": 3})  # its corner
        expect(page).to_have_url(f"{page.url.split('/', 3)[0]}//{page.url.split('/', 3)[2]}{leads_to}")


def test_menu_of_a_row_lies_over_the_rows_below(visit: Callable[..., Page], user: User):
    for n in range(3):
        PromiseFactory(contact__owner=user, what=f"Promise {n}", due_on=user.today(datetime.now(UTC)))
    page = visit(DESK)
    page.goto(reverse("promise_list"))

    page.locator(".menu summary").first.click()
    page.get_by_role("button", name="Let go").first.click()

    expect(page.locator("#toasts")).to_contain_text("Let go: “Promise 0”")
