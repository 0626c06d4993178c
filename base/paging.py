"""The one keyset pager: a page begins after the last row of the one before, not at a number, so every page costs the same."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import DateTimeField, Field, Model, Q, QuerySet

from base.url_values import read_instant, read_number

SIZE = 25
Row = TypeVar("Row")


@dataclass(frozen=True)
class Order:
    """What a list is sorted by, then by its key in the same direction. `falling` puts the last first.
    `field` must not be null in the rows that are listed."""

    field: str
    falling: bool = False

    def sort(self, rows: QuerySet[Any, Row], *, backwards: bool = False) -> QuerySet[Any, Row]:
        sign = "-" if self.falling != backwards else ""
        return rows.order_by(f"{sign}{self.field}", f"{sign}pk")

    def beyond(self, rows: QuerySet[Any, Row], cursor: str, *, backwards: bool = False) -> QuerySet[Any, Row]:
        """The rows past a cursor; all of them when it is none of ours."""
        place = self._place(rows.model, cursor)
        if place is None:
            return rows
        value, pk = place
        side = "lt" if self.falling != backwards else "gt"
        # the first condition is the one an index can start at
        return rows.filter(
            Q(**{f"{self.field}__{side}e": value}), Q(**{f"{self.field}__{side}": value}) | Q(**{f"pk__{side}": pk})
        )

    def cursor(self, row: Any) -> str:
        """Of a model's row, or of a dictionary with "pk" and the field."""
        pk, value = (row["pk"], row[self.field]) if isinstance(row, dict) else (row.pk, getattr(row, self.field))
        return f"{pk}_{value.isoformat() if hasattr(value, 'isoformat') else value}"

    def _place(self, model: type[Model], cursor: str) -> tuple[Any, int] | None:
        number, _underscore, text = cursor.partition("_")
        pk = read_number(number)
        if pk is None or not text or "\0" in text:
            return None
        field = model._meta.get_field(self.field)
        assert isinstance(field, Field), self.field  # noqa: S101 - a programmer's slip, not a visitor's
        if isinstance(field, DateTimeField):
            at = read_instant(text)
            return (at, pk) if at else None
        try:
            return field.get_prep_value(text), pk
        except (ValidationError, ValueError, OverflowError):
            return None


@dataclass(frozen=True)
class Page(Generic[Row]):
    """`earlier` and `later` are what the pager's links carry as `before` and `after`; empty where there is nothing more."""

    rows: list[Row]
    earlier: str
    later: str

    @property
    def is_whole(self) -> bool:
        return not self.earlier and not self.later


def read_page(
    rows: QuerySet[Any, Row],
    order: Order,
    query: Mapping[str, str],
    size: int = SIZE,
    show: Callable[[Any], QuerySet[Any, Row]] | None = None,
) -> Page[Row]:
    """One page, after or before the row that the address names; the first where its rows are gone or its cursor is nonsense.
    `show` makes one query of the page and of what its rows show."""
    before, after = query.get("before", ""), query.get("after", "")
    backwards = bool(before)
    page = order.sort(order.beyond(rows, before or after, backwards=backwards), backwards=backwards)[: size + 1]
    found = list(order.sort(show(page), backwards=backwards) if show else page)
    more, found = len(found) > size, found[:size]
    if backwards:
        found.reverse()
    if not found:
        # the last row of this page was answered, and the tap leads back to it
        return read_page(rows, order, {}, size, show) if before or after else Page([], "", "")
    earlier = order.cursor(found[0]) if (more if backwards else after) else ""
    later = order.cursor(found[-1]) if backwards or more else ""
    return Page(found, earlier, later)


@dataclass(frozen=True)
class Place:
    """A row in a list of rows of several kinds: by an instant, the last first, then by the number of the kind, then by key,
    the last first."""

    at: datetime
    kind: int
    pk: int

    def __str__(self) -> str:
        """As the link to the rest carries it."""
        return f"{self.pk}_{self.kind}_{self.at.isoformat()}"

    def beyond(self, kind: int, field: str) -> Q:
        """Of the rows of that kind, those that come later in the list. `field` is their instant."""
        earlier, not_later = Q(**{f"{field}__lt": self.at}), Q(**{f"{field}__lte": self.at})
        if kind == self.kind:
            # the first condition is the one an index can start at
            return not_later & (earlier | Q(pk__lt=self.pk))
        return not_later if kind > self.kind else earlier


def read_place(cursor: str) -> Place | None:
    """None where it is none of ours: then the list is shown from its beginning."""
    pk, _underscore, rest = cursor.partition("_")
    kind, _underscore, text = rest.partition("_")
    numbers, at = (read_number(pk), read_number(kind, 99)), read_instant(text)
    return Place(at, numbers[1], numbers[0]) if at and numbers[0] is not None and numbers[1] is not None else None
