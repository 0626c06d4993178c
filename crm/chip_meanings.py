"""What a tap on a chip makes of a line that was read: its words mean the next thing, or stay in the note alone."""

from collections.abc import Mapping
from typing import Any

from crm.quick import Quick

MEANINGS = ("role", "organisation", "place", "how_met")  # a tap leads from one to the next
NOTE = "note"
MOST = 12


def read_meanings(data: Any) -> dict[str, str]:
    """What words were tapped to mean, as the page carries it: "place:Lisbon"."""
    sent: list[str] = data.getlist("meant")[:MOST] if hasattr(data, "getlist") else []
    said = (one.partition(":") for one in sent)
    return {words: meaning for meaning, _colon, words in said if words and meaning in (*MEANINGS, NOTE)}


def apply_meanings(found: Quick, meant: Mapping[str, str]) -> None:
    """Puts the words that were tapped where they belong; what finds its place taken is kept in the note."""
    moved = [(name, words) for name in MEANINGS if (words := getattr(found, name)) in meant]
    for name, _words in moved:
        setattr(found, name, "")
    for _name, words in moved:
        meaning = meant[words]
        if meaning == NOTE or getattr(found, meaning):
            found.also.append(words)
        else:
            setattr(found, meaning, words)
    if str(found.met_on) in meant:  # its words stand in how we met
        found.met_on = None


def tap_chip(found: Quick, meant: Mapping[str, str], tapped: str) -> dict[str, str]:
    """What is meant after a tap: "turn:role" is the next meaning, "away:role" the note, "back:Lisbon" what was read first.
    Where the next meaning has words already, the two change places."""
    verb, _colon, name = tapped.partition(":")
    if verb == "back":
        return {words: meaning for words, meaning in meant.items() if words != name}
    words = str(getattr(found, name) or "") if name in (*MEANINGS, "met_on") else ""
    if words and verb == "away":
        return {**meant, words: NOTE}
    if words and verb == "turn" and name in MEANINGS:
        following = next_meaning(name)
        swapped = {other: name} if (other := getattr(found, following)) else {}
        return {**meant, **swapped, words: following}
    return dict(meant)


def next_meaning(name: str) -> str:
    return MEANINGS[(MEANINGS.index(name) + 1) % len(MEANINGS)]
