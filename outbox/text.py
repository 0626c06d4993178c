"""The one cleaner for what goes into a mail header, and for what a mail server says."""

import re

# newlines of every alphabet, other controls, and what turns the direction of a line around
_BREAKS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")


def header(value: str, longest: int = 900) -> str:
    """One line that any header takes: a newline in somebody's name can never lose a mail."""
    known = value.encode("utf-8", "replace").decode("utf-8")  # lone surrogates
    return " ".join(_BREAKS.sub(" ", known).split())[:longest]


def reply(raw: bytes | str, longest: int = 500) -> str:
    """What the mail server said, on one line."""
    return header(raw.decode("utf-8", "replace") if isinstance(raw, bytes) else raw, longest)
