"""What is remembered of a talk that was held: what was learned, answered and promised there."""

from dataclasses import dataclass
from typing import Any

from interviews.debriefing.actions import THANK_YOU
from interviews.holding.actions import answered
from interviews.models import ChosenQuestion, Debrief, Interview

MOST = 50  # promises of one talk


@dataclass(frozen=True)
class Remembered:
    talk: Interview
    debrief: Debrief | None
    answers: list[ChosenQuestion]
    promises: list[Any]  # open and closed, without the thank-you
    thanks: Any | None  # the promise to thank for it


def remember(talk: Interview) -> Remembered:
    """Three queries. `talk` with its `debrief` fetched along costs two."""
    promises = list(talk.promises.alive().with_row().order_by("due_on", "pk")[:MOST])
    thanks = [one for one in promises if one.kind == THANK_YOU and one.contact_id == talk.contact_id]
    return Remembered(
        talk=talk,
        debrief=getattr(talk, "debrief", None),
        answers=answered(talk),
        promises=[one for one in promises if one not in thanks],
        thanks=thanks[0] if thanks else None,
    )
