from datetime import datetime, timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.test import Client
from pytest_django.asserts import assertContains

from accounts.models import User
from crm import actions
from crm.models import Contact
from followups.actions import keep
from interviews.asking import actions as asking
from interviews.models import AskVia
from interviews.offering.actions import Terms, offer, offer_again, withdraw
from interviews.planning.actions import cancel, change, hold, plan, uncancel, unplan
from pages.contact import ENTRIES, read_story
from tests.factories import (
    NOW,
    TODAY,
    AskFactory,
    ContactFactory,
    DebriefFactory,
    InterviewFactory,
    NoteFactory,
    OfferFactory,
    PromiseFactory,
    StageChangeFactory,
    TouchFactory,
)
from tests.interviews.planning.test_actions import TERMS, moved

of_talks = import_module("interviews.migrations.0019_told_by_talks")
of_promises = import_module("followups.migrations.0005_told_by_promises")
pytestmark = pytest.mark.django_db


@pytest.fixture
def contact(user: User) -> Contact:
    return ContactFactory(owner=user, name="Priya Raghunathan")


def ago(days: int) -> datetime:
    return NOW - timedelta(days=days)


def test_everything_that_happened_newest_first(contact: Contact, user: User):
    other = ContactFactory(owner=user)
    NoteFactory(contact=other)
    NoteFactory(contact=contact, body="Good.", created_at=ago(1))
    NoteFactory(contact=contact, binned_at=NOW)
    StageChangeFactory(contact=contact, before="asked", after="met", at=ago(2))
    TouchFactory(contact=contact, happened_on=TODAY - timedelta(days=9), created_at=ago(3))
    PromiseFactory(contact=contact, what="Send it", created_at=ago(9), state="kept", closed_at=ago(4))
    PromiseFactory(contact=contact, what="Intro", whose="theirs", created_at=ago(8))
    PromiseFactory(contact=contact, binned_at=NOW)
    InterviewFactory(contact=contact, state="held", held_at=ago(5), starts_at=ago(5), minutes=30, medium="in_person")
    InterviewFactory(contact=contact, state="planned", created_at=ago(6))
    entries, later = read_story(contact)
    assert entries[0].html == "<p>Good.</p>"
    assert [(entry.kind, entry.text, entry.aside, entry.at) for entry in entries] == [
        ("note", "", "", ago(1)),
        ("stage", "met", "asked", ago(2)),
        ("touch", "2026-11-10", "", ago(3)),
        ("promise", "Send it", "kept", ago(4)),
        ("talk", "held", "in_person", ago(5)),
        ("talk", "planned", "phone", ago(6)),
        ("promise", "Intro", "theirs", ago(8)),
    ]
    assert later == ""
    assert entries[4].length == "30 minutes in person"
    assert entries[2].spoke_on == TODAY - timedelta(days=9)


def test_a_talk_and_a_thank_you_are_told_once(contact: Contact):
    interview = InterviewFactory(contact=contact, starts_at=ago(2))
    hold(interview=interview, now=ago(2))
    keep(promise=contact.promises.get(kind="thank_you"), now=ago(1))
    actions.say_we_spoke(contact=contact, on=TODAY, now=NOW)
    entries, _later = read_story(contact)
    told = [(entry.kind, entry.at) for entry in entries if entry.kind in ("talk", "touch", "promise")]
    assert told == [("touch", NOW), ("promise", ago(1)), ("talk", ago(2))]


def test_letters_and_offers_lead_to_their_pages(contact: Contact, client: Client):
    ask = AskFactory(contact=contact, subject="Twenty minutes?", asked_at=ago(3))
    offer = OfferFactory(contact=contact, about="Tide logs", created_at=ago(2))
    OfferFactory(contact=contact, state="withdrawn", created_at=ago(1))
    told = [(entry.kind, entry.text, entry.icon) for entry in read_story(contact)[0]]
    assert told == [("offer", "Tide logs", "clock"), ("ask", "Twenty minutes?", "mail")]
    page = client.get(contact.get_absolute_url()).text
    assert [page.count(f'<a href="/{where}/{pk}/">') for where, pk in (("asks", ask.pk), ("offers", offer.pk))] == [
        1,
        1,
    ]


@pytest.mark.parametrize(
    ("state", "said"),
    [("open", "No answer yet."), ("countered", "Priya proposed another time."), ("declined", "Priya said not now.")],
)
def test_offer_says_what_became_of_it(contact: Contact, client: Client, state: str, said: str):
    OfferFactory(contact=contact, state=state)
    assertContains(client.get(contact.get_absolute_url()), said)


