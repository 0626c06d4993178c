"""How many files a reader opens to follow one thing through: those of our own code that are entered while it happens.

python -m tests.entered_files [--names]   prints a table; --names lists the files of each as well
"""

import atexit
import os
import re
import shutil
import socket
import sys
import tempfile
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from types import FrameType
from typing import Any

import django
import time_machine
from aiosmtpd.controller import Controller

if __name__ == "__main__":  # an empty database
    FOLDER = tempfile.mkdtemp(prefix="keepword-entered-")
    atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)
    os.environ |= {"DJANGO_SETTINGS_MODULE": "tests.settings", "ENV_FILE": os.devnull, "LOG_LEVEL": "ERROR"}
    os.environ |= {"VAR_DIR": FOLDER, "DATABASE_URL": f"sqlite:///{FOLDER}/keepword.sqlite3"}
    django.setup()

from django.core.management import call_command
from django.http import HttpResponse
from django.test import Client, override_settings

from accounts.models import User
from bench.client import form_values
from crm.models import Contact
from outbox import actions
from outbox.engine import drain
from outbox.models import State
from tests.factories import NOW, TODAY, ContactFactory, InterviewFactory, PromiseFactory, UserFactory

ROOT = Path(__file__).resolve().parent.parent
APPS = sorted(path.parent.name for path in ROOT.glob("*/apps.py") if path.parent.name != "config")  # config only wires
HOST = "127.0.0.1"
Act = Callable[[], object]


class Sink:
    """A mail server that keeps what it is given."""

    def __init__(self) -> None:
        self.mails: list[str] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        self.mails.append(envelope.content.decode())
        return "250 taken"


def entered(act: Act) -> set[str]:
    """The files of the apps that are entered while `act` runs, in this thread and in those it starts."""
    files = set()

    def note(frame: FrameType, event: str, _argument: object) -> None:
        if event == "call" and frame.f_code.co_name != "<module>":
            files.add(frame.f_code.co_filename)

    threading.setprofile(note)
    sys.setprofile(note)
    try:
        act()
    finally:
        sys.setprofile(None)
        threading.setprofile(None)
    inside = [Path(file).relative_to(ROOT) for file in files if file.startswith(f"{ROOT}{os.sep}")]
    return {path.as_posix() for path in inside if path.parts[0] in APPS}


