"""Fills our database and prints where to find what, as one line of JSON: python -m bench.people 100000 1000

Each size is one owner. The last contact of each has 20 of everything; the text "xqz" is in one contact of each owner.
"""

import json
import os
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import django
from django.core.management import call_command

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
if __name__ == "__main__":
    django.setup()

from accounts.models import User
from base.text import fold
from bench.names import ORGANISATIONS, RARE, invented, organisation
from bench.sessions import in_batches, settle_statistics, sign_in
from crm.models import Contact, ContactTag, Note, Organisation, Stage, StageChange, Tag, Touch
from crm.parts import search_text
from followups.models import Promise
from interviews.models import Interview
from outbox.models import Relay

OVERDUE, COMING = 40, 200  # open promises of an owner, whatever the number of contacts
EVERYTHING = 20
AT_WORK = timedelta(hours=1)  # pages look at the queue themselves where no worker has looked lately
TAGS = ("floods", "insurance", "research", "press", "alumni", "conference", "mentors", "policy")


def main(sizes: list[int]) -> None:
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    now = datetime.now(UTC)
    owners = {}
    for size in sizes:
        user = User.objects.create_user(f"owner{size}@keepword.example", name="Amara Lindgren", time_zone="Europe/Oslo")
        rich = fill(user, size, now)
        owners[str(size)] = {"session": sign_in(user), "contact": rich.pk, "plain": rich.pk - 1}
    Relay.note(drained_at=now + AT_WORK)
    settle_statistics()
    print(json.dumps({"owners": owners}))


def fill(user: User, size: int, now: datetime) -> Contact:
    """Makes `size` contacts with what an active owner has around them, and returns the one with 20 of everything."""
    in_batches(Organisation, (_organisation(user, n) for n in range(min(size, ORGANISATIONS))))
    in_batches(Tag, (Tag(owner=user, name=name, name_key=fold(name)) for name in TAGS))
    organisations = list(user.organisations.order_by("pk"))
    in_batches(Contact, _contacts(user, size, organisations, now))
    contacts = list(user.contacts.order_by("pk").only("pk", "owner", "name", "stage"))
    _around(user, contacts, now)
    rich: Contact = contacts[-1]
    _everything(user, rich, contacts[:EVERYTHING], now)
    return rich


def _organisation(user: User, n: int) -> Organisation:
    return Organisation(owner=user, name=organisation(n), name_key=fold(organisation(n)))


