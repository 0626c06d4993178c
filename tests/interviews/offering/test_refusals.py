"""Another time does not suit the owner either: what the contact hears, and how it is taken back."""

from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains

from crm.models import Contact
from interviews.models import Counter, Offer, OfferState
from interviews.offering import actions as offering
from outbox.kinds import KINDS, Cancelled, Composed
from outbox.models import State
from tests.factories import NOW, ContactFactory
from tests.interviews.offering.test_offer import THURSDAY, TUESDAY, terms

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 12, 7, 8, 30, tzinfo=UTC)  # 17:30 in Tokyo
LATER, LATER_STILL = NOW + timedelta(hours=1), NOW + timedelta(hours=2)
OWN = offering.Answer(MONDAY, "phone", "+81 3", "Mondays are better", "Asia/Tokyo")


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(LATER_STILL, tick=False) as clock:
        yield clock


@pytest.fixture
def counter(offer) -> Counter:
    return offering.propose(offer=offer, answer=OWN, now=LATER)


def decline(client: Client, counter: Counter) -> str:
    """Presses, and gives what the toast takes it back with."""
    response = client.post(reverse("counter_decline", args=[counter.pk]), follow=True)
    return next(str(message.extra_tags) for message in response.context["messages"])


def mail_of(counter: Counter):
    return counter.owner.outgoingmails.get(kind="refusal")


def composed(mail, now: datetime = LATER_STILL) -> EmailMessage:
    found = KINDS[mail.kind].compose(mail, now)
    assert isinstance(found, Composed), found
    return found.message


def text(message: EmailMessage) -> str:
    return message.get_body(("plain",)).get_content()  # type: ignore[union-attr]


def test_declining_tells_the_contact_what_still_stands(client: Client, counter: Counter):
    decline(client, counter)
    mail = mail_of(counter)
    assert (mail.recipient, mail.not_before) == ("misaki@riken.example", LATER_STILL + timedelta(seconds=20))
    message = composed(mail)
    assert str(message["Subject"]) == "Amara Lindgren cannot on Monday 7 December, 17:30"
    assert str(message["Reply-To"]).endswith("<amara@keepword.example>")
    for said in ("Dear Misaki", "Tuesday 1 December, 17:00 (09:00 for Amara)", "shown for Tokyo"):
        assert said in text(message)
    assert counter.offer.url in text(message)


def test_undo_stops_the_mail_and_asks_again(client: Client, counter: Counter):
    response = client.post(decline(client, counter), follow=True)
    counter.refresh_from_db()
    counter.offer.refresh_from_db()
    assertContains(response, "Taken back. Misaki heard nothing.")
    assert (mail_of(counter).state, counter.decided_at, counter.offer.state) == (
        State.CANCELLED, None, OfferState.COUNTERED,
    )  # fmt: skip
    assertContains(response, "Take this time")


def test_undo_after_it_left_says_so_and_asks_again(client: Client, counter: Counter):
    undo = decline(client, counter)
    counter.owner.outgoingmails.filter(kind="refusal").update(
        state=State.SENT, sent_at=LATER_STILL + timedelta(minutes=1), fence_at=LATER_STILL + timedelta(minutes=1)
    )
    assertContains(client.post(undo, follow=True), "Open again. The mail to Misaki had left.")


def test_declined_again_after_an_undo_it_is_mailed_again(client: Client, counter: Counter):
    client.post(decline(client, counter))
    decline(client, counter)
    states = counter.owner.outgoingmails.filter(kind="refusal").order_by("pk").values_list("state", flat=True)
    assert list(states) == [State.CANCELLED, State.PENDING]


def test_undo_is_refused_once_they_have_answered(client: Client, counter: Counter, clock):
    undo = decline(client, counter)
    clock.shift(60)
    offering.choose(
        offer=counter.offer, answer=offering.Answer(TUESDAY, "phone"), now=LATER_STILL + timedelta(minutes=1)
    )
    assertContains(client.post(undo, follow=True), "Nothing was changed: Misaki has answered since.")
    assert counter.owner.interviews.planned().get().starts_at == TUESDAY


