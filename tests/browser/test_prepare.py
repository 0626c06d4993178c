"""Preparing in real Chromium: by keyboard, by drag, on paper, and with nothing for axe to find."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from accounts.models import User
from crm.models import Contact
from interviews.preparing import actions as preparing
from interviews.preparing import question_bank
from tests.browser.accessibility import violations
from tests.browser.conftest import DESK, PHONE
from tests.factories import ContactFactory, DebriefFactory, InterviewFactory, OrganisationFactory, PromiseFactory

pytestmark = pytest.mark.slow
LINES = "0 Thank her\n2 How she came to levees\n8 Data without gauges\n17 Announce the last question\n20 Give it back"
QUESTIONS = ["s5", "s7", "s9", "s10", "s11", "s14"]


@pytest.fixture
def contact(user: User) -> Contact:
    now = datetime.now(UTC)
    misaki: Contact = ContactFactory(
        owner=user,
        name="Misaki Satō",
        role="Levee researcher",
        organisation=OrganisationFactory(owner=user, name="Uji Institute for Disaster Prevention"),
        time_zone="Asia/Tokyo",
        how_met="Her lecture in Delft",
    )
    before = InterviewFactory(contact=misaki, state="held", held_at=now, local_date=date(2026, 5, 4))
    DebriefFactory(interview=before, learned="A breach is measured by what it leaves behind")
    InterviewFactory(contact=misaki, local_date=now.date() + timedelta(days=3), where="+81 774 555 0142")
    for whose in ("mine", "theirs"):
        PromiseFactory(contact=misaki, whose=whose)
    notes = {
        "person": preparing.HomeworkEntry("Her 2024 paper on levee breaches, her lecture in Delft", "", True),
        "organisation": preparing.HomeworkEntry("Eleven people, funded by the prefecture until 2029", "", True),
        "words": preparing.HomeworkEntry("Breach width, freeboard, piping, return period", "", True),
    }
    preparing.keep(contact=misaki, seen=0, purpose="Learn how breach data is collected", agenda=LINES, minutes=20,
                   homework=notes, now=now)  # fmt: skip
    preparing.choose(contact=misaki, questions=question_bank.find_offered(user, QUESTIONS, now), now=now)
    return misaki


def page_of(contact: Contact) -> str:
    return reverse("preparation_detail", args=[contact.pk])


def order(contact: Contact) -> list[int]:
    return list(contact.chosen_questions.in_order().values_list("question__starting", flat=True))


@pytest.mark.parametrize("script", [True, False])
def test_questions_are_ordered_by_keyboard_and_what_was_typed_is_kept(visit, contact, script):
    page: Page = visit(DESK, script=script)
    page.goto(page_of(contact))
    page.get_by_label("Purpose").fill("Learn what a breach leaves behind")

    page.get_by_role("button", name="Down: Where should somebody").focus()
    page.keyboard.press("Enter")

    expect(page.locator("[data-order] > li").first).to_contain_text("What is hardest")
    expect(page.get_by_label("Purpose")).to_have_value("Learn what a breach leaves behind")
    assert order(contact) == [7, 5, 9, 10, 11, 14]


def test_a_question_is_dragged_to_its_place(visit, contact):
    page: Page = visit(DESK)
    page.goto(page_of(contact))
    rows = page.locator("[data-order] > li")
    rows.nth(3).scroll_into_view_if_needed()
    start, end = rows.nth(0).locator("[data-grip]").bounding_box(), rows.nth(2).bounding_box()

    page.mouse.move(start["x"] + 5, start["y"] + 5)
    page.mouse.down()
    page.mouse.move(start["x"] + 5, end["y"] + end["height"] + 5, steps=8)
    with page.expect_response(lambda response: "/move/" in response.url):
        page.mouse.up()

    expect(page.locator("[data-order] > li").nth(2)).to_contain_text("Where should somebody")
    assert order(contact) == [7, 9, 5, 10, 11, 14]


def test_leaving_by_a_link_keeps_what_was_typed(visit, contact, user):
    page: Page = visit(PHONE)
    page.goto(page_of(contact))
    page.get_by_label("Purpose").fill("Learn what a breach leaves behind")

    page.get_by_role("link", name="Look at the brief").click()

    expect(page.get_by_text("Learn what a breach leaves behind")).to_be_visible()


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_the_brief_is_one_page(visit: Callable[..., Page], contact, paper):
    page = visit(DESK)
    page.goto(reverse("contact_brief", args=[contact.pk]))

    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", page.pdf(format=paper))) == 1


def test_more_than_six_questions_are_a_second_page(visit, contact, user):
    now = datetime.now(UTC)
    preparing.choose(contact=contact, questions=question_bank.find_offered(user, ["s1"], now), now=now)
    page: Page = visit(DESK)
    page.goto(reverse("contact_brief", args=[contact.pk]))

    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", page.pdf(format="A4"))) == 2


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_pages_have_no_accessibility_violation(visit, contact, size):
    """The pages that test_pages.py opens without any question."""
    row = contact.chosen_questions.first()
    contact.chosen_questions.filter(pk=row.pk).update(answer="At the gauges", answered_at=datetime.now(UTC))
    paths = [
        page_of(contact),
        reverse("question_edit", args=["s5"]),
        reverse("contact_brief", args=[contact.pk]),
    ]
    page: Page = visit(size)

    found = {path: troubles for path in paths if (troubles := inspect(page, path))}

    assert found == {}


def inspect(page: Page, path: str) -> list[str]:
    page.goto(path)
    wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    return violations(page) + (["sideways"] if wide else [])
