"""What a contact is found by: its tags, with and without their #, and its notes."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet, TextField, Value
from django.db.models.functions import Concat

from accounts.models import User
from crm.parts import found_by


@found_by
def tags(owner: User, contacts: Sequence[int]) -> QuerySet[Any, Any]:
    name = Concat(Value("#"), "tag__name", output_field=TextField())
    return owner.contacttags.filter(contact__in=contacts).values_list("contact", "pk", name)


@found_by
def notes(owner: User, contacts: Sequence[int]) -> QuerySet[Any, Any]:
    kept = owner.notes.filter(contact__in=contacts, binned_at__isnull=True)
    return kept.values_list("contact", "pk", "body")
