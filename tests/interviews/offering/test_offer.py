from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from base.private_links import hash_of
from crm.models import Contact
from interviews.models import Interview, Offer, OfferState
from interviews.offering import actions
from outbox.models import OutgoingMail, State
from tests.factories import NOW, ContactFactory, CounterFactory, InterviewFactory, OfferFactory, OfferSlotFactory

pytestmark = pytest.mark.django_db
TUESDAY = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)  # 09:00 in Stockholm, 17:00 in Tokyo
THURSDAY = datetime(2026, 12, 3, 9, 30, tzinfo=UTC)
TYPED: dict[str, Any] = {
    "times-TOTAL_FORMS": "5",
    "times-INITIAL_FORMS": "0",
    "minutes": "30",
    "own_minutes": "",
    "ways": ["phone", "video"],
    "times-0-day": "2026-12-01",
    "times-0-at": "09:00",
    "times-1-day": "thursday 3 december",
    "times-1-at": "10:30",
    "about": "How you measure a breach",
    "message": "With many thanks",
    "confirm_them": "on",
}


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def misaki(user) -> Contact:
    return ContactFactory(owner=user, name="Misaki Tanaka", email="misaki@riken.example", time_zone="Asia/Tokyo")


def terms(**other: Any) -> actions.Terms:
    known = {"minutes": 30, "media": ["phone", "video"], "times": [TUESDAY, THURSDAY], "about": "Breaches"}
    return actions.Terms(**{**known, **other})


@pytest.fixture
def offer(user, misaki) -> Offer:
    return actions.offer(owner=user, contact=misaki, terms=terms(), now=NOW)


def mail_of(offer: Offer) -> OutgoingMail:
    return offer.owner.outgoingmails.get(occurrence_key=f"offer:{offer.uid}")


def new(contact: Contact) -> str:
    return reverse("offer_new", args=[contact.pk])


# --- offering ---------------------------------------------------------------------------------------------------------


def test_offer_keeps_the_times_and_mails_the_link(client: Client, user, misaki):
    client.post(new(misaki), TYPED)
    offer = user.offers.get()
    assert [slot.starts_at for slot in offer.slots.order_by("starts_at")] == [TUESDAY, THURSDAY]
    assert (offer.minutes, offer.media, offer.confirm_them) == (30, ["phone", "video"], True)
    assert offer.expires_at == THURSDAY
    assert mail_of(offer).not_before == NOW + timedelta(seconds=20)


def test_offer_moves_the_contact_to_asked(client: Client, misaki):
    client.post(new(misaki), TYPED)
    misaki.refresh_from_db()
    assert misaki.stage == "asked"


def test_the_link_is_stored_as_a_hash_only(offer: Offer):
    secret = offer.secret
    assert len(secret) == 22  # 128 bits
    assert offer.secret_hash == hash_of(secret)
    assert secret not in str(mail_of(offer).context)


def test_the_link_outlives_a_change_of_the_key(offer: Offer, settings):
    secret = offer.secret
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = (
        [settings.SECRET_KEY],
        "another key that is long enough to be one",
    )
    assert offer.secret == secret


def test_without_an_address_the_page_shows_the_link(client: Client, user):
    nobody = ContactFactory(owner=user, email="")
    response = client.post(new(nobody), TYPED, follow=True)
    offer = user.offers.get()
    assertContains(response, offer.url)
    assert user.outgoingmails.count() == 0


def test_undo_within_the_delay_sends_nothing(client: Client, user, misaki):
    client.post(new(misaki), TYPED)
    offer = user.offers.get()
    client.post(reverse("offer_withdraw", args=[offer.pk]) + f"?v={offer.version}")
    offer.refresh_from_db()
    misaki.refresh_from_db()
    assert (offer.state, mail_of(offer).state, misaki.stage) == (OfferState.WITHDRAWN, State.CANCELLED, "to_meet")


def test_a_stale_undo_changes_nothing(client: Client, offer: Offer):
    client.post(reverse("offer_withdraw", args=[offer.pk]) + f"?v={offer.version + 1}")
    offer.refresh_from_db()
    assert offer.state == OfferState.OPEN


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"times-0-day": "2026-11-01", "times-0-at": "09:00"}, "has passed"),
        ({"times-0-day": "9999-12-31", "times-0-at": "09:00"}, "Not a date I know"),
        ({"times-0-day": "2028-01-01", "times-0-at": "09:00"}, "too far away"),
        ({"times-0-day": "soonish", "times-0-at": "09:00"}, "Not a date I know"),
        ({"times-0-day": "2026-12-01", "times-0-at": "25:00"}, "Not a time I know"),
        ({"times-0-day": "2026-12-01", "times-0-at": ""}, "A time has a day and an hour"),
        ({"times-0-day": "", "times-0-at": "", "times-1-day": "", "times-1-at": ""}, "Offer at least one time"),
        ({"times-1-day": "2026-12-01", "times-1-at": "09:00"}, "Two of the times are the same"),
        ({"times-0-day": "2027-03-28", "times-0-at": "02:30"}, "skip 02:30"),
        ({"ways": []}, "at least one way"),
        ({"ways": ["telepathy"]}, "not among the choices"),
        ({"minutes": "", "own_minutes": "500"}, "10 to 120"),
        ({"about": "x" * 10_000}, "At most 300"),
        ({"message": "x" * 10_000}, "At most 2000"),
    ],
)
def test_what_cannot_be_offered_is_said(client: Client, user, misaki, wrong: dict[str, Any], said: str):
    response = client.post(new(misaki), {**TYPED, **wrong})
    assertContains(response, said)
    assertContains(response, "Everything you typed is kept")
    assert user.offers.count() == 0


