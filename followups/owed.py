"""What is owed, as the rows of a page show it, read in plain SQL: a model and its contact for each of forty rows, and the building of
their statements, cost half of Today."""

from datetime import date
from typing import NamedTuple

from django.db import connection

from accounts.models import User
from base.text import initials
from crm.models import Contact, tint

# open and alive, of whom nobody dropped; `shell` counts the same
OPEN = """FROM followups_promise p JOIN crm_contact c ON c.id = p.contact_id
    WHERE p.owner_id = %(owner)s AND p.state = 'open' AND p.binned_at IS NULL AND c.binned_at IS NULL"""
WANTED = """AND p.whose = 'mine' AND p.due_on <= %(today)s AND c.stage <> 'drop'
    AND (p.snoozed_until IS NULL OR p.snoozed_until <= %(today)s)"""
AWAITED = "AND p.whose = 'theirs' AND c.stage <> 'drop'"

_ROW = "p.id, p.what, p.kind, p.whose, p.due_on, p.promised_on, p.snoozed_until, p.version, c.id, c.name"


class Person(NamedTuple):
    """What a row shows of somebody."""

    pk: int
    name: str

    @property
    def first_name(self) -> str:
        return self.name.split()[0]

    @property
    def initials(self) -> str:
        return initials(self.name)

    @property
    def tint(self) -> int:
        return tint(self.pk)


class Owed(NamedTuple):
    """What a row shows of an open promise."""

    pk: int
    what: str
    kind: str
    whose: str
    due_on: date
    promised_on: date
    snoozed_until: date | None
    version: int
    contact: Person

    @property
    def state(self) -> str:
        return "open"

    @property
    def is_open(self) -> bool:
        return True

    @property
    def is_mine(self) -> bool:
        return self.whose == "mine"


def wanted_by(user: User, day: date, most: int) -> list[Owed]:
    """What Today asks for, the most urgent first: due by `day`, the user's local date, not put off beyond it, and nothing
    about people who were dropped."""
    return _read(WANTED, owner=user.pk, today=day, most=most)


def awaited(user: User, most: int) -> list[Owed]:
    """What they owe, of people who were not dropped."""
    return _read(AWAITED, owner=user.pk, most=most)


def open_with(contact: Contact, most: int) -> list[Owed]:
    """What is open between the owner and one contact, both ways, also when they were dropped."""
    return _read("AND p.contact_id = %(contact)s", owner=contact.owner_id, contact=contact.pk, most=most)


def _read(which: str, **values: date | int) -> list[Owed]:
    rows_of = f"SELECT {_ROW} {OPEN} {which} ORDER BY p.due_on, p.id LIMIT %(most)s"
    with connection.cursor() as cursor:
        cursor.execute(rows_of, values)
        rows = cursor.fetchall()
    return [
        Owed(pk, what, kind, whose, _day(due), _day(promised), put_off and _day(put_off), version, Person(who, name))
        for pk, what, kind, whose, due, promised, put_off, version, who, name in rows
    ]


def _day(value: date | str) -> date:
    """SQLite hands a raw query its text."""
    return date.fromisoformat(value) if isinstance(value, str) else value
