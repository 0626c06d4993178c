"""What can be read as figures: how late mail leaves, and how often anything but "sent" was its end."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q

from outbox.models import OutgoingMail, OutgoingMailQuerySet, State

SINCE = timedelta(days=30)
SAMPLE = 1000  # the last ones sent, of which lateness is told
REPAIRS = "repairs"


@dataclass(frozen=True)
class Figures:
    """Of the last 30 days; lateness in seconds after `not_before`, None when nothing was sent."""

    sent: int
    retried: int
    uncertain: int
    dead: int
    p50: float | None
    p95: float | None
    p99: float | None


def figures(mails: OutgoingMailQuerySet, now: datetime) -> Figures:
    """Two queries, each bounded."""
    recent = mails.gone().order_by().filter(updated_at__gte=now - SINCE)
    counts = recent.aggregate(
        sent=Count("pk", filter=Q(state=State.SENT)),
        retried=Count("pk", filter=Q(attempts__gt=1)),
        uncertain=Count("pk", filter=Q(state=State.UNCERTAIN) | Q(possible_duplicate=1)),
        dead=Count("pk", filter=Q(state=State.DEAD)),
    )
    sent = mails.gone().filter(state=State.SENT, updated_at__gte=now - SINCE)
    late = sorted(
        (sent_at - not_before).total_seconds()
        for sent_at, not_before in sent.values_list("sent_at", "not_before")[:SAMPLE]
        if sent_at is not None
    )
    return Figures(**counts, p50=percentile(late, 50), p95=percentile(late, 95), p99=percentile(late, 99))


def percentile(ordered: Sequence[float], rank: int) -> float | None:
    """The nearest rank."""
    return ordered[max(0, -(-len(ordered) * rank // 100) - 1)] if ordered else None


def backlog(now: datetime) -> tuple[int, float]:
    """How many mails are due (told up to 1,000), and how many seconds the oldest has waited."""
    due = OutgoingMail.objects.filter(not_before__lte=now)
    since = list(due.front(SAMPLE).values_list("not_before", flat=True))
    return len(since), (now - min(since)).total_seconds() if since else 0.0
