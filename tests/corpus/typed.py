"""Reads a file of what people type and what must come of it, typed.json, and says for each kind how many are right.

Each case is one dict: what is typed under `line` (a promise), `field` (a day), `quick` (a person in one line), `met_on`, `name`, `zone`
or `stored`, and beside it what must come of it. A value that is not named is not asserted; `also` names answers that are as good.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.test.utils import setup_databases, teardown_databases

from accounts.models import User
from base.dates import complaint, take_date, understand
from base.names import called
from base.text import sentence_case
from base.zones import load_zone
from crm.actions import add
from crm.fields import PastField, ZoneField
from crm.forms import QuickForm
from crm.models import Contact
from crm.search import find, named
from tests.factories import UserFactory

TODAY = date(2026, 11, 29)
WITHOUT_A_DATE = timedelta(days=3)  # a promise is due then

Case = dict[str, Any]


def read_cases(file: Path, say: Callable[[str], None]) -> int:
    """A line for each kind, and one for each case that is wrong. 1 when there is one."""
    kinds = json.loads(file.read_text(encoding="utf-8"))
    kinds.pop("about", None)
    with _database():
        return score({kind: facts["cases"] for kind, facts in kinds.items()}, say)


def score(kinds: dict[str, list[Case]], say: Callable[[str], None]) -> int:
    wrong = 0
    for kind, cases in kinds.items():
        said = [(case, difference) for case in cases if (difference := _difference(case))]
        wrong += len(said)
        say(f"{kind}: {len(cases) - len(said)} of {len(cases)} right")
        for case, difference in said:
            say(f"  {typed_of(case)!r}: {difference}")
    return int(bool(wrong))


def typed_of(case: Case) -> str:
    return " / ".join(str(case[key]) for key in TYPED if key in case)


def _difference(case: Case) -> str:
    """What came of it and should not have; empty when all is right."""
    for key, read in READERS.items():
        if key in case:
            with transaction.atomic():
                found = read(case, date.fromisoformat(case.get("today", TODAY.isoformat())))
                transaction.set_rollback(True)
            return "; ".join(f"{name} is {value!r}, not {case[name]!r}" for name, value in _wrong(case, found))
    return "not a case that can be read"


def _wrong(case: Case, found: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    also = case.get("also", [])
    good = [also] if isinstance(also, str) else also
    for name, value in found.items():
        if name not in case or value == case[name] or value in good:
            continue
        if name != "sentence_names" or case[name] not in value:
            yield name, value


def _line(case: Case, today: date) -> dict[str, Any]:
    dated = take_date(case["line"], today)
    day = dated.day if dated else today + WITHOUT_A_DATE
    return {"what": sentence_case(dated.rest if dated else case["line"]), "due": day.isoformat()}


def _field(case: Case, today: date) -> dict[str, Any]:
    day = understand(case["field"], today)
    return {"due": day and day.isoformat(), "sentence_names": "" if day else complaint(case["field"], today)}


def _met_on(case: Case, today: date) -> dict[str, Any]:
    field = PastField()
    field.today = today
    try:
        return {"met_on": field.clean(case["met_on"]).isoformat()}
    except ValidationError as refused:
        return {"sentence_names": refused.messages[0]}


def _quick(case: Case, today: date) -> dict[str, Any]:
    owner = UserFactory()
    stored = _store(owner, case["stored"], today) if "stored" in case else None
    form = QuickForm({"line": case["quick"]}, owner=owner, today=today)
    form.is_valid()
    found = {**vars(form.found), "met_on": form.found.met_on and form.found.met_on.isoformat()}
    is_here = any(fact.url == stored.get_absolute_url() for fact in form.understood()) if stored else False
    return {
        **found,
        "here_already": is_here,
        "through_is_the_contact": stored is not None and form.introducer == stored,
    }


def _called(case: Case, _today: date) -> dict[str, Any]:
    return {"calls": called(case["name"])}


def _zone(case: Case, today: date) -> dict[str, Any]:
    try:
        zone = ZoneField().clean(case["zone"])
    except ValidationError:
        return {"offset_minutes": "refused"}
    noon = datetime.combine(today, datetime.min.time(), tzinfo=load_zone(zone))
    return {"offset_minutes": int((noon.utcoffset() or timedelta()).total_seconds() // 60)}


def _stored(case: Case, today: date) -> dict[str, Any]:
    owner = UserFactory()
    contact = _store(owner, case["stored"], today)
    found = list(find(owner.contacts.alive(), case.get("q", "")))
    return {"found": contact in found, "known": contact in named(owner, case.get("with_whom", ""))}


def _store(owner: User, line: str, today: date) -> Contact:
    form = QuickForm({"line": line}, owner=owner, today=today)
    form.is_valid()
    return add(
        owner=owner,
        details=form.details(),
        note=form.note,
        now=datetime.combine(today, datetime.min.time(), owner.zone),
    ).contact


READERS: dict[str, Callable[[Case, date], dict[str, Any]]] = {
    "line": _line,
    "field": _field,
    "quick": _quick,
    "stored": _stored,
    "zone": _zone,
    "name": _called,
    "met_on": _met_on,
}
TYPED = ("today", "line", "field", "quick", "stored", "q", "with_whom", "zone", "name", "met_on")


@contextmanager
def _database() -> Iterator[None]:
    """An empty one, for what is searched."""
    made = setup_databases(verbosity=0, interactive=False)
    try:
        yield
    finally:
        teardown_databases(made, verbosity=0)
