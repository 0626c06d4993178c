"""The pages behind a mail's links: opening never changes anything, pressing does, and only what the link is for."""

import re
from datetime import date, timedelta

import pytest
import time_machine
from django.core.signing import TimestampSigner
from django.test import Client
from django.urls import reverse

from followups import mail_pages
from followups.mail_links import Answer, ButtonLink, read_button, stop_token
from followups.models import Promise
from tests.factories import NOW, TODAY, ContactFactory, PromiseFactory


@pytest.fixture(autouse=True)
def _frozen():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def promise(user):
    contact = ContactFactory(owner=user, name="Priya Raghunathan")
    return PromiseFactory(contact=contact, due_on=TODAY - timedelta(days=4), promised_on=date(2026, 11, 12))


@pytest.fixture
def strict() -> Client:
    """Signed in as nobody, with Django's CSRF check on, as a browser under no-referrer meets it."""
    return Client(enforce_csrf_checks=True, headers={"origin": "null"})


def url(promise: Promise, answer: str = Answer.KEPT) -> str:
    return reverse("promise_button", args=[ButtonLink(promise.uid, promise.version, Answer(answer)).token()])


def buttons(response) -> dict[str, tuple[str, str]]:
    """What each form of the page would post: answer -> (where, the proof)."""
    found = re.findall(
        r'action="(/m/([^/"]+)/)"[^>]*>\s*<input type="hidden" name="pressed" value="([^"]+)"', response.text
    )
    return {read_button(token).answer: (path, proof) for path, token, proof in found}


def press(client, response, answer: str):
    path, proof = buttons(response)[answer]
    return client.post(path, {"pressed": proof}, follow=True)


# --- opening ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("answer", ["kept", "tomorrow", "3-days", "next-week", "let-go"])
@pytest.mark.parametrize("method", ["get", "head"])
def test_opening_never_changes_anything(guest, promise, method, answer):
    assert getattr(guest, method)(url(promise, answer)).status_code == 200
    promise.refresh_from_db()
    assert (promise.state, promise.snoozed_until, promise.version) == ("open", None, 1)


def test_the_page_shows_the_promise_and_all_its_answers(guest, promise):
    page = guest.get(url(promise))
    assert "Send the article on gauge stations" in page.text
    assert "<b>Priya Raghunathan</b> on Thursday 12 November" in page.text
    assert "4 days late" in page.text
    assert list(buttons(page)) == ["kept", "tomorrow", "3-days", "next-week", "let-go"]
    assert re.findall(r">\s*(Tomorrow, Friday|Sunday, in 3 days|Next week, Thursday 26)\s*<", page.text) == [
        "Tomorrow, Friday",
        "Sunday, in 3 days",
        "Next week, Thursday 26",
    ]


def test_the_button_of_the_link_comes_first_and_has_the_focus(guest, promise):
    page = guest.get(url(promise, "next-week"))
    assert next(iter(buttons(page))) == "next-week"
    assert page.text.count("autofocus") == 1


def test_the_page_shows_this_one_promise(guest, promise):
    PromiseFactory(contact=promise.contact, what="Another canary")
    assert "canary" not in guest.get(url(promise)).text


def test_the_page_is_kept_by_nobody(guest, promise):
    page = guest.get(url(promise))
    assert page["Cache-Control"] == "no-store"
    assert page["Referrer-Policy"] == "no-referrer"
    assert page["X-Robots-Tag"] == "noindex, nofollow"
    assert 'content="noindex, nofollow"' in page.text


def test_the_day_is_the_owners(guest, promise):
    with time_machine.travel(NOW.replace(hour=23, minute=30), tick=False):  # the 20th in Stockholm
        assert "Tomorrow, Saturday" in guest.get(url(promise)).text


# --- pressing ---------------------------------------------------------------------------------------------------------


def test_pressing_kept_keeps(strict, promise):
    page = press(strict, strict.get(url(promise)), "kept")
    promise.refresh_from_db()
    assert (promise.state, promise.closed_at) == ("kept", NOW)
    assert "Kept on Thursday 19 November." in page.text


@pytest.mark.parametrize(
    ("answer", "until"),
    [("tomorrow", date(2026, 11, 20)), ("3-days", date(2026, 11, 22)), ("next-week", date(2026, 11, 26))],
)
def test_pressing_puts_off(strict, promise, answer, until):
    page = press(strict, strict.get(url(promise)), answer)
    promise.refresh_from_db()
    assert promise.snoozed_until == until
    assert "Put off to" in page.text


