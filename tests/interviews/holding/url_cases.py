import uuid
from collections.abc import Callable
from datetime import timedelta

from accounts.models import User
from interviews.models import Interview, Room
from tests.factories import (
    NOW,
    ChosenQuestionFactory,
    ContactFactory,
    DebriefFactory,
    InterviewFactory,
    PreparationFactory,
    PromiseFactory,
    RoomFactory,
)
from tests.interviews.pages import boxes, meet, rows


def running(owner: User, **fields: object) -> Room:
    """A room ten minutes into a talk, with a question, an agenda and a promise."""
    contact = ContactFactory(owner=owner, email="ana@nubank.example")
    interview = InterviewFactory(contact=contact, where="+351 21 555 0142")
    preparation = PreparationFactory(contact=contact, interview=interview, agenda="0 Thanks\n8 Data")
    ChosenQuestionFactory(preparation=preparation, answer="Start with the data", answered_at=NOW)
    PromiseFactory(contact=contact, interview=interview, created_at=NOW)
    return RoomFactory(interview=interview, started_at=NOW - timedelta(minutes=10), notes="She reads churn", **fields)


def held(owner: User) -> Interview:
    interview = running(owner, ended_at=NOW).interview
    DebriefFactory(interview=interview, learned="Premiums follow the tide log", fit="Compare the gauges")
    owner.interviews.filter(pk=interview.pk).update(state="held", held_at=NOW)
    PromiseFactory(contact=interview.contact, interview=interview, kind="thank_you", what="Thank Ana for the talk")
    return interview


def in_the_room(owner: User) -> dict[str, object]:
    return {"pk": running(owner).interview_id}


def after_it(owner: User) -> dict[str, object]:
    return {"pk": held(owner).pk}


CASES: dict[str, Callable[[User], dict[str, object]]] = {
    **dict.fromkeys(
        ["room", "room_start", "room_write", "room_clock", "room_save", "room_extend", "room_pause", "room_end"],
        in_the_room,
    ),
    "room_no_show": in_the_room,
    "room_unextend": lambda owner: {"pk": running(owner, extended_minutes=5).interview_id},
    "room_resume": lambda owner: {"pk": running(owner, paused_at=NOW).interview_id},
    **dict.fromkeys(
        ["room_reopen", "debrief", "debrief_done", "debrief_reopen", "thank_you", "tell_later", "tell_later_not"],
        after_it,
    ),
    "thank_you_cancel": after_it,
    "day_understood": lambda owner: {},
}
POST_DATA: dict[str, dict[str, object]] = {
    "room_write": {"box": "notes", "text": "Tide logs since 1987", "uid": str(uuid.UUID(int=7)), "version": "0"},
    "room_save": {"uid": str(uuid.UUID(int=7)), **boxes({"notes": "Tide logs since 1987"})},
    "room_extend": {"minutes": "5"},
    "room_unextend": {"minutes": "5"},
    "debrief": {
        "learned": "Premiums follow the tide log",
        "go": "continue",
        "rhythm": "2-months",
        **rows("mine", {"what": "Send the deck", "due": "friday"}),
        **rows("theirs", {"what": "The tide logs", "due": ""}),
        **meet("Teresa Vasconcelos, Port of Lisbon"),
    },
    "debrief_done": {"learned": "Premiums follow the tide log"},
    "thank_you": {"subject": "Thank you", "body": "Thank you, Ana."},
}
