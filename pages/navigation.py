"""The navigation around every page: which entry stands for this page, how much is open, and whether mail goes out."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from accounts.models import User
from base.counting import CAP, count_all, count_up_to, in_figures
from base.dates import instant
from outbox.mail_health import MailHealth, judge, mail_columns

OPEN_CAP = 99

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
}


@dataclass(frozen=True)
class NavCounts:
    """What stands beside the entries; empty where there is nothing. Today's is that of what the page shows."""

    contacts: str
    promises: str
    today: str
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


def read_counts(user: User, now: datetime) -> NavCounts:
    """One query."""
    today = user.today(now)
    midnights = (instant(today + timedelta(days=ahead), time.min, user.zone) for ahead in (0, 1))
    read = user.figures(
        contacts=count_up_to(user.contacts.alive(), CAP),
        promises=count_up_to(user.promises.alive().open(), OPEN_CAP),
        due=count_up_to(user.promises.due_by(today).to_do_on(today), OPEN_CAP),
        talks=count_all(user.interviews.planned().between(*midnights)),
        **mail_columns(user.pk, now),
    )
    contacts, promises, due, talks = (read.pop(name) for name in ("contacts", "promises", "due", "talks"))
    return NavCounts(
        contacts=_shown(contacts, CAP),
        promises=_shown(promises, OPEN_CAP),
        today=_shown(due + talks, OPEN_CAP),
        mail=judge(**read, now=now),
    )


def _shown(count: int, most: int) -> str:
    return in_figures(count, most) if count else ""


def _entry(request: HttpRequest) -> str:
    name = (request.resolver_match.url_name if request.resolver_match else "") or ""
    return next((entry for start, entry in ENTRIES.items() if name.startswith(start)), "")