def test_pressing_let_go_lets_go(strict, promise):
    press(strict, strict.get(url(promise, "let-go")), "let-go")
    promise.refresh_from_db()
    assert promise.state == "let_go"


def test_kept_from_the_mail_counts_as_a_touch_like_everywhere(strict, promise):
    Promise.objects.filter(pk=promise.pk).update(kind="thank_you")
    press(strict, strict.get(url(promise)), "kept")
    promise.contact.refresh_from_db()
    assert promise.contact.last_touch_on == TODAY


@pytest.mark.parametrize(("answer", "field"), [("kept", "state"), ("let-go", "state"), ("tomorrow", "snoozed_until")])
def test_what_was_pressed_can_be_undone(strict, promise, answer, field):
    before = getattr(promise, field)
    done = press(strict, strict.get(url(promise)), answer)
    page = press(strict, done, "undo")
    promise.refresh_from_db()
    assert getattr(promise, field) == before
    assert "Open again, due Sunday 15 November." in page.text
    assert buttons(page) == {}


@pytest.mark.parametrize("done", ["edited", "kept", "put off"])
def test_the_link_of_an_old_mail_takes_nothing_back_that_it_did_not_do(guest, promise, done):
    link = url(promise)
    read = Promise.objects.select_related("owner", "contact").get(pk=promise.pk)
    if done == "edited":
        read.edit(what="Send the deck", kind="other", due_on=read.due_on, now=NOW)
    elif done == "kept":
        read.keep(NOW)
    else:
        read.snooze(1, NOW)
    assert buttons(guest.get(link)) == {}


def test_a_press_that_met_another_tap_says_what_is_so(guest, promise, monkeypatch):
    opened = guest.get(url(promise))

    def faster(promise, answer, now):
        Promise.objects.select_related("owner", "contact").get(pk=promise.pk).let_go(now)
        act(promise, answer, now)

    act = mail_pages._act
    monkeypatch.setattr(mail_pages, "_act", faster)
    page = press(guest, opened, "kept")
    promise.refresh_from_db()
    assert (promise.state, promise.version) == ("let_go", 2)
    assert "Let go on Thursday 19 November." in page.text


@pytest.mark.parametrize("proof", ["", "forged", "x:y:z"])
def test_a_post_that_nobody_pressed_changes_nothing(guest, promise, proof):
    assert guest.post(url(promise), {"pressed": proof}).status_code == 200
    promise.refresh_from_db()
    assert promise.state == "open"


def test_the_proof_of_another_button_is_none(guest, promise):
    _path, proof = buttons(guest.get(url(promise)))["tomorrow"]
    guest.post(url(promise), {"pressed": proof})
    promise.refresh_from_db()
    assert promise.state == "open"


def test_a_page_left_open_for_two_days_asks_once_more(guest, promise):
    path, proof = buttons(guest.get(url(promise)))["kept"]
    with time_machine.travel(NOW + timedelta(days=2), tick=False):
        assert guest.post(path, {"pressed": proof}).status_code == 200
    promise.refresh_from_db()
    assert promise.state == "open"


# --- used again, outdated, expired, forged ----------------------------------------------------------------------------


def test_pressed_twice_it_says_what_is_so(guest, promise):
    first = guest.get(url(promise))
    press(guest, first, "kept")
    with time_machine.travel(NOW + timedelta(days=1), tick=False):
        page = press(guest, first, "kept")
    promise.refresh_from_db()
    assert (promise.closed_at, promise.version) == (NOW, 2)
    assert "Kept on Thursday 19 November." in page.text


def test_a_link_from_before_a_change_acts_no_more(guest, promise):
    link = url(promise)
    opened = guest.get(link)
    read = Promise.objects.select_related("owner", "contact").get(pk=promise.pk)
    read.snooze(1, NOW)
    read.unsnooze(NOW)
    page = press(guest, opened, "kept")
    promise.refresh_from_db()
    assert promise.state == "open"
    assert "Still open, due Sunday 15 November. It was changed after this mail." in page.text
    assert buttons(page) == {}


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"state": "let_go", "closed_at": NOW}, "Let go on Thursday 19 November."),
        ({"state": "kept", "closed_at": NOW}, "Kept on Thursday 19 November."),
        ({"binned_at": NOW}, "It is in the bin."),
        ({"snoozed_until": date(2026, 11, 26)}, "Put off to Thursday 26 November."),
    ],
)
def test_outdated_it_says_what_is_so(guest, promise, fields, said):
    link = url(promise)
    Promise.objects.filter(pk=promise.pk).update(version=5, **fields)
    assert said in guest.get(link).text


