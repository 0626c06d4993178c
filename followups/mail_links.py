"""The signed links in a mail to its user. Each is good for one purpose, one object as it was, and 30 days."""

import uuid
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import cache

from django.conf import settings
from django.core.signing import BadSignature, SignatureExpired, Signer, TimestampSigner
from django.urls import reverse

GOOD_FOR = timedelta(days=30)


class Answer(StrEnum):
    KEPT = "kept"
    TOMORROW = "tomorrow"
    IN_3_DAYS = "3-days"
    NEXT_WEEK = "next-week"
    LET_GO = "let-go"
    UNDO = "undo"


ANSWERS = (Answer.KEPT, Answer.TOMORROW, Answer.IN_3_DAYS, Answer.NEXT_WEEK, Answer.LET_GO)
PUTS_OFF = {Answer.TOMORROW: 1, Answer.IN_3_DAYS: 3, Answer.NEXT_WEEK: 7}


class ExpiredLinkError(Exception):
    """It was ours, and its days are over."""


class UnknownLinkError(Exception):
    """It was never ours, or not for this."""


@dataclass(frozen=True)
class ButtonLink:
    """What one button means: this answer to this promise as it was. `stamp` is when its mail was written."""

    uid: uuid.UUID
    version: int
    answer: Answer
    stamp: str = ""

    def token(self) -> str:
        value = f"{self.uid.hex}~{self.version}~{self.answer}"
        if self.stamp:  # a button on the page dies with the link that opened it
            return Signer(salt=_BUTTON.salt, sep=".").sign(f"{value}.{self.stamp}")
        return _BUTTON.sign(value)

    def path(self) -> str:
        return _button_path().replace("TOKEN", self.token())

    def url(self) -> str:
        return f"{settings.SITE_URL}{self.path()}"


# the salt binds a signature to its purpose: a link for one page opens no other
_BUTTON = TimestampSigner(salt="followups.promise_button", sep=".")
_STOP = TimestampSigner(salt="followups.reminders_stop", sep=".")


@cache
def _button_path() -> str:
    """Found once: a mail has five for each promise."""
    return reverse("promise_button", args=["TOKEN"])


@cache
def _stop_path() -> str:
    return stop_path("TOKEN")


def read_button(token: str) -> ButtonLink:
    uid, version, answer = _read(_BUTTON, token).split("~")
    return ButtonLink(uuid.UUID(uid), int(version), Answer(answer), token.split(".")[1])


def stop_token(user_pk: int) -> str:
    return _STOP.sign(str(user_pk))


def stop_url(user_pk: int) -> str:
    return f"{settings.SITE_URL}{_stop_path().replace('TOKEN', stop_token(user_pk))}"


def stop_path(token: str) -> str:
    return reverse("reminders_stop", args=[token])


def read_stop(token: str) -> int:
    return int(_read(_STOP, token))


def _read(signer: TimestampSigner, token: str) -> str:
    try:
        return signer.unsign(token, max_age=GOOD_FOR)
    except SignatureExpired as error:
        raise ExpiredLinkError from error
    except BadSignature as error:
        raise UnknownLinkError from error
