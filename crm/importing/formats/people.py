"""What every format is read into, and how a file says that it cannot be."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

# what the columns of a contact hold
LONGEST = {"name": 300, "company": 300, "title": 300, "linkedin_url": 500, "emails": 254, "urls": 500}


class Unreadable(Exception):  # noqa: N818 - it names what the file is, and is shown
    """The file as a whole is refused; `sentence` says what it is and what to do, and nothing was read."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Person:
    """One person as the file tells it: trimmed, otherwise unchanged. What has no field of its own is kept in `extra`."""

    given: str
    family: str
    name: str
    emails: tuple[str, ...] = ()
    company: str = ""
    title: str = ""
    linkedin_url: str = ""
    connected_on: date | None = None
    urls: tuple[str, ...] = ()
    extra: tuple[tuple[str, str], ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """For a JSON column; what is empty is left out."""
        found: dict[str, Any] = {key: value for key in self.__slots__ if (value := getattr(self, key))}
        if self.connected_on:
            found["connected_on"] = self.connected_on.isoformat()
        return found

    def too_long(self) -> str:
        """What is wrong when a value does not fit, measured once everything is composed; empty when all fit."""
        for field, limit in LONGEST.items():
            value = getattr(self, field)
            if any(len(words) > limit for words in ((value,) if isinstance(value, str) else value)):
                return _("One value is longer than %(limit)d letters") % {"limit": limit}
        return ""

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> "Person":
        values = {"given": "", "family": "", **data}
        for key in ("emails", "urls"):
            values[key] = tuple(values.get(key, ()))
        values["extra"] = tuple((column, value) for column, value in values.get("extra", ()))
        if "connected_on" in values:
            values["connected_on"] = date.fromisoformat(values["connected_on"])
        return cls(**values)


@dataclass(frozen=True, slots=True)
class Line:
    """One record of the file: a person, a problem, or neither when nobody is named in it."""

    number: int  # 1-based line of the file where it begins
    cells: list[str]
    person: Person | None = None
    problem: str = ""
