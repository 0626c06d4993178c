"""A file brought in, and the worker by hand."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.http import QueryDict

from accounts.models import User
from crm.importing import decisions
from crm.importing.forms import TicksForm
from crm.importing.store import WORK
from crm.jobs import claim, work
from crm.models import Import
from tests.factories import NOW, ImportFactory, ImportFileFactory

HEADER = "First Name,Last Name,URL,Email Address,Company,Position,Connected On\n"


def people(count: int, start: int = 0) -> str:
    return "".join(
        f"Person{n},Number{n},https://www.linkedin.com/in/person-{n},,Organisation {n % 7},Engineer,08 Feb 2026\n"
        for n in range(start, start + count)
    )


def bring(owner: User, rows: str, tag: str = "") -> Import:
    batch = ImportFactory(owner=owner, tag=tag)
    ImportFileFactory(batch=batch, content=(HEADER + rows).encode())
    return batch


def work_off(now: datetime = NOW) -> None:
    """The worker until nothing is left to do."""
    while batch := claim(now):
        work(batch, lambda: now, breath=0)


def read(owner: User, rows: str, tag: str = "") -> Import:
    batch = bring(owner, rows, tag)
    work_off()
    batch.refresh_from_db()
    return batch


def start(batch: Import) -> None:
    assert decisions.start(batch, TicksForm(QueryDict()))


def take_in(owner: User, rows: str, tag: str = "") -> Import:
    batch = read(owner, rows, tag)
    start(batch)
    work_off()
    batch.refresh_from_db()
    return batch


def undo(batch: Import, now: datetime = NOW) -> None:
    assert decisions.undo(batch, now)
    work_off(now)
    batch.refresh_from_db()


def steps(now: datetime = NOW) -> Iterator[None]:
    """The worker batch by batch: not going on is being killed between two commits."""
    batch = claim(now)
    assert batch is not None
    return WORK[batch.state](batch, lambda: now)


LATER = NOW + timedelta(minutes=2)  # every lease of before is over
