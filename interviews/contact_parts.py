"""What a contact is found by: what was noted in our talks, learned from them, and answered. A talk that still runs is read
once it has ended."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Case, F, Q, QuerySet, When

from accounts.models import User
from crm.parts import entry, found_by, is_touch, told_in_story

RUNS = Q(preparation__interview__room__isnull=False, preparation__interview__room__ended_at__isnull=True)


@found_by
def room_notes(owner: User, contacts: Sequence[int]) -> QuerySet[Any, Any]:
    over = owner.rooms.filter(
        interview__contact__in=contacts, interview__binned_at__isnull=True, ended_at__isnull=False
    )
    return over.values_list("interview__contact", "pk", "notes")


@found_by
def debriefs(owner: User, contacts: Sequence[int]) -> QuerySet[Any, Any]:
    learned = owner.debriefs.filter(interview__contact__in=contacts, interview__binned_at__isnull=True)
    return learned.values_list("interview__contact", "pk", "learned")


@found_by
def answers(owner: User, contacts: Sequence[int]) -> QuerySet[Any, Any]:
    answered = owner.chosenquestions.filter(contact__in=contacts, answered_at__isnull=False)
    return answered.exclude(RUNS).values_list("contact", "pk", "answer")


@told_in_story("talk", rank=2)
def talks(contact: Any) -> QuerySet[Any, Any]:
    happened_at = Case(
        When(state="held", held_at__lt=F("starts_at"), then=F("held_at")),  # they began early
        When(state__in=["held", "no_show"], then=F("starts_at")),
        default=F("created_at"),
    )
    rows = contact.interviews.filter(binned_at__isnull=True)
    return entry(rows, at=happened_at, text="state", aside="medium", minutes="minutes", starts_at=F("starts_at"))


@told_in_story("ask", rank=4)
def asks(contact: Any) -> QuerySet[Any, Any]:
    return entry(contact.asks.all(), at=F("asked_at"), text="subject")


@told_in_story("offer", rank=5)
def offers(contact: Any) -> QuerySet[Any, Any]:
    return entry(contact.offers.exclude(state="withdrawn"), at=F("created_at"), text="about", aside="state")


@is_touch
def held_talks(contact: Any) -> QuerySet[Any, Any]:
    held: QuerySet[Any, Any] = contact.interviews.filter(state="held", held_at__isnull=False, binned_at__isnull=True)
    return held.values("held_at")
