"""The models of conversations, one file for each part of their way."""

from interviews.models.holding import LONGEST_ANSWER, LONGEST_NOTES, Debrief, MayUseName, Phase, Room, RoomWrite
from interviews.models.interview import (
    ANSWER,
    ASKED_FOR,
    FARTHEST,
    LONGEST,
    SHORTEST,
    UNSUITED,
    Agreed,
    AttendeeStatus,
    Interview,
    InterviewQuerySet,
    InterviewState,
    Medium,
    minutes_by,
)
from interviews.models.learning import Tick
from interviews.models.news import NewsItem, NewsKind
from interviews.models.offering import LAST_STEP, Ask, AskVia, Counter, Offer, OfferSlot, OfferState
from interviews.models.preparing import ChosenQuestion, Homework, HomeworkItem, Preparation, Question, QuestionTag
from interviews.models.subscribing import CalendarFeed

__all__ = [
    "ANSWER",
    "ASKED_FOR",
    "FARTHEST",
    "LAST_STEP",
    "LONGEST",
    "LONGEST_ANSWER",
    "LONGEST_NOTES",
    "SHORTEST",
    "UNSUITED",
    "Agreed",
    "Ask",
    "AskVia",
    "AttendeeStatus",
    "CalendarFeed",
    "ChosenQuestion",
    "Counter",
    "Debrief",
    "Homework",
    "HomeworkItem",
    "Interview",
    "InterviewQuerySet",
    "InterviewState",
    "MayUseName",
    "Medium",
    "NewsItem",
    "NewsKind",
    "Offer",
    "OfferSlot",
    "OfferState",
    "Phase",
    "Preparation",
    "Question",
    "QuestionTag",
    "Room",
    "RoomWrite",
    "Tick",
    "minutes_by",
]
