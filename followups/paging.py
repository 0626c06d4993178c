"""Keyset paging: a page begins after the last row of the one before, not at a number, so every page costs the same."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from django.db.models import Q

from followups.models import Promise, PromiseQuerySet

SIZE = 50


@dataclass(frozen=True)
class Order:
    """What a list is sorted by, then by its number. `falling` puts the last first."""

    field: str
    falling: bool = False

    def of(self, rows: PromiseQuerySet, *, backwards: bool = False) -> PromiseQuerySet:
        sign = "-" if self.falling != backwards else ""
        return rows.order_by(f"{sign}{self.field}", f"{sign}pk")

    def beyond(self, rows: PromiseQuerySet, cursor: str, *, backwards: bool = False) -> PromiseQuerySet:
        """The rows past a cursor; all of them when it is none of ours."""
        place = self._place(cursor)
        if place is None:
            return rows
        value, pk = place
        side = "lt" if self.falling != backwards else "gt"
        return rows.filter(Q(**{f"{self.field}__{side}": value}) | Q(**{self.field: value, f"pk__{side}": pk}))

    def cursor(self, row: Promise) -> str:
        return f"{getattr(row, self.field).isoformat()}_{row.pk}"

    def _place(self, cursor: str) -> tuple[date | datetime, int] | None:
        value, _underscore, pk = cursor.partition("_")
        try:
            if self.field == "due_on":
                return date.fromisoformat(value), int(pk[:18])
            return datetime.fromisoformat(value).astimezone(UTC), int(pk[:18])
        except (ValueError, OverflowError):
            return None


BY_DUE_DAY = Order("due_on")
LAST_CLOSED = Order("closed_at", falling=True)


@dataclass(frozen=True)
class Page:
    """`earlier` and `later` are what the pager's links carry; empty where there is nothing more."""

    rows: list[Promise]
    earlier: str
    later: str

    @property
    def is_whole(self) -> bool:
        return not self.earlier and not self.later


def page(rows: PromiseQuerySet, order: Order, at: Mapping[str, str]) -> Page:
    """One page, after or before the row that the address names."""
    before, after = at.get("before", ""), at.get("after", "")
    backwards = bool(before)
    found = list(order.of(order.beyond(rows, before or after, backwards=backwards), backwards=backwards)[: SIZE + 1])
    more, found = len(found) > SIZE, found[:SIZE]
    if backwards:
        found.reverse()
    if not found and (before or after):  # the last one of this page was answered, and the tap leads back to it
        return page(rows, order, {})
    if not found:
        return Page([], "", "")
    earlier = order.cursor(found[0]) if (more if backwards else after) else ""
    later = order.cursor(found[-1]) if backwards or more else ""
    return Page(found, earlier, later)
