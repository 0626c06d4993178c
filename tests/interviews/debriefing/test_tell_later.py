"""The tick "Tell Ana in 30 days what came of the advice"."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from crm.models import Contact
from interviews.models import Interview
from tests.factories import NOW, TODAY, ContactFactory, DebriefFactory, InterviewFactory

IN_30_DAYS = TODAY + timedelta(days=30)
TICK = "Tell Ana in 30 days what came of the advice"
OWED = [("check_in", "Tell Ana what came of the advice", IN_30_DAYS)]


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
    return Interview.objects.select_related("contact", "owner").get(pk=made.pk)


def save(client: Client, interview: Interview, version: int, *, shown: bool = False, **said: Any) -> Any:
    """Saves the debrief from a page that showed the tick so."""
    url = reverse("debrief", args=[interview.pk])
    return client.post(url, {"version": version, "initial-tell_later": str(shown), **said})


def owed(contact: Contact) -> list[tuple[str, str, object]]:
    return [(one.kind, one.what, one.due_on) for one in contact.promises.owed().order_by("pk")]


def is_ticked(page: Any) -> bool:
    (box,) = [one for one in page.text.split("<input") if 'name="tell_later"' in one]
    return "checked" in box.partition(">")[0]


def test_ticked_it_is_a_promise_due_in_thirty_days(client, interview, ana):
    save(client, interview, 1, tell_later="on")
    assert owed(ana) == OWED
    assert ana.promises.get().interview == interview


def test_unticked_nothing_is_promised(client, interview, ana):
    save(client, interview, 1)
    assert owed(ana) == []


def test_the_page_shows_the_tick_as_it_stands(client, interview):
    url = reverse("debrief", args=[interview.pk])
    assertContains(client.get(url), TICK)
    assert not is_ticked(client.get(url))
    save(client, interview, 1, tell_later="on")
    assert is_ticked(client.get(url))


def test_saved_twice_it_is_promised_once(client, interview, ana):
    save(client, interview, 1, tell_later="on")
    save(client, interview, 2, shown=True, tell_later="on")
    save(client, interview, 3, tell_later="on")
    assert owed(ana) == OWED


def test_unticked_again_it_is_taken_away_and_ticked_once_more_it_is_back(client, interview, ana):
    save(client, interview, 1, tell_later="on")
    save(client, interview, 2, shown=True)
    assert owed(ana) == []
    save(client, interview, 3, tell_later="on")
    assert owed(ana) == OWED
    assert ana.promises.count() == 1


@pytest.mark.parametrize("verb", ["keep", "let_go"])
def test_what_became_of_it_stays(client, interview, ana, verb: str):
    save(client, interview, 1, tell_later="on")
    getattr(ana.promises.select_related("owner", "contact").get(), verb)(NOW)
    assertNotContains(client.get(reverse("debrief", args=[interview.pk])), TICK)
    assertNotContains(client.get(reverse("thank_you", args=[interview.pk])), TICK)
    save(client, interview, 2, shown=True)
    save(client, interview, 3, tell_later="on")
    assert (ana.promises.count(), ana.promises.get().binned_at) == (1, None)


def test_a_page_from_before_the_tick_does_not_take_it_away(client, interview, ana):
    client.post(reverse("tell_later", args=[interview.pk]))
    save(client, interview, 1, learned="Premiums follow the tide log")
    assert owed(ana) == OWED


def test_a_stale_page_comes_back_with_the_tick_of_the_other_tab(client, interview):
    save(client, interview, 1, tell_later="on", learned="Premiums")
    page = save(client, interview, 1, learned="Something else")
    assertContains(page, "Saved meanwhile")
    assert is_ticked(page)


def test_it_stands_in_no_letter_and_in_no_row_of_the_debrief(client, interview):
    save(client, interview, 1, tell_later="on")
    assertNotContains(client.get(reverse("debrief", args=[interview.pk])), "Tell Ana what came of the advice")
    assertNotContains(client.get(reverse("thank_you", args=[interview.pk])), "- Tell Ana")


def test_the_page_of_the_thank_you_offers_it_too(client, interview, ana):
    url = reverse("thank_you", args=[interview.pk])
    assertContains(client.get(url), TICK)
    page = client.post(reverse("tell_later", args=[interview.pk]), {"next": url}, follow=True)
    assert owed(ana) == OWED
    assertContains(page, f'action="{reverse("tell_later_not", args=[interview.pk])}?v=1"')
    assertContains(page, "19 December")
    client.post(reverse("tell_later_not", args=[interview.pk]))
    assert owed(ana) == []


@pytest.mark.parametrize(("name", "stands"), [("tell_later_not", 1), ("tell_later", 0)])
def test_an_undo_from_before_a_later_change_changes_nothing(client, interview, ana, name: str, stands: int):
    client.post(reverse("tell_later", args=[interview.pk]))
    promise = ana.promises.select_related("owner", "contact").get()
    promise.edit(what="Tell her about the gauges", kind="check_in", due_on=TODAY, now=NOW)
    if not stands:
        promise.bin(NOW)
    client.post(f"{reverse(name, args=[interview.pk])}?v=1")
    assert len(owed(ana)) == stands


def test_tapped_twice_it_is_promised_once(client, interview, ana):
    for _twice in range(2):
        client.post(reverse("tell_later", args=[interview.pk]))
    assert owed(ana) == OWED


def test_kept_it_counts_as_being_in_touch(client, interview, ana):
    save(client, interview, 1, tell_later="on")
    promise = ana.promises.get()
    client.post(f"{reverse('promise_keep', args=[promise.pk])}?v={promise.version}")
    assert (owed(ana), ana.touches.count()) == ([], 1)


def test_nobody_elses_talk(client, stranger):
    talk = InterviewFactory(contact=ContactFactory(owner=stranger), state="held", held_at=NOW)
    assert client.post(reverse("tell_later", args=[talk.pk])).status_code == 404


def test_a_talk_that_was_not_held_gave_no_advice(client, ana):
    talk = InterviewFactory(contact=ana)
    client.post(reverse("tell_later", args=[talk.pk]))
    assert owed(ana) == []


# --- whoever led me to somebody hears what came of the talk ------------------------------------------------------------


def test_the_word_to_whoever_led_there_is_kept_by_one_tap(client, user, ana):
    talk = InterviewFactory(contact=ContactFactory(owner=user, name="Priya Raghunathan", introduced_by=ana))
    client.post(reverse("interview_hold", args=[talk.pk]))
    promise = ana.promises.get()
    assert promise.what == "Tell Ana what came of the talk with Priya"
    client.post(f"{reverse('promise_keep', args=[promise.pk])}?v={promise.version}")
    promise.refresh_from_db()
    assert (promise.state, ana.touches.count()) == ("kept", 1)
