"""The invariants, counted after every cell from what the database says and what the mail server has."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

SAID = {"dead", "uncertain", "cancelled", "held"}  # ends that the user is shown
TOLERANCE = 0.05  # seconds between two clocks of one machine being read


@dataclass
class Findings:
    rows: int = 0
    lost: int = 0
    marked: int = 0  # duplicates that the row admits: same Message-ID, same bytes
    unmarked: int = 0
    early: int = 0
    unfinished: int = 0
    wrong: list[str] = field(default_factory=list)  # states that do not add up
    dead: int = 0
    cancelled: int = 0
    held: int = 0
    tries: int = 0


def check(report: dict[str, Any], arrivals: list[dict[str, Any]], expected: list[str]) -> Findings:
    """`expected` are recipients who must have a row; without one they have lost their mail."""
    found = Findings(rows=len(report["rows"]))
    found.lost = len(set(expected) - {row["recipient"] for row in report["rows"]})
    by_recipient: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for arrival in arrivals:
        if not arrival.get("is_suppressed"):
            by_recipient[arrival["recipient"]].append(arrival)
    for row in report["rows"]:
        _check_row(row, by_recipient.pop(row["recipient"], []), report, found)
    for recipient, strays in by_recipient.items():
        found.unmarked += len(strays)
        found.wrong.append(f"{recipient} got a mail that no row stands for")
    return found


def _check_row(row: dict[str, Any], arrived: list[dict[str, Any]], report: dict[str, Any], found: Findings) -> None:
    state = row["state"]
    found.tries += row["attempts"]
    for name in ("dead", "cancelled", "held"):
        setattr(found, name, getattr(found, name) + (state == name))
    if state not in SAID | {"sent"}:
        found.unfinished += 1
    if not arrived and state not in SAID:
        found.lost += 1
    again = len(arrived) - 1
    if again > 0:
        is_same = len({each["digest"] for each in arrived}) == 1 and {each["message_id"] for each in arrived} == {
            row["message_id"]
        }
        if row["possible_duplicate"] and is_same and again == 1:
            found.marked += 1
        else:
            found.unmarked += again
    found.early += sum(each["at"] < row["not_before"] - TOLERANCE for each in arrived)
    _check_states(row, arrived, report, found)


def _check_states(row: dict[str, Any], arrived: list[dict[str, Any]], report: dict[str, Any], found: Findings) -> None:
    name = f"{row['kind']} {row['pk']}"
    if row["state"] == "cancelled" and arrived:
        found.wrong.append(f"{name} is cancelled and has arrived")
    if row["state"] == "sent" and report["accepted"].get(str(row["pk"]), 0) != 1:
        found.wrong.append(f"{name} is sent with {report['accepted'].get(str(row['pk']), 0)} accepted tries")
    if row["kind"] == "fault":
        settled = report["settled"].get(f"settled:{row['pk']}", 0)
        if settled != (row["state"] == "sent"):
            found.wrong.append(f"{name} is {row['state']} and settled {settled} times")
