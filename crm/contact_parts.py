"""What a contact is found by: its tags, with and without their #, and its notes. In its story: stages, touches, notes."""

from collections.abc import Sequence
from typing import Any

from django.db.models import F, QuerySet, TextField, Value
from django.db.models.functions import Concat

from accounts.models import User
from crm.parts import TOUCHES, entry, found_by, told_in_story


@found_by
def tags(owner: User, contacts: Sequence[int]) -> QuerySet[Any, Any]:
    name = Concat(Value("#"), "tag__name", output_field=TextField())
    return owner.contacttags.filter(contact__in=contacts).values_list("contact", "pk", name)


@found_by
def notes(owner: User, contacts: Sequence[int]) -> QuerySet[Any, Any]:
    kept = owner.notes.filter(contact__in=contacts, binned_at__isnull=True)
    return kept.values_list("contact", "pk", "body")


@told_in_story("stage", rank=1)
def stage_changes(contact: Any) -> QuerySet[Any, Any]:
    return entry(contact.stage_changes.all(), at=F("at"), text="after", aside="before")


@told_in_story("touch", rank=3)
def touches(contact: Any) -> QuerySet[Any, Any]:
    rows = contact.touches.all()
    for told_otherwise in TOUCHES:
        rows = rows.exclude(created_at__in=told_otherwise(contact))
    return entry(rows, at=F("created_at"), text="happened_on")


@told_in_story("note", rank=7)
def kept_notes(contact: Any) -> QuerySet[Any, Any]:
    return entry(contact.notes.filter(binned_at__isnull=True), at=F("created_at"), text="html")
