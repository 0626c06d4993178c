"""The agenda of a talk: lines of a minute and a few words, written as people write them ("8 Data without gauges")."""

import re
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from interviews.models import LONGEST, SHORTEST

LAST_QUESTION = 3  # minutes before the end (product.md rule 6)
MOST_LINES, LONGEST_LINE = 20, 200
_LINE = re.compile(r"^(\d{1,3})(?:\s*(?:min|[.:)’'])\s*|\s+)(\S.*)$", re.ASCII)


class Item(NamedTuple):
    minute: int
    text: str
    is_cue: bool = False  # the last question, or the end: said aloud

    @property
    def line(self) -> str:
        return f"{self.minute} {self.text}"


def proposed(minutes: int) -> str:
    """The agenda proposed before anything is written: room for two subjects, and an end on time."""
    last = minutes - LAST_QUESTION
    items = [
        Item(0, _("Say thank you, and when you will end")),
        Item(2, _("How they came to this")),
        Item(max(4, minutes // 3), _("What you came to ask")),
        Item(max(5, minutes * 2 // 3), _("What they would read, whom they would ask")),
        Item(last, _("Announce the last question")),
        Item(minutes, _("Give the time back")),
    ]
    return "\n".join(item.line for item in items)


def read(text: str, minutes: int) -> list[Item]:
    """Parses a saved agenda. A line without a minute gets the minute of the line before."""
    items: list[Item] = []
    for line in filter(None, map(str.strip, text.splitlines())):
        found = _LINE.match(line)
        minute = int(found[1]) if found else (items[-1].minute if items else 0)
        items.append(Item(minute, found[2] if found else line, minute >= minutes - LAST_QUESTION))
    return items


def fit_to_length(text: str, minutes: int) -> str:
    """The saved agenda; when it is the proposed one unchanged, the proposal for the talk's present length."""
    items = read(text, minutes)
    last = items[-1].minute if items else 0
    return proposed(minutes) if SHORTEST <= last <= LONGEST and text == proposed(last) else text


def validated(text: str, minutes: int) -> str:
    """The agenda in its normal form, or a ValidationError that names the line."""
    lines = [line for line in map(str.strip, text.splitlines()) if line]
    if len(lines) > MOST_LINES:
        raise ValidationError(_("At most %(n)d lines fit into one talk.") % {"n": MOST_LINES})
    items: list[Item] = []
    for line in lines:
        items.append(_checked(line, items[-1].minute if items else 0, minutes))
    return "\n".join(item.line for item in items)


def _checked(line: str, after: int, minutes: int) -> Item:
    said = {"line": line[:60], "minutes": minutes, "after": after}
    found = _LINE.match(line)
    if not found:
        raise ValidationError(_("“%(line)s” has no minute. Begin the line with one, as in “8 Data”.") % said)
    if len(line) > LONGEST_LINE:
        raise ValidationError(_("“%(line)s…” is too long for a line.") % said)
    minute = int(found[1])
    if minute > minutes:
        raise ValidationError(_("“%(line)s” comes after the end: you ask for %(minutes)d minutes.") % said)
    if minute < after:
        raise ValidationError(_("“%(line)s” stands after minute %(after)d. Put the lines in order.") % said)
    return Item(minute, found[2])
