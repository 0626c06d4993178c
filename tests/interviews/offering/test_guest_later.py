"""The contact's page once more: a word after the answer, two tabs, the back button, and whoever else holds the link."""

from dataclasses import replace
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from base.private_links import press_for
from interviews.models import Interview, Offer, OfferState
from interviews.offering import actions as offering
from interviews.planning import actions as planning
from outbox.kinds import KINDS, Composed
from tests.factories import NOW, ContactFactory
from tests.interviews.offering.test_guest import SECOND, answer, secret, told, url
from tests.interviews.offering.test_offer import THURSDAY, TUESDAY, terms
from tests.interviews.planning.test_actions import leaves

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def talk(guest: Client, offer: Offer, user) -> Interview:
    guest.post(url(offer, "answer"), answer(offer, medium="phone"))
    return user.interviews.get()


def word(offer: Offer, said: str, **other: Any) -> dict[str, Any]:
    return {"pressed": press_for(secret(offer)), "word": said, **other}


def test_the_day_of_the_talk_is_whole_whatever_hours_its_owner_reads(guest: Client, user, talk: Interview):
    for twelve_hours in (True, False):
        user.twelve_hours = twelve_hours
        user.save()
        page = guest.get(url(talk.offer))
        assertContains(page, '<h2 id="when">Tuesday 1 December</h2>', html=True)


# --- a word after the answer ------------------------------------------------------------------------------------------


def test_a_word_is_kept_told_and_shown_on_the_talk(client: Client, guest: Client, user, talk: Interview):
    offer = talk.offer
    response = guest.post(url(offer, "word"), word(offer, "I am at my desk.\r\nCall twice."))
    assertRedirects(response, url(offer) + "#word", fetch_redirect_response=False)
    assertContains(guest.get(url(offer)), "Amara has it. You can change it until the talk is over.")
    assertContains(client.get(talk.get_absolute_url()), "I am at my desk.<br>Call twice.")
    assert "Call twice." in talk.contact.notes.get().body
    mail = told(user)[-1]
    found = KINDS[mail.kind].compose(mail, NOW)
    assert isinstance(found, Composed)
    assert str(found.message["Subject"]) == "Misaki has a word for you before Tuesday 1 December, 09:00"
    assert "I am at my desk.\nCall twice." in found.message.get_body(("plain",)).get_content()


def test_the_word_of_the_answer_stands_there_and_can_be_changed(guest: Client, offer: Offer):
    guest.post(url(offer, "answer"), answer(offer, note="Looking forward"))
    assertContains(guest.get(url(offer)), ">\nLooking forward</textarea>")
    guest.post(url(offer, "word"), word(offer, "Ten minutes later, if you can"))
    offer.refresh_from_db()
    assert offer.word == "Ten minutes later, if you can"
    assert offer.contact.notes.count() == 2  # what was said once stays in the story


def test_many_words_of_a_day_are_one_mail_that_says_the_last(guest: Client, user, talk: Interview):
    for said in ("One", "Two", "Three", "Three"):
        guest.post(url(talk.offer, "word"), word(talk.offer, said))
    mails = told(user)[1:]
    found = KINDS[mails[0].kind].compose(mails[0], NOW)
    assert isinstance(found, Composed)
    assert (len(mails), "“Three”" in found.message.get_body(("plain",)).get_content()) == (1, True)
    assert talk.contact.notes.count() == 3


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"word": " \n"}, "There is no word in it yet."),
        ({"word": "x" * 10_000}, "At most 2000 characters fit here; this has 10000. Shorten it."),
        ({"pressed": "forged"}, "This page was open for long."),
    ],
)
def test_a_word_that_cannot_be_taken_is_kept_on_the_page(guest: Client, talk: Interview, wrong: dict[str, Any], said):
    response = guest.post(url(talk.offer, "word"), {**word(talk.offer, "A word"), **wrong})
    assertContains(response, said)
    assertContains(response, (wrong.get("word") or "A word").strip())
    assert talk.contact.notes.count() == 0


def test_no_word_without_a_talk(guest: Client, offer: Offer):
    response = guest.post(url(offer, "word"), word(offer, "A word"))
    assertContains(response, "asks you for 30 minutes")
    assert offer.contact.notes.count() == 0


