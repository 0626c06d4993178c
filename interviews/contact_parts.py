"""What a contact is found by: what was noted in our talks, learned from them, and answered. A talk that still runs is read
once it has ended."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet

from accounts.models import User
from crm.parts import found_by

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
