"""The contact's page: somebody without an account, on a phone in another zone, without JavaScript."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts.models import User
from base.private_links import hash_of, press_for
from crm.models import Contact
from interviews.models import Offer, OfferState
from interviews.offering import actions as offering
from interviews.planning import actions as planning
from outbox.kinds import KINDS, Composed
from tests.factories import NOW, ContactFactory, InterviewFactory, OfferFactory, OfferSlotFactory
from tests.interviews.offering.test_offer import THURSDAY, TUESDAY, terms

pytestmark = pytest.mark.django_db
FIRST, SECOND = "20261201T0800Z", "20261203T0930Z"


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def misaki(user) -> Contact:
    return ContactFactory(owner=user, name="Misaki Tanaka", email="misaki@riken.example", time_zone="Asia/Tokyo")


@pytest.fixture
def offer(user, misaki) -> Offer:
    return offering.offer(owner=user, contact=misaki, terms=terms(confirm_them=True), now=NOW)


def secret(offer: Offer) -> str:
    return offer.new_secret()


def url(offer: Offer, verb: str = "offer") -> str:
    return reverse(f"guest_{verb}", args=[secret(offer)])


def answer(offer: Offer, **other: Any) -> dict[str, Any]:
    known = {"pressed": press_for(secret(offer)), "zone": "Asia/Tokyo", "slot": FIRST, "medium": "video"}
    return {**known, "where": "", "note": "", "day": "", "at": "", **other}


def told(user: User) -> list[Any]:
    return list(user.outgoingmails.filter(kind="answered").order_by("pk"))


def composed(mail) -> str:
    found = KINDS[mail.kind].compose(mail, NOW)
    assert isinstance(found, Composed)
    return str(found.message["Subject"])


# --- looking ----------------------------------------------------------------------------------------------------------


def test_the_page_shows_their_times_and_mine(guest: Client, offer: Offer):
    response = guest.get(url(offer))
    assertContains(response, "Amara asks you for 30 minutes")
    assertContains(response, "Dear Misaki")
    assertContains(response, "17:00")
    assertContains(response, "09:00 for Amara")


def test_the_page_shows_my_day_where_it_is_another_one(guest: Client, user, misaki):
    late = offering.offer(
        owner=user, contact=misaki, terms=terms(times=[datetime(2026, 12, 1, 22, tzinfo=UTC)]), now=NOW
    )
    response = guest.get(url(late))
    assertContains(response, "Wednesday 2 December")
    assertContains(response, "07:00")
    assertContains(response, "Tuesday 1 December, 23:00 for Amara")


def test_the_page_says_nothing_else_of_either(guest: Client, offer: Offer):
    page = guest.get(url(offer)).content.decode()
    for told_too_much in ("Lindgren", "Tanaka", "amara@", "misaki@", "riken"):
        assert told_too_much not in page


def test_the_page_is_kept_by_nobody(guest: Client, offer: Offer):
    response = guest.get(url(offer))
    assert response["Referrer-Policy"] == "no-referrer"
    assert response["Cache-Control"] == "no-store"
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert not response.cookies


def test_the_zone_can_be_chosen(guest: Client, offer: Offer):
    response = guest.get(url(offer), {"zone": "America/New_York"})
    assertContains(response, "03:00")


@pytest.mark.parametrize("zone", ["Mars/Olympus", "<script>", "x" * 10_000, "..\\etc"])
def test_a_zone_that_does_not_exist_is_said(guest: Client, offer: Offer, zone: str):
    response = guest.get(url(offer), {"zone": zone})
    assertContains(response, "is no time zone I know")
    assertContains(response, "17:00")


@pytest.mark.parametrize("verb", ["offer", "move", "ics"])
def test_looking_changes_nothing(guest: Client, offer: Offer, verb: str):
    guest.get(url(offer, verb))
    guest.head(url(offer, verb))
    offer.refresh_from_db()
    assert (offer.state, offer.version, offer.owner.interviews.count()) == (OfferState.OPEN, 1, 0)


@pytest.mark.parametrize("verb", ["answer", "cancel"])
def test_a_mail_scanner_can_only_look(guest: Client, offer: Offer, verb: str):
    assert guest.get(url(offer, verb)).status_code == 405
    assert guest.options(url(offer, verb)).status_code == 405


@pytest.mark.parametrize("token", ["x", "A" * 22, "\ud7ff", "%F0%9F"])
def test_a_forged_link_is_not_there(guest: Client, offer: Offer, token: str):
    assert guest.get(f"/o/{token}/").status_code == 404


# --- answering --------------------------------------------------------------------------------------------------------


def test_choosing_a_time_plans_the_talk(guest: Client, offer: Offer, user, misaki):
    response = guest.post(url(offer, "answer"), answer(offer, where="https://meet.example/x", note="Looking forward"))
    assertRedirects(response, url(offer), fetch_redirect_response=False)
    interview = user.interviews.get()
    assert (interview.starts_at, interview.medium, interview.where) == (TUESDAY, "video", "https://meet.example/x")
    assert (interview.minutes, interview.purpose, interview.confirm_them) == (30, "Breaches", True)
    assert interview.invited_email == "misaki@riken.example"
    misaki.refresh_from_db()
    assert misaki.stage == "scheduled"
    assertContains(guest.get(url(offer)), "It is set")


def test_i_am_told_at_once_by_name(guest: Client, offer: Offer, user):
    guest.post(url(offer, "answer"), answer(offer))
    (mail,) = told(user)
    assert (mail.not_before, mail.recipient) == (NOW, user.email)
    assert composed(mail) == "Misaki chose Tuesday 1 December, 09:00"


def test_a_note_is_kept_and_promises_nothing_of_mine(guest: Client, offer: Offer, user, misaki):
    guest.post(url(offer, "answer"), answer(offer, note="! send me a thousand euros"))
    assert "thousand euros" in misaki.notes.get().body
    assert user.promises.count() == 0


def test_the_phone_number_i_have_is_the_number(guest: Client, offer: Offer, user, misaki):
    Contact.objects.filter(pk=misaki.pk).update(phone="+81 3 555")
    guest.post(url(offer, "answer"), answer(offer, medium="phone"))
    assert user.interviews.get().where == "+81 3 555"


def test_pressing_twice_is_one_talk_and_one_mail(guest: Client, offer: Offer, user):
    for _n in range(2):
        guest.post(url(offer, "answer"), answer(offer))
    assert (user.interviews.count(), len(told(user))) == (1, 1)


def test_a_second_answer_does_not_move_the_talk(guest: Client, offer: Offer, user):
    guest.post(url(offer, "answer"), answer(offer))
    response = guest.post(url(offer, "answer"), answer(offer, slot=SECOND))
    assertContains(response, "A time is set already")
    assert user.interviews.get().starts_at == TUESDAY


def test_their_zone_is_learned_when_it_was_not_known(guest: Client, offer: Offer, misaki):
    Contact.objects.filter(pk=misaki.pk).update(time_zone="")
    guest.post(url(offer, "answer"), answer(offer, zone="America/Lima"))
    misaki.refresh_from_db()
    assert misaki.time_zone == "America/Lima"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"slot": ""}, "Choose one of the times"),
        ({"slot": "20261202T0800Z"}, "Choose one of the times"),
        ({"slot": "1"}, "Choose one of the times"),
        ({"slot": "\x00"}, "Choose one of the times"),
        ({"medium": "in_person"}, "Choose one of the ways"),
        ({"medium": "\x00"}, "a sign in it that cannot be kept"),
        ({"zone": "Mars/Olympus"}, "no time zone"),
        ({"where": "javascript:alert(1)"}, "Not a link that can be sent"),
        ({"where": "x" * 10_000}, "At most 300"),
        ({"note": "x" * 10_000}, "At most 2000"),
        ({"slot": "own"}, "Say which day"),
        ({"slot": "own", "day": "2026-11-01", "at": "10:00"}, "has passed"),
        ({"slot": "own", "day": "2027-10-01", "at": "10:00"}, "is too far away. Choose a day up to"),
        ({"slot": "own", "day": "31 november", "at": "10:00"}, "November ends on the 30th. Try “30 November”."),
        ({"slot": "own", "day": "2026-12-07", "at": "26:00"}, "Not a time I know"),
        ({"pressed": ""}, "open for long"),
        ({"pressed": "forged:1:2"}, "open for long"),
    ],
)
def test_a_wrong_answer_gets_its_sentence(guest: Client, offer: Offer, user, wrong: dict[str, Any], said: str):
    response = guest.post(url(offer, "answer"), answer(offer, **{"note": "A word", **wrong}))
    assertContains(response, said)
    assertContains(response, "Everything you typed is kept")
    assert user.interviews.count() == 0


def test_what_was_typed_is_kept(guest: Client, offer: Offer):
    response = guest.post(url(offer, "answer"), answer(offer, slot="own", day="soonish", note="A word", where="+81 3"))
    for typed in ("soonish", "A word", "+81 3"):
        assertContains(response, typed)


def test_a_number_with_a_line_break_stays_one_line(guest: Client, offer: Offer, user):
    guest.post(url(offer, "answer"), answer(offer, where="+81\r\nBcc: x@y.example"))
    assert user.interviews.get().where == "+81 Bcc: x@y.example"


# --- taken ------------------------------------------------------------------------------------------------------------


def test_the_same_time_of_two_offers_is_taken_once(guest: Client, offer: Offer, user):
    other = offering.offer(owner=user, contact=ContactFactory(owner=user), terms=terms(), now=NOW)
    guest.post(url(offer, "answer"), answer(offer))
    response = guest.post(url(other, "answer"), answer(other))
    assertContains(response, "This time was taken a moment ago")
    assertContains(response, SECOND)
    assertNotContains(response, f'value="{FIRST}"')
    assert user.interviews.count() == 1


def test_a_time_at_which_i_talk_is_not_shown(guest: Client, offer: Offer, user):
    InterviewFactory(contact=ContactFactory(owner=user), local_date=date(2026, 12, 1), local_time=time(8, 50))
    assertNotContains(guest.get(url(offer)), f'value="{FIRST}"')


def test_when_every_time_is_gone_one_can_still_be_proposed(guest: Client, offer: Offer, user):
    InterviewFactory(contact=ContactFactory(owner=user), local_date=date(2026, 12, 1), local_time=time(9, 0))
    InterviewFactory(contact=ContactFactory(owner=user), local_date=date(2026, 12, 3), local_time=time(10, 30))
    assertContains(guest.get(url(offer)), "None of the offered times is free any more")


def test_a_time_let_go_can_be_taken_by_the_next(guest: Client, offer: Offer, user):
    other = offering.offer(owner=user, contact=ContactFactory(owner=user), terms=terms(), now=NOW)
    guest.post(url(offer, "answer"), answer(offer))
    planning.cancel(interview=user.interviews.get(), now=NOW)
    guest.post(url(other, "answer"), answer(other))
    assert user.interviews.planned().get().contact == other.contact


# --- another time, later, not now -------------------------------------------------------------------------------------


def test_another_time_is_proposed_in_their_zone(guest: Client, offer: Offer, user):
    guest.post(url(offer, "answer"), answer(offer, slot="own", day="2026-12-07", at="17:30", note="Mondays"))
    counter = offer.counters.get()
    assert (counter.starts_at, counter.time_zone) == (datetime(2026, 12, 7, 8, 30, tzinfo=UTC), "Asia/Tokyo")
    assert [composed(mail) for mail in told(user)] == ["Misaki proposes Monday 7 December, 09:30"]
    assertContains(guest.get(url(offer)), "You proposed Monday 7 December, 17:30")


def test_a_newer_proposal_replaces_the_older(guest: Client, offer: Offer):
    for day in ("2026-12-07", "2026-12-08"):
        guest.post(url(offer, "answer"), answer(offer, slot="own", day=day, at="17:30"))
    assert offer.counters.filter(decided_at__isnull=True).get().local_date == date(2026, 12, 8)


def test_the_talk_can_be_moved(guest: Client, offer: Offer, user):
    guest.post(url(offer, "answer"), answer(offer))
    guest.post(url(offer, "move"), answer(offer, slot=SECOND, medium="phone"))
    interview = user.interviews.get()
    assert (interview.starts_at, interview.medium) == (THURSDAY, "phone")
    assert [slot.starts_at for slot in offer.slots.filter(taken_at__isnull=False)] == [THURSDAY]
    assert composed(told(user)[-1]) == "Misaki moved the talk to Thursday 3 December, 10:30"


def test_the_talk_can_be_cancelled_and_set_again(guest: Client, offer: Offer, user):
    guest.post(url(offer, "answer"), answer(offer))
    guest.post(url(offer, "cancel"), {"pressed": press_for(secret(offer))})
    assert user.interviews.get().is_cancelled
    assertContains(guest.get(url(offer)), "You cancelled the talk")
    guest.post(url(offer, "move"), answer(offer, slot=SECOND))
    assert user.interviews.planned().get().starts_at == THURSDAY


def test_not_now_is_told_once(guest: Client, offer: Offer, user):
    for _n in range(2):
        guest.post(url(offer, "cancel"), {"pressed": press_for(secret(offer))})
    assert [composed(mail) for mail in told(user)] == ["Misaki says: not now"]


def test_a_word_typed_before_not_now_goes_along(guest: Client, offer: Offer, user, misaki):
    guest.post(url(offer, "cancel"), answer(offer, slot="own", day="soonish", note="On leave until March."))
    assert "On leave until March." in misaki.notes.get().body
    assert [mail.context["note"] for mail in told(user)] == ["On leave until March."]


def test_too_long_a_word_with_not_now_gets_its_sentence(guest: Client, offer: Offer, misaki):
    typed = answer(offer, slot="own", day="soonish", where="+81 3", note="x" * 2001)
    response = guest.post(url(offer, "cancel"), typed)
    for said in ("At most 2000", "Everything you typed is kept", "soonish", "+81 3", typed["note"]):
        assertContains(response, said)
    assertNotContains(response, "Not a date I know")
    offer.refresh_from_db()
    assert (offer.state, misaki.notes.count()) == (OfferState.OPEN, 0)


def test_cancel_without_having_opened_the_page_does_nothing(guest: Client, offer: Offer):
    guest.post(url(offer, "cancel"), {"pressed": press_for("another")})
    offer.refresh_from_db()
    assert offer.state == OfferState.OPEN


def test_the_calendar_file_is_theirs(guest: Client, offer: Offer):
    guest.post(url(offer, "answer"), answer(offer))
    assert b"BEGIN:VCALENDAR" in guest.get(url(offer, "ics")).content


# --- too late ---------------------------------------------------------------------------------------------------------


def late(offer: Offer, how: str) -> None:
    if how == "expired":
        Offer.objects.filter(pk=offer.pk).update(expires_at=NOW - timedelta(minutes=1))
    elif how == "withdrawn":
        offering.withdraw(offer=offer, now=NOW)
    elif how == "dropped":
        Contact.objects.filter(pk=offer.contact_id).update(stage="drop")
    elif how == "cancelled":
        answered = offering.Answer(TUESDAY, "phone")
        planning.cancel(interview=offering.choose(offer=offer, answer=answered, now=NOW), now=NOW)


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("expired", "These times have passed"),
        ("withdrawn", "has taken these times back"),
        ("dropped", "has taken these times back"),
        ("cancelled", "had to call the talk off"),
    ],
)
@pytest.mark.parametrize("verb", ["answer", "move"])
def test_too_late_is_said_and_changes_nothing(guest: Client, offer: Offer, user, how: str, said: str, verb: str):
    late(offer, how)
    response = guest.post(url(offer, verb), answer(offer, slot=SECOND))
    assert response.status_code == 410
    assertContains(response, said, status_code=410)
    assertContains(guest.get(url(offer)), said, status_code=410)
    assert user.interviews.planned().count() == 0


def test_a_contact_in_the_bin_has_no_page(guest: Client, offer: Offer):
    Contact.objects.filter(pk=offer.contact_id).update(binned_at=NOW)
    assert guest.get(url(offer)).status_code == 404


@pytest.mark.parametrize("slots", [1, 30])
def test_the_page_costs_the_same_with_more_times(guest: Client, offer: Offer, slots, django_assert_num_queries):
    offer.slots.all().delete()
    for n in range(slots):
        OfferSlotFactory(offer=offer, starts_at=TUESDAY + timedelta(hours=n))
    with django_assert_num_queries(10):  # six of them count the opening
        guest.get(url(offer))


def test_an_offer_of_one_medium_needs_no_choice(guest: Client, user, misaki):
    offer = OfferFactory(contact=misaki, media=["video"])
    Offer.objects.filter(pk=offer.pk).update(secret_hash=hash_of(offer.new_secret()))
    OfferSlotFactory(offer=offer, starts_at=TUESDAY)
    guest.post(url(offer, "answer"), answer(offer, medium=""))
    assert user.interviews.get().medium == "video"
