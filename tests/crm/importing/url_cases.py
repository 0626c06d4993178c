"""What each URL of the import needs, for the walker in tests/test_urls.py."""

from collections.abc import Callable
from typing import Any

from accounts.models import User
from tests.factories import ContactFactory, ImportFactory, ImportRowFactory


def ready(owner: User) -> dict[str, object]:
    batch = ImportFactory(owner=owner, state="ready", total=3, filename=owner.name, header=["First Name"])
    batch.counts |= {"new": 1, "update": 1, "unreadable": 1}
    batch.save()
    ImportRowFactory(batch=batch, data={"name": owner.name})
    contact = ContactFactory(owner=owner)
    changes = {"role": ["", owner.name, True]}
    ImportRowFactory(batch=batch, action="update", contact=contact, changes=changes)
    ImportRowFactory(batch=batch, action="unreadable", problem="No name", data={"cells": [owner.name]})
    return {"pk": batch.pk}


def working(owner: User) -> dict[str, object]:
    return {"pk": ImportFactory(owner=owner, state="reading", filename=owner.name).pk}


def done(owner: User) -> dict[str, object]:
    batch = ImportFactory(owner=owner, state="done", filename=owner.name)
    batch.counts["added"] = 1
    batch.save()
    ImportRowFactory(batch=batch, data={"name": owner.name}, taken_in=True, contact=ContactFactory(owner=owner))
    return {"pk": batch.pk}


def listed(owner: User) -> dict[str, object]:
    done(owner)
    return {}


CASES: dict[str, Callable[[User], dict[str, Any]]] = {
    "import_list": listed,
    "import_detail": ready,
    "import_tick": ready,
    "import_tick_all": ready,
    "import_tick_none": ready,
    "import_take_in": ready,
    "import_stop": working,
    "import_undo": done,
    "import_lines": ready,
}