# --- the seven things, each ready to be done --------------------------------------------------------------------------
class Things:
    """What one owner does. Only addresses and forms of pages are named, so that the code behind may change."""

    def __init__(self, email: str, sink: Sink) -> None:
        self.owner: User = UserFactory(email=email)
        self.client, self.sink = Client(SERVER_NAME=HOST), sink
        self.client.force_login(self.owner)
        self.contact: Contact = ContactFactory(owner=self.owner, name="Misaki Tanaka", email=f"misaki.{email}")

    def all(self) -> dict[str, Callable[[], Act]]:
        """What prepares each, and gives what is then done."""
        return {
            "a person by the quick line": self.quick_line,
            "a note with a promise": self.note,
            "Kept from Today": self.keep,
            "a contact's page": self.contact_page,
            "Today": self.today,
            "a guest takes a time": self.guest_takes,
            "one mail from claim to settled": self.mail,
        }

    def quick_line(self) -> Act:
        line = {"line": "Ana Souza, hydrologist at Water Press. ! send the article friday"}
        return lambda: post(self.client, "/capture/", line)

    def note(self) -> Act:
        body = {"body": "Knows the river people.\n! send the deck tuesday"}
        return lambda: post(self.client, f"/contacts/{self.contact.pk}/notes/", body)

    def keep(self) -> Act:
        promise = PromiseFactory(contact=self.contact)
        return lambda: post(self.client, f"/promises/{promise.pk}/keep/?v={promise.version}", {"next": "/"})

    def contact_page(self) -> Act:
        return lambda: get(self.client, f"/contacts/{self.contact.pk}/")

    def today(self) -> Act:
        """With a row of each kind."""
        PromiseFactory(contact=self.contact)
        InterviewFactory(contact=self.contact)
        InterviewFactory(contact=self.contact, starts_at=NOW - timedelta(days=2), state="held", held_at=NOW)
        ContactFactory(owner=self.owner, stage="continue", rhythm_count=2, rhythm_unit="months", touch_on=TODAY)
        return lambda: get(self.client, "/")

    def offer(self) -> str:
        """The private address that the contact is mailed."""
        path = f"/contacts/{self.contact.pk}/offer/"
        data = form_values(get(self.client, path), path)
        day, at = (next(name for name in data if part in name) for part in ("day", "at"))
        data |= {day: (TODAY + timedelta(days=12)).isoformat(), at: "09:00"}
        post(self.client, path, data)
        with time_machine.travel(NOW + timedelta(minutes=5)):
            drain()
        return re.findall(r"/o/[\w-]+/", self.sink.mails[-1].replace("=\r\n", ""))[0]

    def guest_takes(self) -> Act:
        address, guest = self.offer(), Client(SERVER_NAME=HOST)
        page = get(guest, address)
        data = form_values(page, f"{address}answer/")
        first = dict(reversed(re.findall(r'type="radio" name="(\w+)" value="([^"]*)"', page)))
        return lambda: post(guest, f"{address}answer/", first | data)

    def mail(self) -> Act:
        self.owner.outgoingmails.all().delete()  # what was caused so far
        PromiseFactory(contact=self.contact, due_on=TODAY - timedelta(days=1), remind_at=NOW - timedelta(hours=1))
        actions.plan(NOW)

        def send() -> None:
            drain()
            states = list(self.owner.outgoingmails.values_list("state", flat=True))
            if states != [State.SENT]:
                raise SystemExit(f"The mail did not leave: {states}")

        return send


def get(client: Client, path: str) -> str:
    response = client.get(path)
    if response.status_code != 200:
        raise SystemExit(f"{path} answered {response.status_code}.")
    return response.content.decode()


def post(client: Client, path: str, data: dict[str, str]) -> HttpResponse:
    """A form that was refused is shown again: only a redirect says that something was done."""
    response = client.post(path, data)
    if response.status_code != 302:
        errors = re.findall(r"error[^>]*>([^<]+)", response.content.decode())
        raise SystemExit(f"{path} answered {response.status_code}: {errors[:3]}")
    return response


# --- the table --------------------------------------------------------------------------------------------------------
def measure() -> dict[str, set[str]]:
    """Everything is done once by somebody else first: what runs once in a process is not counted."""
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    sink = Sink()
    with socket.socket() as trial:
        trial.bind((HOST, 0))
        port = trial.getsockname()[1]
    server = Controller(sink, hostname=HOST, port=port)
    server.start()
    try:
        with override_settings(EMAIL_URL=f"smtp://{HOST}:{port}"), time_machine.travel(NOW):
            for prepare in Things("warm@keepword.example", sink).all().values():
                prepare()()
            things = Things("amara@keepword.example", sink).all()
            return {name: entered(prepare()) for name, prepare in things.items()}
    finally:
        server.stop()


def lines_of_code() -> int:
    """Python of the apps without migrations, and templates."""
    python = [path for app in APPS for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts]
    templates = [path for path in (ROOT / "templates").rglob("*") if path.is_file()]
    return sum(len(path.read_text().splitlines()) for path in [*python, *templates])


def main() -> None:
    for name, files in measure().items():
        print(f"{len(files):4}  {name}")  # noqa: T201
        if "--names" in sys.argv:
            print("".join(f"        {file}\n" for file in sorted(files)), end="")  # noqa: T201
    print(f"{lines_of_code()} lines of application Python and templates")  # noqa: T201


if __name__ == "__main__":
    main()
