"""Fills the floor's database and prints where to find what, as one line of JSON: python -m bench.floor.people 100000"""

import json
import os
import sys

import django
from django.core.management import call_command

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.floor.settings")
if __name__ == "__main__":
    django.setup()

from django.contrib.auth.models import User

from bench.floor.models import Person
from bench.names import RARE, invented, organisation
from bench.sessions import in_batches, settle_statistics, sign_in


def main(sizes: list[int]) -> None:
    call_command("migrate", verbosity=0)
    call_command("migrate", run_syncdb=True, verbosity=0)  # the floor has no migrations, and needs the users first
    owners = {}
    for size in sizes:
        user = User.objects.create_user(f"owner{size}")
        in_batches(Person, (_person(user, n, size) for n in range(size)))
        first = Person.objects.filter(owner=user).earliest("pk")
        owners[str(size)] = {"session": sign_in(user), "person": first.pk}
    settle_statistics()
    print(json.dumps({"owners": owners}))


def _person(user: User, n: int, size: int) -> Person:
    one = invented(n)
    where = organisation(one.organisation)
    words = f"{one.name} {one.role} {where} {one.email} {RARE if n == size // 2 else ''}"
    return Person(
        owner=user,
        name=one.name,
        name_key=one.name.lower(),
        role=one.role,
        organisation=where,
        search_text=words.lower(),
    )


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]])
