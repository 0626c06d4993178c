from datetime import UTC, datetime, time

import pytest
from django.core.exceptions import ValidationError

from accounts.models import User, validate_zone
from tests.factories import NOW, ContactFactory, UserFactory


@pytest.mark.parametrize(
    ("mail_at", "now", "expected"),
    [
        (time(8), datetime(2026, 11, 19, 6, 59, tzinfo=UTC), datetime(2026, 11, 19, 7, 0, tzinfo=UTC)),
        (time(8), datetime(2026, 11, 19, 7, 0, tzinfo=UTC), datetime(2026, 11, 20, 7, 0, tzinfo=UTC)),
        (time(8), datetime(2026, 11, 19, 23, 30, tzinfo=UTC), datetime(2026, 11, 20, 7, 0, tzinfo=UTC)),
        (time(2, 30), datetime(2027, 3, 27, 12, 0, tzinfo=UTC), datetime(2027, 3, 28, 1, 30, tzinfo=UTC)),  # the gap
    ],
)
def test_next_mail_is_the_first_mail_time_after_now(mail_at: time, now: datetime, expected: datetime):
    assert User(time_zone="Europe/Stockholm", mail_at=mail_at).next_mail(now) == expected


def test_keep_settings_moves_reminders_and_no_date(user: User):
    promise = ContactFactory(owner=user).promises.make(what="Send the article", now=NOW)
    due_on, before = promise.due_on, promise.remind_at

    user.time_zone = "America/New_York"
    user.keep_settings(["time_zone"], NOW)

    promise.refresh_from_db()
    assert promise.due_on == due_on
    assert (promise.remind_at - before).total_seconds() == 6 * 3600


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "../etc/passwd", "posix/Europe/Paris", "a\0"])
def test_zone_must_be_one_that_exists(zone: str):
    with pytest.raises(ValidationError):
        validate_zone(zone)


def test_called_by_first_name_or_what_stands_before_the_at():
    assert [UserFactory.build(name=name, email="zsofia@keepword.example").called for name in ("Zsófia Nagy", "  ")] == [
        "Zsófia",
        "zsofia",
    ]


def test_create_user_confirms_the_address(db):
    user = User.objects.create_user("Root@Keepword.example", "seven herons on a quay")
    address = user.emailaddress_set.get()
    assert (user.email, address.email, address.primary, address.verified) == (
        "root@keepword.example",
        "root@keepword.example",
        True,
        True,
    )
