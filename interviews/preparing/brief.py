"""The brief: one page with all I need to have read before I dial. The same for the screen, the printer and the mail."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.models import User
from crm.models import Contact
from interviews.models import ChosenQuestion, Interview, Medium
from interviews.preparing.preparation_page import Prepared, read

ON_THE_FIRST_PAGE = 6
PROMISES = 5
PAST_TALKS = 3


@dataclass(frozen=True)
class Brief:
    owner: User
    contact: Contact
    interview: Interview | None
    prepared: Prepared
    past: list[Interview]  # held, the latest first, each with what was learned there
    mine: list[Any]
    theirs: list[Any]

    @property
    def last(self) -> Interview | None:
        return self.past[0] if self.past else None

    @property
    def first_questions(self) -> list[ChosenQuestion]:
        return self.prepared.chosen[:ON_THE_FIRST_PAGE]

    @property
    def more_questions(self) -> list[ChosenQuestion]:
        """Those of the second page; they are not printed smaller to fit the first."""
        return self.prepared.chosen[ON_THE_FIRST_PAGE:]

    @property
    def their_zone(self) -> str:
        """The contact's zone, when it differs from mine."""
        zone = self.contact.time_zone
        return zone if zone and zone != self.owner.time_zone else ""

    @property
    def you_call(self) -> bool:
        return bool(self.interview and self.interview.where and self.interview.medium == Medium.PHONE)


def read_brief(owner: User, contact: Contact, interview: Interview | None, now: datetime) -> Brief:
    prepared = read(owner, contact, interview)
    talk = interview or prepared.interview
    before = contact.interviews.with_debrief().filter(state="held").exclude(pk=talk.pk if talk else 0)
    promises = contact.promises.open().order_by("due_on", "pk")
    return Brief(
        owner=owner,
        contact=contact,
        interview=talk,
        prepared=prepared,
        past=list(before.filter(starts_at__lt=now).last_first()[:PAST_TALKS]),
        mine=list(promises.filter(whose="mine")[:PROMISES]),
        theirs=list(promises.filter(whose="theirs")[:PROMISES]),
    )
