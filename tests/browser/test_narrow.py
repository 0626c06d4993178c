"""Where there is little room: buttons stand two in a row, and words and numbers break where they may."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from playwright.sync_api import Locator, Page

from accounts.models import User
from tests.browser.conftest import DESK, NARROW, PHONE
from tests.factories import ContactFactory, InterviewFactory, NoteFactory, PreparationFactory

pytestmark = pytest.mark.slow
ADDRESS = "maximiliane.kleinschmidt@rueckversicherung.muenchen.example"
# the pieces of a text as its lines show them
LINES = """(one) => {
  const [lines, walker] = [[], document.createTreeWalker(one, NodeFilter.SHOW_TEXT)];
  for (let node = walker.nextNode(), last; node; node = walker.nextNode())
    for (let at = 0; at < node.data.length; at += 1) {
      const range = new Range(); range.setStart(node, at); range.setEnd(node, at + 1);
      const { top } = range.getBoundingClientRect();
      if (top === last) lines.push(lines.pop() + node.data[at]); else lines.push(node.data[at]);
      last = top;
    }
  return lines;
}"""


def rows_of(buttons: Locator) -> list[int]:
    """How many of them stand in each row, from the top."""
    tops = [round(one["y"]) for one in (buttons.nth(n).bounding_box() for n in range(buttons.count())) if one]
    return [tops.count(top) for top in sorted(set(tops))]


@pytest.mark.parametrize("size", [NARROW, PHONE], ids=["narrow", "phone"])
def test_a_talk_that_has_begun_has_its_verbs_in_pairs(visit: Callable[..., Page], user: User, size):
    now = datetime.now(UTC)
    talk = InterviewFactory(contact__owner=user, starts_at=now - timedelta(minutes=5), minutes=20)
    page = visit(size)
    for path, rows in ((reverse("today"), [2, 2]), (talk.get_absolute_url(), [1, 2])):
        page.goto(path)
        assert rows_of(page.locator(".card--now .btn")) == rows
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_did_you_talk_is_answered_in_one_line(visit: Callable[..., Page], user: User):
    now = datetime.now(UTC)
    talk = InterviewFactory(contact__owner=user, starts_at=now - timedelta(days=1))
    page = visit(PHONE)
    page.goto(reverse("today"))
    row = page.locator("main .row", has_text=f"Did you talk with {talk.contact.first_name}?")
    assert rows_of(row.locator(".row__acts .btn")) == [3]


@pytest.mark.parametrize("size", [NARROW, PHONE, DESK], ids=["narrow", "phone", "desk"])
def test_an_address_breaks_after_its_dots(visit: Callable[..., Page], user: User, size):
    contact = ContactFactory(owner=user, email=ADDRESS)
    page = visit(size)
    page.goto(contact.get_absolute_url())
    lines = page.locator(".facts a[href^='mailto:']").evaluate(LINES)
    assert "".join(lines) == ADDRESS
    assert len(lines) > 1
    assert all(line.endswith((".", "@")) for line in lines[:-1])


@pytest.mark.parametrize("size", [NARROW, DESK], ids=["narrow", "desk"])
def test_minutes_of_the_agenda_stay_whole(visit: Callable[..., Page], user: User, size):
    talk = InterviewFactory(contact__owner=user)
    agenda = f"0 Say thank you\n27 {'Announce the last question, and what they would read ' * 3}"
    PreparationFactory(contact=talk.contact, interview=talk, agenda=agenda)
    page = visit(size)
    page.goto(reverse("brief", args=[talk.pk]))
    minutes = page.locator(".agenda li > :first-child")
    assert [minutes.nth(n).evaluate(LINES) for n in range(minutes.count())] == [["00"], ["27"]]


def test_what_can_be_done_with_a_note_stays_together(visit: Callable[..., Page], user: User):
    note = NoteFactory(contact__owner=user, created_at=datetime(2026, 10, 30, 5, tzinfo=UTC))
    page = visit(PHONE)
    page.goto(note.contact.get_absolute_url())
    verbs = page.locator(".entry", has_text=re.compile("flood desk")).locator("a, button")
    assert rows_of(verbs) == [2]
    chips = page.get_by_role("navigation", name="What the story tells").get_by_role("link")
    assert rows_of(chips) == [chips.count()]


def test_verbs_of_a_person_stand_in_one_line(visit: Callable[..., Page], user: User):
    page = visit(NARROW)
    page.goto(ContactFactory(owner=user).get_absolute_url())
    assert rows_of(page.locator(".page__head .btn")) == [3]


def test_what_stands_beside_the_page_keeps_its_verbs_in_one_line(visit: Callable[..., Page], user: User):
    today = user.today(datetime.now(UTC))
    rhythm = {"rhythm_count": 3, "rhythm_unit": "weeks", "touch_on": today, "last_touch_on": today - timedelta(days=21)}
    ContactFactory(owner=user, email="ana@people.example", stage="continue", **rhythm)
    talk = InterviewFactory(contact__owner=user, starts_at=datetime.now(UTC) + timedelta(days=3))
    page = visit(DESK)
    page.goto(reverse("today"))
    assert rows_of(page.locator(".split__side .row__acts .btn")) == [3]
    page.goto(talk.get_absolute_url())
    assert rows_of(page.locator(".split__side form", has_text="They said").locator("button")) == [3]