def test_a_talk_that_began_early_is_told_when_it_was(contact: Contact):
    InterviewFactory(contact=contact, state="held", held_at=ago(1), starts_at=NOW + timedelta(hours=1))
    assert [entry.at for entry in read_story(contact)[0]] == [ago(1)]


def test_a_screenful_at_a_time_and_nothing_twice(contact: Contact):
    for n in range(16):
        NoteFactory(contact=contact, created_at=ago(n))
        StageChangeFactory(contact=contact, at=ago(n))
        TouchFactory(contact=contact, created_at=NOW)  # all at one moment
        PromiseFactory(contact=contact, created_at=ago(n), state="let_go", closed_at=NOW)
    seen, cursor, pages = [], "", 0
    while True:
        entries, cursor = read_story(contact, cursor)
        seen += [(entry.at, -entry.place, entry.pk) for entry in entries]
        pages += 1
        if not cursor:
            break
    assert (pages, len(seen), len(set(seen))) == (64 / ENTRIES, 64, 64)
    assert seen == sorted(seen, reverse=True)


def test_a_note_of_promises_alone_is_told_by_them(contact: Contact):
    NoteFactory(contact=contact, body="! send it\n!call")
    NoteFactory(contact=contact, body="Good.\n! send it\n!\n")
    entries, _later = read_story(contact)
    assert [entry.html for entry in entries] == ["<p>Good.<br>!</p>"]


def test_three_statements_however_long(contact: Contact, django_assert_num_queries):
    for n in range(30):
        NoteFactory(contact=contact, created_at=ago(n))
        InterviewFactory(contact=contact, created_at=ago(n))
        PromiseFactory(contact=contact, created_at=ago(n))
    with django_assert_num_queries(3):
        assert len(read_story(contact)[0]) == ENTRIES


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "1_2",
        "1_0_x",
        "1_0_2026-11-19",
        "1_-1_2026-11-19T12:00:00+00:00",
        "x_0_2026-11-19T12:00:00+00:00",
        "9" * 30,
        "\0",
    ],
)
def test_nonsense_is_the_beginning(contact: Contact, cursor: str):
    NoteFactory(contact=contact)
    assert len(read_story(contact, cursor)[0]) == 1


def test_every_kind_has_its_icon(contact: Contact):
    TouchFactory(contact=contact)
    NoteFactory(contact=contact)
    PromiseFactory(contact=contact, state="let_go", closed_at=NOW)
    InterviewFactory(contact=contact, medium="video")
    assert {entry.icon for entry in read_story(contact)[0]} == {
        "message-circle", "file-text", "wind", "video",
    }  # fmt: skip


def test_a_moved_talk_leaves_a_trace(contact: Contact, client: Client, user: User):
    talk = InterviewFactory(contact=contact, created_at=ago(3))
    before = talk.starts_at
    change(interview=talk, agreed=moved(day=TODAY + timedelta(days=20)), now=ago(1))
    told = [(entry.kind, entry.at, entry.since) for entry in read_story(contact)[0] if entry.kind != "stage"]
    assert told == [("moved", ago(1), before), ("talk", ago(3), ago(3))]
    assertContains(client.get(contact.get_absolute_url()), "Moved: the talk was to be on")


def test_a_stage_is_told_by_what_caused_it(contact: Contact):
    talk = plan(owner=contact.owner, contact=contact, agreed=TERMS, now=ago(2))
    hold(interview=talk, now=ago(1))
    actions.drop(contact=contact, now=NOW)
    assert [entry.text for entry in read_story(contact)[0] if entry.kind == "stage"] == ["drop"]


def test_a_letter_or_offered_times_tell_that_somebody_was_asked(user: User):
    asked, offered = ContactFactory(owner=user), ContactFactory(owner=user)
    letter = asking.Letter("Twenty minutes?", "May I ask you how you read gauges?", 20, AskVia.COPIED)
    asking.ask(owner=user, contact=asked, letter=letter, now=ago(1))
    offer(owner=user, contact=offered, terms=Terms(20, ["phone"], [NOW + timedelta(days=3)]), now=ago(1))
    for contact in (asked, offered):
        contact.refresh_from_db()
        assert contact.stage == "asked"
    assert [entry.kind for entry in read_story(asked)[0]] == ["ask"]
    assert [entry.kind for entry in read_story(offered)[0]] == ["offer"]


def test_an_undo_of_a_calling_off_tells_of_the_stage(contact: Contact):
    talk = plan(owner=contact.owner, contact=contact, agreed=TERMS, now=ago(3))
    cancel(interview=talk, now=ago(2))
    uncancel(interview=talk, now=ago(1))
    assert [entry.text for entry in read_story(contact)[0] if entry.kind == "stage"] == ["scheduled", "to_meet"]


