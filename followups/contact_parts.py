"""What a contact is found by, and what its story tells: what was promised, and what became of it."""

from django.db.models import Q

from crm.parts import Entries, Words, offer

KEPT = Q(binned_at__isnull=True)
CLOSED = KEPT & Q(closed_at__isnull=False)

offer(
    Words("promises", "what", where=KEPT),
    Entries("closed", 0, "promises", at="closed_at", text="what", aside="state", where=CLOSED, since="created_at"),
    Entries(
        "promised", 6, "promises", at="created_at", text="what", aside="whose", where=KEPT & Q(closed_at__isnull=True)
    ),
    moved=["followups.Promise.contact"],
)
