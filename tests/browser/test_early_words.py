"""On a slow network a page is there before its scripts are: what is typed meanwhile counts as if they had been there."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from accounts.models import User
from crm.models import Contact
from tests.browser.conftest import PHONE
from tests.factories import ContactFactory, InterviewFactory, RoomFactory

pytestmark = pytest.mark.slow
WORDS = "Ask about the tide gauges"


@pytest.fixture
def ana(user: User) -> Contact:
    return ContactFactory(owner=user, name="Ana Souza")


@pytest.fixture
def page(visit: Callable[..., Page]) -> Page:
    return visit(PHONE)


@contextmanager
def before_its_scripts(page: Page, path: str) -> Iterator[None]:
    """The page, whose modules arrive when the block ends."""
    page.route("**/js/*.js", lambda route: None)
    page.goto(path, wait_until="commit")
    yield
    page.unroute("**/js/*.js")  # lets go what waited
    page.wait_for_load_state()


def test_notes_of_the_room_are_kept(page: Page, ana: Contact):
    room = RoomFactory(interview=InterviewFactory(contact=ana), started_at=datetime.now(UTC) - timedelta(minutes=5))
    with before_its_scripts(page, reverse("room", args=[room.interview_id])):
        page.get_by_role("textbox", name="Notes").fill(WORDS)

    expect(page.locator("#kept")).to_have_text("Kept")
    room.refresh_from_db()
    assert room.notes == WORDS


def test_form_is_a_draft(page: Page, ana: Contact):
    path = ana.get_absolute_url()
    with before_its_scripts(page, path):
        page.get_by_label("Add a note").fill(WORDS)
    page.reload()

    expect(page.get_by_label("Add a note")).to_have_value(WORDS)


def test_newer_words_stay_and_the_draft_is_offered(page: Page, ana: Contact):
    path = ana.get_absolute_url()
    page.goto(path)
    page.get_by_label("Add a note").fill("From yesterday")
    with before_its_scripts(page, path):
        page.get_by_label("Add a note").fill(WORDS)

    expect(page.get_by_label("Add a note")).to_have_value(WORDS)
    page.get_by_role("button", name="Take it").click()
    expect(page.get_by_label("Add a note")).to_have_value("From yesterday")


def test_preparation_is_kept_when_it_is_left_by_a_link(page: Page, ana: Contact):
    with before_its_scripts(page, reverse("preparation_detail", args=[ana.pk])):
        page.get_by_label("Purpose").fill(WORDS)
    page.get_by_role("link", name="Look at the brief").click()

    expect(page.get_by_text(WORDS)).to_be_visible()


def test_a_refused_value_that_its_field_cannot_hold_keeps_its_error(page: Page, ana: Contact):
    page.goto(reverse("interview_new", args=[ana.pk]))
    page.get_by_text("Other", exact=True).click()
    minutes = page.locator("[name=own_minutes]")
    minutes.evaluate("(field) => (field.type = 'text')")
    minutes.fill("2x")
    page.get_by_role("button", name="Plan it").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.wait_for_load_state()

    expect(page.get_by_role("alert").get_by_role("link", name="Minutes")).to_be_visible()
