"""Whom somebody named in a talk: the promise to write to them, and what keeps it."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains

from crm.models import Contact
from interviews.asking import actions as asking
from interviews.asking import letters
from interviews.debriefing import actions as debriefing
from interviews.models import Interview
from interviews.offering import actions as offering
from outbox.models import State
from tests.factories import NOW, TODAY, ContactFactory, DebriefFactory, InterviewFactory, PromiseFactory
from tests.interviews.offering.test_offer import terms
from tests.interviews.pages import meet

LEFT_AT = NOW + timedelta(minutes=1)
LETTER = asking.Letter("A question", "Would you have 20 minutes?", 20, "mail")
OWED = [("contact", "Write to Priya, as Ana suggested", TODAY + timedelta(days=3), "open")]


@pytest.fixture(autouse=True)
def _frozen():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def ana(user) -> Contact:
    return ContactFactory(owner=user, name="Ana Souza", email="ana@nubank.example", stage="met")


@pytest.fixture
def interview(ana) -> Interview:
    made = InterviewFactory(contact=ana, local_date=TODAY, state="held", held_at=NOW)
    DebriefFactory(interview=made)
    return Interview.objects.get(pk=made.pk)


def name(client: Client, interview: Interview, *lines: str, version: int = 1, **said: str) -> None:
    client.post(reverse("debrief", args=[interview.pk]), {"learned": "", "version": version, **said, **meet(*lines)})


def owed(contact: Contact) -> list[tuple[str, str, object, str]]:
    return [(one.kind, one.what, one.due_on, one.state) for one in contact.promises.alive().order_by("pk")]


@pytest.fixture
def priya(client, user, interview) -> Contact:
    """Named by Ana."""
    name(client, interview, "Priya Raghunathan, Rivers & Land Trust")
    found: Contact = user.contacts.get(name="Priya Raghunathan")
    found.email = "priya@rivers.example"
    found.save()
    return found


def test_whom_they_named_is_written_to(interview, priya):
    assert owed(priya) == OWED
    assert priya.promises.get().interview == interview


def test_saved_twice_it_is_promised_once(client, interview, priya):
    name(client, interview, "Priya Raghunathan, Rivers & Land Trust", version=2)
    assert owed(priya) == OWED


@pytest.mark.parametrize("line", ["Priya Raghunathan", "priya raghunathan, knows the gauges"])
def test_somebody_i_know_already_is_written_to_as_well(client, user, interview, line: str):
    known = ContactFactory(owner=user, name="Priya Raghunathan", stage="met")
    for version in (1, 2):
        name(client, interview, line, version=version)
    assert owed(known) == OWED


@pytest.mark.parametrize("verb", ["keep", "let_go", "bin"])
def test_what_was_done_with_it_stands_when_the_debrief_is_saved_again(client, interview, user, verb: str):
    known = ContactFactory(owner=user, name="Priya Raghunathan")
    name(client, interview, "Priya Raghunathan")
    getattr(known.promises.select_related("owner", "contact").get(), verb)(NOW)
    name(client, interview, "Priya Raghunathan", version=2)
    assert known.promises.count() == 1


def test_one_that_is_open_already_is_enough(client, user, interview):
    known = ContactFactory(owner=user, name="Priya Raghunathan")
    PromiseFactory(contact=known, kind="contact", what="Call Priya")
    name(client, interview, "Priya Raghunathan")
    assert known.promises.count() == 1


def test_a_promise_in_the_line_to_call_them_is_enough(client, user, interview):
    name(client, interview, "Priya Raghunathan ! call her friday")
    assert [kind for kind, *_rest in owed(user.contacts.get(name="Priya Raghunathan"))] == ["contact"]


def test_nobody_dropped_is_written_to(client, user, interview):
    dropped = ContactFactory(owner=user, name="Priya Raghunathan", stage="drop")
    name(client, interview, "Priya Raghunathan")
    assert owed(dropped) == []


def test_nobody_in_the_bin_is_written_to(client, user, interview):
    binned = ContactFactory(owner=user, name="Priya Raghunathan", binned_at=NOW)
    name(client, interview, "Priya Raghunathan")
    assert binned.promises.count() == 0


def test_who_names_themselves_is_not_written_to(client, interview, ana):
    name(client, interview, "Ana Souza")
    assert owed(ana) == []


def test_the_debrief_says_that_it_will_be_promised(client, interview):
    page = client.get(reverse("debrief", args=[interview.pk]))
    assertContains(page, "“Write to …” becomes a promise of yours, due in 3 days")


def test_that_promise_stands_in_no_letter_of_thanks_and_in_no_row_of_this_debrief(client, interview, priya):
    assert "Write to" not in client.get(reverse("thank_you", args=[interview.pk])).text
    assert "Write to Priya" not in client.get(reverse("debrief", args=[interview.pk])).text


def test_naming_whoever_led_to_them_does_not_take_the_word_to_them_away(user):
    ingrid = ContactFactory(owner=user, name="Ingrid Sæther")
    talk = InterviewFactory(contact=ContactFactory(owner=user, introduced_by=ingrid), state="held", held_at=NOW)
    PromiseFactory(contact=ingrid, interview=talk, kind="contact")
    debriefing.promise_to_tell_introducer(Interview.objects.get(pk=talk.pk), NOW)
    assert ingrid.promises.filter(kind="check_in").count() == 1


# --- what keeps it ----------------------------------------------------------------------------------------------------


def test_a_letter_keeps_it_and_its_undo_opens_it(client, user, priya):
    ask = asking.ask(owner=user, contact=priya, letter=LETTER, now=NOW)
    assert [state for *_rest, state in owed(priya)] == ["kept"]
    client.post(reverse("ask_take_back", args=[ask.pk]))
    assert owed(priya) == OWED


def test_a_letter_that_left_has_kept_it(client, user, priya):
    ask = asking.ask(owner=user, contact=priya, letter=LETTER, now=NOW)
    user.outgoingmails.update(state=State.SENT, sent_at=LEFT_AT, fence_at=LEFT_AT)
    client.post(reverse("ask_take_back", args=[ask.pk]))
    assert [state for *_rest, state in owed(priya)] == ["kept"]


def test_offered_times_keep_it_and_their_undo_opens_it(client, user, priya):
    offer = offering.offer(owner=user, contact=priya, terms=terms(), now=NOW)
    assert [state for *_rest, state in owed(priya)] == ["kept"]
    client.post(reverse("offer_withdraw", args=[offer.pk]))
    assert owed(priya) == OWED
    client.post(reverse("offer_unwithdraw", args=[offer.pk]))
    assert [state for *_rest, state in owed(priya)] == ["kept"]
    client.post(reverse("offer_withdraw", args=[offer.pk]))
    assert owed(priya) == OWED


def test_taking_back_what_has_arrived_leaves_it_kept(client, user, priya):
    offer = offering.offer(owner=user, contact=priya, terms=terms(), now=NOW)
    user.outgoingmails.update(state=State.SENT, sent_at=LEFT_AT, fence_at=LEFT_AT)
    client.post(reverse("offer_withdraw", args=[offer.pk]))
    assert [state for *_rest, state in owed(priya)] == ["kept"]


def test_a_letter_keeps_no_other_promise(user, priya):
    other = priya.promises.make(what="Call about the flat", kind="contact", now=NOW)
    asking.ask(owner=user, contact=priya, letter=LETTER, now=NOW)
    other.refresh_from_db()
    assert other.is_open


def test_what_i_kept_by_hand_before_stays_kept(client, user, priya):
    priya.promises.select_related("owner", "contact").get().keep(NOW - timedelta(hours=1))
    ask = asking.ask(owner=user, contact=priya, letter=LETTER, now=NOW)
    client.post(reverse("ask_take_back", args=[ask.pk]))
    assert [state for *_rest, state in owed(priya)] == ["kept"]


# --- whether the letter names who sent me -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "is_named", "said"),
    [
        ("yes", True, "Ana Souza told me of you"),
        ("no", False, "Ana said no to being named"),
        ("", False, "You have not asked Ana whether you may use their name"),
    ],
)
def test_the_letter_names_who_sent_me_only_after_a_yes(
    client, user, interview, priya, answer: str, is_named: bool, said: str
):
    user.debriefs.update(may_use_name=answer)
    assert ("told me of you" in letters.draft(user, priya, step=1, purpose="")) == is_named
    assertContains(client.get(reverse("ask_new", args=[priya.pk])), said)


@pytest.mark.parametrize(
    ("then", "later", "is_named"), [("yes", "no", False), ("no", "yes", False), ("", "yes", False)]
)
def test_what_counts_is_the_answer_of_the_talk_they_were_named_in(
    user, ana, interview, priya, then: str, later: str, is_named: bool
):
    user.debriefs.update(may_use_name=then)
    other = InterviewFactory(contact=ana, local_date=TODAY + timedelta(days=1), state="held", held_at=NOW)
    DebriefFactory(interview=other, may_use_name=later)
    assert ("told me of you" in letters.draft(user, priya, step=1, purpose="")) == is_named
