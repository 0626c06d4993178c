"""Whether the database was put back from a backup: then what was due before may have left already, and is held.

Drains that had mail are counted in the database, and the count is kept a second time where a backup does not reach: on SQLite in
a file beside the database, on Postgres in a table of its own that the dump leaves out (docs/backup.md). A database that is
behind that number, or has lost it, was put back.
"""

import logging
from datetime import datetime
from pathlib import Path

from django.db import ProgrammingError, connection, transaction

from outbox.models import Figure, HighestDrain

logger = logging.getLogger(__name__)

DRAINS = "drains"


def is_put_back() -> bool:
    """The kept number is read first: a drain that ends in between cannot make it look ahead."""
    if _is_in_memory():
        return False
    kept, counted = _kept(), _counted()
    if kept is not None:
        return kept > counted
    # a migration has made Postgres's number; SQLite's file comes with the first drain
    return connection.vendor == "postgresql" or counted > 0


def count_drain(now: datetime) -> None:
    """Before its first mail leaves."""
    Figure.note(DRAINS, 1, now)
    _keep(_counted())


def catch_up(now: datetime) -> None:
    """What was due before is held: from here the counts go on together."""
    kept = (None if _is_in_memory() else _kept()) or 0
    counted = _counted()
    if kept > counted:
        Figure.note(DRAINS, kept - counted, now)
    _keep(max(kept, counted))


def beside() -> Path:
    """SQLite's file, in the same folder as the database."""
    return Path(f"{connection.settings_dict['NAME']}.drains")


def _is_in_memory() -> bool:
    name = str(connection.settings_dict["NAME"])
    return connection.vendor == "sqlite" and (name == ":memory:" or "mode=memory" in name)


def _counted() -> int:
    return Figure.of(DRAINS).total


def _kept() -> int | None:
    """None when it is not there."""
    if connection.vendor == "sqlite":
        try:
            return int(beside().read_text())
        except (OSError, ValueError):
            return None
    try:
        with transaction.atomic():
            return HighestDrain.objects.values_list("number", flat=True).first()
    except ProgrammingError:  # the dump left out the table itself
        with connection.schema_editor() as editor:
            editor.create_model(HighestDrain)
        return None


def _keep(number: int) -> None:
    if connection.vendor != "sqlite":
        if not HighestDrain.objects.update(number=number):
            HighestDrain.objects.create(number=number)
    elif not _is_in_memory():
        try:
            _write(beside(), number)
        except OSError as error:  # mail must not wait for it
            data = {"error": type(error).__name__}
            logger.warning("The number of drains could not be kept beside the database.", extra={"data": data})


def _write(file: Path, number: int) -> None:
    draft = file.with_name(f"{file.name}.new")
    draft.write_text(f"{number}\n")
    draft.replace(file)
