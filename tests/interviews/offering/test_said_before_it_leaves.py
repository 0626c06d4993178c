"""What is said, asked for or can be undone before a mail leaves: numbers, reasons, offers taken back, proposals accepted; and the
zone somebody chose."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from base.private_links import press_for
from crm.models import Contact
from interviews.models import Counter, Interview, Offer
from interviews.offering import actions
from interviews.planning import actions as planning
from interviews.replying import actions as replying
from outbox.kinds import KINDS, Composed
from outbox.models import OutgoingMail
from tests.factories import NOW, ContactFactory, PreparationFactory
from tests.interviews.offering.test_offer import THURSDAY, TUESDAY, TYPED, terms
from tests.interviews.planning.test_actions import TERMS

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def misaki(user) -> Contact:
    return ContactFactory(owner=user, name="Misaki Tanaka", email="misaki@riken.example", time_zone="Asia/Tokyo")


@pytest.fixture
def offer(user, misaki) -> Offer:
    return actions.offer(owner=user, contact=misaki, terms=terms(), now=NOW)


def text(mail: OutgoingMail) -> str:
    found = KINDS[mail.kind].compose(mail, NOW)
    assert isinstance(found, Composed), found
    return found.message.get_body(("plain",)).get_content()  # type: ignore[union-attr]


def leave(mail: OutgoingMail) -> OutgoingMail:
    left = mail.not_before
    OutgoingMail.objects.filter(pk=mail.pk).update(state="sent", sent_at=left, fence_at=left)
    return mail


def mail_of(user, kind: str) -> OutgoingMail:
    return user.outgoingmails.filter(kind=kind).order_by("pk").last()


def answer(offer: Offer, guest: Client, **typed: Any) -> Any:
    known = {"slot": "20261201T0800Z", "medium": "phone", "zone": "Asia/Tokyo"}
    url = reverse("guest_answer", args=[offer.secret])
    return guest.post(url, {**known, **typed, "pressed": press_for(offer.secret)})


# --- a number ---------------------------------------------------------------------------------------------------------


def test_a_call_without_a_number_asks_for_one_and_says_so_on_both_sides(
    client: Client, guest: Client, offer: Offer, user
):
    assertContains(guest.get(offer.url), "For a call: the number.")
    answer(offer, guest)
    interview = user.interviews.get()
    assertContains(client.get(interview.get_absolute_url()), "no number yet")
    assertContains(guest.get(offer.url), "No number yet")
    assert "Phone, no number yet" in text(mail_of(user, "answered"))
    assert "No number yet" in text(mail_of(user, "invitation"))


def test_a_known_number_is_not_asked_for(guest: Client, offer: Offer, misaki):
    misaki.phone = "+81 3 5555 0142"
    misaki.save()
    assertNotContains(guest.get(offer.url), "For a call: the number.")


@pytest.mark.parametrize("number", ["+81 3 5555 0142", "03-5555-0142", "(03) 5555 0142 x12", "+81.3.5555.0142"])
def test_the_number_of_the_guest_is_kept(guest: Client, offer: Offer, misaki, number: str):
    answer(offer, guest, where=number)
    misaki.refresh_from_db()
    assert misaki.phone == number


@pytest.mark.parametrize(
    "typed",
    [{"where": "my office"}, {"where": "1234"}, {"where": "https://call.example/5555012345", "medium": "video"},
     {"where": "0" * 61}, {"where": "+81 3 5555 0142", "medium": "video"}],
)  # fmt: skip
def test_what_is_no_number_is_not_kept_as_one(guest: Client, offer: Offer, misaki, typed: dict[str, str]):
    answer(offer, guest, **typed)
    misaki.refresh_from_db()
    assert misaki.phone == ""


def test_a_number_i_have_stays(guest: Client, offer: Offer, misaki, user):
    misaki.phone = "+81 3 1111 1111"
    misaki.save()
    answer(offer, guest, where="+81 3 2222 2222")
    misaki.refresh_from_db()
    assert (misaki.phone, user.interviews.get().where) == ("+81 3 1111 1111", "+81 3 2222 2222")


def test_planning_a_call_asks_for_the_number(client: Client, misaki):
    url = reverse("interview_new", args=[misaki.pk])
    assertContains(client.get(url), "No number yet: say below which one you call.")
    fragment = {"HX-Request": "true", "HX-Target": "understood"}
    assertNotContains(client.get(url, {"medium": "video"}, headers=fragment), "No number yet")
    assertNotContains(client.get(url, {"medium": "phone", "where": "+81 3 1"}, headers=fragment), "No number yet")


def test_a_call_planned_without_a_number_says_so(client: Client, misaki, user):
    typed = {"medium": "phone", "minutes": "20", "day": "4 december", "at": "09:00"}
    client.post(reverse("interview_new", args=[misaki.pk]), typed)
    assertContains(client.get(user.interviews.get().get_absolute_url()), "no number yet")
    assert "No number yet: tell Amara which one to call." in text(mail_of(user, "invitation"))


def test_offering_a_call_without_a_number_says_that_one_is_asked_for(client: Client, misaki):
    url, said = reverse("offer_new", args=[misaki.pk]), "No number of Misaki yet: the page asks for one"
    assertContains(client.get(url), said)
    misaki.phone = "+81 3 5555 0142"
    misaki.save()
    assertNotContains(client.get(url), said)


# --- a reason ---------------------------------------------------------------------------------------------------------


def test_a_purpose_under_prepare_is_the_reason(client: Client, misaki, user):
    PreparationFactory(contact=misaki, purpose="Learn how breaches are measured\nand by whom", interview=None)
    url = reverse("offer_new", args=[misaki.pk])
    assertContains(client.get(url), "Learn how breaches are measured")
    client.post(url, {**TYPED, "about": ""})
    assert user.offers.get().about == "Learn how breaches are measured"


def test_further_lines_of_the_purpose_are_the_words_with_it(client: Client, misaki):
    PreparationFactory(contact=misaki, purpose="Learn how breaches are measured\nand by whom", interview=None)
    form = client.get(reverse("offer_new", args=[misaki.pk])).context["form"]
    assert (form["about"].value(), form["message"].value()) == ("Learn how breaches are measured", "and by whom")


def test_words_that_i_took_away_stay_away(client: Client, misaki, user):
    PreparationFactory(contact=misaki, purpose="Learn how breaches are measured\nand by whom", interview=None)
    client.post(reverse("offer_new", args=[misaki.pk]), {**TYPED, "message": ""})
    assert user.offers.get().message == ""


@pytest.mark.parametrize("page", ["offer_new", "interview_new"])
def test_without_any_reason_there_is_a_hint(client: Client, misaki, page: str):
    assertContains(client.get(reverse(page, args=[misaki.pk])), "No reason stands here")


@pytest.mark.parametrize("page", ["offer_new", "interview_new"])
def test_with_a_purpose_under_prepare_there_is_none(client: Client, misaki, page: str):
    PreparationFactory(contact=misaki, purpose="Learn how breaches are measured", interview=None)
    assertNotContains(client.get(reverse(page, args=[misaki.pk])), "No reason stands here")


def test_words_with_the_times_may_hold_the_reason(client: Client, misaki):
    page = client.post(reverse("offer_new", args=[misaki.pk]), {**TYPED, "about": "", "ways": []})
    assertNotContains(page, "No reason stands here")


def test_planning_carries_the_purpose_over(client: Client, misaki):
    PreparationFactory(contact=misaki, purpose="Learn how breaches are measured", interview=None)
    assertContains(client.get(reverse("interview_new", args=[misaki.pk])), "Learn how breaches are measured")


# --- taking back ------------------------------------------------------------------------------------------------------


def take_back(client: Client, offer: Offer) -> str:
    client.post(reverse("offer_withdraw", args=[offer.pk]))
    offer.refresh_from_db()
    return reverse("offer_unwithdraw", args=[offer.pk]) + f"?v={offer.version}"


def test_an_offer_taken_back_before_its_mail_left_is_offered_and_mailed_again(client: Client, offer: Offer, user):
    undo = take_back(client, offer)
    assertContains(client.get(offer.get_absolute_url()), undo)
    client.post(undo)
    offer.refresh_from_db()
    offer.contact.refresh_from_db()
    assert (offer.state, offer.contact.stage) == ("open", "asked")
    assert [mail.state for mail in user.outgoingmails.filter(kind="offer").order_by("pk")] == ["cancelled", "pending"]
    assert offer.url in text(mail_of(user, "offer"))
    assertContains(client.get(offer.get_absolute_url()), "A mail with it is leaving")


def test_an_offer_that_has_left_is_opened_again_without_a_second_mail(
    client: Client, guest: Client, offer: Offer, user
):
    leave(mail_of(user, "offer"))
    undo = take_back(client, offer)
    assert guest.get(offer.url).status_code == 410
    client.post(undo)
    assert guest.get(offer.url).status_code == 200
    assert user.outgoingmails.filter(kind="offer").count() == 1


@pytest.mark.parametrize("why", ["passed", "dropped", "twice"])
def test_what_cannot_be_offered_again_is_not(client: Client, offer: Offer, misaki, why: str):
    undo = take_back(client, offer)
    if why == "passed":
        Offer.objects.update(expires_at=NOW)
    elif why == "dropped":
        Contact.objects.update(stage="drop")
    else:
        client.post(undo)
    before = Offer.objects.get().state
    client.post(undo)
    assert Offer.objects.get().state == before


def test_an_offer_taken_back_leaves_no_dead_buttons(client: Client, offer: Offer):
    actions.propose(offer=offer, answer=actions.Answer(THURSDAY + timedelta(days=4), "phone"), now=NOW)
    assertContains(client.get(offer.get_absolute_url()), "Take this time")
    take_back(client, offer)
    page = client.get(offer.get_absolute_url())
    for dead in ("Take this time", "That does not suit me", "Take the offer back"):
        assertNotContains(page, dead)


def test_a_proposal_that_has_passed_has_no_button_to_take_it(client: Client, offer: Offer):
    actions.propose(offer=offer, answer=actions.Answer(NOW + timedelta(hours=1), "phone"), now=NOW)
    with time_machine.travel(NOW + timedelta(hours=2), tick=False):
        page = client.get(offer.get_absolute_url())
    assertNotContains(page, "Take this time")
    assertContains(page, "That does not suit me")


# --- accepting --------------------------------------------------------------------------------------------------------


@pytest.fixture
def counter(offer: Offer, user) -> Counter:
    leave(mail_of(user, "offer"))
    return actions.propose(offer=offer, answer=actions.Answer(THURSDAY + timedelta(days=4), "phone"), now=NOW)


def accept(client: Client, counter: Counter) -> str:
    client.post(reverse("counter_accept", args=[counter.pk]))
    counter.refresh_from_db()
    counter.offer.refresh_from_db()
    return reverse("counter_unaccept", args=[counter.pk]) + f"?v={counter.offer.interview.version}"


def test_accepting_a_time_can_be_undone_while_the_mail_waits(client: Client, counter: Counter, misaki, user):
    PreparationFactory(contact=misaki, interview=None)
    client.post(accept(client, counter))
    counter.refresh_from_db()
    misaki.refresh_from_db()
    offer = Offer.objects.get()
    assert (offer.state, offer.interview, counter.accepted, misaki.stage) == ("countered", None, False, "asked")
    assert user.interviews.alive().count() == 0
    assert misaki.preparations.get().interview is None
    assert mail_of(user, "invitation").state == "cancelled"
    accept(client, counter)
    assert user.interviews.planned().get().starts_at == counter.starts_at


def test_accepting_cannot_be_undone_once_the_mail_has_left(client: Client, counter: Counter, user):
    undo = accept(client, counter)
    leave(mail_of(user, "invitation"))
    assertContains(client.post(undo, follow=True), "Nothing was changed")
    assert user.interviews.planned().count() == 1


def test_undoing_an_accepted_move_brings_the_talk_back_as_it_was(client: Client, offer: Offer, user):
    talk = actions.choose(offer=offer, answer=actions.Answer(TUESDAY, "phone", "+81 3 5555 0142"), now=NOW)
    leave(mail_of(user, "invitation"))
    replying.record(interview=talk, status="accepted", now=NOW)
    counter = actions.propose(offer=offer, answer=actions.Answer(THURSDAY + timedelta(days=4), "phone"), now=NOW)
    undo = accept(client, counter)
    assert Interview.objects.get().starts_at == counter.starts_at
    client.post(undo)
    stands = Interview.objects.get()
    assert (stands.starts_at, stands.where, stands.state) == (TUESDAY, "+81 3 5555 0142", "planned")
    assert (stands.invited_email, stands.invited_sequence) == (talk.invited_email, talk.invited_sequence)
    assert (stands.attendee_status, stands.attendee_at, stands.moved_at) == ("accepted", NOW, None)
    assert Offer.objects.get().state == "countered"
    assert [mail.state for mail in user.outgoingmails.filter(kind="invitation").order_by("pk")] == ["sent", "cancelled"]


# --- the zone they chose ----------------------------------------------------------------------------------------------


def test_the_zone_somebody_chose_stays_for_the_link_and_its_mails(guest: Client, user):
    contact = ContactFactory(owner=user, name="Lo", email="lo@example.net", time_zone="Australia/Lord_Howe")
    offer = actions.offer(owner=user, contact=contact, terms=terms(), now=NOW)
    typed = {"slot": "own", "day": "21 december", "at": "17:30", "zone": "Asia/Kolkata"}
    answer(offer, guest, **typed)
    assertContains(guest.get(offer.url), "You proposed Monday 21 December, 17:30 in Kolkata")
    counter = offer.counters.get()
    assert counter.starts_at == datetime(2026, 12, 21, 12, 0, tzinfo=UTC)
    offer.refresh_from_db()
    actions.accept(counter=counter, now=NOW)
    assertContains(guest.get(offer.url), "17:30–18:00")
    assert "time in Kolkata" in text(mail_of(user, "invitation"))
    contact.refresh_from_db()
    assert contact.time_zone == "Australia/Lord_Howe"


# --- headers ----------------------------------------------------------------------------------------------------------


def headers(mail: OutgoingMail) -> Any:
    found = KINDS[mail.kind].compose(mail, NOW)
    assert isinstance(found, Composed), found
    return found.message


def test_the_invitation_answers_the_mail_of_the_offer(offer: Offer, user):
    offered = leave(mail_of(user, "offer"))
    actions.choose(offer=offer, answer=actions.Answer(TUESDAY, "phone"), now=NOW)
    message = headers(mail_of(user, "invitation"))
    assert (message["References"], message["In-Reply-To"]) == (offered.message_id, offered.message_id)
    (ics,) = (part for part in message.walk() if part.get_content_type() == "application/ics")
    line = ics.get_payload(decode=True).decode().replace("\r\n ", "")
    assert "PARTSTAT=ACCEPTED" in line
    assert "RSVP=FALSE" in line
    assert "SENT-BY" not in line


def test_what_i_change_asks_anew(offer: Offer, user):
    leave(mail_of(user, "offer"))
    interview = actions.choose(offer=offer, answer=actions.Answer(TUESDAY, "phone"), now=NOW)
    leave(mail_of(user, "invitation"))
    planning.change(interview=interview, now=NOW, agreed=TERMS)
    message = headers(mail_of(user, "invitation"))
    (ics,) = (part for part in message.walk() if part.get_content_type() == "application/ics")
    line = ics.get_payload(decode=True).decode().replace("\r\n ", "")
    assert "PARTSTAT=NEEDS-ACTION" in line
    assert "RSVP=TRUE" in line
    assert len(message["References"].split()) == 2


def test_mails_that_nobody_pressed_a_button_for_say_so(offer: Offer, misaki, user):
    first = leave(mail_of(user, "offer"))
    chase = user.outgoingmails.queue(
        kind="chase", key=f"offer:{offer.uid}:1", recipient=misaki.email, now=NOW, owner_id=user.pk,
        context={"offer": str(offer.uid)},
    )  # fmt: skip
    message = headers(chase)
    assert (message["Auto-Submitted"], message["References"]) == ("auto-generated", first.message_id)
    interview = actions.choose(offer=offer, answer=actions.Answer(TUESDAY, "phone"), now=NOW)
    interview.confirm_them = True
    interview.save()
    tomorrow = user.outgoingmails.queue(
        kind="tomorrow", key=f"tomorrow:{interview.uid}:{interview.starts_at:%Y%m%dT%H%MZ}", recipient=misaki.email,
        now=NOW, owner_id=user.pk, context={"interview": str(interview.uid)},
    )  # fmt: skip
    assert headers(tomorrow)["Auto-Submitted"] == "auto-generated"
    assert headers(mail_of(user, "invitation"))["Auto-Submitted"] is None
