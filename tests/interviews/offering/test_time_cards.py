"""The times of the offer form as cards: what stands in them, and what their buttons do. Nothing is sent before the last button."""

from datetime import date, time
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from crm.models import Contact
from interviews.offering.time_cards import Card
from tests.factories import NOW, ContactFactory, InterviewFactory
from tests.interviews.offering.test_offer import TYPED, new

pytestmark = pytest.mark.django_db
TYPING = {"HX-Request": "true", "HX-Target": "times"}


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


def press(client: Client, contact: Contact, by: str, nth: int = 0, **typed: Any) -> Any:
    return client.post(reverse("offer_shift", args=[contact.pk, nth, by]), {**TYPED, **typed})


def rows(response: Any) -> list[tuple[str, str]]:
    return [(row["day"].value(), row["at"].value()) for row in response.context["form"].times.forms]


def cards(client: Client, contact: Contact, **typed: Any) -> list[Card]:
    found: list[Card] = client.get(new(contact), {**TYPED, **typed}, headers=TYPING).context["cards"]
    return found


def first(client: Client, contact: Contact, day: str, at: str, **typed: Any) -> Card:
    return cards(client, contact, **{"times-0-day": day, "times-0-at": at, **typed})[0]


# --- the buttons ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("by", "day", "at"),
    [
        ("later", "2026-12-01", "09:30"),
        ("earlier", "2026-12-01", "08:30"),
        ("day-after", "2026-12-02", "09:00"),
        ("day-before", "2026-11-30", "09:00"),
        ("sideways", "2026-12-01", "09:00"),
    ],
)
def test_a_time_is_moved_on_the_form_and_nothing_is_saved(client: Client, user, misaki, by: str, day: str, at: str):
    response = press(client, misaki, by)
    assert rows(response)[:2] == [(day, at), ("thursday 3 december", "10:30")]
    assertContains(response, "With many thanks")
    assert user.offers.count() == 0


def test_a_button_says_where_it_moves_the_time_in_their_day(client: Client, misaki):
    page = press(client, misaki, "later")
    assertContains(page, "Half an hour later: Tuesday 1 December, 18:00")
    assertContains(page, "A day earlier: Monday 30 November, 17:30")


def test_the_pressed_button_has_the_focus(client: Client, misaki):
    page = press(client, misaki, "later").content.decode()
    tag = page.partition('id="later-0"')[2].partition(">")[0]
    assert "autofocus" in tag
    assert page.count("autofocus") == 1


def test_a_removed_time_is_not_offered(client: Client, user, misaki):
    client.post(new(misaki), {**TYPED, "times-0-DELETE": "on"})
    assert [slot.local_date for slot in user.offers.get().slots.all()] == [date(2026, 12, 3)]


def test_a_removed_time_can_be_put_back(client: Client, misaki):
    removed = press(client, misaki, "remove")
    assertContains(removed, "Put it back")
    assert [row.is_removed for row in removed.context["form"].times.forms][:2] == [True, False]
    back = press(client, misaki, "put-back", **{"times-0-DELETE": "on"})
    assert rows(back)[0] == ("2026-12-01", "09:00")
    assert not back.context["form"].times.forms[0].is_removed


def test_a_removed_time_that_cannot_be_read_is_no_mistake(client: Client, user, misaki):
    client.post(new(misaki), {**TYPED, "times-0-day": "some day", "times-0-DELETE": "on"})
    assert user.offers.get().slots.count() == 1


def test_all_times_removed_is_no_offer(client: Client, user, misaki):
    page = client.post(new(misaki), {**TYPED, "times-0-DELETE": "on", "times-1-DELETE": "on"})
    assertContains(page, "Offer at least one time")
    assert user.offers.count() == 0


def test_another_time_is_one_that_is_not_there_yet(client: Client, misaki):
    times = press(client, misaki, "add", nth=2).context["form"].times.found
    assert len(times) == len(set(times)) == 3


def test_another_time_is_not_the_one_just_removed(client: Client, misaki):
    response = press(client, misaki, "add", **{"times-0-DELETE": "on"})
    row = response.context["form"].times.forms[0]
    assert (row.is_removed, rows(response)[0] != ("2026-12-01", "09:00")) == (False, True)


