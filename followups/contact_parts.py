"""What a contact is found by, and what its story tells: what was promised, and what became of it."""

from django.db.models import Case, Q, When
from django.db.models.functions import Coalesce

from crm.parts import Entries, Words, offer

KEPT = Q(binned_at__isnull=True)
ENDED_OR_MADE = Coalesce("closed_at", "created_at")
OUTCOME = Case(When(closed_at__isnull=True, then="whose"), default="state")

offer(
    Words("promises", "what", where=KEPT),
    Entries("promise", 6, "promises", at=ENDED_OR_MADE, text="what", aside=OUTCOME, where=KEPT, since="created_at"),
    moved=["followups.Promise.contact"],
)
