"""Silence after offered times stands beside silence after letters (product.md rule 13)."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from base.owned import Stale
from crm.models import Contact
from interviews.asking import actions as asking
from interviews.models import Agreed, Offer, OfferState
from interviews.offering import actions as offering
from interviews.offering import silence
from interviews.offering.mails import plan_chases
from interviews.planning import actions as planning
from tests.factories import NOW, TODAY, AskFactory, ContactFactory, OfferFactory, UserFactory
from tests.interviews.offering.test_offer import TUESDAY, terms
from tests.reading import buttons, headings, posts_to, rows, text, title

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
DAY = timedelta(days=1)
FIRST, LAST = date(2026, 11, 24), date(2026, 11, 30)  # from a thursday: 3, and 7 working days
LETTER = asking.Letter("A question", "Would you have 20 minutes?", 20, "mail")
MOVES = ["letter", "times", "chased", "decline", "propose", "refuse", "withdraw", "undo", "wait", "let be", "a day"]
MOVES += ["wait with a letter", "close"]
FAR = [datetime(2027, 3, 1, 9, tzinfo=UTC), datetime(2027, 3, 2, 9, tzinfo=UTC)]

THEIRS = offering.Answer(FAR[0] + DAY, "phone")


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def misaki(user) -> Contact:
    return ContactFactory(owner=user, name="Misaki Tanaka", email="misaki@riken.example", time_zone="Asia/Tokyo")


@pytest.fixture
def offer(misaki) -> Offer:
    return offered(misaki)


def offered(contact: Contact, now: datetime = NOW, **other: object) -> Offer:
    return offering.offer(owner=contact.owner, contact=contact, terms=terms(**other), now=now)


def silent(client, day: date) -> list[str]:
    """What Today says of the silences on that day."""
    with time_machine.travel(datetime.combine(day, NOW.time(), UTC), tick=False):
        return [title(row) for row in rows(client.get("/"), "No answer yet")]


def test_times_without_an_answer_stand_on_today_after_three_working_days(client, offer):
    assert offer.follow_up_on == FIRST
    assert silent(client, FIRST - DAY) == []
    assert silent(client, FIRST) == ["Misaki: no answer to your times"]


def test_the_day_is_not_done_while_somebody_is_silent(client, user, offer):
    with time_machine.travel(NOW + 5 * DAY, tick=False):
        assert headings(client.get("/")) == [("No answer yet", "1")]


def test_a_last_time_after_seven_working_days_and_then_no_more(user, misaki):
    made = [offered(misaki, now) for now in (NOW, NOW + 5 * DAY, NOW + 11 * DAY)]
    assert [(offer.step, offer.follow_up_on) for offer in made] == [(1, FIRST), (2, LAST), (3, None)]
    assert not user.offers.to_follow_up(LAST + 30 * DAY).exists()


@pytest.mark.parametrize("first", ["letter", "times"])
def test_letters_and_times_are_counted_as_one_asking(misaki, first: str):
    if first == "letter":
        asking.ask(owner=misaki.owner, contact=misaki, letter=LETTER, now=NOW)
        later = offered(misaki, NOW + 5 * DAY)
    else:
        offered(misaki)
        later = asking.ask(owner=misaki.owner, contact=misaki, letter=LETTER, now=NOW + 5 * DAY)
    assert (later.step, later.follow_up_on) == (2, LAST)


def test_the_row_says_what_can_be_done_about_it(client, offer):
    with time_machine.travel(NOW + 5 * DAY, tick=False):
        (row,) = rows(client.get("/"), "No answer yet")
    assert "offered Thursday 19 November" in text(row)
    assert [said.partition(":")[0].strip() for said in buttons(row)] == ["They answered", "Wait"]
    assert "Offer other times" in text(row)
    assert "Ask again" in text(row)


def test_times_that_have_passed_unanswered_are_not_forgotten(client, offer):
    with time_machine.travel(datetime(2026, 12, 10, 12, tzinfo=UTC), tick=False):
        (row,) = rows(client.get("/"), "No answer yet")
    assert "those times have passed" in text(row)


@pytest.mark.parametrize(("button", "follows_up_on"), [("Wait", date(2026, 11, 27)), ("They answered", None)])
def test_each_tap_is_undone_by_one(client, offer, button: str, follows_up_on: date | None):
    with time_machine.travel(NOW + 5 * DAY, tick=False):
        (row,) = rows(client.get("/"), "No answer yet")
        client.post(posts_to(row, button))
        offer.refresh_from_db()
        assert offer.follow_up_on == follows_up_on
        assert headings(client.get("/"))[:1] != [("No answer yet", "1")]
        client.post(f"{reverse('offer_follow_up', args=[offer.pk])}?v={offer.version}")
        assert silent(client, FIRST) == ["Misaki: no answer to your times"]


def test_the_toast_of_each_tap_carries_its_undo(client, offer):
    for name in ("offer_wait", "offer_let_be"):
        offer.refresh_from_db()
        page = client.post(f"{reverse(name, args=[offer.pk])}?v={offer.version}", {"next": "/"}, follow=True)
        offer.refresh_from_db()
        assert f'action="{reverse("offer_follow_up", args=[offer.pk])}?v={offer.version}"' in page.text


def test_waiting_with_a_letter_is_undone_too(client, misaki):
    ask = AskFactory(contact=misaki, follow_up_on=TODAY)
    Contact.objects.update(stage="asked")
    page = client.post(reverse("ask_wait", args=[ask.pk]), {"next": "/"}, follow=True)
    assert silent(client, TODAY) == []
    undo = f"{reverse('ask_reopen', args=[ask.pk])}?v=2"
    assert f'action="{undo}"' in page.text
    client.post(undo)
    assert silent(client, TODAY) == ["Misaki Tanaka"]


def test_a_second_tap_is_told_so(client, offer):
    url = f"{reverse('offer_wait', args=[offer.pk])}?v={offer.version}"
    client.post(url)
    page = client.post(url, {"next": "/"}, follow=True)
    assert "Nothing was changed: these times wait for Misaki." in page.text


@pytest.mark.parametrize("verb", ["wait", "let_be", "follow_up"])
def test_what_is_answered_meanwhile_stays_so(offer, verb: str):
    offering.decline(offer=offer, note="", now=NOW)
    with pytest.raises(Stale):
        getattr(silence, verb)(offer=offer, seen=offer.version, now=NOW)


# --- who is not shown -------------------------------------------------------------------------------------------------


def test_what_is_chased_by_itself_is_not_on_today_as_well(client, misaki):
    offer = offered(misaki, chase=True)
    assert (offer.chase_on, offer.follow_up_on) == (FIRST, None)
    assert silent(client, LAST) == []


def test_what_can_no_more_be_chased_comes_to_today(client, misaki):
    offer = offered(misaki, chase=True, times=[datetime(2026, 11, 23, 9, tzinfo=UTC)])
    assert (offer.chase_on, offer.follow_up_on) == (None, FIRST)
    offer = offered(misaki, NOW, chase=True, times=[datetime(2026, 11, 25, 9, tzinfo=UTC)])
    assert plan_chases(datetime(2026, 11, 24, 9, tzinfo=UTC)) == 1
    offer.refresh_from_db()
    assert (offer.chased, offer.chase_on) == (1, None)
    assert offer.follow_up_on is None  # with the one before it, this was the third time


@pytest.mark.parametrize("change", [{"stage": "scheduled"}, {"stage": "drop"}, {"binned_at": NOW}])
def test_nobody_who_answered_or_was_dropped(client, misaki, offer, change: dict[str, object]):
    Contact.objects.filter(pk=misaki.pk).update(**change)
    assert silent(client, LAST) == []


@pytest.mark.parametrize("what", ["chosen", "proposed", "declined", "withdrawn"])
def test_no_offer_that_is_not_open(client, offer, what: str):
    answer = offering.Answer(TUESDAY, "phone")
    if what == "chosen":
        offering.choose(offer=offer, answer=answer, now=NOW)
    elif what == "proposed":
        offering.propose(offer=offer, answer=answer, now=NOW)
    elif what == "declined":
        offering.decline(offer=offer, note="", now=NOW)
    else:
        offering.withdraw(offer=offer, now=NOW)
    assert silent(client, LAST) == []
    offer.refresh_from_db()
    assert offer.follow_up_on is None


def test_times_offered_once_more_after_theirs_did_not_suit_are_followed_up(client, offer):
    counter = offering.propose(offer=offer, answer=offering.Answer(TUESDAY, "phone"), now=NOW)
    offering.refuse(counter=counter, now=NOW + DAY)
    assert silent(client, FIRST) == []
    assert silent(client, FIRST + DAY) == ["Misaki: no answer to your times"]


def test_taking_back_and_offering_again_waits_anew(client, offer):
    offering.withdraw(offer=offer, now=NOW)
    offering.offer_again(offer=offer, now=NOW + DAY)
    assert silent(client, FIRST) == []
    assert silent(client, FIRST + DAY) == ["Misaki: no answer to your times"]


def test_nobody_elses_silence_is_shown(client, stranger):
    OfferFactory(contact=ContactFactory(owner=stranger, stage="asked"), follow_up_on=TODAY)
    assert silent(client, TODAY) == []


# --- one row for one person -------------------------------------------------------------------------------------------


def test_the_last_thing_asked_carries_the_silence(client, misaki, offer):
    ask = asking.ask(owner=misaki.owner, contact=misaki, letter=LETTER, now=NOW + 5 * DAY)
    assert silent(client, LAST) == ["Misaki Tanaka"]
    asking.take_back(ask=ask, now=NOW + 5 * DAY)
    assert silent(client, LAST) == ["Misaki: no answer to your times"]
    misaki.refresh_from_db()
    assert misaki.stage == "asked"


def test_a_letter_is_silent_no_more_once_times_are_offered(client, misaki):
    asking.ask(owner=misaki.owner, contact=misaki, letter=LETTER, now=NOW)
    offer = offered(misaki, NOW + 5 * DAY)
    assert silent(client, FIRST) == []
    assert silent(client, LAST) == ["Misaki: no answer to your times"]
    offering.withdraw(offer=offer, now=NOW + 5 * DAY)
    assert silent(client, FIRST) == ["Misaki Tanaka"]
    misaki.refresh_from_db()
    assert misaki.stage == "asked"


def test_a_no_to_the_times_ends_the_silence_of_the_letter_before(client, misaki):
    asking.ask(owner=misaki.owner, contact=misaki, letter=LETTER, now=NOW)
    offering.decline(offer=offered(misaki, NOW + DAY), note="", now=NOW + DAY)
    assert silent(client, LAST) == []


# --- the database -----------------------------------------------------------------------------------------------------


def test_it_is_found_by_its_index(user):
    ContactFactory(owner=user)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_bitmapscan = off")
            cursor.execute("ANALYZE interviews_offer")
    assert "offer_to_follow_up" in user.offers.to_follow_up(TODAY)[:20].explain()


@pytest.mark.parametrize("wrong", [{"step": 0}, {"step": 4}])
def test_the_database_refuses_what_cannot_be(misaki, wrong: dict[str, object]):
    with pytest.raises(IntegrityError), transaction.atomic():
        OfferFactory(contact=misaki, **wrong)


@pytest.mark.slow
@pytest.mark.one_database
class EveryAskAndOffer(TestCase):
    """Whatever is asked, answered and let be in whatever order: each open thing is on one list."""

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(moves=st.lists(st.sampled_from(MOVES), max_size=14))
    def test_each_is_on_one_list(self, moves: list[str]) -> None:
        owner = UserFactory()
        contact = ContactFactory(owner=owner, email="misaki@riken.example")
        now = NOW
        for move in moves:
            now += timedelta(days=1 if move == "a day" else 0, minutes=1)
            with transaction.atomic():
                _move(move, contact, now)
            contact.refresh_from_db()
            self._look(contact, now)

    def _look(self, contact: Contact, now: datetime) -> None:
        owner, today = contact.owner, contact.owner.today(now)
        asks, offers = list(owner.asks.to_follow_up(today)), list(owner.offers.to_follow_up(today))
        assert len(asks) + len(offers) <= 1  # one row for one person
        for offer in contact.offers.all():
            lists = {
                "answered": not offer.is_open,
                "theirs to answer by my word": offer.state == OfferState.COUNTERED,
                "chased": offer.state == OfferState.OPEN and offer.chase_on is not None,
                "waits or on Today": offer.follow_up_on is not None,
                "let be": offer.state == OfferState.OPEN and offer.chase_on is None and offer.follow_up_on is None,
            }
            assert sum(lists.values()) == 1, lists
        newest = max(
            [
                *((ask.asked_at, ask.follow_up_on) for ask in contact.asks.all()),
                *((o.created_at, o.follow_up_on) for o in contact.offers.exclude(state=OfferState.WITHDRAWN)),
            ],
            default=None,
        )
        waits = bool(newest and newest[1] and newest[1] <= today and contact.stage == "asked")
        assert len(asks) + len(offers) == waits


def _move(move: str, contact: Contact, now: datetime) -> None:
    """One of `MOVES`, where it can be made."""
    owner, today = contact.owner, contact.owner.today(now)
    ask = contact.asks.filter(closed_at__isnull=True).select_related("owner", "contact").first()
    offer = contact.offers.filter(state__in=["open", "countered"]).order_by("-pk").first()
    counter = owner.counters.filter(decided_at__isnull=True, offer__state="countered").first()
    silent = owner.offers.filter(pk__in=owner.offers.to_follow_up(today).values("pk")).first()
    letter = owner.asks.to_follow_up(today).first()
    moves = {
        "letter": lambda: asking.ask(owner=owner, contact=contact, letter=LETTER, now=now),
        "times": lambda: offered(contact, now, times=FAR),
        "chased": lambda: offered(contact, now, times=FAR, chase=True),
        "decline": lambda: offer and offering.decline(offer=offer, note="", now=now),
        "propose": lambda: offer and offering.propose(offer=offer, answer=THEIRS, now=now),
        "refuse": lambda: counter and offering.refuse(counter=counter, now=now),
        "withdraw": lambda: offer and offering.withdraw(offer=offer, now=now),
        "undo": lambda: ask and asking.take_back(ask=ask, now=now),
        "wait": lambda: silent and silence.wait(offer=silent, seen=silent.version, now=now),
        "let be": lambda: silent and silence.let_be(offer=silent, seen=silent.version, now=now),
        "wait with a letter": lambda: letter and asking.wait(ask=letter, now=now),
        "close": lambda: letter and asking.close(ask=letter, now=now),
        "a day": lambda: plan_chases(now),
    }
    moves[move]()


def test_a_talk_planned_by_hand_ends_the_silence(client, user, misaki, offer):
    agreed = Agreed("phone", 20, LAST + 9 * DAY, NOW.time(), user.time_zone)
    planning.plan(owner=user, contact=misaki, agreed=agreed, now=NOW + DAY)
    assert silent(client, LAST) == []
