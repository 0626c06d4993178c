"""What a browser would send of the room's page and of the debrief's: the rows as Django's formsets number them."""

from collections.abc import Sequence
from typing import Any


def rows(prefix: str, *fields: dict[str, Any]) -> dict[str, Any]:
    """As many rows of one kind as there are dictionaries."""
    sent = {f"{prefix}-TOTAL_FORMS": len(fields), f"{prefix}-INITIAL_FORMS": 0}
    return sent | {f"{prefix}-{n}-{name}": value for n, row in enumerate(fields) for name, value in row.items()}


def meet(*lines: str) -> dict[str, Any]:
    return rows("meet", *({"line": line} for line in lines))


def kept(promise: Any, what: str, due: str = "", version: int | None = None) -> dict[str, Any]:
    return {"promise": promise.pk, "what": what, "due": due, "version": promise.version if version is None else version}


def boxes(typed: dict[str, str], versions: dict[str, int] | None = None) -> dict[str, Any]:
    """The room's page as it is sent without a script."""
    names: Sequence[str] = list(typed)
    return rows("box", *({"box": n, "text": typed[n], "version": (versions or {}).get(n, 0)} for n in names))
