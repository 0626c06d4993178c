"""What a contact is found by: what was promised, open or closed."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet

from accounts.models import User
from crm.parts import found_by


@found_by
def promises(owner: User, contacts: Sequence[int]) -> QuerySet[Any, Any]:
    made = owner.promises.filter(contact__in=contacts, binned_at__isnull=True)
    return made.values_list("contact", "pk", "what")
