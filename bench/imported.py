"""A file of many people from upload to the last of them taken in, and bulk_create of as many: python -m bench.imported 100000"""

import json
import os
import sys
import time
import uuid
from datetime import UTC, datetime

import django
from django.core.management import call_command

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
if __name__ == "__main__":
    django.setup()

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict

from accounts.models import User
from base.text import fold
from bench.names import invented, organisation
from bench.sessions import in_batches, settle_statistics
from crm.importing import decisions
from crm.importing.forms import TicksForm, UploadForm
from crm.jobs import claim, work
from crm.models import Contact, Import, ImportState

HEADER = "First Name,Last Name,URL,Email Address,Company,Position,Connected On\n"
LONGEST = 1800  # seconds


def main(rows: int) -> None:
    call_command("migrate", verbosity=0)
    owner = User.objects.create_user("owner@keepword.example", name="Amara Lindgren")
    somebody = User.objects.create_user("somebody@keepword.example")
    settle_statistics()
    began = time.perf_counter()
    in_batches(Contact, (_contact(somebody, n) for n in range(rows)))
    plain = time.perf_counter() - began
    content = (HEADER + "".join(_line(n) for n in range(rows))).encode()
    began = time.perf_counter()
    bring_in(owner, content)
    ours = time.perf_counter() - began
    if owner.contacts.count() != rows:
        raise SystemExit(f"{owner.contacts.count()} of {rows} people came in.")
    print(json.dumps({"ours": round(ours, 2), "plain": round(plain, 2)}))


def bring_in(owner: User, content: bytes) -> Import:
    """What the user does by hand, and the worker in between."""
    file = SimpleUploadedFile("Connections.csv", content)
    form = UploadForm({"uid": str(uuid.uuid4())}, {"file": file}, owner=owner)
    if not form.is_valid():
        raise SystemExit(f"The file was refused: {form.errors.as_json()}")
    batch = form.save(_clock())
    _work_off(batch, ImportState.READY)
    decisions.start(batch, TicksForm(QueryDict()))
    _work_off(batch, ImportState.DONE)
    return batch


def _work_off(batch: Import, wanted: str) -> None:
    """The worker until the import is there, without the pauses that let pages write in between."""
    until = time.monotonic() + LONGEST
    while (claimed := claim(_clock())) and time.monotonic() < until:
        work(claimed, _clock, breath=0)
    batch.refresh_from_db()
    if batch.state != wanted:
        raise SystemExit(f"The import is {batch.state} instead of {wanted}: {batch.problem}")


def _clock() -> datetime:
    return datetime.now(UTC)


def _line(n: int) -> str:
    one = invented(n)
    given, family = one.name.rsplit(" ", 1)
    where = organisation(one.organisation)
    return f"{given},{family},https://www.linkedin.com/in/person-{n},{one.email},{where},{one.role},08 Feb 2026\n"


def _contact(owner: User, n: int) -> Contact:
    one = invented(n)
    return Contact(
        owner=owner,
        name=one.name,
        name_key=fold(one.name),
        role=one.role,
        email=one.email,
        search_text=fold(f"{one.name} {one.role} {one.email}"),
        created_at=_clock(),
    )


if __name__ == "__main__":
    main(int(sys.argv[1]))