@pytest.mark.parametrize("junk", ["\x00", "\u2028", "a\r\nBcc: x@y.example", "javascript:alert(1)"])
def test_strange_letters_reach_no_header(client: Client, user, misaki, junk: str):
    client.post(new(misaki), {**TYPED, "about": f"Gauges {junk}", "message": junk})
    assert "\n" not in user.offers.get().about


def test_nothing_is_offered_to_somebody_dropped(client: Client, user, misaki):
    Contact.objects.filter(pk=misaki.pk).update(stage="drop")
    assertContains(client.post(new(misaki), TYPED), "drop means silence")
    assert user.offers.count() == 0


def test_queries_of_the_offer_page_do_not_grow(client: Client, user, misaki, django_assert_max_num_queries):
    for n in range(30):
        InterviewFactory(contact=misaki, owner=user, local_date=date(2026, 11, 20) + timedelta(days=n % 9))
    with django_assert_max_num_queries(14):
        client.get(new(misaki))


@pytest.mark.parametrize("slots", [1, 30])
def test_the_page_of_an_offer_costs_the_same(client: Client, offer: Offer, slots, django_assert_num_queries):
    offer.slots.all().delete()
    for n in range(slots):
        OfferSlotFactory(offer=offer, starts_at=TUESDAY + timedelta(hours=n))
    with django_assert_num_queries(10):
        client.get(offer.get_absolute_url())


def test_an_open_offer_is_found_from_the_next_one(client: Client, offer: Offer):
    assertContains(client.get(new(offer.contact)), offer.get_absolute_url())
    actions.withdraw(offer=offer, now=NOW)
    assertNotContains(client.get(new(offer.contact)), offer.get_absolute_url())


def test_somebody_elses_offer_is_not_there(client: Client, stranger):
    offer = OfferFactory(contact=ContactFactory(owner=stranger))
    assert client.get(offer.get_absolute_url()).status_code == 404
    assert client.post(reverse("offer_withdraw", args=[offer.pk])).status_code == 404


# --- another time -----------------------------------------------------------------------------------------------------


@pytest.fixture
def counter(offer: Offer):
    Offer.objects.filter(pk=offer.pk).update(state="countered")
    return CounterFactory(offer=offer, local_date=date(2026, 12, 7), local_time=time(17, 30))


def test_taking_their_time_plans_the_talk(client: Client, counter, user):
    response = client.post(reverse("counter_accept", args=[counter.pk]))
    interview = user.interviews.get()
    assertRedirects(response, interview.get_absolute_url(), fetch_redirect_response=False)
    assert (interview.starts_at, interview.time_zone) == (counter.starts_at, "Europe/Stockholm")
    assert interview.invited_email == "misaki@riken.example"


def test_their_time_is_taken_once(client: Client, counter, user):
    client.post(reverse("counter_accept", args=[counter.pk]))
    client.post(reverse("counter_accept", args=[counter.pk]))
    assert user.interviews.count() == 1


def test_refusing_their_time_keeps_the_offer(client: Client, counter, user):
    client.post(reverse("counter_decline", args=[counter.pk]))
    counter.offer.refresh_from_db()
    assert (counter.offer.state, user.interviews.count()) == ("open", 0)


# --- what the database refuses ----------------------------------------------------------------------------------------


def test_the_database_lets_one_time_of_mine_be_taken_once(user):
    for _n in range(2):
        OfferSlotFactory(offer=OfferFactory(contact=ContactFactory(owner=user)), starts_at=TUESDAY)
    with pytest.raises(IntegrityError, match=r"slot_taken_once|interviews_offerslot\.owner_id"), transaction.atomic():
        user.offerslots.update(taken_at=NOW)


def test_interview_form_ticks_the_day_before(client: Client, user, misaki):
    typed = {"medium": "phone", "minutes": "20", "day": "4 december", "at": "09:00", "confirm_them": "on"}
    client.post(reverse("interview_new", args=[misaki.pk]), typed)
    interview: Interview = user.interviews.get()
    assert interview.confirm_them
    client.post(reverse("interview_edit", args=[interview.pk]), {**typed, "confirm_them": "", "version": "1"})
    interview.refresh_from_db()
    assert not interview.confirm_them
