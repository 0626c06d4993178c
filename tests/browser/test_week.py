"""A week with two people, as somebody lives it on a phone: whatever they owe, wait for or are told stands on Today when its
time has come, and at the end nothing is left there. Every page on the way is looked over by axe."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import time_machine
from django.urls import reverse
from playwright.sync_api import Page, expect

from accounts.models import User
from crm.jobs import work_on_imports
from interviews.models import Interview
from tests.browser.accessibility import violations
from tests.browser.conftest import NARROW, PHONE

pytestmark = pytest.mark.slow
CONNECTIONS = """First Name,Last Name,URL,Email Address,Company,Position,Connected On
Misaki,Satō,https://www.linkedin.com/in/misaki-example,misaki@uji.example,Uji River Office,Hydrologist,14 Mar 2024
Ben,Okafor,https://www.linkedin.com/in/ben-example,ben@delta.example,Delta Gauges,Engineer,15 Mar 2024
"""
MISAKI, BEN = "Misaki Satō", "Ben Okafor"
LEARNED = "A breach is measured by what it leaves behind."


@dataclass
class Week:
    """One user's phone, a contact's phone, and the clock of all of them."""

    user: User
    mine: Page
    theirs: Page
    clock: time_machine.Traveller
    monday: datetime
    script: bool  # axe and the pages' clock need one

    def at(self, days: int, hour: int) -> None:
        now = self.monday + timedelta(days=days, hours=hour)
        self.clock.move_to(now)
        for page in (self.mine, self.theirs) if self.script else ():
            page.clock.set_fixed_time(now)

    def open(self, path: str, page: Page | None = None) -> Page:
        page = page or self.mine
        page.goto(path)
        return self.look(page)

    def look(self, page: Page | None = None) -> Page:
        """Nothing on this page is for axe to find."""
        page = page or self.mine
        assert not self.script or [f"{page.url}: {words}" for words in violations(page)] == []
        return page

    def today(self, *said: str) -> None:
        """Opens Today: each of these sections or rows is there."""
        self.open(reverse("today"))
        for words in said:
            expect(self.mine.locator("#main").get_by_text(words, exact=False).first).to_be_visible()

    def tap(self, name: str, page: Page | None = None) -> None:
        page = page or self.mine
        called = named(name)
        page.get_by_role("button", name=called).or_(page.get_by_role("link", name=called)).first.click()
        page.wait_for_load_state()

    def answer(self, name: str) -> None:
        """One tap on a row of Today: the row goes, and can be taken back."""
        rows = self.mine.get_by_role("button", name=named(name))
        left = rows.count() - 1
        rows.first.click()
        expect(rows).to_have_count(left)
        expect(self.mine.locator("#toasts").get_by_role("button", name="Undo")).to_be_visible()

    def is_done(self) -> None:
        self.today("All done for today.")

    def contact(self, name: str) -> str:
        return self.user.contacts.get(name=name).get_absolute_url()


def named(words: str) -> re.Pattern[str]:
    """The name of a button, of which a part is hidden: Chromium reads "Seen : Ana" where "Seen: Ana" is meant."""
    return re.compile(re.escape(words).replace(":", r"\s?:"))


@pytest.fixture
def week(visit: Callable[..., Page], user: User) -> Iterator[Callable[..., Week]]:
    """Begins on the next Monday at midnight, UTC."""
    now = datetime.now(UTC)
    monday = (now + timedelta(days=7 - now.weekday())).replace(hour=0, minute=0, second=0, microsecond=0)
    with time_machine.travel(monday + timedelta(hours=8), tick=False) as clock:

        def live(size: tuple[int, int], *, script: bool) -> Week:
            guest = visit(size, signed_in=False, zone="Asia/Tokyo", script=script)
            return Week(user, visit(size, script=script), guest, clock, monday, script)

        yield live


@pytest.mark.parametrize(("size", "script"), [(NARROW, True), (PHONE, False)], ids=["320", "390 without a script"])
def test_a_week(week: Callable[..., Week], tmp_path: Path, size: tuple[int, int], script: bool):
    lived = week(size, script=script)
    lived.at(0, 8)
    bring_in_two_people(lived, tmp_path / "Connections.csv")
    ask_by_letter_and_hear_nothing(lived)
    offer_times_and_be_refused(lived)
    take_the_time_they_propose(lived)
    talk_without_opening_the_room(lived)
    debrief_and_thank(lived)
    hear_news_of_another_talk(lived)
    decide_on_both(lived)
    end_the_week_quietly(lived)


def bring_in_two_people(week: Week, file: Path) -> None:
    file.write_text(CONNECTIONS)
    page = week.open(reverse("import_list"))
    page.get_by_label("File").set_input_files(file)
    week.tap("Read it, show me")
    work_on_imports(datetime.now(UTC))
    page.reload()
    expect(page.get_by_role("heading", level=1, name="Look before it goes in")).to_be_visible()
    week.look()
    week.tap("Take in")
    work_on_imports(datetime.now(UTC))
    page.reload()
    expect(page.get_by_role("heading", level=1, name="2 new people")).to_be_visible()
    week.look()
    week.is_done()


def ask_by_letter_and_hear_nothing(week: Week) -> None:
    week.open(week.contact(MISAKI))
    week.tap("Ask by letter")
    week.look()
    week.tap("Ask Misaki")
    expect(week.mine.locator("#toasts").get_by_role("button", name="Undo")).to_be_visible()
    mails_leave(week.user)
    week.at(2, 8)
    week.is_done()  # it waits until the third working day
    week.at(3, 8)
    week.today("No answer yet", MISAKI)


def offer_times_and_be_refused(week: Week) -> None:
    link = offer_times(week, MISAKI)
    week.is_done()  # the times carry the silence now
    guest = week.open(link, week.theirs)
    week.tap("Not now, thank you", guest)
    week.look(guest)
    week.today("News", f"{MISAKI} said not now")
    week.answer(f"Seen: {MISAKI}")
    week.is_done()


def take_the_time_they_propose(week: Week) -> None:
    guest = week.open(offer_times(week, MISAKI), week.theirs)
    guest.get_by_text("None of these suits me").click()
    day = week.monday + timedelta(days=7)
    guest.get_by_label("Day").fill(f"{day:%Y-%m-%d}")
    # 9:00 UTC; a browser tells its zone by a script, without one the page says and takes the times of the one who offers
    guest.get_by_label("Your time", exact=True).fill("18:00" if week.script else "10:00")
    guest.get_by_label("A number, a link or a place").fill("+81 774 555 0142")
    week.tap(f"Answer {week.user.called}", guest)
    week.look(guest)
    week.today("News", MISAKI, "proposes")
    week.tap(f"Take this time: {MISAKI}")
    expect(week.mine.get_by_role("heading", level=1)).to_contain_text("Misaki")
    week.look()
    week.today("All done for today.", f"Talk with {MISAKI}")
    week.open(week.contact(MISAKI))
    expect(week.mine.get_by_role("heading", name="Next talk")).to_be_visible()
    week.at(6, 8)
    week.today("Tomorrow", MISAKI)
    week.at(7, 7)
    week.today(MISAKI, "Open the room")


def talk_without_opening_the_room(week: Week) -> None:
    week.at(7, 12)
    week.today("Did you talk with Misaki?")
    week.tap(f"We talked: {MISAKI}")
    expect(week.mine.get_by_role("heading", level=1, name="What did you learn?")).to_be_visible()
    week.today("Debriefs waiting", MISAKI)


def debrief_and_thank(week: Week) -> None:
    week.tap(f"Debrief {MISAKI}")
    page = week.look()
    page.get_by_label("The one thing you will use").fill(LEARNED)
    page.get_by_label("One more person").fill("Teresa Vasconcelos, tide logs at Port of Lisbon")
    page.get_by_role("textbox", name="I will").first.fill("send the gauge map")
    page.locator("[name=mine-0-due]").fill("tomorrow")
    week.tap("Done, write the thank-you")
    expect(page.get_by_label("Thank-you")).to_be_visible()
    week.look()
    week.open(reverse("thank_you", args=[week.user.interviews.get(state="held").pk]))
    week.tap("Send from here")
    expect(page.locator("#toasts")).to_contain_text("leaves in a moment")
    mails_leave(week.user)
    assert week.user.contacts.get(name="Teresa Vasconcelos").introduced_by.name == MISAKI
    week.today("To decide", MISAKI)
    week.at(8, 7)
    week.today("Due today", "Send the gauge map")
    week.answer("Kept: Send the gauge map")


def hear_news_of_another_talk(week: Week) -> None:
    link = offer_times(week, BEN)
    guest = week.open(link, week.theirs)
    choose(week, guest, 0, f"Answer {week.user.called}")
    week.today("News", f"{BEN} said yes")
    week.answer(f"Seen: {BEN}")
    week.open(link, guest)
    week.tap("Choose another time", guest)
    week.look(guest)
    choose(week, guest, 1, "Choose this time")
    week.today(f"{BEN} moved the talk")
    guest.locator("#word textarea").fill("Second floor, ask for the gauges.")
    week.tap("Send it along", guest)
    week.today(f"{BEN} moved the talk", f"{BEN} left a word", "Second floor, ask for the gauges.")
    for _item in range(2):
        week.answer(f"Seen: {BEN}")


def decide_on_both(week: Week) -> None:
    week.today("To decide", MISAKI)
    week.answer(f"Continue: {MISAKI}")
    assert week.user.contacts.get(name=MISAKI).stage == "continue"
    talk = week.user.interviews.get(contact__name=BEN)
    week.at((talk.starts_at - week.monday).days, 20)
    week.today("Did you talk with Ben?")
    week.tap(f"We talked: {BEN}")
    week.mine.get_by_label("The one thing you will use").fill("Gauges freeze.")
    week.tap("Done, write the thank-you")
    week.today("To decide", BEN)
    week.tap(f"Drop: {BEN}")
    let_go = week.mine.get_by_role("button", name="Let them go")
    expect(let_go).to_be_visible()
    week.look()
    let_go.click()
    expect(week.mine.locator("#toasts").get_by_role("button", name="Undo")).to_be_visible()


def end_the_week_quietly(week: Week) -> None:
    """What is still due is kept, one tap each; then Today says that it is done, and what comes next."""
    week.open(week.contact(MISAKI))
    week.today()
    for _promise in range(week.mine.get_by_role("button", name=named("Kept: ")).count()):
        week.answer("Kept: ")
    week.is_done()
    assert not Interview.objects.planned().exists()


def offer_times(week: Week, name: str) -> str:
    """Offers the times that are proposed; returns the path of the private link."""
    week.open(reverse("offer_new", args=[week.user.contacts.get(name=name).pk]))
    week.tap("Offer these times")
    link = week.mine.get_by_label(f"Only {name.split()[0]} should have it").input_value()
    week.look()
    mails_leave(week.user)
    return urlsplit(link).path


def choose(week: Week, guest: Page, nth: int, button: str) -> None:
    guest.locator("label.slot:not(.slot--none)").nth(nth).click()
    guest.get_by_label("A number, a link or a place").fill("+81 774 555 0199")
    week.tap(button, guest)
    expect(guest.get_by_role("heading", level=1)).to_contain_text("It is set.")
    week.look(guest)


def mails_leave(user: User) -> None:
    """No worker runs beside the test."""
    left = datetime.now(UTC) + timedelta(minutes=1)
    user.outgoingmails.filter(state="pending").update(state="sent", fence_at=left, sent_at=left)
