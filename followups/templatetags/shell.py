"""The navigation around every page, filled into its template (accounts/drawn.py)."""

from functools import cache
from typing import Any

from django import template
from django.utils.safestring import SafeString

from accounts.drawn import Drawn, blank
from followups.shell import Shell
from outbox.mail_health import MailHealth

register = template.Library()

# which entry stands for a page, by how the name of its URL begins
PLACES = {
    "today": "today",
    "contact_": "contacts",
    "promise_": "promises",
    "learned": "learned",
    "question_list": "learned",
    "delivery_list": "deliveries",
    "import_": "imports",
    "settings": "settings",
    "calendar_feed": "settings",
}
NOBODY = Shell(contacts="", promises="", today=0, mail=MailHealth(""))


@register.simple_tag(takes_context=True)
def nav(context: dict[str, Any]) -> SafeString:
    """`_nav.html` with the figures of `shell` and the entry of this page marked."""
    shell: Shell = context.get("shell") or NOBODY
    match = context["request"].resolver_match
    drawn = _drawn(
        _place(match.url_name if match else ""),
        bool(shell.today),
        bool(shell.contacts),
        bool(shell.promises),
        shell.mail.is_late,
    )
    figures = {"today": str(shell.today), "contacts": shell.contacts, "promises": shell.promises}
    return drawn.fill(figures | {"heartbeat": shell.mail.said})


@cache
def _place(url_name: str | None) -> str:
    return next((place for start, place in PLACES.items() if (url_name or "").startswith(start)), "")


@cache
def _drawn(at: str, today: bool, contacts: bool, promises: bool, is_late: bool) -> Drawn:
    counts = {"today": today, "contacts": contacts, "promises": promises}
    shown = {name: blank(name) for name, is_any in counts.items() if is_any}
    return Drawn("_nav.html", shown | {"at": at, "is_late": is_late, "heartbeat": blank("heartbeat")})
