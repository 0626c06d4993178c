"""For whoever watches the server: does the process answer, and can it do its work."""

from datetime import datetime
from ipaddress import ip_address
from typing import Any

from celery import current_app
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from outbox.figures import REPAIRS, backlog
from outbox.housekeeping import STRANGE
from outbox.mail_health import MAIL_LATE, TICK_LATE
from outbox.models import Figure
from outbox.settling import relay_state

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
    """503 without database or migrations. What only delays mail is `degraded`, with 200: the pages still serve. Strangers hear
    the status alone."""
    try:
        found = _found(timezone.now())
        shown = found if _may_see_all(request) else {"status": found["status"]}
    except (DatabaseError, InterfaceError):
        found = {"status": "down", "database": "away"}
        shown = found if _asks_from_here(request) else {"status": "down"}
    return JsonResponse(shown, status=503 if found["status"] == "down" else 200)


def _found(now: datetime) -> dict[str, Any]:
    if migrations_missing():
        return {"status": "down", "database": "ok", "migrations": "missing"}
    found = _delivery(now)
    degraded = [name for name, is_well in _verdicts(found).items() if not is_well]
    return {"status": "degraded" if degraded else "ok", "degraded": degraded, "database": "ok", **found}


def _may_see_all(request: HttpRequest) -> bool:
    return _asks_from_here(request) or bool(request.user.is_active and request.user.is_staff)


def _asks_from_here(request: HttpRequest) -> bool:
    """From this machine itself. A proxy on it says for whom it asks."""
    asked_for_another = {"HTTP_X_FORWARDED_FOR", "HTTP_X_REAL_IP", "HTTP_FORWARDED"} & request.META.keys()
    try:
        return not asked_for_another and ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:  # a socket has no address
        return False


def migrations_missing() -> bool:
    """Looked at until they are all there; they do not go away again."""
    global _is_migrated
    if not _is_migrated:
        executor = MigrationExecutor(connection)
        _is_migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return not _is_migrated


def _delivery(now: datetime) -> dict[str, Any]:
    relay = relay_state()
    due, oldest = backlog(now)
    return {
        "broker": "ok" if broker_answers() else "away",
        "last_tick_seconds": (now - relay.drained_at).total_seconds() if relay.drained_at else None,
        "backlog": due,
        "oldest_due_seconds": oldest,
        "mail_server": "failing" if relay.failures else "ok",
        "repairs": Figure.of(REPAIRS).total,
        "references_across_owners": Figure.of(STRANGE).last,
    }


def _verdicts(found: dict[str, Any]) -> dict[str, bool]:
    tick = found["last_tick_seconds"]
    return {
        "broker": found["broker"] == "ok",
        "last_tick": tick is not None and tick < TICK_LATE.total_seconds(),
        "backlog": found["oldest_due_seconds"] < MAIL_LATE.total_seconds(),
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
