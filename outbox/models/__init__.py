"""The mails, and what is known of delivery as a whole."""

from outbox.models.mail import (
    BY_HAND,
    GONE,
    NOT_CLAIMED,
    PUT_BACK,
    REMINDERS,
    SIGN_IN,
    DeliveryAttempt,
    OutgoingMail,
    OutgoingMailQuerySet,
    State,
    message_id,
)
from outbox.models.running import RELAY, Figure, HighestDrain, LeftOut, Relay, WorkerBeat

__all__ = [
    "BY_HAND",
    "GONE",
    "NOT_CLAIMED",
    "PUT_BACK",
    "RELAY",
    "REMINDERS",
    "SIGN_IN",
    "DeliveryAttempt",
    "Figure",
    "HighestDrain",
    "LeftOut",
    "OutgoingMail",
    "OutgoingMailQuerySet",
    "Relay",
    "State",
    "WorkerBeat",
    "message_id",
]
