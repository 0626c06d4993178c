"""Fills a database with owners who each owe one thing, all due at one instant: python -m bench.owing ROWS INSTANT"""

import json
import os
import sys
from datetime import UTC, datetime, time, timedelta

import django
from django.core.management import call_command

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
if __name__ == "__main__":
    django.setup()

from accounts.models import User
from base.text import fold
from bench.names import invented
from bench.sessions import in_batches, settle_statistics
from crm.models import Contact
from followups.models import Promise


def main(rows: int, at: datetime) -> None:
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    owners = (User(email=f"owner{n}@keepword.example", name="Amara Lindgren", mail_at=time.min) for n in range(rows))
    in_batches(User, owners)
    users = list(User.objects.order_by("pk").only("pk"))
    in_batches(Contact, (_contact(user, n, at) for n, user in enumerate(users)))
    in_batches(Promise, (_promise(contact, at) for contact in Contact.objects.order_by("pk").only("pk", "owner_id")))
    settle_statistics()
    print(json.dumps({"rows": Promise.objects.to_remind(at).count()}))


def _contact(user: User, n: int, at: datetime) -> Contact:
    one = invented(n)
    key = fold(one.name)
    return Contact(owner=user, name=one.name, name_key=key, search_text=key, role=one.role, created_at=at)


def _promise(contact: Contact, at: datetime) -> Promise:
    day = at.date()
    return Promise(
        owner_id=contact.owner_id,
        contact=contact,
        kind="article",
        what="Send the article on gauge stations",
        due_on=day - timedelta(days=1),
        promised_on=day - timedelta(days=4),
        created_at=at - timedelta(days=4),
        remind_at=at,
    )


if __name__ == "__main__":
    main(int(sys.argv[1]), datetime.fromtimestamp(float(sys.argv[2]), UTC))