@pytest.mark.parametrize(
    ("how", "cause"),
    [
        ("chosen", "you or Misaki answered otherwise"),
        ("proposed", "you or Misaki answered otherwise"),
        ("not now", "you or Misaki answered otherwise"),
        ("dropped", "you dropped Misaki"),
    ],
)
def test_what_happened_meanwhile_leaves_nothing_to_say(client: Client, counter: Counter, how: str, cause: str):
    decline(client, counter)
    offer, after = counter.offer, LATER_STILL + timedelta(seconds=10)
    if how == "chosen":
        offering.choose(offer=offer, answer=offering.Answer(TUESDAY, "phone"), now=after)
    elif how == "proposed":
        offering.propose(offer=offer, answer=OWN, now=after)
    elif how == "not now":
        offering.decline(offer=offer, note="", now=after)
    else:
        Contact.objects.update(stage="drop")
    found = KINDS["refusal"].compose(mail_of(counter), after)
    assert isinstance(found, Cancelled)
    assert found.cause == cause


def test_of_two_times_declined_in_a_row_only_the_last_is_mailed(client: Client, counter: Counter):
    decline(client, counter)
    newer = offering.propose(offer=counter.offer, answer=OWN, now=LATER_STILL)
    decline(client, newer)
    first, last = counter.owner.outgoingmails.filter(kind="refusal").order_by("pk")
    assert isinstance(KINDS["refusal"].compose(first, LATER_STILL), Cancelled)
    assert composed(last)["To"] == "Misaki Tanaka <misaki@riken.example>"


def test_taking_the_offer_back_stops_it(client: Client, counter: Counter):
    decline(client, counter)
    offering.withdraw(offer=counter.offer, now=LATER_STILL)
    assert mail_of(counter).state == State.CANCELLED


def test_a_talk_that_is_set_stands(client: Client, user, offer: Offer):
    offering.choose(offer=offer, answer=offering.Answer(TUESDAY, "phone", zone="Asia/Tokyo"), now=NOW)
    counter = offering.propose(offer=offer, answer=OWN, now=LATER)
    decline(client, counter)
    assert "Your talk on Tuesday 1 December, 17:00 stands as it was." in text(composed(mail_of(counter)))


def test_when_every_time_has_passed_the_mail_can_be_answered(client: Client, counter: Counter):
    decline(client, counter)
    said = text(composed(mail_of(counter), THURSDAY + timedelta(days=1)))
    assert "Answer this mail if you would still like to talk: it reaches Amara." in said


def test_without_an_address_nothing_is_sent_and_it_is_said(client: Client, user):
    nobody = offering.offer(owner=user, contact=ContactFactory(owner=user, name="Ken Mori"), terms=terms(), now=NOW)
    counter = offering.propose(offer=nobody, answer=OWN, now=LATER)
    response = client.post(reverse("counter_decline", args=[counter.pk]), follow=True)
    assertContains(response, "Nothing is sent: Ken has no address.")
    assert not user.outgoingmails.filter(kind="refusal").exists()


def test_accepting_invites_them(client: Client, user, counter: Counter):
    response = client.post(reverse("counter_accept", args=[counter.pk]), follow=True)
    assertContains(response, "Set. Misaki gets an invitation in a moment.")
    mail = user.outgoingmails.get(kind="invitation")
    assert (mail.recipient, user.interviews.get().starts_at) == ("misaki@riken.example", MONDAY)


def test_a_newline_in_what_they_proposed_stays_out_of_the_headers(client: Client, user, misaki):
    user.name = "Amara\r\nBcc: x@y.example"
    user.save()
    offer = offering.offer(owner=user, contact=misaki, terms=terms(), now=NOW)
    counter = offering.propose(offer=offer, answer=OWN, now=LATER)
    decline(client, counter)
    assert composed(mail_of(counter))["Bcc"] is None
