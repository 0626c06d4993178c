from collections.abc import Callable
from typing import Any

from accounts.models import User
from crm.models import Contact
from interviews.models import Interview
from tests.factories import NOW, ContactFactory, InterviewFactory, PromiseFactory


def contact(owner: User) -> Contact:
    return ContactFactory(owner=owner, email="ana@nubank.example")


def planned(owner: User, **fields: Any) -> Interview:
    interview = InterviewFactory(
        contact=contact(owner), where="+351 21 555 0142", purpose="How she reads churn", **fields
    )
    PromiseFactory(contact=interview.contact, interview=interview)
    return interview


def of(**fields: Any) -> Callable[[User], dict[str, object]]:
    return lambda owner: {"pk": planned(owner, **fields).pk}


CASES: dict[str, Callable[[User], dict[str, object]]] = {
    "interview_new": lambda owner: {"contact_pk": contact(owner).pk},
    "interview_detail": of(),
    "interview_edit": of(),
    "interview_ics": of(),
    "interview_invite": of(),
    "interview_cancel": of(),
    "interview_uncancel": of(state="cancelled"),
    "interview_hold": of(),
    "interview_unhold": of(state="held", held_at=NOW),
    "interview_no_show": of(),
}
PUBLIC: set[str] = set()
TERMS = {"medium": "phone", "minutes": "20", "day": "4 december", "at": "15:00", "where": "+351", "purpose": "Churn"}
POST_DATA: dict[str, dict[str, object]] = {"interview_new": TERMS, "interview_edit": {**TERMS, "version": 1}}