@pytest.mark.parametrize("what", ["talk", "times", "letter"])
def test_what_is_undone_before_anybody_heard_of_it_leaves_no_trace(contact: Contact, what: str):
    owner, contact.email = contact.owner, "priya@people.example"
    contact.save()
    if what == "talk":
        unplan(interview=plan(owner=owner, contact=contact, agreed=TERMS, now=ago(2)), now=ago(1))
    elif what == "times":
        terms = Terms(20, ["phone"], [NOW + timedelta(days=3)])
        made = offer(owner=owner, contact=contact, terms=terms, now=ago(2))
        withdraw(offer=made, now=ago(1))
    else:
        letter = asking.Letter("Twenty minutes?", "May I ask you how you read gauges?", 20, AskVia.COPIED)
        asking.take_back(ask=asking.ask(owner=owner, contact=contact, letter=letter, now=ago(2)), now=ago(1))
    contact.refresh_from_db()
    assert contact.stage == "to_meet"
    assert read_story(contact)[0] == []


def test_times_taken_back_and_offered_again_are_told_once(user: User):
    contact = ContactFactory(owner=user, email="priya@people.example")
    made = offer(owner=user, contact=contact, terms=Terms(20, ["phone"], [NOW + timedelta(days=3)]), now=ago(2))
    withdraw(offer=made, now=ago(1))
    offer_again(offer=made, now=ago(1))
    assert [entry.kind for entry in read_story(contact)[0]] == ["offer"]


@pytest.mark.one_database
def test_of_older_rows_those_that_an_event_made_are_marked(contact: Contact):
    """The migrations look for an event at the same instant: rows said by whom only since then."""
    InterviewFactory(contact=contact, created_at=ago(9), state="held", held_at=ago(8), starts_at=ago(8))
    AskFactory(contact=contact, asked_at=ago(7))
    OfferFactory(contact=contact, created_at=ago(6))
    PromiseFactory(contact=contact, created_at=ago(9), state="kept", closed_at=ago(5))
    PromiseFactory(contact=contact, created_at=ago(9), state="let_go", closed_at=ago(4))
    for days in range(3, 10):
        StageChangeFactory(contact=contact, at=ago(days))
        TouchFactory(contact=contact, created_at=ago(days))
    of_talks.mark(apps, None)
    of_promises.mark(apps, None)
    by_hand = {row.at for row in contact.stage_changes.filter(by_hand=True)}
    assert by_hand == {ago(3), ago(4), ago(5)}
    assert {row.created_at for row in contact.touches.filter(by_hand=False)} == {ago(8), ago(5)}


def test_a_kept_promise_is_one_entry_that_says_when_it_was_made(contact: Contact, client: Client):
    PromiseFactory(contact=contact, what="Send it", created_at=ago(9), state="kept", closed_at=ago(4))
    assert [entry.kind for entry in read_story(contact)[0]] == ["promise"]
    assertContains(client.get(contact.get_absolute_url()), "promised Tuesday 10 November")


def test_what_was_learned_is_quoted(contact: Contact, client: Client):
    talk = InterviewFactory(contact=contact, state="held", held_at=ago(1), starts_at=ago(1))
    DebriefFactory(interview=talk, learned="Gauges <b>first</b>.")
    assertContains(client.get(contact.get_absolute_url()), "Gauges &lt;b&gt;first&lt;/b&gt;.</blockquote>")


def test_the_story_can_be_narrowed(client: Client, contact: Contact):
    NoteFactory(contact=contact, body="Reads churn.")
    InterviewFactory(contact=contact)
    PromiseFactory(contact=contact)
    AskFactory(contact=contact)
    StageChangeFactory(contact=contact, at=ago(9))

    def kinds(only: str) -> set[str]:
        return {entry.kind for entry in read_story(contact, only=only)[0]}

    assert kinds("talks") == {"talk"}
    assert kinds("notes") == {"note"}
    assert kinds("promises") == {"promise"}
    assert kinds("mails") == {"ask"}
    assert kinds("nonsense") == {"talk", "note", "promise", "ask", "stage"}


def test_a_narrowed_story_goes_on_narrowed(client: Client, contact: Contact):
    for n in range(ENTRIES + 3):
        NoteFactory(contact=contact, created_at=ago(n))
        InterviewFactory(contact=contact, created_at=ago(n))
    first = client.get(contact.get_absolute_url(), {"only": "notes"})
    assertContains(first, 'aria-current="true">Notes</a>')
    assertContains(first, "only=notes&amp;story=")


def test_a_story_with_nothing_of_a_kind_says_so(client: Client, contact: Contact):
    assertContains(client.get(contact.get_absolute_url(), {"only": "mails"}), "Nothing of that kind yet.")
