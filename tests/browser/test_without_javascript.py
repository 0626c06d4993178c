"""The four main jobs with scripts switched off: plain forms, plain redirects, plain links."""

from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import User
from followups.mail_links import Answer, ButtonLink
from followups.models import Promise
from tests.browser.conftest import PHONE
from tests.factories import ContactFactory

pytestmark = pytest.mark.slow


@pytest.fixture
def page(visit: Callable[..., Page]) -> Page:
    return visit(PHONE, script=False)


def test_log_a_contact(page: Page, user: User):
    page.goto("/contacts/")

    page.locator("main").get_by_role("link", name="Add a person or a promise").click()
    page.get_by_label("A person or a promise", exact=True).fill("Ana Souza, head of data at Nubank #fintech")
    page.get_by_role("button", name="Add", exact=True).click()

    expect(page.get_by_role("heading", level=1, name="Contacts")).to_be_visible()
    expect(page.locator("#toasts")).to_contain_text("Added Ana Souza")
    assert [contact.position for contact in user.contacts.all()] == ["Head of data, Nubank"]


def test_schedule_a_meeting(page: Page, user: User):
    contact = ContactFactory(owner=user, name="Ana Souza", email="ana@people.example")
    page.goto(contact.get_absolute_url())

    page.get_by_role("link", name="Plan a talk").click()
    page.get_by_text("Video", exact=True).click()
    page.get_by_text("20 min", exact=True).click()
    page.get_by_role("textbox", name="Day").fill("in 2 weeks")
    page.get_by_label("Time", exact=True).fill("15:00")
    page.get_by_role("button", name="Invite Ana").click()
    page.locator("#toasts").get_by_role("button", name="Undo").click()

    interview = user.interviews.get()
    assert (interview.medium, interview.minutes, interview.state) == ("video", 20, "cancelled")
    assert [mail.state for mail in user.outgoingmails.all()] == ["cancelled"]


def test_answer_a_reminder_from_its_mail(visit: Callable[..., Page], user: User):
    promise = ContactFactory(owner=user, name="Ana Souza").promises.make(what="Send the article", now=timezone.now())
    guest = visit(PHONE, script=False, signed_in=False)

    guest.goto(ButtonLink(promise.uid, promise.version, Answer.KEPT).url().removeprefix("http://127.0.0.1:8000"))
    assert Promise.objects.get().is_open
    guest.get_by_role("button", name="Kept").click()

    expect(guest.get_by_role("button", name="Undo")).to_be_visible()
    assert Promise.objects.get().state == "kept"


def test_continue_or_drop(page: Page, user: User):
    contact = ContactFactory(owner=user, name="Ana Souza", stage="met")
    page.goto(contact.get_absolute_url())

    page.get_by_role("button", name="Continue, every 2 months").click()
    expect(page.get_by_role("heading", name="In touch with Ana every 2 months")).to_be_visible()
    page.get_by_role("button", name="Drop").click()
    expect(page.get_by_role("heading", name="Ana is dropped")).to_be_visible()
    page.locator("#toasts").get_by_role("button", name="Undo").click()

    expect(page.get_by_role("heading", name="In touch with Ana every 2 months")).to_be_visible()
    contact.refresh_from_db()
    assert contact.stage == "continue"
