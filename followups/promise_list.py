"""What Follow-ups shows: one tab of promises, its sections, and how many stand under each tab."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import User
from base.counting import CAP, in_figures, in_words
from base.paging import Order, read_page
from base.url_values import read_number
from crm.models import Contact
from followups.models import Kind, Promise, PromiseQuerySet, PromiseState

SATURDAY = 5  # as date.weekday() counts
BY_DUE_DAY, LAST_CLOSED = Order("due_on"), Order("closed_at", falling=True)
TABS = {
    "mine": gettext_lazy("I owe"),
    "theirs": gettext_lazy("They owe"),
    "kept": gettext_lazy("Kept"),
    "gone": gettext_lazy("Let go"),
}
KIND_ICONS = {
    Kind.ARTICLE: "file-text",
    Kind.INTRODUCTION: "users",
    Kind.CONTACT: "message-circle",
    Kind.THANK_YOU: "heart",
    Kind.CHECK_IN: "repeat",
    Kind.OTHER: "ellipsis",
}


@dataclass(frozen=True)
class Section:
    """Promises under one head. No title where the list is not cut into sections; no count where it goes on elsewhere."""

    title: str
    promises: list[Promise]
    count: int | None = None


def read_list(user: User, asked: Mapping[str, str], today: date) -> dict[str, Any]:
    """What the page needs, from its address: tab, kind, contact, and where the page begins. Nonsense is the default."""
    tab = asked.get("tab", "")
    tab = tab if tab in TABS else "mine"
    kind = asked.get("kind", "")
    kind = kind if kind in Kind.values else ""
    contact = _contact(user, asked.get("contact", ""))
    tabs = _tabs(user)
    counts = _counts({**tabs, "late": user.promises.overdue(today)}, tab)
    shown = read_page(_rows(tabs[tab], kind, contact), BY_DUE_DAY if tab in ("mine", "theirs") else LAST_CLOSED, asked)
    return {
        "today": today,
        "tab": tab,
        "tabs": [(name, label, in_figures(counts[name]) if name in counts else "") for name, label in TABS.items()],
        "kind": kind,
        "kinds": [(value, label, KIND_ICONS[Kind(value)]) for value, label in Kind.choices],
        "contact": contact,
        "page": shown,
        "sections": _sections(shown.rows, tab, today, shown.is_whole),
        "lead": _lead(counts),
        "is_filtered": bool(kind or contact),
    }


def _rows(promises: PromiseQuerySet, kind: str, contact: Contact | None) -> PromiseQuerySet:
    rows = promises.with_row()
    if kind:
        rows = rows.filter(kind=kind)
    return rows.filter(contact=contact) if contact else rows


def _tabs(user: User) -> dict[str, PromiseQuerySet]:
    promises = user.promises
    return {
        "mine": promises.owed(),
        "theirs": promises.awaited(),
        "kept": promises.alive().closed_as(PromiseState.KEPT),
        "gone": promises.alive().closed_as(PromiseState.LET_GO),
    }


def _contact(user: User, named: str) -> Contact | None:
    """Somebody else's number is nobody's: the list is shown without the filter."""
    pk = read_number(named)
    return user.contacts.alive().filter(pk=pk).first() if pk is not None else None


def _sections(rows: list[Promise], tab: str, today: date, is_whole: bool) -> list[Section]:
    if tab != "mine":
        return [Section("", rows)] if rows else []
    heads = groupby(rows, key=lambda promise: _head(promise.due_on, today))
    sections = [(title, list(promises)) for title, promises in heads]
    return [Section(title, promises, len(promises) if is_whole else None) for title, promises in sections]


def _head(due_on: date, today: date) -> str:
    if due_on <= today:
        return _("Overdue") if due_on < today else _("Today")
    sunday = today + timedelta(days=6 - today.weekday())
    if today.weekday() < SATURDAY:
        return _("This week") if due_on <= sunday else _("Later")
    # at its end the week says little: tomorrow, and the one to come
    if due_on <= sunday:
        return _("Tomorrow")
    return _("Next week") if due_on <= sunday + timedelta(days=7) else _("Later")


def _counts(promises: dict[str, PromiseQuerySet], tab: str) -> dict[str, int]:
    """How many are open, mine and theirs, and how many of mine are late; what is closed is counted on its own tab. Each up
    to the cap."""
    shown = ("mine", "theirs", "late", tab)
    return {name: rows[: CAP + 1].count() for name, rows in promises.items() if name in shown}


def _lead(counts: dict[str, int]) -> str:
    mine, late = counts["mine"], counts["late"]
    if not mine:
        return _("You owe nobody anything.")
    said = ngettext("You owe %(n)s thing", "You owe %(n)s things", mine) % {"n": in_words(mine)}
    if not late:
        return _("%(said)s, none of them late.") % {"said": said} if mine > 1 else f"{said}."
    if mine == 1:
        return _("%(said)s, and it is late.") % {"said": said}
    return _("%(said)s, %(late)s of them late.") % {"said": said, "late": in_words(late)}
