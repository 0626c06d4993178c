"""Whatever contacts answer, whatever is tapped and however many days pass: a planned talk stands in exactly one place, and
whatever is open is on exactly one list once its day has come.

EXAMPLES=2000 looks longer than the ordinary run."""

import os
from collections import Counter as Counted
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from crm.models import Stage
from followups.promise_list import read_list
from interviews.models import Counter, InterviewState, OfferState
from outbox.models import State
from pages.contact import ContactPage, read_contact
from pages.today import Today, read_day
from tests.pages.steps_of_a_week import VERBS, World, open_world

pytestmark = pytest.mark.django_db
EXAMPLES = int(os.environ.get("EXAMPLES", "6"))
Step = tuple[str, int]
STEPS = st.lists(st.tuples(st.sampled_from(sorted(VERBS)), st.integers(0, 3)), min_size=3, max_size=14)


@pytest.mark.slow
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
    derandomize="EXAMPLES" not in os.environ,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS)
def test_every_open_thing_is_on_exactly_one_list(db, steps):
    assert wrong_after(steps) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    "steps",
    [
        [("plan", 0), ("plan", 2)],
        [("plan", 0), ("log a talk", 0), ("cancel", 1), ("remove the logged talk", 0)],
        [("plan", 0), ("hold", 0), ("log a talk", 0), ("remove the logged talk", 0)],
        [("plan", 0), ("hold", 0), ("unhold", 0), ("no show", 0)],
        [("plan", 0), ("drop", 0), ("hold", 0), ("resume", 0)],
        [("plan", 0), ("drop", 0), ("cancel", 0), ("resume", 0)],
        [("write a letter", 0), ("offer times", 0), ("take the offer back", 0), ("days pass", 2), ("days pass", 2)],
        [("offer times", 0), ("offer times", 0), ("take the offer back", 0)],
        [
            ("write a letter", 0),
            ("they answered the letter", 0),
            ("offer times", 0),
            ("take the offer back", 0),
            ("they did not answer it", 0),
        ],
        [("continue", 0), ("write a letter", 0), ("days pass", 2), ("days pass", 2)],
        [("continue", 0), ("offer times", 0), ("days pass", 2), ("days pass", 2)],
    ],
)
def test_what_was_on_no_list(db, steps):
    assert wrong_after(steps) == []


@pytest.mark.parametrize("number", [0, 1])
def test_a_talk_moved_after_they_said_no_is_coming(db, number):
    """Also of a contact without an address, whom no invitation asks anew."""
    with transaction.atomic():
        world = open_world()
        for verb in ("plan", "they say no by phone", "move"):
            world.take(verb, number)
        page = read_contact(world.user, world.contact(number).pk, "", world.now)
        transaction.set_rollback(True)
    assert (page.interview is not None, page.unsuited) == (True, [])


def wrong_after(steps: list[Step]) -> list[str]:
    """What is missing from its list, or on two, after these steps; nothing of them stays in the database."""
    with transaction.atomic():
        world = open_world()
        for verb, number in steps:
            world.take(verb, number)
        found = wrong(world)
        transaction.set_rollback(True)
    return found


def wrong(world: World) -> list[str]:
    day = read_day(world.user, world.now)
    pages = {contact.pk: read_contact(world.user, contact.pk, "", world.now) for contact in world.contacts()}
    return [
        *wrong_talks(world, day, pages),
        *wrong_stages(world),
        *wrong_promises(world, day),
        *wrong_people(world, day),
        *wrong_answers(world, day),
    ]


def wrong_talks(world: World, day: Today, pages: dict[int, ContactPage]) -> list[str]:
    found = []
    for talk in world.talks():
        page, dropped = pages[talk.contact_id], talk.contact.is_dropped
        places = places_of_contact(page)
        wanted = [place_of(talk, world)] if talk.state in (InterviewState.PLANNED, InterviewState.HELD) else []
        if (there := [name for name, rows in places.items() for row in rows if row == talk]) != wanted:
            found.append(f"{talk} {talk.state}: {there} on the contact's page, not {wanted}")
        is_due = talk.starts_at < world.midnight(2) and not (dropped and talk.starts_at < world.now)
        wanted = [name for name in wanted if name == "unsuited" or (name != "held" and is_due)]
        places = {
            "coming": [day.next_talk, *day.talks, *day.tomorrow],
            "unsuited": day.unsuited,
            "asked": day.asked_about,
        }
        if (there := [name for name, rows in places.items() for row in rows if row == talk]) != wanted:
            found.append(f"{talk} {talk.state}: {there} on Today, not {wanted}")
        waits = talk.debrief_waits and not dropped and talk.held_at > world.now - timedelta(days=60)
        if day.debriefs.count(talk) != int(waits):
            found.append(f"{talk}: its debrief {'waits' if waits else 'does not wait'}")
    return found


def places_of_contact(page: ContactPage) -> dict[str, list]:
    return {
        "coming": [page.interview, *page.later_talks],
        "unsuited": page.unsuited,
        "asked": page.asked_about,
        "held": page.past,
    }


