from collections.abc import Callable
from datetime import timedelta

from accounts.models import User
from base.private_links import hash_of
from tests.factories import NOW, CalendarFeedFactory, ContactFactory, InterviewFactory, PromiseFactory

SECRET = "tf8yWm3b5hQ0rXkzC4vN1g"


def made(owner: User, **fields: object) -> dict[str, object]:
    contact = ContactFactory(owner=owner, name="Ana Souza")
    InterviewFactory(contact=contact, where="+351 21 555 0142")
    PromiseFactory(contact=contact, due_on=NOW.date() + timedelta(days=2))
    owner.calendarfeeds.all().delete()  # one each
    CalendarFeedFactory(owner=owner, secret_hash=hash_of(SECRET), **fields)
    return {}


CASES: dict[str, Callable[[User], dict[str, object]]] = {
    "calendar_feed": made,
    "calendar_feed_new": lambda owner: {},
    "calendar_feed_off": made,
    "calendar_feed_on": lambda owner: made(owner, off_at=NOW),
    "feed": lambda owner: made(owner) | {"token": SECRET},
}
PUBLIC = {"feed"}
