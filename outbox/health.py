"""For whoever watches the server: does the process answer, and can it do its work."""

from datetime import datetime
from typing import Any

from celery import current_app
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from outbox.figures import REPAIRS, backlog, noted
from outbox.housekeeping import STRANGE
from outbox.models import WorkerBeat
from outbox.settling import relay_state

TICK_LATE, MAIL_LATE = 120, 300  # seconds
_is_migrated = False


@login_not_required
@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers. Asks nobody else."""
    return HttpResponse("ok", content_type="text/plain")


@login_not_required
@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """503 without database or migrations. What only delays mail is `degraded`, with 200: the pages still serve."""
    try:
        missing = migrations_missing()
        found = {} if missing else _delivery(timezone.now())
    except (DatabaseError, InterfaceError):
        return JsonResponse({"status": "down", "database": "away"}, status=503)
    if missing:
        return JsonResponse({"status": "down", "database": "ok", "migrations": "missing"}, status=503)
    degraded = [name for name, is_well in _verdicts(found).items() if not is_well]
    return JsonResponse({"status": "degraded" if degraded else "ok", "degraded": degraded, "database": "ok", **found})


def migrations_missing() -> bool:
    """Looked at until they are all there; they do not go away again."""
    global _is_migrated
    if not _is_migrated:
        executor = MigrationExecutor(connection)
        _is_migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return not _is_migrated


def _delivery(now: datetime) -> dict[str, Any]:
    last = WorkerBeat.objects.exclude(drained_at=None).order_by("-drained_at").first()
    due, oldest = backlog(now)
    repairs, strange = noted(REPAIRS), noted(STRANGE)
    return {
        "broker": "ok" if broker_answers() else "away",
        "last_tick_seconds": (now - last.drained_at).total_seconds() if last and last.drained_at else None,
        "backlog": due,
        "oldest_due_seconds": oldest,
        "mail_server": "failing" if relay_state().failures else "ok",
        "repairs": repairs.total if repairs else 0,
        "references_across_owners": strange.last if strange else 0,
    }


def _verdicts(found: dict[str, Any]) -> dict[str, bool]:
    tick = found["last_tick_seconds"]
    return {
        "broker": found["broker"] == "ok",
        "last_tick": tick is not None and tick < TICK_LATE,
        "backlog": found["oldest_due_seconds"] < MAIL_LATE,
        "mail_server": found["mail_server"] == "ok",
        "references_across_owners": not found["references_across_owners"],
    }


def broker_answers() -> bool:
    try:
        with current_app.connection_for_write(transport_options={"max_retries": 0}) as broker:
            broker.ensure_connection(max_retries=1, timeout=1)
    except Exception:  # whatever the transport raises, the answer is no
        return False
    return True
