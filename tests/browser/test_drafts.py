"""What is typed outlives the page: reload, Back, another tab, a closed browser. Saved, or left by signing out, it is gone."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import User
from crm.models import Contact
from interviews.planning import actions as planning
from tests.browser.conftest import PHONE
from tests.browser.storage import expect_drafts
from tests.factories import ContactFactory, InterviewFactory, NoteFactory, PromiseFactory, UserFactory

pytestmark = pytest.mark.slow
WORDS = "Ask about the tide gauges"


@pytest.fixture
def ana(user: User) -> Contact:
    return ContactFactory(owner=user, name="Ana Souza", email="ana@people.example", stage="to_meet")


@pytest.fixture
def page(visit: Callable[..., Page], ana: Contact) -> Page:
    opened = visit()
    opened.goto(ana.get_absolute_url())
    return opened


def note(page: Page):
    return page.get_by_label("Add a note")


def said(page: Page):
    return page.get_by_role("status").filter(has_text="You typed this before")


def sign_in(page: Page, user: User) -> None:
    client = Client()
    client.force_login(user)
    name = settings.SESSION_COOKIE_NAME
    page.context.add_cookies(
        [{"name": name, "value": client.cookies[name].value, "url": page.evaluate("location.origin")}]
    )


def test_draft_survives_a_reload_going_back_and_a_second_tab(page: Page):
    note(page).fill(WORDS)

    page.reload()
    expect(note(page)).to_have_value(WORDS)
    expect(said(page)).to_be_visible()
    page.goto("/contacts/")
    page.go_back()
    expect(note(page)).to_have_value(WORDS)
    second = page.context.new_page()
    second.goto(page.url)
    expect(note(second)).to_have_value(WORDS)


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("contact_new", "how_met"),
        ("contact_edit", "how_met"),
        ("capture", "line"),
        ("promise_new", "what"),
        ("promise_to", "what"),
        ("promise_edit", "what"),
        ("past_talk_new", "day"),
        ("interview_new", "purpose"),
        ("offer_new", "message"),
        ("ask_new", "body"),
        ("preparation_detail", "purpose"),
        ("question_new", "text"),
        ("note_edit", "body"),
        ("debrief", "learned"),
        ("thank_you", "body"),
        ("interview_reply", "text"),
        ("settings", "name"),
    ],
)
def test_every_form_with_free_text_keeps_it(page: Page, user: User, ana: Contact, name: str, field: str):
    path = address(name, user, ana)
    page.goto(path)
    box = page.locator(f"#main form[data-draft] [name={field}]")

    box.fill(WORDS)
    page.goto(reverse("promise_list"))
    page.goto(path)

    expect(box).to_have_value(WORDS)


def address(name: str, user: User, ana: Contact) -> str:
    if name == "interview_reply":
        return reverse(name, args=[InterviewFactory(contact=ana).pk])
    if name in ("debrief", "thank_you"):
        now = timezone.now()
        talk = InterviewFactory(contact=ana, local_date=user.today(now) - timedelta(days=1))
        return reverse(name, args=[planning.hold(interview=talk, now=now).pk])
    if name == "note_edit":
        return reverse(name, args=[NoteFactory(contact=ana).pk])
    if name == "promise_edit":
        return reverse(name, args=[PromiseFactory(contact=ana).pk])
    without = ("contact_new", "capture", "promise_to", "question_new", "settings")
    return reverse(name, args=[] if name in without else [ana.pk])


def test_saved_it_is_gone(page: Page, ana: Contact):
    note(page).fill(WORDS)
    page.get_by_role("button", name="Keep the note").click()

    expect(page.locator("#toasts")).to_contain_text("The note is kept")
    expect(note(page)).to_have_value("")
    expect_drafts(page, 0)
    page.reload()
    expect(note(page)).to_have_value("")


def test_saved_without_htmx_it_is_gone(page: Page, ana: Contact):
    page.goto(reverse("promise_new", args=[ana.pk]))
    page.get_by_label("What").fill("Send the deck")
    page.get_by_role("button", name="Note it").click()

    expect(page.get_by_text("Send the deck").first).to_be_visible()
    expect_drafts(page, 0)


def capture(page: Page):
    page.locator("[data-capture]").first.click()
    return page.locator("#capture [name=line]")


def test_line_of_the_sheet_is_the_same_on_every_page_until_it_is_added(page: Page, user: User):
    capture(page).fill("Teresa Vasconcelos")
    page.goto(reverse("promise_list"))
    expect(capture(page)).to_have_value("Teresa Vasconcelos")
    page.keyboard.press("Enter")
    expect(page.locator("#toasts")).to_contain_text("Teresa")

    expect_drafts(page, 0)


def test_line_that_went_on_into_the_full_form_goes_with_it(page: Page, user: User):
    capture(page).fill("Teresa Vasconcelos, tides at Port of Lisbon")
    page.get_by_role("button", name="More fields").click()
    expect(page.get_by_label("Name").first).to_have_value("Teresa Vasconcelos")
    expect_drafts(page, 1)
    page.get_by_role("button", name="Add", exact=False).and_(page.locator("#person .btn--main")).click()
    expect(page.get_by_role("heading", level=1, name="Teresa Vasconcelos")).to_be_visible()

    expect_drafts(page, 0)


def test_added_with_another_the_line_is_empty_and_no_draft(page: Page, user: User):
    capture(page).fill("Teresa Vasconcelos")
    page.get_by_role("button", name="Add, and another").click()
    expect(page.locator("#capture [role=status]").filter(has_text="Teresa")).to_be_visible()

    expect(page.locator("#capture [name=line]")).to_have_value("")
    expect_drafts(page, 0)


def test_words_on_their_way_stay_a_draft_while_another_sheet_is_fetched(page: Page):
    note(page).fill(WORDS)
    page.route("**/notes/**", lambda route: None)
    page.get_by_role("button", name="Keep the note").click()
    expect(capture(page)).to_be_focused()
    page.reload()

    expect(note(page)).to_have_value(WORDS)


def test_words_that_a_link_carries_along_are_no_draft(page: Page, user: User, ana: Contact):
    ContactFactory(owner=user, name="Ana Silva")
    page.goto(reverse("promise_to"))
    page.locator("[name=who]").fill("Ana")
    page.locator("[name=what]").fill("Send the deck")
    page.get_by_role("button", name="Note it").click()
    page.get_by_role("link", name="Ana Souza").click()
    expect(page.locator("[name=what]")).to_have_value("Send the deck")
    page.get_by_role("button", name="Note it").click()
    expect(page.get_by_role("heading", level=1, name="Ana Souza")).to_be_visible()

    expect_drafts(page, 0)


def test_refused_it_is_kept(page: Page, ana: Contact):
    path = reverse("promise_new", args=[ana.pk])
    page.goto(path)
    page.get_by_label("What").fill("Send the deck")
    page.locator("[name=due]").fill("one fine day")
    page.get_by_role("button", name="Note it").click()
    expect(page.locator(".field__error")).to_have_count(1)
    expect(said(page)).to_have_count(0)

    page.goto("/")
    page.goto(path)

    expect(page.get_by_label("What")).to_have_value("Send the deck")


def test_no_network_it_is_kept(page: Page, ana: Contact, complaints):
    note(page).fill(WORDS)
    page.route("**/notes/", lambda route: route.abort())
    page.get_by_role("button", name="Keep the note").click()
    expect(page.locator("#toasts")).to_contain_text("No connection")
    page.reload()

    expect(note(page)).to_have_value(WORDS)
    complaints.clear()  # the browser says that a request failed


@pytest.mark.parametrize("status", [429, 503, 507])
def test_what_the_server_says_cannot_be_done_just_now_is_shown(page: Page, ana: Contact, complaints, status: int):
    note(page).fill(WORDS)
    plain = {"content_type": "text/plain; charset=utf-8", "body": "The disk of this server is full."}
    page.route("**/notes/", lambda route: route.fulfill(status=status, **plain))
    page.get_by_role("button", name="Keep the note").click()
    expect(page.locator("#toasts")).to_contain_text("The disk of this server is full. What you typed is still here.")
    complaints.clear()  # the browser says that a request failed


def test_signed_out_meanwhile_it_is_kept(page: Page, user: User, ana: Contact):
    path = reverse("promise_new", args=[ana.pk])
    page.goto(path)
    page.get_by_label("What").fill("Send the deck")
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    page.get_by_role("button", name="Note it").click()
    expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
    sign_in(page, user)
    page.goto(path)

    expect(page.get_by_label("What")).to_have_value("Send the deck")


def test_another_account_sees_nothing_of_it(page: Page, user: User):
    path = reverse("contact_new")
    page.goto(path)
    page.locator("[name=how_met]").fill(WORDS)
    sign_in(page, UserFactory())
    page.goto(path)
    expect(page.get_by_role("button", name="Add", exact=True)).to_be_visible()
    expect(page.locator("[name=how_met]")).to_have_value("")
    sign_in(page, user)
    page.goto(path)

    expect(page.locator("[name=how_met]")).to_have_value(WORDS)


def test_signing_out_throws_it_away(page: Page):
    note(page).fill(WORDS)
    page.goto(reverse("settings"))
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()

    expect_drafts(page, 0)


def test_newer_words_of_the_server_stand_and_the_draft_is_offered(page: Page, user: User, ana: Contact):
    promise = PromiseFactory(contact=ana, what="Send the deck")
    path = reverse("promise_edit", args=[promise.pk])
    page.goto(path)
    what = page.get_by_label("What")
    what.fill("Send the long deck")
    type(promise).objects.filter(pk=promise.pk).update(what="Send the short deck")
    page.goto(path)

    expect(what).to_have_value("Send the short deck")
    expect(said(page)).to_contain_text("Send the long deck")
    page.get_by_role("button", name="Take it").click()
    expect(what).to_have_value("Send the long deck")
    expect(what).to_be_focused()
    expect(said(page)).to_have_count(0)


def test_thrown_away_the_form_is_as_the_server_has_it(page: Page):
    note(page).fill(WORDS)
    page.reload()
    page.get_by_role("button", name="Throw it away").click()

    expect(note(page)).to_have_value("")
    expect_drafts(page, 0)
    page.reload()
    expect(note(page)).to_have_value("")


def test_what_another_tab_typed_is_not_dropped_when_this_one_saves(page: Page, ana: Contact):
    path = reverse("contact_edit", args=[ana.pk])
    page.goto(path)
    second = page.context.new_page()
    second.goto(path)
    second.get_by_label("How you met").fill("At the harbour")
    page.get_by_label("Place").first.fill("Lisbon")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1, name="Ana Souza")).to_be_visible()
    second.reload()

    expect(second.get_by_label("How you met")).to_have_value("At the harbour")
    expect(second.get_by_label("Place").first).to_have_value("Lisbon")


def test_cards_of_an_offer_moved_removed_and_typed_come_back(page: Page, ana: Contact):
    page.goto(reverse("offer_new", args=[ana.pk]))
    cards = page.locator(".times > li")
    first = cards.nth(0).get_by_role("heading")
    before = first.inner_text()
    cards.nth(0).get_by_role("button", name="A day later").click()
    expect(first).not_to_have_text(before, use_inner_text=True)
    for nth in (1, 3):
        cards.nth(nth).get_by_role("button", name="Remove").click()
        expect(cards.nth(nth)).to_contain_text("Removed:")
    cards.nth(2).get_by_text("Another day or time").click()
    page.get_by_label("Time 3", exact=True).fill("16:35")
    expect(cards.nth(2).get_by_role("heading")).to_contain_text("16:35")
    headings = page.locator(".times h2")
    chosen, removed = headings.all_inner_texts(), page.locator(".time--removed s").all_inner_texts()
    page.reload()

    expect(page.locator(".time--removed")).to_have_count(2)
    expect(said(page)).to_be_visible()
    assert headings.all_inner_texts() == chosen
    assert page.locator(".time--removed s").all_inner_texts() == removed
    page.get_by_role("button", name="Throw it away").click()
    expect(page.locator(".time--removed")).to_have_count(0)
    assert first.inner_text() == before


def test_cards_of_an_offer_that_was_sent_are_no_draft(page: Page, ana: Contact):
    page.goto(reverse("offer_new", args=[ana.pk]))
    page.locator(".times > li").nth(1).get_by_role("button", name="Remove").click()
    expect(page.locator(".time--removed")).to_have_count(1)
    page.get_by_label("What it is about").fill("Gauges")
    page.get_by_role("button", name="Offer these times").last.click()
    expect(page.get_by_role("heading", name="Times for")).to_be_visible()

    expect_drafts(page, 0)


def test_old_drafts_go_after_thirty_days(page: Page):
    note(page).fill(WORDS)
    page.evaluate(
        """() => {
          for (const key of Object.keys(localStorage)) {
            const draft = JSON.parse(localStorage[key]);
            localStorage[key] = JSON.stringify({ ...draft, at: Date.now() - 31 * 24 * 3600 * 1000 });
          }
        }"""
    )
    page.reload()

    expect(note(page)).to_have_value("")
    expect_drafts(page, 0)


def test_secrets_and_numbers_of_the_form_are_not_kept(page: Page, ana: Contact):
    page.goto(reverse("contact_edit", args=[ana.pk]))
    page.get_by_label("How you met").fill("At the harbour")

    kept = page.evaluate("Object.values(localStorage).map((draft) => Object.keys(JSON.parse(draft).typed))")

    assert kept == [["how_met"]]


def test_without_storage_all_works(visit: Callable[..., Page], ana: Contact):
    page = visit(PHONE)
    page.context.add_init_script(
        "for (const name of ['localStorage', 'sessionStorage'])"
        " Object.defineProperty(window, name, { get() { throw new DOMException('no', 'SecurityError'); } });"
    )
    page.goto(ana.get_absolute_url())
    note(page).fill(WORDS)
    page.get_by_role("button", name="Keep the note").click()

    expect(page.locator("#toasts")).to_contain_text("The note is kept")
