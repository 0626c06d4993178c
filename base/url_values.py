"""Numbers, dates and instants out of an address: read in one place, which cannot overflow. Nonsense is None."""

from datetime import UTC, date, datetime

from django.urls.converters import IntConverter

from base.dates import EARLIEST, LATEST

LARGEST = 2**63 - 1  # what a bigint holds


class NumberConverter(IntConverter):
    """`<number:pk>` in a URL pattern: a whole number that the database can compare with. Longer ones are no page of ours."""

    regex = "[0-9]{1,18}"


def read_number(text: str | None, largest: int = LARGEST) -> int | None:
    """A whole number from 0 to `largest`, in ASCII digits."""
    if not text or len(text) > 19 or not (text.isascii() and text.isdigit()):
        return None
    number = int(text)
    return number if number <= largest else None


def read_date(text: str | None) -> date | None:
    """A local date, 2026-11-29, from 1900 to 2200."""
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        return None
    return day if EARLIEST <= day <= LATEST else None


def read_instant(text: str | None) -> datetime | None:
    """A UTC instant out of 2026-11-29T12:00:00+00:00; one without an offset, or outside 1900 to 2200, is none."""
    try:
        # a plus that nobody escaped arrives as a space
        at = datetime.fromisoformat((text or "").replace(" ", "+"))
        at = at.astimezone(UTC) if at.tzinfo else at
    except (ValueError, OverflowError):
        return None
    return at if at.tzinfo and EARLIEST <= at.date() <= LATEST else None
