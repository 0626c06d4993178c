"""What is asked of each side: our pages as an owner sees them, and the floor's."""

import gzip
import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from urllib.parse import urljoin

from bench.client import Answer, Browser, form_values, links
from bench.names import RARE
from bench.timing import Ask

COMMON = "ana"
SEARCH_HEADERS = {"HX-Request": "true", "HX-Target": "results", "HX-Current-URL": "http://127.0.0.1/contacts/"}


class Ours:
    """Our pages as one owner sees them."""

    def __init__(self, port: int, owner: dict[str, Any], numbers: Iterator[int]) -> None:
        self.owner, self.numbers = owner, numbers
        self.browser = Browser(port, owner["session"])
        self.contact = f"/contacts/{owner['contact']}/"
        self.next_page = next_page(self.browser.get("/contacts/"), self.browser)
        self.new_contact = self._form("/contacts/new/")
        self.new_interview = self._form(f"/contacts/{owner['plain']}/interviews/new/")

    def _form(self, path: str) -> tuple[str, dict[str, str]]:
        return path, form_values(text(self.browser.get(path)), path)

    def asks(self) -> dict[str, Ask]:
        get, searched = self.browser.get, SEARCH_HEADERS
        return {
            "list": lambda: get("/contacts/"),
            "next page": lambda: get(self.next_page),
            "search, common": lambda: get(f"/contacts/?q={COMMON}", **searched),
            "search, rare": lambda: get(f"/contacts/?q={RARE}", **searched),
            "contact, 20 of everything": lambda: get(self.contact),
            "create a contact": lambda: saved(self.browser.post(self.new_contact[0], self.contact_data())),
            "schedule an interview": lambda: saved(self.browser.post(self.new_interview[0], self.interview_data())),
            "Today": lambda: get("/"),
            "Follow-ups": lambda: get("/follow-ups/"),
        }

    def contact_data(self) -> dict[str, str]:
        n = next(self.numbers)
        return {**self.new_contact[1], "name": f"Newcomer {n}", "role": "engineer", "email": f"new{n}@people.example"}

    def interview_data(self) -> dict[str, str]:
        """Another day and quarter of an hour each time."""
        n = next(self.numbers)
        day = date.today() + timedelta(days=7 + n // 32)  # noqa: DTZ011 - any day ahead will do
        at = f"{9 + n % 32 // 4:02}:{n % 4 * 15:02}"
        return {**self.new_interview[1], "day": day.isoformat(), "at": at, "minutes": "20", "medium": "phone"}

    def for_counting(self) -> dict[str, Any]:
        """The same asks, for the process that counts statements."""

        def one(path: str, **more: Any) -> dict[str, Any]:
            return {"path": path, "session": self.owner["session"], **more}

        return {
            "list": one("/contacts/"),
            "next page": one(self.next_page),
            "search, common": one(f"/contacts/?q={COMMON}", headers=SEARCH_HEADERS),
            "search, rare": one(f"/contacts/?q={RARE}", headers=SEARCH_HEADERS),
            "contact, 20 of everything": one(self.contact),
            "create a contact": one(self.new_contact[0], posts=[self.contact_data(), self.contact_data()]),
            "schedule an interview": one(self.new_interview[0], posts=[self.interview_data(), self.interview_data()]),
            "Today": one("/"),
            "Follow-ups": one("/follow-ups/"),
        }


def floor_asks(port: int, owner: dict[str, Any], numbers: Iterator[int]) -> dict[str, Ask]:
    browser = Browser(port, owner["session"])
    person = {"role": "engineer", "organisation": "Water Press"}
    return {
        "people": lambda: browser.get("/people/"),
        "search": lambda: browser.get(f"/people/search/?q={COMMON}"),
        "person": lambda: browser.get(f"/people/{owner['person']}/"),
        "new": lambda: saved(browser.post("/people/new/", {"name": f"Newcomer {next(numbers)}", **person})),
    }


def saved(answer: Answer) -> Answer:
    """A form that was refused is answered quickly too: only a redirect says that something was saved."""
    if answer.status != 302:
        errors = re.findall(r'class="field__error".*?</p>', text(answer), re.DOTALL)
        raise SystemExit(f"A form was refused with {answer.status}: {errors[:3]}")
    return answer


def text(answer: Answer) -> str:
    """The page as text; measured connections ask for it compressed."""
    body = answer.body
    if answer.headers.get("content-encoding") == "gzip":
        body = gzip.decompress(body)
    return body.decode()


def next_page(answer: Answer, browser: Browser) -> str:
    """Where the pager of the list leads."""
    if answer.status != 200:
        raise SystemExit(f"The list answered {answer.status}.")
    for kind, address in links(text(answer)):
        if kind == "a" and re.search(r"[?&](after|from)=", address):
            return urljoin("/contacts/", address)
    raise SystemExit("The list has no link to a next page.")
