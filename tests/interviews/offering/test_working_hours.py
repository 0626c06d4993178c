from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from pytest_django.asserts import assertContains

from accounts.models import User
from interviews.offering import working_hours
from tests.factories import NOW, TODAY, ContactFactory, InterviewFactory, OfferFactory, OfferSlotFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


def swede(**fields) -> User:
    return UserFactory(country="SE", **fields)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 11, 20), True),
        (date(2026, 11, 21), False),  # saturday
        (date(2026, 12, 25), False),  # a friday, and christmas
        (date(2027, 1, 6), False),  # epiphany
    ],
)
def test_working_days_know_weekends_and_holidays(day: date, works: bool):
    assert working_hours.is_working_day(swede(), day) is works


def test_a_country_nobody_knows_has_no_holidays():
    assert working_hours.is_working_day(UserFactory(country="XX"), date(2026, 12, 25))


@pytest.mark.parametrize(
    ("day", "count", "expected"),
    [
        (date(2026, 11, 19), 3, date(2026, 11, 24)),  # over a weekend
        (date(2026, 12, 23), 3, date(2026, 12, 29)),  # over christmas
        (date(2026, 11, 21), 1, date(2026, 11, 23)),
    ],
)
def test_after_working_days(day: date, count: int, expected: date):
    assert working_hours.after_working_days(swede(), day, count) == expected


def test_an_owner_without_working_days_is_not_waited_for_for_ever():
    user = UserFactory(work_days="8")
    assert working_hours.after_working_days(user, TODAY, 3) > TODAY


def propose(user: User, **other) -> list[datetime]:
    found = working_hours.propose(user, **{"minutes": 30, "their_zone": "", "now": NOW, **other})
    return [one.starts_at for one in found]


def test_five_times_in_my_hours_on_different_working_days():
    user = swede(work_from=time(10), work_until=time(12))
    local = [at.astimezone(user.zone) for at in propose(user)]
    assert len({at.date() for at in local}) == 5
    assert all(time(10) <= at.time() <= time(11, 30) and at.isoweekday() <= 5 for at in local)
    assert all(TODAY < at.date() <= TODAY + timedelta(days=14) for at in local)


def test_times_keep_clear_of_my_talks_and_of_other_offers():
    user = swede(work_from=time(10), work_until=time(11), work_days="2")  # two tuesdays, two times each
    InterviewFactory(contact=ContactFactory(owner=user), local_date=date(2026, 11, 24), local_time=time(9, 50))
    offer = OfferFactory(contact=ContactFactory(owner=user))
    OfferSlotFactory(offer=offer, starts_at=datetime(2026, 12, 1, 9, 30, tzinfo=UTC))
    found = propose(user, count=1) + propose(user, count=2)
    assert {at.astimezone(user.zone).strftime("%d %H:%M") for at in found} == {"24 10:30", "01 10:00"}


def test_times_are_by_day_where_they_live():
    user = swede()
    tokyo = [at.astimezone(ZoneInfo("Asia/Tokyo")).hour for at in propose(user, their_zone="Asia/Tokyo")]
    assert all(8 <= hour < 20 for hour in tokyo)


def test_nothing_is_proposed_when_no_day_is_worked():
    assert propose(swede(work_days="8")) == []


def test_no_hour_is_proposed_that_the_clocks_skip():
    user = swede(work_from=time(2), work_until=time(3), work_days="7")
    assert propose(user, now=datetime(2027, 3, 22, 12, tzinfo=UTC), count=1)[0].date() != date(2027, 3, 28)


# --- in their day -----------------------------------------------------------------------------------------------------

AT = datetime.fromisoformat


@pytest.mark.parametrize(
    ("starts_at", "zone", "hour"),
    [
        ("2026-12-10T17:00Z", "Europe/Lisbon", "LATE"),
        ("2026-12-10T16:40Z", "Europe/Lisbon", "DAY"),  # ends at five
        ("2026-12-10T16:41Z", "Europe/Lisbon", "LATE"),
        ("2026-12-10T09:00Z", "Europe/Lisbon", "DAY"),
        ("2026-12-10T08:59Z", "Europe/Lisbon", "EARLY"),
        ("2026-12-10T08:00Z", "Europe/Lisbon", "EARLY"),
        ("2026-12-10T07:59Z", "Europe/Lisbon", "NIGHT"),
        ("2026-12-10T19:40Z", "Europe/Lisbon", "LATE"),
        ("2026-12-10T19:41Z", "Europe/Lisbon", "NIGHT"),
        ("2026-12-10T23:50Z", "Europe/Lisbon", "NIGHT"),  # over midnight
        ("2026-12-12T12:00Z", "Europe/Lisbon", "WEEKEND"),
        ("2026-12-11T10:00Z", "Pacific/Kiritimati", "WEEKEND"),  # a Friday here, and Saturday there
        ("2026-12-14T01:00Z", "Pacific/Pago_Pago", "WEEKEND"),  # a Monday, and still Sunday there
        ("2026-12-12T03:00Z", "", "DAY"),  # nothing is known
    ],
)
def test_how_a_time_lies_in_their_day(starts_at: str, zone: str, hour: str):
    assert working_hours.their_hour(AT(starts_at), 20, zone) == working_hours.Hour[hour]


@pytest.mark.parametrize(
    ("starts_at", "said"),
    [
        ("2026-12-10T08:00Z", "At night for Vera: Thursday 10 December, 03:00."),
        ("2026-12-12T15:00Z", "On a weekend of Vera: Saturday 12 December, 10:00."),
        ("2026-12-10T13:30Z", "Early for Vera: Thursday 10 December, 08:30."),
        ("2026-12-10T23:00Z", "Late for Vera: Thursday 10 December, 18:00."),
        ("2026-12-10T15:00Z", ""),
    ],
)
def test_what_lies_badly_is_said_with_their_day(starts_at: str, said: str):
    contact = ContactFactory.build(name="Vera Couver", time_zone="America/New_York")
    assert working_hours.warning(AT(starts_at), 20, contact) == said


