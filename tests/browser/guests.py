"""What contacts see behind their links, in every state; and what they answered, as its owner reads it."""

from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.urls import reverse

from accounts.models import User
from interviews.models import Offer
from interviews.offering import actions as offering
from tests import factories as make

DAY = timedelta(days=1)


def guest_pages(user: User, now: datetime) -> dict[str, str]:
    """By a name for the picture. Each stands as it would two hours after it began."""
    ago = now - timedelta(hours=1)
    answered, countered, refused, declined = (_offered(user, 10 * n, now) for n in range(1, 5))
    own = offering.Answer(_at(now, 9, 8), "phone", "+81 3 555 0142", "Mondays are better", "Asia/Tokyo")
    offering.choose(offer=answered, answer=offering.Answer(_at(now, 10, 8), "video"), now=ago)
    offering.say(offer=answered, words="I am at my desk from six.\nCall twice.", now=ago)
    offering.propose(offer=countered, answer=own, now=ago)
    offering.refuse(counter=offering.propose(offer=refused, answer=own, now=ago), now=now)
    offering.decline(offer=declined, note="", now=ago)
    talk = make.InterviewFactory(contact=_contact(user), starts_at=now + 80 * DAY, invited_email="misaki@riken.example")
    return {
        "offer": _path(_offered(user, 60, now)),
        "offer-answered": _path(answered),
        "offer-move": reverse("guest_move", args=[answered.new_secret()]),
        "offer-countered": _path(countered),
        "offer-refused": _path(refused),
        "offer-declined": _path(declined),
        "invitation-yes": urlsplit(talk.answer_url("yes", 0)).path,
        "invitation-no": urlsplit(talk.answer_url("no", 0)).path,
        "invitation-another": urlsplit(talk.answer_url("another", 0)).path,
    }


def learned_pages(user: User, now: datetime) -> dict[str, str]:
    """What three people answered, one thing ticked, and a talk in which it was not asked yet."""
    begin = make.QuestionFactory(owner=user, text="Where would you begin today?")
    reading = make.QuestionFactory(owner=user, text="What do you read to keep up?", starting=9, tag="resources")
    for n in range(3):
        preparation = make.PreparationFactory(contact=_contact(user))
        for question, said in (
            (begin, "At the gauges."),
            (reading, f"Rivers in Print\nBook {n}\nMap {n}\n{'w' * 150}"),
        ):
            make.ChosenQuestionFactory(
                preparation=preparation, question=question, answer=said, answered_at=now - n * DAY
            )
    make.TickFactory(owner=user, name="Rivers in Print", done_at=now)
    make.InterviewFactory(contact=_contact(user), starts_at=now + 3 * DAY)
    return {
        "learned-question": reverse("learned_question", args=[begin.pk]),
        "learned-shelf": reverse("learned_shelf", args=["reading"]),
        "learned-search": reverse("learned") + "?q=gauges",
    }


def answered_pages(user: User, now: datetime) -> dict[str, str]:
    """A talk whose time does not suit them, and where their answer is read; a proposal as it waits for its owner."""
    talk = make.InterviewFactory(
        contact=_contact(user), starts_at=now + 70 * DAY, invited_email="misaki@riken.example", medium="phone", where="",
        attendee_status="countered", attendee_at=now, attendee_starts_at=now + 71 * DAY, attendee_minutes=45,
        attendee_comment="Sorry, call my office at +81 3 555 0142 and they find another day.",
    )  # fmt: skip
    countered = _offered(user, 80, now)
    own = offering.Answer(_at(now, 9, 8), "phone", "+81 3 555 0142", "Mondays are better", "Asia/Tokyo")
    offering.propose(offer=countered, answer=own, now=now)
    return {
        "interview-countered": talk.get_absolute_url(),
        "interview-reply": reverse("interview_reply", args=[talk.pk]),
        "offer-owner": countered.get_absolute_url(),
    }


def _contact(user: User):
    return make.ContactFactory(owner=user, name="Misaki Tanaka", email="misaki@riken.example", time_zone="Asia/Tokyo")


def _offered(user: User, days: int, now: datetime) -> Offer:
    times = [_at(now, days, 8), _at(now, days, 9), _at(now, days + 2, 7)]
    terms = offering.Terms(minutes=30, media=["video", "phone"], times=times, about="How you measure a breach")
    return offering.offer(owner=user, contact=_contact(user), terms=terms, now=now - timedelta(hours=2))


def _at(now: datetime, days: int, hour: int) -> datetime:
    return (now + days * DAY).replace(hour=hour, minute=0, second=0, microsecond=0)


def _path(offer: Offer) -> str:
    return reverse("guest_offer", args=[offer.new_secret()])
