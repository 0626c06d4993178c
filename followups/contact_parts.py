"""What a contact is found by: what was promised, open or closed."""

from collections.abc import Sequence
from typing import Any

from django.db.models import F, QuerySet

from accounts.models import User
from crm.parts import entry, found_by, is_touch, told_in_story


@found_by
def promised_words(owner: User, contacts: Sequence[int]) -> QuerySet[Any, Any]:
    made = owner.promises.filter(contact__in=contacts, binned_at__isnull=True)
    return made.values_list("contact", "pk", "what")


@told_in_story("closed", rank=0)
def closed(contact: Any) -> QuerySet[Any, Any]:
    rows = contact.promises.filter(closed_at__isnull=False, binned_at__isnull=True)
    return entry(rows, at=F("closed_at"), text="what", aside="state")


@told_in_story("promised", rank=6)
def promised(contact: Any) -> QuerySet[Any, Any]:
    return entry(contact.promises.filter(binned_at__isnull=True), at=F("created_at"), text="what", aside="whose")


@is_touch
def kept_promises(contact: Any) -> QuerySet[Any, Any]:
    kept: QuerySet[Any, Any] = contact.promises.filter(state="kept", closed_at__isnull=False, binned_at__isnull=True)
    return kept.values("closed_at")