@pytest.mark.parametrize(
    "mine", ["Europe/Berlin", "Europe/Lisbon", "America/New_York", "Asia/Tokyo", "Pacific/Auckland"]
)
@pytest.mark.parametrize(
    "theirs",
    ["Europe/Lisbon", "America/Vancouver", "Asia/Kolkata", "Asia/Tokyo", "Pacific/Auckland", "Pacific/Honolulu", ""],
)
def test_no_time_outside_8_to_20_of_theirs_while_one_exists(mine: str, theirs: str):
    user = UserFactory(time_zone=mine)
    found = working_hours.propose(user, minutes=30, their_zone=theirs, now=NOW)
    assert len(found) == 5
    assert len({one.starts_at for one in found}) == 5
    mornings = [datetime(2026, 11, 20, 8, tzinfo=user.zone) + timedelta(days=n) for n in range(14)]
    possible = [
        morning + timedelta(minutes=30 * half)  # within an hour of my nine to five
        for morning in mornings
        for half in range(20)
        if morning.isoweekday() <= 5
    ]
    best = min(_awake(working_hours.their_hour(at, 30, theirs)) for at in possible)
    assert {_awake(working_hours.their_hour(one.starts_at, 30, theirs)) for one in found} == {best}


def _awake(hour: working_hours.Hour) -> int:
    return {"DAY": 0, "EARLY": 1, "LATE": 1}.get(hour.name, 2)


ZONES = st.sampled_from(sorted({"", "Europe/Lisbon", "Asia/Kathmandu", "Pacific/Auckland", "America/St_Johns", "UTC"}))
INSTANTS = st.integers(0, 900 * 24 * 60).map(lambda minutes: NOW + timedelta(minutes=minutes))


@given(st.lists(st.tuples(INSTANTS, st.booleans()), max_size=20), st.integers(10, 120), ZONES)
def test_what_suits_both_is_never_worse_than_what_was_left_out(free, minutes: int, zone: str):
    times = [working_hours.Proposal(*one) for one in free]
    best = working_hours.best_for_both(times, minutes, zone)
    hours = {one: working_hours.their_hour(one.starts_at, minutes, zone) for one in times}
    assert set(best) <= set(times)
    assert bool(best) == bool(times)
    good = [one for one in times if hours[one] == working_hours.Hour.DAY and one.is_mine]
    assert not good or set(best) == set(good)
    by_day = [one for one in times if _awake(hours[one]) < 2]
    assert not by_day or all(_awake(hours[one]) < 2 for one in best)


def test_the_form_marks_what_it_proposes_at_night(client: Client, user):
    user.time_zone = "Europe/Lisbon"
    user.save()
    contact = ContactFactory(owner=user, name="Aroha Ngata", time_zone="Pacific/Auckland")
    page = client.get(reverse("offer_new", args=[contact.pk])).content.decode()
    assert page.count("At night for Aroha, outside your own hours.") == 5


def test_planning_at_night_is_marked(client: Client, user):
    contact = ContactFactory(owner=user, name="Aroha Ngata", time_zone="Pacific/Auckland")
    typed = {"medium": "video", "minutes": "20", "day": "4 december", "at": "15:00"}
    page = client.get(
        reverse("interview_new", args=[contact.pk]), typed, headers={"HX-Request": "true", "HX-Target": "understood"}
    )
    assertContains(page, "On a weekend of Aroha: Saturday 5 December, 03:00.")


# --- one more -------------------------------------------------------------------------------------------------------


def another(user: User, besides: list[datetime], their_zone: str = "") -> datetime | None:
    found = working_hours.propose_another(user, minutes=30, their_zone=their_zone, now=NOW, besides=besides)
    return found and found.starts_at


def test_one_more_time_is_of_a_day_without_one():
    user = swede()
    five = propose(user)
    assert another(user, five).astimezone(user.zone).date() not in {at.astimezone(user.zone).date() for at in five}


def test_one_more_time_is_clear_of_the_others_where_every_day_has_one():
    user = swede(work_from=time(10), work_until=time(11), work_days="2")  # two tuesdays
    two = propose(user, count=2)
    assert all(abs(another(user, two) - at) >= timedelta(minutes=30) for at in two)


def test_one_more_time_is_the_next_best_when_the_best_are_taken():
    user = swede(work_from=time(9), work_until=time(10), work_days="2")
    besides = list[datetime]()
    while at := another(user, besides, "Asia/Tokyo"):
        besides.append(at)
    hours = [working_hours.their_hour(at, 30, "Asia/Tokyo").name for at in besides]
    assert sorted(hours) == sorted(hours, key=["DAY", "LATE"].index) or hours == sorted(hours)
    assert set(hours) == {"DAY", "LATE"}


def test_there_is_no_further_time_when_no_day_is_worked():
    assert another(swede(work_days="8"), []) is None


@pytest.mark.parametrize("theirs", ["Europe/Lisbon", "Asia/Tokyo", "Pacific/Auckland", "America/Vancouver"])
def test_one_more_time_lies_outside_8_to_20_of_theirs_only_where_all_do(theirs: str):
    user = swede()
    besides = propose(user, their_zone=theirs)
    found = another(user, besides, theirs)
    best = min(_awake(working_hours.their_hour(at, 30, theirs)) for at in besides)
    assert _awake(working_hours.their_hour(found, 30, theirs)) == best