def test_there_are_five_cards_at_most(client: Client, misaki):
    full = {f"times-{n}-{name}": value for n in range(5) for name, value in (("day", f"2026-12-0{n + 1}"), ("at", "9"))}
    assertNotContains(press(client, misaki, "later", **full), "Add another time")
    assertContains(press(client, misaki, "remove", **full), "Add another time")


def test_where_nothing_suits_another_time_is_typed(client: Client, user, misaki):
    user.work_days = "8"
    user.save()
    page = press(client, misaki, "add", nth=2)
    assert [card.is_open for card in page.context["cards"]] == [False, False, True]


def test_a_time_moved_into_the_past_says_so_and_can_be_moved_back(client: Client, misaki):
    past = {"times-0-day": "2026-11-20", "times-0-at": "09:00"}
    assertContains(press(client, misaki, "day-before", **past), "has passed")
    past = {"times-0-day": "2026-11-19", "times-0-at": "09:00"}
    assert rows(press(client, misaki, "day-after", **past))[0] == ("2026-11-20", "09:00")


@pytest.mark.parametrize(("at", "by", "found"), [("01:30", "later", "03:00"), ("03:00", "earlier", "01:30")])
def test_a_time_is_moved_over_the_hour_that_the_clocks_skip(client: Client, misaki, at: str, by: str, found: str):
    response = press(client, misaki, by, **{"times-0-day": "2027-03-28", "times-0-at": at})
    assert rows(response)[0] == ("2027-03-28", found)


def test_a_moved_time_is_written_as_i_read_it(client: Client, user, misaki):
    user.twelve_hours = True
    user.save()
    assert rows(press(client, misaki, "later"))[0] == ("2026-12-01", "9:30 am")


@pytest.mark.parametrize("row", [9, 10**9])
@pytest.mark.parametrize("by", ["later", "remove", "put-back", "add"])
def test_a_row_that_is_not_there_moves_nothing(client: Client, misaki, row: int, by: str):
    assert rows(press(client, misaki, by, nth=row))[0] == ("2026-12-01", "09:00")


NASTY = ("\0", "a\0b", "9999-12-31", "0001-01-01", "10" + "0" * 18, "in 999 years", "x" * 5000, "٣", "<b>")


@pytest.mark.slow
@pytest.mark.one_database
@pytest.mark.parametrize("by", ["later", "day-after", "remove", "put-back", "add"])
def test_nasty_words_end_in_a_page(client: Client, misaki, by: str):
    for value in NASTY:
        for name in ("day", "at", "DELETE"):
            assert press(client, misaki, by, **{f"times-0-{name}": value}).status_code == 200, (name, value)


def test_a_stranger_moves_nothing(client: Client, stranger):
    theirs = ContactFactory(owner=stranger)
    assert press(client, theirs, "later").status_code == 404


def test_enter_in_a_field_sends_the_offer(client: Client, misaki):
    """A browser presses the first button of the form."""
    form = client.get(new(misaki)).content.decode().partition(f'action="{new(misaki)}"')[2]
    assert "formaction" not in form.partition("<button")[2].partition(">")[0]


# --- what stands in a card --------------------------------------------------------------------------------------------


def test_their_time_comes_first_and_mine_stands_beside_it(client: Client, misaki):
    page = client.get(new(misaki), TYPED, headers=TYPING)
    assertContains(page, "17:00")
    assertContains(page, "in Tokyo · 09:00 for you")
    assertNotContains(page, "<html")


def test_both_days_are_written_out_when_they_differ(client: Client, misaki):
    typed = {**TYPED, "times-0-at": "17:00"}
    page = client.get(new(misaki), typed, headers=TYPING)
    assertContains(page, "Wednesday 2 December")
    assertContains(page, "in Tokyo · Tuesday 1 December, 17:00 for you")


def test_without_a_zone_of_theirs_my_time_stands_alone(client: Client, user):
    ana = ContactFactory(owner=user, name="Ana Souza", time_zone="")
    page = client.get(new(ana))
    assertContains(page, "The zone of Ana is not known; the page finds it.")
    assertNotContains(page, "for you")


