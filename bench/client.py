"""A browser reduced to what a measurement needs: one kept-alive connection, a session, the clock around each answer."""

import http.client
import time
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urlencode

CSRF = "b" * 32  # a cookie and a header that agree: what a browser with the page open would send


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes
    seconds: float


class Browser:
    def __init__(self, port: int, session: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self._headers = {
            "Cookie": f"session={session}; csrf={CSRF}",
            "X-CSRFToken": CSRF,
            "Accept-Encoding": "gzip, br",
            "Accept": "text/html",
        }

    def get(self, path: str, **extra: str) -> Answer:
        return self._ask("GET", path, None, {**self._headers, **_named(extra)})

    def post(self, path: str, data: dict[str, str], **extra: str) -> Answer:
        headers = {**self._headers, "Content-Type": "application/x-www-form-urlencoded", **_named(extra)}
        return self._ask("POST", path, urlencode(data).encode(), headers)

    def _ask(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        try:
            return self._asked(method, path, body, headers)
        except ConnectionError:  # the server closes a connection that was idle for long
            self._connection.close()
            return self._asked(method, path, body, headers)

    def _asked(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        before = time.perf_counter()
        self._connection.request(method, path, body, headers)
        response = self._connection.getresponse()
        content = response.read()
        seconds = time.perf_counter() - before
        names = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, names, content, seconds)


def _named(extra: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in extra.items()}


class _Fields(HTMLParser):
    """The values a form would post if nobody touched it; of several forms on a page, those of the one that is asked for."""

    def __init__(self, action: str) -> None:
        super().__init__()
        self.action = action
        self.values: dict[str, str] = {}
        self._inside = False
        self._select = self._area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        got = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._inside = got.get("method", "").lower() == "post" and got.get("action", "") in ("", self.action)
        elif self._inside:
            self._field(tag, got)

    def _field(self, tag: str, got: dict[str, str]) -> None:
        name = got.get("name", "")
        if tag == "input" and name and (got.get("type") not in ("radio", "checkbox") or "checked" in got):
            self.values[name] = got.get("value", "")
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and ("selected" in got or self._select not in self.values):
            self.values[self._select] = got.get("value", "")
        elif tag == "textarea":
            self._area = name
            self.values[name] = ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self.values[self._area] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False
        elif tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._area = ""


def form_values(html: str, action: str) -> dict[str, str]:
    """What the form that posts to `action` would send untouched."""
    reader = _Fields(action)
    reader.feed(html)
    return reader.values


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        got = {name: value or "" for name, value in attrs}
        if tag == "a" and "href" in got:
            self.found.append(("a", got["href"]))
        elif tag == "script" and "src" in got:
            self.found.append(("script", got["src"]))
        elif tag == "link" and got.get("rel") in ("stylesheet", "icon"):
            self.found.append((got["rel"], got["href"]))


def links(html: str) -> list[tuple[str, str]]:
    """Everything a page leads to, as (a, script, stylesheet or icon; address)."""
    reader = _Links()
    reader.feed(html)
    return reader.found
