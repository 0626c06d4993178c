"""The navigation around every page: which entry stands for this page, how much is due, and whether mail goes out."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from accounts.models import User
from base.counting import in_figures
from outbox.mail_health import MailHealth, read_mail_health

DUE_CAP = 99

# which entry stands for a page, by how the name of its URL begins
ENTRIES = {
    "today": "today",
    "contact_": "contacts",
    "note_": "contacts",
    "promise_": "promises",
    "learned": "learned",
    "question_list": "learned",
    "delivery_list": "deliveries",
    "import_": "imports",
    "settings": "settings",
    "calendar_feed": "settings",
    "keys": "keys",
}


@dataclass(frozen=True)
class NavCounts:
    """How many promises of mine Today would show, empty where there is none; and whether mail goes out."""

    due: str
    mail: MailHealth


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Context processor. The counts are read when a page shows them: a fragment does not."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    return {
        "nav_entry": _entry(request),
        "nav_counts": SimpleLazyObject(lambda: read_counts(user, timezone.now())),
    }


def read_counts(user: User, now: datetime, due: int | None = None) -> NavCounts:
    """Two queries, on every page, where mail goes out: what stands under an entry is counted on its own page, as Today does with what is `due`."""
    if due is None:
        today = user.today(now)
        due = len(user.promises.due_by(today).to_do_on(today).values_list("pk")[: DUE_CAP + 1])
    return NavCounts(due=in_figures(due, DUE_CAP) if due else "", mail=read_mail_health(user.pk, now))


def _entry(request: HttpRequest) -> str:
    name = (request.resolver_match.url_name if request.resolver_match else "") or ""
    return next((entry for start, entry in ENTRIES.items() if name.startswith(start)), "")
