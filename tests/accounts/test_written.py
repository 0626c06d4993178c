"""A statement that is written once says what the ORM would say anew each time."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.db import connection

from accounts.models import User
from accounts.written import written
from crm.models import Contact, ContactQuerySet
from interviews.models import InterviewQuerySet
from tests.factories import NOW, ContactFactory, InterviewFactory


@pytest.fixture
def built() -> list[str]:
    """A word for each time the function was called."""
    return []


@pytest.fixture
def to_touch(built: list[str]) -> Callable[..., list[Contact]]:
    @written
    def read(owner: User, day: date) -> ContactQuerySet:
        built.append("called")
        return owner.contacts.to_touch(day).select_related("organisation")

    return read


@written
def planned(owner: User, start: datetime, end: datetime) -> InterviewQuerySet:
    return owner.interviews.planned().between(start, end).with_row().next_first()


def touched_on(owner: User, name: str, day: date) -> Contact:
    return ContactFactory(
        owner=owner, name=name, stage="continue", rhythm_count=2, rhythm_unit="weeks", last_touch_on=day, touch_on=day
    )


def test_each_owner_gets_their_own_rows(user, stranger, to_touch, built):
    mine, theirs = touched_on(user, "Ana Souza", NOW.date()), touched_on(stranger, "Bea Lund", NOW.date())
    assert to_touch(user, NOW.date()) == [mine]
    assert to_touch(stranger, NOW.date()) == [theirs]
    assert built == ["called"]


def test_another_day_is_another_answer(user, to_touch):
    tomorrow = touched_on(user, "Ana Souza", NOW.date() + timedelta(days=1))
    assert to_touch(user, NOW.date()) == []
    assert to_touch(user, NOW.date() + timedelta(days=1)) == [tomorrow]


def test_instants_and_what_is_fetched_along_are_as_the_orm_gives_them(user, django_assert_num_queries):
    talk = InterviewFactory(contact=ContactFactory(owner=user), starts_at=NOW + timedelta(hours=1))
    InterviewFactory(contact=ContactFactory(owner=user), starts_at=NOW + timedelta(days=3))
    planned(user, NOW, NOW)  # the first call; nothing lies between
    with django_assert_num_queries(1):
        found = planned(user, NOW, NOW + timedelta(days=1))
        assert [(one, one.starts_at, one.contact.name, one.questions_chosen, one.owner) for one in found] == [
            (talk, talk.starts_at, talk.contact.name, 0, user)
        ]


def test_rows_belong_to_the_owner_that_asked(user, stranger, to_touch):
    touched_on(user, "Ana Souza", NOW.date())
    touched_on(stranger, "Bea Lund", NOW.date())
    assert to_touch(user, NOW.date())[0].owner is user
    assert to_touch(stranger, NOW.date())[0].owner is stranger


def test_what_needs_more_of_an_instance_than_its_key_fails(user):
    @written
    def of_that_name(owner: User) -> ContactQuerySet:
        return owner.contacts.filter(name=owner.name)

    with pytest.raises(ObjectDoesNotExist):
        of_that_name(user)


@pytest.mark.parametrize(
    "narrow",
    [
        lambda rows, now: rows.filter(starts_at__gt=now.replace(hour=0)),
        lambda rows, now: rows.filter(starts_at__gt=now + timedelta(days=1)),
        lambda rows, now: rows if now > NOW else rows.none(),
    ],
    ids=["a method", "a sum", "a comparison"],
)
def test_what_computes_with_a_date_fails(user, narrow: Callable[..., Any]):
    @written
    def lately(owner: User, now: datetime) -> InterviewQuerySet:
        return narrow(owner.interviews.all(), now)

    with pytest.raises((AttributeError, TypeError)):
        lately(user, NOW)


def test_a_span_can_be_taken_off(user):
    @written
    def lately(owner: User, now: datetime) -> InterviewQuerySet:
        return owner.interviews.filter(starts_at__gt=now - timedelta(days=1))

    talk = InterviewFactory(contact=ContactFactory(owner=user), starts_at=NOW)
    assert lately(user, NOW + timedelta(hours=23)) == [talk]
    assert lately(user, NOW + timedelta(hours=25)) == []


def test_a_number_that_no_column_holds_finds_nothing(user):
    @written
    def one(owner: User, pk: int) -> ContactQuerySet:
        return owner.contacts.filter(pk=pk)

    ana = ContactFactory(owner=user)
    assert one(user, ana.pk) == [ana]
    assert one(user, 10**19) == []


def test_names_are_refused(user):
    with pytest.raises(TypeError, match="order"):
        planned(user, start=NOW, end=NOW)


@pytest.mark.django_db(transaction=True)
def test_threads_do_not_meet(user, stranger):
    """Each thread of the web server asks with values and a connection of its own."""
    mine = InterviewFactory(contact=ContactFactory(owner=user), starts_at=NOW)
    theirs = InterviewFactory(contact=ContactFactory(owner=stranger), starts_at=NOW)

    def ask(number: int) -> list[int]:
        try:
            return [talk.pk for talk in planned((user, stranger)[number % 2], NOW, NOW + timedelta(hours=1))]
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(ask, range(40)))
    assert found == [[mine.pk], [theirs.pk]] * 20