def place_of(talk, world: World) -> str:
    if talk.is_held:
        return "held"
    if talk.ends_at <= world.now:
        return "asked"
    return "unsuited" if talk.is_unsuited else "coming"


def wrong_stages(world: World) -> list[str]:
    """The stage follows what happened: who was met and never decided on is to decide, scheduled is who has a talk planned."""
    found = []
    for contact in world.contacts():
        talks = [talk for talk in world.talks() if talk.contact_id == contact.pk]
        states = {talk.state for talk in talks}
        decided = contact.stage in (Stage.CONTINUE, Stage.DROP)
        if not decided and InterviewState.HELD in states and contact.stage != Stage.MET:
            found.append(f"{contact} was met and stands at {contact.stage}")
        if contact.stage == Stage.MET and InterviewState.HELD not in states and not world.was_decided(contact):
            found.append(f"{contact} was never met and stands at {contact.stage}")
        if contact.stage == Stage.SCHEDULED and InterviewState.PLANNED not in states:
            found.append(f"{contact} stands at scheduled without a talk")
        asks = contact.asks.filter(closed_at=None).exists() or contact.offers.awaiting_answer(world.now).exists()
        if asks and contact.stage == Stage.TO_MEET:
            found.append(f"{contact} was asked and stands at to_meet")
        if contact.stage in (Stage.TO_MEET, Stage.ASKED) and InterviewState.PLANNED in states:
            found.append(f"{contact} has a talk planned and stands at {contact.stage}")
    return found


def wrong_promises(world: World, day: Today) -> list[str]:
    found = []
    lists = {
        tab: Counted(
            promise.pk for section in read_list(world.user, {"tab": tab}, day.day)["sections"] for promise in section.promises)
        for tab in ("mine", "theirs", "kept", "gone")
    }  # fmt: skip
    for promise in world.user.promises.alive().select_related("contact"):
        tab = promise.whose if promise.is_open else {"kept": "kept", "let_go": "gone"}[promise.state]
        if [lists[name][promise.pk] for name in lists] != [int(name == tab) for name in lists]:
            found.append(f"{promise} {promise.state} is not under {tab} alone")
        silent = promise.contact.is_dropped and not promise.stands_after_drop
        due = promise.is_open and promise.is_mine and promise.wants_reminder_from() <= day.day and not silent
        if day.promises.count(promise) != int(due):
            found.append(f"{promise}: {'due' if due else 'not due'}, {day.promises.count(promise)} times on Today")
    return found


def wrong_people(world: World, day: Today) -> list[str]:
    found = []
    for contact in world.contacts():
        lists = [contact in day.to_decide, any(talk.contact_id == contact.pk for talk in day.debriefs)]
        if contact.stage == Stage.MET and sum(lists) != 1:
            found.append(f"{contact} is undecided and on {sum(lists)} lists")
        due = contact.stage == Stage.CONTINUE and contact.touch_on and contact.touch_on <= day.day
        if day.to_touch.count(contact) != int(bool(due)):
            found.append(f"{contact}: in touch again on {contact.touch_on}")
    return found


def was_answered_by_talk(counter: Counter) -> bool:
    held = counter.offer.contact.interviews.alive().filter(state=InterviewState.HELD)
    day = counter.created_at.date()
    return any(
        talk.starts_at >= counter.created_at
        or (talk.is_logged and talk.local_date >= day and talk.held_at and talk.held_at >= counter.created_at)
        for talk in held
    )


def wrong_answers(world: World, day: Today) -> list[str]:
    """Letters and times without an answer, other times proposed, news, and mails that came back."""
    user, dropped = world.user, [contact.pk for contact in world.contacts() if contact.is_dropped]
    asks = [
        ask for ask in user.asks.filter(closed_at=None, follow_up_on__lte=day.day) if world.is_silent(ask, ask.asked_at)
    ]
    offers = user.offers.filter(state=OfferState.OPEN, follow_up_on__lte=day.day)
    offers = [offer for offer in offers if world.is_silent(offer, offer.created_at)]
    counters = user.counters.filter(decided_at=None, offer__state=OfferState.COUNTERED).select_related("offer")
    counters = [
        counter for counter in counters if counter.offer.contact_id not in dropped and not was_answered_by_talk(counter)
    ]
    news = user.newsitems.filter(seen_at=None).exclude(contact__in=dropped)
    dead = user.outgoingmails.filter(state=State.DEAD, seen=False).exclude(recipient_name="")
    shown = {
        "letters": (day.asks, asks),
        "times offered": (day.offers, offers),
        "times proposed": (day.counters, counters),
        "news": (day.news, news),
        "mails that came back": ([trouble.mail for trouble in day.came_back], dead),
    }
    return [
        f"{name}: {listed} is shown, {list(wanted)} is open"
        for name, (listed, wanted) in shown.items()
        if sorted(row.pk for row in listed) != sorted(row.pk for row in wanted)
    ]
