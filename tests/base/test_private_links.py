"""The limits of private links: a link that is hammered, an address that guesses, and who is left alone."""

import logging
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains

from base import private_links
from base.private_links import hash_of, press_for
from config.logs import JSONFormatter
from followups.mail_links import Answer, ButtonLink, stop_url
from interviews.models import Offer
from interviews.offering.guest_forms import name_of
from tests.factories import NOW, ContactFactory, InterviewFactory, OfferFactory, OfferSlotFactory, PromiseFactory
from tests.faults.row25 import VISITORS

pytestmark = pytest.mark.django_db
BEGIN = datetime(2026, 11, 19, 12, 0, tzinfo=UTC)  # a span of five minutes begins


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(BEGIN, tick=False) as clock:
        yield clock


@pytest.fixture
def contact(user):
    return ContactFactory(owner=user, email="misaki@riken.example")


def offered(contact) -> Offer:
    offer = OfferFactory(contact=contact)
    Offer.objects.filter(pk=offer.pk).update(secret_hash=hash_of(offer.new_secret()))
    OfferSlotFactory(offer=offer, starts_at=NOW + timedelta(days=5))
    return offer


def offer_path(contact) -> str:
    return reverse("guest_offer", args=[offered(contact).new_secret()])


def reply_path(contact) -> str:
    return "/" + InterviewFactory(contact=contact).answer_url("yes", 0).split("/", 3)[3]


def button_path(contact) -> str:
    promise = PromiseFactory(contact=contact)
    return reverse("promise_button", args=[ButtonLink(promise.uid, 1, Answer.KEPT).token()])


def stop_path(contact) -> str:
    return "/" + stop_url(contact.owner.pk).split("/", 3)[3]


def statuses(guest: Client, path: str, times: int) -> set[int]:
    return {guest.get(path).status_code for _n in range(times)}


@pytest.fixture
def _narrow(monkeypatch):
    monkeypatch.setattr(private_links, "OPENED", 3)
    monkeypatch.setattr(private_links, "MISSED", 3)


@pytest.mark.usefixtures("_narrow")
@pytest.mark.parametrize("path_of", [offer_path, reply_path, button_path, stop_path])
def test_a_link_opened_too_often_waits_and_says_until_when(guest: Client, contact, path_of, clock):
    path = path_of(contact)
    assert statuses(guest, path, 3) == {200}
    clock.shift(60)
    response = guest.get(path)
    assertContains(response, "Wait 4 minutes, then try again.", status_code=429)
    assert not response.cookies
    assert (response["Retry-After"], response["Referrer-Policy"], response["Cache-Control"]) == (
        "240", "no-referrer", "no-store",
    )  # fmt: skip
    clock.shift(240)
    assert guest.get(path).status_code == 200


@pytest.mark.usefixtures("_narrow")
def test_a_refused_answer_changes_nothing(guest: Client, contact):
    offer = offered(contact)
    secret = offer.new_secret()
    statuses(guest, reverse("guest_offer", args=[secret]), 3)
    typed = {"slot": name_of(offer.slots.get()), "pressed": press_for(secret), "medium": "phone"}
    assert guest.post(reverse("guest_answer", args=[secret]), typed).status_code == 429
    assert contact.owner.interviews.count() == 0


@pytest.mark.usefixtures("_narrow")
def test_who_guesses_links_is_told_nothing_any_more(guest: Client, contact):
    path = offer_path(contact)
    assert {guest.get(f"/o/guess{n}/").status_code for n in range(3)} == {404}
    assert [guest.get("/m/guess/").status_code, guest.get(path).status_code] == [429, 429]
    elsewhere = Client(REMOTE_ADDR="192.0.2.7")
    assert elsewhere.get(path).status_code == 200


@pytest.mark.usefixtures("_narrow")
def test_an_office_behind_one_address_is_left_alone(guest: Client, contact):
    assert {guest.get(offer_path(contact)).status_code for _n in range(8)} == {200}


def test_a_scanner_and_somebody_who_cannot_decide_are_left_alone(guest: Client, contact):
    path = offer_path(contact)
    scanned = {guest.head(path).status_code for _n in range(20)}
    assert scanned | statuses(guest, path, 60) == {200}


def test_twenty_visitors_of_one_time_from_one_address_are_all_answered(guest: Client, contact):
    answers = []
    for _n in range(VISITORS):
        secret = offered(ContactFactory(owner=contact.owner)).new_secret()
        slot = (NOW + timedelta(days=5)).strftime("%Y%m%dT%H%MZ")
        typed = {"slot": slot, "pressed": press_for(secret), "medium": "phone", "zone": "Asia/Tokyo"}
        answers.append(guest.post(reverse("guest_answer", args=[secret]), typed).status_code)
    assert sorted(answers) == [200] * (VISITORS - 1) + [302]


def test_no_log_holds_the_secret_of_a_link():
    record = logging.LogRecord(
        "django.request", logging.ERROR, "", 0, "Internal Server Error: %s", ("/o/jbHq0mY1pVxCqk2eHr5r9A/move/",), None
    )
    assert '"Internal Server Error: /o/.../move/"' in JSONFormatter().format(record)


def test_the_proof_of_a_press_is_good_for_its_link_for_a_day_and_does_not_say_it(clock):
    proof = private_links.press_for("the-link")
    assert "the-link" not in proof
    assert private_links.is_pressed("the-link", proof)
    assert not private_links.is_pressed("another-link", proof)
    assert not any(private_links.is_pressed("the-link", forged) for forged in ("", "x", "a.b.c", proof + "x", "\udcff"))
    clock.shift(timedelta(days=1, seconds=1))
    assert not private_links.is_pressed("the-link", proof)