@pytest.mark.parametrize(
    ("day", "at", "said"),
    [
        ("2026-12-01", "07:30", "At night for you."),
        ("2026-12-01", "08:30", "Outside your own hours."),
        ("2026-12-01", "10:00", "Late for Misaki."),
        ("2026-12-01", "13:00", "At night for Misaki."),
        ("2026-12-01", "20:30", "At night for Misaki and you."),
        ("2026-12-01", "18:00", "At night for Misaki, outside your own hours."),
        ("2026-12-05", "09:00", "On a weekend of Misaki, no working day of yours."),
        ("2026-11-19", "09:00", "Thursday 19 November, 09:00 has passed. Choose a time to come."),
        ("2026-12-03", "10:30", "The same time as another one here."),
        ("31 november", "10:30", "November ends on the 30th. Try “30 November”."),
        ("9999-12-31", "09:00", "Not a date I know. Try “in 3 weeks”."),
        ("2027-10-01", "09:00", "Friday 1 October 2027 is too far away. Choose a day up to Wednesday 19 May 2027."),
    ],
)
def test_an_hour_that_does_not_suit_says_so_in_one_sentence(client: Client, misaki, day: str, at: str, said: str):
    assert first(client, misaki, day, at).sentence == said


def test_nothing_is_said_of_an_hour_that_suits_both(client: Client, user):
    ana = ContactFactory(owner=user, time_zone="Europe/Lisbon")
    assert first(client, ana, "2026-12-01", "12:00").sentence == ""


def test_a_holiday_of_mine_is_named(client: Client, user, misaki):
    user.country = "SE"
    user.save()
    assert first(client, misaki, "2026-12-25", "08:30").sentence.startswith("A holiday of yours: ")


def test_a_talk_that_overlaps_is_named(client: Client, user, misaki):
    ana = ContactFactory(owner=user, name="Ana Souza")
    InterviewFactory(contact=ana, local_date=date(2026, 12, 1), local_time=time(9, 20))
    overlap = "You talk with Ana Souza then; nobody can take this one."
    assert first(client, misaki, "2026-12-01", "09:00", minutes="30").sentence == overlap
    assert first(client, misaki, "2026-12-01", "09:00", minutes="20").sentence != overlap


def test_a_removed_time_is_no_other_one(client: Client, misaki):
    typed = {"times-1-DELETE": "on"}
    assert first(client, misaki, "2026-12-03", "10:30", **typed).sentence == "Late for Misaki."


def test_where_no_hour_suits_both_every_card_says_so(client: Client, user):
    user.time_zone = "Europe/Lisbon"
    user.save()
    aroha = ContactFactory(owner=user, name="Aroha Ngata", time_zone="Pacific/Auckland")
    found = client.get(new(aroha)).context["cards"]
    assert [card.sentence for card in found] == ["At night for Aroha, outside your own hours."] * 5


def test_a_refused_time_is_named_above_and_in_its_card(client: Client, misaki):
    page = client.post(new(misaki), {**TYPED, "times-0-at": "soon"})
    assertContains(page, '<a href="#id_times-0-at">Time 1</a>')
    assertContains(page, "Not a time I know.", count=1)


# --- at night, said before it leaves ----------------------------------------------------------------------------------


AT_NIGHT = {"times-0-at": "13:00"}


def test_a_night_typed_without_scripts_is_said_before_the_offer_leaves(client: Client, user, misaki):
    page = client.post(new(misaki), {**TYPED, **AT_NIGHT})
    assertContains(page, "Nothing was offered yet")
    assertContains(page, "At night for Misaki.")
    assertContains(page, "With many thanks")
    assert user.offers.count() == 0


def test_pressed_again_the_night_is_offered(client: Client, user, misaki):
    shown = [card.mark for card in client.post(new(misaki), {**TYPED, **AT_NIGHT}).context["cards"]]
    client.post(new(misaki), {**TYPED, **AT_NIGHT, "seen": shown})
    assert user.offers.get().slots.count() == 2


def test_what_a_card_said_while_typing_is_not_asked_again(client: Client, user, misaki):
    page = client.get(new(misaki), {**TYPED, **AT_NIGHT}, headers=TYPING)
    assertContains(page, '<input type="hidden" name="seen"', count=2)
    client.post(new(misaki), {**TYPED, **AT_NIGHT, "seen": [card.mark for card in page.context["cards"]]})
    assert user.offers.count() == 1
