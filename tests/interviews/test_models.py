from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.models import RestrictedError

from interviews.models import Agreed, Interview, Preparation
from tests.factories import NOW, ContactFactory, InterviewFactory, PreparationFactory

pytestmark = pytest.mark.django_db
AGREED = Agreed("phone", 20, date(2026, 12, 4), time(15, 0), "Europe/Stockholm", "+351", "Churn")


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("interview_length", {"minutes": 9}),
        ("interview_length", {"minutes": 121}),
        ("interview_medium_known", {"medium": "pigeon"}),
        ("interview_state_known", {"state": "maybe"}),
        ("interview_held_has_held_at", {"state": "held"}),
        ("interview_held_has_held_at", {"held_at": NOW}),
        ("interview_invited_within_sequence", {"invited_sequence": 1}),
    ],
)
def test_database_refuses(name, fields):
    interview = InterviewFactory()
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Interview.objects.filter(pk=interview.pk).update(**fields)


def test_agreed_survives_json():
    assert Agreed.from_json(AGREED.as_json()) == AGREED


def test_agreed_starts_at_the_instant_of_its_zone():
    assert AGREED.starts_at == datetime(2026, 12, 4, 14, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("medium", "said"),
    [("phone", "20 minutes by phone"), ("video", "20 minutes by video"), ("in_person", "20 minutes in person")],
)
def test_agreed_says_how_long_and_how(medium, said):
    assert Agreed(medium, 20, date(2026, 12, 4), time(15, 0), "UTC").said == said


def at(user, start: datetime, minutes: int = 20, **fields) -> Interview:
    interview = InterviewFactory(contact=ContactFactory(owner=user), minutes=minutes, **fields)
    Interview.objects.filter(pk=interview.pk).update(starts_at=start)
    return interview


@pytest.mark.parametrize(
    ("begins", "minutes", "overlaps"),
    [
        (timedelta(minutes=-20), 20, False),
        (timedelta(minutes=-19), 20, True),
        (timedelta(minutes=-119), 120, True),
        (timedelta(), 20, True),
        (timedelta(minutes=19), 20, True),
        (timedelta(minutes=20), 20, False),
    ],
)
def test_overlapping_touches_no_neighbour(user, begins, minutes, overlaps):
    at(user, AGREED.starts_at + begins, minutes)
    assert bool(user.interviews.overlapping(AGREED.starts_at, AGREED.ends_at)) is overlaps


def test_overlapping_leaves_out_the_one_that_moves_and_what_is_not_planned(user):
    moved = at(user, AGREED.starts_at)
    at(user, AGREED.starts_at, state="cancelled")
    assert user.interviews.overlapping(AGREED.starts_at, AGREED.ends_at, but=moved) == []


def test_overlapping_is_about_my_own(user, stranger):
    at(stranger, AGREED.starts_at)
    assert user.interviews.overlapping(AGREED.starts_at, AGREED.ends_at) == []


def test_alive_leaves_out_what_is_binned_and_whose_contact_is(user):
    kept = InterviewFactory(contact=ContactFactory(owner=user))
    InterviewFactory(contact=ContactFactory(owner=user), binned_at=NOW)
    InterviewFactory(contact=ContactFactory(owner=user, binned_at=NOW))
    assert list(user.interviews.alive()) == [kept]


def test_another_day_there_is_said(user):
    contact = ContactFactory(owner=user, time_zone="Asia/Tokyo")
    interview = InterviewFactory(contact=contact, local_time=time(20, 0))
    assert interview.is_another_day_there


@pytest.mark.parametrize("goes", ["the contact", "the owner"])
def test_two_prepared_talks_of_one_contact_go_together(goes: str):
    contact = ContactFactory()
    for talk in InterviewFactory.create_batch(2, contact=contact, state="held", held_at=NOW):
        PreparationFactory(contact=contact, interview=talk)
    PreparationFactory(contact=contact)
    (contact if goes == "the contact" else contact.owner).delete()
    assert not Preparation.objects.exists()


def test_talk_that_was_prepared_is_not_deleted_alone():
    talk = InterviewFactory()
    PreparationFactory(contact=talk.contact, interview=talk)
    with pytest.raises(RestrictedError):
        talk.delete()
