from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from accounts.models import User
from interviews.offering import working_hours
from tests.factories import NOW, TODAY, ContactFactory, InterviewFactory, OfferFactory, OfferSlotFactory, UserFactory

pytestmark = pytest.mark.django_db


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
    return working_hours.propose(user, **{"minutes": 30, "their_zone": "", "now": NOW, **other})


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