def _contacts(user: User, size: int, organisations: list[Organisation], now: datetime) -> Iterator[Contact]:
    today = user.today(now)
    for n in range(size):
        one = invented(n)
        where = organisations[one.organisation % len(organisations)]
        stage = Stage.CONTINUE if n % 10 == 0 else (Stage.TO_MEET, Stage.MET, Stage.ASKED, Stage.DROP)[n % 4]
        said = [_body(n // 5) if n % 5 == 0 else "", RARE if n == size // 2 else ""]
        contact = Contact(
            owner=user,
            name=one.name,
            name_key=fold(one.name),
            role=one.role,
            organisation=where,
            email=one.email,
            stage=stage,
            search_text=search_text((one.name, one.role, where.name, one.email, TAGS[n % len(TAGS)], *said)),
            created_at=now - timedelta(days=n % 900),
        )
        if stage == Stage.CONTINUE:
            contact.rhythm_count, contact.rhythm_unit = 2, "months"
            contact.last_touch_on = today - timedelta(days=n % 70)
            contact.touch_on = contact.last_touch_on + timedelta(days=60)
        yield contact


def _around(user: User, contacts: list[Contact], now: datetime) -> None:
    """Tags on every second contact, notes on every fifth, promises and interviews on some."""
    tags = list(user.tags.order_by("pk"))
    in_batches(
        ContactTag, (ContactTag(owner=user, contact=c, tag=tags[i % len(tags)]) for i, c in enumerate(contacts[::2]))
    )
    in_batches(Note, (_note(user, c, i, now) for i, c in enumerate(contacts[::5])))
    open_ones, closed = contacts[: OVERDUE + COMING], contacts[OVERDUE + COMING :: 20]
    in_batches(Promise, (_promise(user, c, i - OVERDUE, now) for i, c in enumerate(open_ones)))
    in_batches(Promise, (_promise(user, c, -i % 900, now, kept=True) for i, c in enumerate(closed)))
    in_batches(Interview, (_interview(user, c, -1 - i % 900, now) for i, c in enumerate(contacts[1::50])))
    in_batches(Interview, (_interview(user, c, i // 2, now) for i, c in enumerate(contacts[2:42:4])))


def _everything(user: User, contact: Contact, others: list[Contact], now: datetime) -> None:
    """20 notes, promises both ways, interviews, touches, changes of stage, tags, and people met through this one."""
    extra = [Tag(owner=user, name=f"extra {n}", name_key=f"extra {n}") for n in range(EVERYTHING)]
    Tag.objects.bulk_create(extra)
    ContactTag.objects.bulk_create([ContactTag(owner=user, contact=contact, tag=tag) for tag in extra])
    Note.objects.bulk_create([_note(user, contact, n, now) for n in range(EVERYTHING)])
    Promise.objects.bulk_create([_promise(user, contact, n - 5, now) for n in range(EVERYTHING)])
    Promise.objects.bulk_create([_promise(user, contact, n - 5, now, whose="theirs") for n in range(EVERYTHING)])
    Promise.objects.bulk_create([_promise(user, contact, -n, now, kept=True) for n in range(EVERYTHING)])
    Interview.objects.bulk_create([_interview(user, contact, 4 - n * 9, now) for n in range(EVERYTHING)])
    today = user.today(now)
    Touch.objects.bulk_create(
        [
            Touch(owner=user, contact=contact, happened_on=today - timedelta(days=n * 3), created_at=now)
            for n in range(EVERYTHING)
        ]
    )
    steps = [Stage.TO_MEET, Stage.ASKED]
    StageChange.objects.bulk_create(
        [
            StageChange(
                owner=user,
                contact=contact,
                before=steps[n % 2],
                after=steps[(n + 1) % 2],
                at=now - timedelta(days=n * 5),
            )
            for n in range(EVERYTHING)
        ]
    )
    user.contacts.filter(pk__in=[other.pk for other in others if other.pk != contact.pk]).update(introduced_by=contact)


def _body(n: int) -> str:
    return f"Runs the flood desk since year {n}. Knows the river people, and asked for the *gauge* article."


def _note(user: User, contact: Contact, n: int, now: datetime) -> Note:
    return Note(owner=user, contact=contact, body=_body(n), created_at=now - timedelta(days=n % 700, minutes=n))


def _promise(
    user: User, contact: Contact, days: int, now: datetime, whose: str = "mine", *, kept: bool = False
) -> Promise:
    """One due in `days` (negative: overdue), or one kept that long ago."""
    due: date = user.today(now) + timedelta(days=days)
    wanted: dict[str, Any] = {"state": "kept", "closed_at": now + timedelta(days=days)} if kept else {"state": "open"}
    if not kept and whose == "mine":
        wanted["remind_at"] = datetime.combine(max(due, user.today(now)) + timedelta(days=1), time(7), tzinfo=UTC)
    return Promise(
        owner=user,
        contact=contact,
        whose=whose,
        kind="article",
        what=f"Send the article on gauge stations, part {days}",
        due_on=due,
        promised_on=due - timedelta(days=3),
        created_at=now - timedelta(days=60),
        **wanted,
    )


def _interview(user: User, contact: Contact, days: int, now: datetime) -> Interview:
    """One planned in `days`, or held that long ago."""
    day = user.today(now) + timedelta(days=days)
    starts_at = datetime.combine(day, time(15), tzinfo=user.zone).astimezone(UTC)
    held: dict[str, Any] = {"state": "held", "held_at": starts_at} if days < 0 else {}
    return Interview(
        owner=user,
        contact=contact,
        local_date=day,
        local_time=time(15),
        time_zone=user.time_zone,
        starts_at=starts_at,
        created_at=now - timedelta(days=90),
        **held,
    )


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]])
