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
from tests.browser.conftest import PHONE
from tests.factories import ContactFactory, InterviewFactory, PromiseFactory, UserFactory

pytestmark = pytest.mark.slow
DRAFTS = "Object.keys(localStorage).filter((key) => key.startsWith('keepword:draft:'))"
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
    page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": page.url}])


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
    ("name", "label"),
    [
        ("contact_new", "How we met"),
        ("contact_edit", "How we met"),
        ("contact_list", "Add a person in one line"),
        ("promise_new", "What"),
        ("promise_to", "What"),
        ("promise_edit", "What"),
        ("past_talk_new", "Day"),
        ("interview_new", "Purpose"),
        ("offer_new", "A line of your own"),
        ("ask_new", "The letter"),
        ("preparation_detail", "Purpose"),
        ("question_new", "The question"),
        ("note_edit", "The note"),
        ("debrief", "The one thing"),
        ("thank_you", "Thank-you"),
        ("interview_reply", "paste"),
    ],
)
def test_every_form_with_free_text_keeps_it(page: Page, user: User, ana: Contact, name: str, label: str):
    path = address(name, user, ana)
    page.goto(path)
    field = page.locator("#main form[data-draft]").locator("textarea, input:not([type=hidden])")
    field = field.and_(page.get_by_label(label)).first

    field.fill(WORDS)
    page.goto("/")
    page.goto(path)

    expect(field).to_have_value(WORDS)


def address(name: str, user: User, ana: Contact) -> str:
    now = timezone.now()
    if name in ("debrief", "thank_you", "interview_reply"):
        past = name != "interview_reply"
        talk = InterviewFactory(
            contact=ana, starts_at=now + timedelta(days=-1 if past else 3), state="held" if past else "planned"
        )
        return reverse(name, args=[talk.pk])
    if name == "note_edit":
        return reverse(name, args=[ana.notes.create(owner=user, body="Before").pk])
    if name == "promise_edit":
        return reverse(name, args=[PromiseFactory(contact=ana).pk])
    return reverse(name, args=[] if name in ("contact_new", "contact_list", "promise_to", "question_new") else [ana.pk])


def test_saved_it_is_gone(page: Page, ana: Contact):
    note(page).fill(WORDS)
    page.get_by_role("button", name="Keep the note").click()

    expect(page.locator("#toasts")).to_contain_text("The note is kept")
    expect(note(page)).to_have_value("")
    assert page.evaluate(DRAFTS) == []
    page.reload()
    expect(note(page)).to_have_value("")


def test_saved_without_htmx_it_is_gone(page: Page, ana: Contact):
    page.goto(reverse("promise_new", args=[ana.pk]))
    page.get_by_label("What").fill("Send the deck")
    page.get_by_role("button", name="Note it").click()

    expect(page.get_by_text("Send the deck").first).to_be_visible()
    assert page.evaluate(DRAFTS) == []


def test_refused_it_is_kept(page: Page, ana: Contact):
    path = reverse("promise_new", args=[ana.pk])
    page.goto(path)
    page.get_by_label("What").fill("Send the deck")
    page.get_by_label("By when").fill("one fine day")
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


def test_signed_out_meanwhile_it_is_kept(page: Page, user: User, ana: Contact):
    path = reverse("promise_new", args=[ana.pk])
    page.goto(path)
    page.get_by_label("What").fill("Send the deck")
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    page.context.request.get("/")
    page.get_by_role("button", name="Note it").click()
    expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
    sign_in(page, user)
    page.goto(path)

    expect(page.get_by_label("What")).to_have_value("Send the deck")


def test_another_account_sees_nothing_of_it(page: Page, user: User):
    page.goto("/contacts/")
    page.get_by_label("Add a person in one line").fill("Teresa Vasconcelos")
    sign_in(page, UserFactory())
    page.goto("/contacts/new/")
    page.goto("/contacts/")
    expect(page.get_by_label("Add a person in one line")).to_have_value("")
    sign_in(page, user)
    page.goto("/contacts/")

    expect(page.get_by_label("Add a person in one line")).to_have_value("Teresa Vasconcelos")


def test_signing_out_throws_it_away(page: Page):
    note(page).fill(WORDS)
    page.goto(reverse("settings"))
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()

    assert page.evaluate(DRAFTS) == []


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
    assert page.evaluate(DRAFTS) == []
    page.reload()
    expect(note(page)).to_have_value("")


def test_what_another_tab_typed_is_not_dropped_when_this_one_saves(page: Page, ana: Contact):
    path = reverse("contact_edit", args=[ana.pk])
    page.goto(path)
    second = page.context.new_page()
    second.goto(path)
    second.get_by_label("How we met").fill("At the harbour")
    page.get_by_label("Place").first.fill("Lisbon")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1, name="Ana Souza")).to_be_visible()
    second.reload()

    expect(second.get_by_label("How we met")).to_have_value("At the harbour")
    expect(second.get_by_label("Place").first).to_have_value("Lisbon")


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
    assert page.evaluate(DRAFTS) == []


def test_secrets_and_numbers_of_the_form_are_not_kept(page: Page, ana: Contact):
    page.goto(reverse("contact_edit", args=[ana.pk]))
    page.get_by_label("How we met").fill("At the harbour")

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
