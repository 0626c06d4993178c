"""What is cleared away once a day: promises that lay in the bin for long enough."""

from datetime import datetime

from crm.jobs import purge
from followups.models import Promise
from outbox.kinds import housekeeper


@housekeeper
def purge_promises(now: datetime) -> int:
    """One whose check-in was taken out of the bin stays: the check-in would go with it."""
    alive = Promise.objects.filter(binned_at__isnull=True, check_in_of__isnull=False)
    return purge(Promise.objects.exclude(pk__in=alive.values("check_in_of")), now)