def test_no_word_about_a_talk_that_was_called_off(guest: Client, talk: Interview):
    planning.cancel(interview=talk, now=NOW)
    assert guest.post(url(talk.offer, "word"), word(talk.offer, "A word")).status_code == 410
    assert talk.contact.notes.count() == 0


def test_moving_begins_with_what_is_set(guest: Client, offer: Offer, user):
    guest.post(url(offer, "answer"), answer(offer, medium="phone", where="+81 3 555"))
    response = guest.get(url(offer, "move"))
    assertContains(response, "you talk on Tuesday 1 December, 17:00. That stands until you")
    assertContains(response, 'value="+81 3 555"')
    assert [way.value for way in response.context["ways"] if way.is_chosen] == ["phone"]


def agreed_otherwise(user) -> None:
    """The owner makes it longer, and names the link."""
    talk = user.interviews.get()
    agreed = replace(talk.agreed, minutes=45, where="https://call.example/1")
    planning.change(interview=talk, agreed=agreed, now=NOW)


def test_a_moved_talk_keeps_what_was_agreed_since_the_offer(guest: Client, offer: Offer, user):
    guest.post(url(offer, "answer"), answer(offer))
    agreed_otherwise(user)
    guest.post(url(offer, "move"), answer(offer, slot=SECOND))
    talk = user.interviews.get()
    assert (talk.starts_at, talk.minutes, talk.where) == (THURSDAY, 45, "https://call.example/1")


def test_a_time_of_their_own_keeps_what_was_agreed_since_the_offer(guest: Client, offer: Offer, user):
    guest.post(url(offer, "answer"), answer(offer))
    agreed_otherwise(user)
    guest.post(url(offer, "move"), answer(offer, slot="own", day="2026-12-07", at="17:30"))
    offering.accept(counter=offer.counters.get(), now=NOW)
    talk = user.interviews.get()
    assert (talk.minutes, talk.where) == (45, "https://call.example/1")


def test_a_talk_moved_to_another_medium_takes_its_place(guest: Client, offer: Offer, user):
    guest.post(url(offer, "answer"), answer(offer))
    agreed_otherwise(user)
    guest.post(url(offer, "move"), answer(offer, slot=SECOND, medium="phone"))
    talk = user.interviews.get()
    assert (talk.minutes, talk.where) == (45, "")


# --- two tabs, the back button, and pressing again --------------------------------------------------------------------


def test_a_second_tab_learns_that_the_time_is_set(guest: Client, offer: Offer, user):
    in_both = answer(offer)
    guest.post(url(offer, "answer"), in_both)
    response = guest.post(url(offer, "answer"), {**in_both, "slot": SECOND, "note": "From the other tab"})
    assertContains(response, "A time is set already")
    assert user.interviews.get().starts_at == TUESDAY


def test_back_and_again_after_moving_does_not_move_it_back(guest: Client, offer: Offer, user):
    guest.post(url(offer, "answer"), answer(offer))
    guest.post(url(offer, "move"), answer(offer, slot=SECOND))
    assertContains(guest.post(url(offer, "answer"), answer(offer)), "A time is set already")
    assert user.interviews.get().starts_at == THURSDAY


def test_moving_twice_by_the_back_button_is_one_move(guest: Client, offer: Offer, user):
    guest.post(url(offer, "answer"), answer(offer))
    for _n in range(2):
        guest.post(url(offer, "move"), answer(offer, slot=SECOND))
    assert [mail.context["what"] for mail in told(user)] == ["chosen", "moved"]


@pytest.mark.parametrize("other", [{"medium": "phone"}, {"where": "+81 3 9999"}, {"note": "The number was wrong"}])
def test_the_same_time_said_otherwise_is_taken(guest: Client, offer: Offer, user, other: dict[str, str]):
    first = {"medium": "video", "where": "+81 3 555", "note": "Looking forward"}
    guest.post(url(offer, "answer"), answer(offer, **first))
    for _n in range(2):
        guest.post(url(offer, "move"), answer(offer, **{**first, **other}))
    talk = user.interviews.get()
    offer.refresh_from_db()
    assert {"medium": talk.medium, "where": talk.where, "note": offer.word} == {**first, **other}
    assert [mail.context["what"] for mail in told(user)] == ["chosen", "chosen"]


