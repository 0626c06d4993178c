from datetime import timedelta
from typing import Any

from accounts.models import User
from tests.factories import NOW, TODAY, ContactFactory, InterviewFactory


def logged(owner: User, **fields: Any) -> dict[str, object]:
    contact = ContactFactory(owner=owner)
    made = InterviewFactory(
        contact=contact,
        is_logged=True,
        local_date=TODAY - timedelta(days=2),
        **{"state": "held", "held_at": NOW, **fields},
    )
    return {"pk": made.pk}


CASES = {
    "past_talk_new": lambda owner: {"contact_pk": ContactFactory(owner=owner).pk},
    "past_talk_remove": logged,
    "past_talk_put_back": lambda owner: logged(owner, state="planned", held_at=None, binned_at=NOW),
}
PUBLIC: set[str] = set()
POST_DATA: dict[str, dict[str, object]] = {"past_talk_new": {"day": "yesterday", "medium": "phone"}}