def test_after_thirty_days_the_link_says_so(guest, promise):
    link = url(promise)
    with time_machine.travel(NOW + timedelta(days=30, seconds=1), tick=False):
        page = guest.get(link)
        assert guest.post(link).status_code == 410
    assert page.status_code == 410
    assert "This link has expired." in page.text
    assert "gauge" not in page.text


def test_a_button_on_the_page_dies_with_its_link(guest, promise):
    opened = guest.get(url(promise))
    with time_machine.travel(NOW + timedelta(days=29), tick=False):
        opened = guest.get(buttons(opened)["tomorrow"][0])
        path, proof = buttons(opened)["kept"]
    with time_machine.travel(NOW + timedelta(days=30, seconds=1), tick=False):
        assert guest.post(path, {"pressed": proof}).status_code == 410


@pytest.mark.parametrize("token", ["x", "a.b.c", "~~~", "0" * 500])
def test_a_forged_link_is_not_there(guest, db, token):
    for name in ("promise_button", "reminders_stop"):
        assert guest.get(reverse(name, args=[token])).status_code == 404


def test_a_link_changed_by_one_letter_is_not_there(guest, promise):
    assert guest.get(url(promise).replace("kept", "let-go")).status_code == 404


def test_a_link_for_one_purpose_opens_no_other(guest, user, promise):
    button, stop = url(promise).split("/")[2], stop_token(user.pk)
    other = TimestampSigner(salt="accounts.demo", sep=".").sign(f"{promise.uid.hex}~1~kept")
    assert guest.get(reverse("promise_button", args=[stop])).status_code == 404
    assert guest.get(reverse("promise_button", args=[other])).status_code == 404
    assert guest.get(reverse("reminders_stop", args=[button])).status_code == 404
    assert guest.post(reverse("reminders_start", args=[button])).status_code == 404


def test_a_promise_that_is_gone_is_not_there(guest, promise):
    link = url(promise)
    promise.delete()
    assert guest.get(link).status_code == 404


# --- stop and start ---------------------------------------------------------------------------------------------------


@pytest.fixture
def stop(user):
    return reverse("reminders_stop", args=[stop_token(user.pk)])


ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def test_opening_the_stop_link_changes_nothing(guest, user, stop):
    page = guest.get(stop)
    user.refresh_from_db()
    assert user.wants_reminders
    assert "Stop the reminder mails?" in page.text


def test_one_click_stops_the_reminders_and_nothing_else(strict, user, stop, promise):
    Promise.objects.replan(NOW)
    page = strict.post(stop, ONE_CLICK)
    user.refresh_from_db()
    promise.refresh_from_db()
    assert page.status_code == 200
    assert (user.wants_reminders, user.is_active) == (False, True)
    assert (promise.state, promise.remind_at) == ("open", None)
    assert "No more reminder mails." in page.text


def test_stopping_twice_is_as_stopping_once(strict, user, stop):
    strict.post(stop, ONE_CLICK)
    assert strict.post(stop, ONE_CLICK).status_code == 200


def test_a_post_without_the_words_stops_nothing(strict, user, stop):
    strict.post(stop, {"List-Unsubscribe": "Two-Clicks"})
    user.refresh_from_db()
    assert user.wants_reminders


def test_stopping_can_be_undone(strict, user, stop, promise):
    page = strict.post(stop, ONE_CLICK)
    path, proof = re.search(
        r'action="(/start/[^"]+)"[^>]*>\s*<input type="hidden" name="pressed" value="([^"]+)"', page.text
    ).groups()
    again = strict.post(path, {"pressed": proof}, follow=True)
    user.refresh_from_db()
    promise.refresh_from_db()
    assert user.wants_reminders
    assert promise.remind_at > NOW
    assert "Stop the reminder mails?" in again.text


def test_starting_needs_the_page(guest, user, stop):
    guest.post(stop, ONE_CLICK)
    guest.post(stop.replace("/stop/", "/start/"))
    user.refresh_from_db()
    assert not user.wants_reminders


def test_an_old_stop_link_says_so(guest, user, stop):
    with time_machine.travel(NOW + timedelta(days=31), tick=False):
        assert guest.post(stop, ONE_CLICK).status_code == 410
    user.refresh_from_db()
    assert user.wants_reminders