def test_the_same_time_with_nothing_typed_takes_nothing_back(guest: Client, offer: Offer, user):
    guest.post(url(offer, "answer"), answer(offer, where="+81 3 555", note="Looking forward"))
    guest.post(url(offer, "move"), answer(offer))
    offer.refresh_from_db()
    assert (user.interviews.get().where, offer.word, len(told(user))) == ("+81 3 555", "Looking forward", 1)


def own_time(offer: Offer, **other: Any) -> dict[str, Any]:
    return answer(offer, slot="own", day="2026-12-07", at="17:30", note="Mondays suit me", **other)


def test_a_time_of_their_own_sent_twice_is_one_proposal(guest: Client, offer: Offer, user):
    for _n in range(2):
        guest.post(url(offer, "answer"), own_time(offer))
    assert (offer.counters.count(), len(told(user)), offer.contact.notes.count()) == (1, 1, 1)


def test_a_proposal_sent_again_reopens_nothing_that_was_accepted(guest: Client, offer: Offer, user):
    guest.post(url(offer, "answer"), own_time(offer))
    offering.accept(counter=offer.counters.get(), now=NOW)
    guest.post(url(offer, "answer"), own_time(offer))
    offer.refresh_from_db()
    assert (offer.state, offer.counters.count(), len(told(user))) == (OfferState.ANSWERED, 1, 1)


@pytest.mark.parametrize("other", [{"medium": "phone"}, {"where": "+81 3 555"}, {"zone": "Europe/Lisbon"}])
def test_a_proposal_that_says_something_else_is_another(guest: Client, offer: Offer, other: dict[str, str]):
    for said in ({}, other):
        guest.post(url(offer, "answer"), own_time(offer, **said))
    assert offer.counters.count() == 2


@pytest.mark.parametrize("how", ["refused", "cancelled", "moved"])
def test_the_same_time_may_be_proposed_anew_when_it_no_longer_stands(guest: Client, offer: Offer, how: str):
    guest.post(url(offer, "answer"), own_time(offer))
    counter = offer.counters.get()
    if how == "refused":
        offering.refuse(counter=counter, now=NOW)
    else:
        offering.accept(counter=counter, now=NOW)
        typed = answer(offer, slot=SECOND)
        guest.post(url(offer, "cancel" if how == "cancelled" else "move"), typed)
    guest.post(url(offer, "move"), own_time(offer))
    offer.refresh_from_db()
    assert (offer.state, offer.counters.count()) == (OfferState.COUNTERED, 2)


def test_cancel_from_a_tab_opened_before_the_talk_was_set_cancels_it(guest: Client, offer: Offer, user):
    pressed = {"pressed": press_for(secret(offer))}
    guest.post(url(offer, "answer"), answer(offer))
    guest.post(url(offer, "cancel"), pressed)
    guest.post(url(offer, "cancel"), pressed)
    assert user.interviews.get().is_cancelled
    assert [mail.context["what"] for mail in told(user)] == ["chosen", "cancelled"]


def planned_again(guest: Client, talk: Interview) -> Interview:
    """They called it off, and the owner took that back."""
    guest.post(url(talk.offer, "cancel"), {"pressed": press_for(secret(talk.offer))})
    called_off = talk.owner.interviews.get()
    planning.uncancel(interview=called_off, now=NOW)
    return called_off


def test_a_talk_planned_again_can_be_cancelled_by_them_again(guest: Client, talk: Interview, user):
    planned_again(guest, talk)
    assertContains(guest.get(url(talk.offer)), "Cancel the talk")
    guest.post(url(talk.offer, "cancel"), {"pressed": press_for(secret(talk.offer))})
    assert user.interviews.get().is_cancelled


def test_a_talk_planned_again_that_i_cancel_is_not_off_as_they_wished(guest: Client, talk: Interview, user):
    again = planned_again(guest, talk)
    leaves(again)
    planning.cancel(interview=again, now=NOW)
    found = KINDS["cancellation"].compose(user.outgoingmails.filter(kind="cancellation").last(), NOW)
    assert isinstance(found, Composed)
    assert "has called off your talk" in found.message.get_body(("plain",)).get_content()


def test_an_answer_after_not_now_in_another_tab_sets_the_talk(guest: Client, offer: Offer, user):
    guest.post(url(offer, "cancel"), {"pressed": press_for(secret(offer))})
    guest.post(url(offer, "answer"), answer(offer))
    assert user.interviews.planned().get().starts_at == TUESDAY


