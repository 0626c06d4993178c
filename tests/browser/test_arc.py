"""One interview from getting ready to the thank-you: the owner's browser, and the contact's phone in another zone."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import urlsplit

import icalendar
import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from accounts.models import User
from crm.models import Contact
from interviews.models import HomeworkItem, Interview
from tests.browser.conftest import DESK, PHONE, Complaints
from tests.browser.test_room import KEPT, kept
from tests.factories import ContactFactory
from tests.interviews.test_calendars import findings

pytestmark = pytest.mark.slow
PURPOSE = "Learn how breach data is collected"
NUMBER = "+81 774 555 0142"
LEARNED = "A breach is measured by what it leaves behind."


@pytest.fixture
def contact(user: User) -> Contact:
    """Her zone is not known yet: her own page has to find it."""
    misaki: Contact = ContactFactory(owner=user, name="Misaki Satō", email="misaki@uji.example")
    return misaki


def test_whole_arc_from_getting_ready_to_the_thank_you(
    visit: Callable[..., Page], user: User, contact: Contact, complaints: Complaints
):
    desk = visit(DESK)
    prepare(desk, contact)
    link = offer_times(desk, user)

    guest = visit(PHONE, signed_in=False, script=False, zone="Asia/Tokyo")
    answer(guest, link, user)
    interview = user.interviews.get()
    is_agreed(interview, contact)
    calendar_file_is_right(guest, interview)

    phone = visit(PHONE)
    open_the_room(phone, interview)
    type_without_a_network(phone, first_question(contact))
    everything_arrived_once(interview)
    end_and_debrief(phone, interview)
    send_the_thank_you(phone, user)
    complaints.brought_about = re.compile("ERR_INTERNET_DISCONNECTED")


def prepare(page: Page, contact: Contact) -> None:
    page.goto(reverse("preparation_detail", args=[contact.pk]))
    page.get_by_label("Purpose").fill(PURPOSE)
    page.get_by_role("checkbox", name=HomeworkItem.PERSON.label).check()
    page.get_by_role("button", name="Choose from").click()

    expect(page.get_by_role("heading", level=1, name="What to ask Misaki")).to_be_visible()
    for row in page.get_by_role("checkbox").all()[:5]:
        row.check()
    page.get_by_role("button", name="Take these").click()

    expect(page.locator("[data-order] > li")).to_have_count(5)
    expect(page.get_by_label("Purpose")).to_have_value(PURPOSE)
    expect(page.get_by_role("checkbox", name=HomeworkItem.PERSON.label)).to_be_checked()


def offer_times(page: Page, user: User) -> str:
    """Takes the times proposed; returns the path of the private link, which the mail to her carries too."""
    page.get_by_role("link", name="Offer times").click()
    page.get_by_role("button", name="Offer these times").click()
    link = page.get_by_label("Only Misaki should have it").input_value()

    assert user.outgoingmails.get(kind="offer").recipient == "misaki@uji.example"
    assert user.offers.get().slots.count() >= 3
    return urlsplit(link).path


def answer(guest: Page, link: str, user: User) -> None:
    guest.goto(link)
    guest.get_by_label("Your time zone").select_option("Asia/Tokyo")
    guest.get_by_role("button", name="Show").click()
    expect(guest.get_by_text(f"for {user.called}").first).to_be_visible()
    guest.locator("label.slot:not(.slot--none)").first.click()
    guest.get_by_label("A number, a link or a place").fill(NUMBER)
    guest.get_by_role("button", name=f"Answer {user.called}").click()

    expect(guest.get_by_role("heading", level=1)).to_have_text("Thank you, Misaki. It is set.")
    expect(guest.get_by_text("in Tokyo").first).to_be_visible()


def is_agreed(interview: Interview, contact: Contact) -> None:
    contact.refresh_from_db()
    slot = interview.offer.slots.get(taken_at__isnull=False)
    assert (interview.starts_at, interview.where) == (slot.starts_at, NUMBER)
    assert (contact.time_zone, contact.stage) == ("Asia/Tokyo", "scheduled")


def calendar_file_is_right(guest: Page, interview: Interview) -> None:
    path = guest.get_by_role("link", name="Add to my calendar").get_attribute("href")
    assert path.endswith("/talk.ics")
    written = guest.request.get(path).body()

    assert findings(written, "feed", minutes=interview.minutes) == []
    event = icalendar.Calendar.from_ical(written).walk("VEVENT")[0]
    assert event["DTSTART"].dt.astimezone(UTC) == interview.starts_at


def open_the_room(page: Page, interview: Interview) -> None:
    page.goto(interview.get_absolute_url())
    expect(page.get_by_role("link", name="The times you offered")).to_be_visible()
    page.get_by_role("link", name="Open the room").click()
    page.get_by_role("button", name="Start the clock").click()
    expect(page.locator("[data-left]")).to_be_visible()


def first_question(contact: Contact) -> str:
    text: str = contact.chosen_questions.in_order().first().question.text
    return text


def type_without_a_network(page: Page, question: str) -> None:
    page.get_by_label("Notes").fill("Before the cut")
    kept(page)

    page.context.set_offline(True)
    page.get_by_label("Notes").press_sequentially(", and after it", delay=15)
    page.get_by_role("textbox", name="I promised").fill("send the deck tomorrow")
    page.get_by_role("textbox", name="I promised").press("Enter")
    page.get_by_label(question).fill("At the gauges")
    expect(page.locator("#kept")).to_have_text(KEPT)
    page.wait_for_timeout(1500)  # it tries again meanwhile, in vain
    page.context.set_offline(False)
    kept(page)


def everything_arrived_once(interview: Interview) -> None:
    assert interview.room.notes == "Before the cut, and after it"
    assert [promise.what for promise in interview.promises.all()] == ["Send the deck"]
    answers = interview.contact.chosen_questions.exclude(answer="")
    assert [row.answer for row in answers] == ["At the gauges"]


def end_and_debrief(page: Page, interview: Interview) -> None:
    page.get_by_role("button", name="End, and give the time back").click()
    expect(page.get_by_role("heading", level=1, name="What did you learn?")).to_be_visible()
    page.get_by_label("The one thing you will use").fill(LEARNED)
    page.get_by_role("button", name="Done, write the thank-you").click()

    expect(page.get_by_label("Thank-you")).to_have_value(re.compile("a breach is measured", re.IGNORECASE))
    interview.refresh_from_db()
    assert (interview.state, interview.debrief.learned) == ("held", LEARNED)


def send_the_thank_you(page: Page, user: User) -> None:
    page.get_by_role("button", name="Send from here").click()
    expect(page.get_by_role("button", name="Undo")).to_be_visible()

    mail = user.outgoingmails.get(kind="thank-you")
    assert (mail.recipient, mail.state) == ("misaki@uji.example", "pending")
    assert mail.next_attempt_at > datetime.now(UTC)  # nothing leaves while Undo can be tapped
    assert LEARNED.lower().rstrip(".") in mail.context["body"].lower()
