"""Statements that Django writes once a process. Composing a query with three joins takes five times as long as asking it, and a
page asks nine."""

from collections.abc import Callable
from copy import copy
from datetime import date, datetime, timedelta
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.db import connections
from django.db.models import Expression, Model, QuerySet

Asked = ParamSpec("Asked")
Row = TypeVar("Row")
NO_ROW = -(10**15)  # a key that no row has
LARGEST = 2**63


def written(build: Callable[Asked, QuerySet[Any, Row]]) -> Callable[Asked, list[Row]]:
    """Makes of a function that builds a queryset one that reads its rows.

    It is called once, with a blank for each argument; later calls put their values into the same statement. So whatever it does
    with an argument must become a part of the statement. Of an instance of a model only the key is there, and from an instant
    only a span can be taken off: a function that tries more fails at its first call.
    """
    kept: list[_Statement] = []

    @wraps(build)
    def rows(*values: Asked.args, **named: Asked.kwargs) -> list[Row]:
        if named:
            raise TypeError("The blanks of a statement have an order, and no names.")
        if not kept:
            kept.append(_Statement(build, values))
        return kept[0].rows(values)

    return rows


class _Blank(Expression):
    def __init__(self, place: int, earlier: timedelta | None = None) -> None:
        super().__init__()
        self.place, self.earlier = place, earlier

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        """Hands itself over as the parameter, to be found again."""
        return "%s", [self]

    def __sub__(self, span: timedelta) -> "_Blank":  # type: ignore[override]
        return _Blank(self.place, span)

    def _combine(self, *_: object) -> Any:
        raise TypeError("A blank has no value yet: compute before you ask.")

    def fill(self, values: tuple[Any, ...], ops: Any) -> Any:
        """The value of this place, as the database takes it."""
        value = values[self.place] - self.earlier if self.earlier else values[self.place]
        if isinstance(value, datetime):
            return ops.adapt_datetimefield_value(value)
        return ops.adapt_datefield_value(value) if isinstance(value, date) else value


class _Statement:
    def __init__(self, build: Callable[..., QuerySet[Any, Any]], values: tuple[Any, ...]) -> None:
        self._queryset = build(*(_blank(place, value) for place, value in enumerate(values)))
        self._compiler = self._queryset.query.get_compiler(self._queryset.db)
        self._sql, self._parameters = self._compiler.as_sql()

    def rows(self, values: tuple[Any, ...]) -> list[Any]:
        if any(isinstance(value, int) and not -LARGEST <= value < LARGEST for value in values):
            return []  # as Django's own lookups answer a number that no column can hold
        compiler = copy(self._compiler)
        compiler.connection = connections[self._queryset.db]  # each thread has its own
        parameters = tuple(_filled(one, values, compiler.connection.ops) for one in self._parameters)
        compiler.as_sql = lambda *_, **__: (self._sql, parameters)
        queryset: Any = self._queryset.all()
        queryset.query.get_compiler = lambda *_, **__: compiler
        queryset._known_related_objects = {
            field: {value.pk: value for value in values if isinstance(value, field.related_model)}
            for field in queryset._known_related_objects
        }
        return list(queryset)


def _blank(place: int, value: Any) -> Any:
    if isinstance(value, Model):
        return value.__class__.from_db(None, [value._meta.pk.attname], [NO_ROW - place])
    return _Blank(place)


def _filled(parameter: Any, values: tuple[Any, ...], ops: Any) -> Any:
    if type(parameter) is int and NO_ROW - len(values) < parameter <= NO_ROW:
        return values[NO_ROW - parameter].pk
    return parameter.fill(values, ops) if isinstance(parameter, _Blank) else parameter