def test_the_proof_of_one_link_opens_no_other(guest: Client, offer: Offer, user, misaki):
    other = offering.offer(owner=user, contact=ContactFactory(owner=user), terms=terms(), now=NOW)
    response = guest.post(url(offer, "answer"), answer(offer, pressed=press_for(secret(other))))
    assertContains(response, "This page was open for long")
    assert user.interviews.count() == 0


def test_a_page_left_open_over_night_asks_to_look_again(guest: Client, offer: Offer, user, clock):
    typed = answer(offer, note="Kept over night")
    clock.shift(25 * 3600)
    response = guest.post(url(offer, "answer"), typed)
    assertContains(response, "This page was open for long")
    assertContains(response, "Kept over night")
    assert user.interviews.count() == 0


# --- slots, zones and contacts that are not what they seem --------------------------------------------------------------


def test_a_slot_of_another_offer_is_no_slot_of_mine(guest: Client, offer: Offer, user):
    other = offering.offer(owner=user, contact=ContactFactory(owner=user), terms=terms(times=[THURSDAY]), now=NOW)
    response = guest.post(url(other, "answer"), answer(other, slot="20261201T0800Z"))
    assertContains(response, "Choose one of the times")
    assert user.interviews.count() == 0


@pytest.mark.parametrize("zone", ["Mars/Olympus", "x" * 10_000, "../../etc/passwd", "Asia/Tokyo\n"])
def test_a_forged_zone_in_the_answer_plans_nothing(guest: Client, offer: Offer, user, zone: str):
    response = guest.post(url(offer, "answer"), answer(offer, zone=zone))
    if zone.strip() == "Asia/Tokyo":  # a browser adds line ends of its own
        assert response.status_code == 302
    else:
        assertContains(response, "no time zone")
        assert user.interviews.count() == 0


def test_a_contact_without_an_address_answers_by_the_link(guest: Client, user):
    ken = ContactFactory(owner=user, name="Ken Mori", email="", time_zone="")
    offer = offering.offer(owner=user, contact=ken, terms=terms(), now=NOW)
    guest.post(url(offer, "answer"), answer(offer))
    interview = user.interviews.get()
    assert (interview.contact, interview.invited_email) == (ken, "")
    assert not user.outgoingmails.exclude(recipient=user.email).exists()
    assertContains(guest.get(url(offer)), "It is set")


@pytest.mark.parametrize("field", ["note", "where"])
def test_newlines_and_separators_reach_neither_header_nor_calendar(guest: Client, offer: Offer, user, field: str):
    nasty = "Room 4\r\nATTENDEE:mailto:x@y.example\u2028DESCRIPTION:no\x85end"
    guest.post(url(offer, "answer"), answer(offer, **{field: nasty}))
    written = guest.get(url(offer, "ics")).content
    assert b"\r\nATTENDEE:mailto:x@y.example" not in written
    assert b"\r\nDESCRIPTION:no" not in written
    for mail in told(user):
        found = KINDS[mail.kind].compose(mail, NOW)
        assert isinstance(found, Composed)
        assert "\n" not in str(found.message["Subject"])


@pytest.mark.parametrize("verb", ["offer", "move", "ics", "answer", "cancel", "word"])
def test_a_scanner_that_opens_everything_changes_nothing(guest: Client, talk: Interview, verb: str):
    before = Offer.objects.values().get(), Interview.objects.values().get()
    for method in (guest.get, guest.head, guest.options):
        method(url(talk.offer, verb))
    assert before == (Offer.objects.values().get(), Interview.objects.values().get())


def test_the_guest_of_somebody_whose_account_is_closed_finds_no_page(guest: Client, offer: Offer, user):
    type(user).objects.update(is_active=False)
    assert guest.post(url(offer, "answer"), answer(offer)).status_code == 404
    offer.refresh_from_db()
    assert offer.state == OfferState.OPEN


def test_the_form_of_the_page_names_no_row(guest: Client, talk: Interview):
    assertNotContains(guest.get(url(talk.offer)), f'value="{talk.pk}"')
    assert str(talk.uid) not in guest.get(url(talk.offer)).content.decode()


def test_a_word_needs_no_cookie(talk: Interview):
    fresh = Client(enforce_csrf_checks=True)
    response = fresh.post(reverse("guest_word", args=[secret(talk.offer)]), word(talk.offer, "Hello"))
    assert (response.status_code, bool(response.cookies)) == (302, False)
