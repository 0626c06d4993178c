"""The requests a page offers, found on the page: its links, its forms with what stands in them, and what htmx asks for."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, quote, urljoin, urlsplit

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.urls import Resolver404, resolve

from tests.html_elements import Element, read

Pairs = tuple[tuple[str, str], ...]
Field = tuple[str, str]  # the place of a value, and its name
PLACES = ("query", "body")
FORM = "application/x-www-form-urlencoded"
SITE = "http://testserver"
NOT_TYPED = ("hidden", "checkbox", "radio")


@dataclass(frozen=True)
class Found:
    """A request as a browser would send it."""

    method: str
    path: str
    query: Pairs = ()
    body: Pairs = ()
    files: frozenset[str] = frozenset()  # the names of its file fields
    headers: Pairs = ()
    fixed: frozenset[str] = frozenset()  # the names of what is chosen or hidden, not typed
    read: tuple[Field, ...] = ()  # what the view looks for and this request does not send

    @property
    def view(self) -> str:
        return resolve(self.path).view_name

    @property
    def fields(self) -> list[Field]:
        sent = [(place, name) for place in PLACES for name, _ in getattr(self, place)]
        return list(dict.fromkeys([*self.read, *sent]))

    def with_values(self, values: dict[Field, str]) -> "Found":
        """The same with these in place of what it had."""
        kept = {
            place: tuple(pair for pair in getattr(self, place) if (place, pair[0]) not in values) for place in PLACES
        }
        bad = {place: tuple((name, value) for (at, name), value in values.items() if at == place) for place in PLACES}
        return replace(self, **{place: kept[place] + bad[place] for place in PLACES})

    def __str__(self) -> str:
        pairs = (f"{name}={value[:40]!r}" for name, value in self.query + self.body if name != "csrfmiddlewaretoken")
        return f"{self.method} {self.view} {' '.join(pairs)}"

    def send(self, client: Client) -> HttpResponse:
        url = f"{self.path}?{encoded(self.query)}" if self.query else self.path
        headers = dict(self.headers)
        if self.files:
            return client.generic(
                "POST", url, encode_multipart(BOUNDARY, self._parts()), MULTIPART_CONTENT, headers=headers
            )
        return client.generic(
            self.method, url, encoded(self.body), FORM if self.method == "POST" else "", headers=headers
        )

    def _parts(self) -> dict[str, Any]:
        parts: dict[str, Any] = {}
        for name, value in self.body:
            raw = value.encode("utf-8", "replace")
            parts[name] = SimpleUploadedFile("typed.csv", raw) if name in self.files else raw.decode()
        return parts


def encoded(pairs: Pairs) -> str:
    """As in an address; half of a surrogate pair goes as the bytes that a broken program would send."""
    return "&".join("=".join(quote(part.encode("utf-8", "surrogatepass"), safe="") for part in pair) for pair in pairs)


def request_to(url: str) -> Iterator[Found]:
    return _request("GET", url, "")


def found_on(url: str, html: str) -> Iterator[Found]:
    page = read(html)
    for one in page.inside():
        if one.tag == "a" and "href" in one.attrs:
            yield from _request("GET", url, one.attrs["href"])
        elif one.tag == "form":
            yield from _of_form(url, one)
        for method in ("get", "post"):
            if address := one.attrs.get(f"hx-{method}"):
                yield from _request(method.upper(), url, address, _controls_near(one, method), headers=_htmx(one))


def _of_form(url: str, form: Element) -> Iterator[Found]:
    method, address, controls = form.attrs.get("method", "get").upper(), form.attrs.get("action", ""), _controls(form)
    yield from _request(method, url, address, controls)
    for button in form.inside():
        if button.tag == "button" and (button.attrs.get("formaction") or button.attrs.get("name")):
            pressed = ((button.attrs["name"], button.attrs.get("value", "")),) if button.attrs.get("name") else ()
            fields = controls.fields + pressed  # most of which this view does not read
            sent = replace(controls, fields=fields, fixed=frozenset(name for name, _ in fields))
            yield from _request(method, url, button.attrs.get("formaction", address), sent)


def _request(
    method: str, url: str, address: str, controls: "Controls | None" = None, headers: Pairs = ()
) -> Iterator[Found]:
    """The request, when it goes to a page of ours."""
    parts = urlsplit(urljoin(SITE + url, address))
    try:
        resolve(parts.path)
    except Resolver404:
        return
    if f"{parts.scheme}://{parts.netloc}" == SITE:
        query, sent = tuple(parse_qsl(parts.query, keep_blank_values=True)), controls or Controls()
        if method == "GET":
            in_address = frozenset(name for name, _ in query)
            yield Found(method, parts.path, query + sent.fields, headers=headers, fixed=sent.fixed | in_address)
        else:
            yield Found(method, parts.path, query, sent.fields, sent.files, headers, sent.fixed)


@dataclass(frozen=True)
class Controls:
    """What a form sends, and how a person came to it."""

    fields: Pairs = ()
    files: frozenset[str] = frozenset()
    fixed: frozenset[str] = frozenset()


def _controls_near(one: Element, method: str) -> Controls:
    """What htmx sends: a form, one that is named, for a POST the one it stands in; else its own value."""
    form = next((near for near in one.around() if near.tag == "form"), None)
    if form and (method == "post" or one is form or "hx-include" in one.attrs):
        sent = _controls(form)
        return replace(sent, fixed=frozenset(name for name, _ in sent.fields))
    return Controls(((one.attrs["name"], one.attrs.get("value", "")),) if one.attrs.get("name") else ())


def _controls(form: Element) -> Controls:
    named = [one for one in form.inside() if one.attrs.get("name") and one.tag in ("input", "textarea", "select")]
    return Controls(
        tuple((one.attrs["name"], value) for one in named for value in _values(one)),
        frozenset(one.attrs["name"] for one in named if one.attrs.get("type") == "file"),
        frozenset(one.attrs["name"] for one in named if one.tag == "select" or one.attrs.get("type") in NOT_TYPED),
    )


def _values(control: Element) -> list[str]:
    if control.tag == "textarea":
        return [control.raw_text]
    if control.tag == "select":
        options = [one for one in control.inside() if one.tag == "option"]
        chosen = [one for one in options if "selected" in one.attrs] or options[:1]
        return [one.attrs.get("value", one.text) for one in chosen]
    if control.attrs.get("type") in ("checkbox", "radio") and "checked" not in control.attrs:
        return []
    return [control.attrs.get("value", "")]


def _htmx(one: Element) -> Pairs:
    """The headers by which a view knows what is asked for."""
    target = next((near.attrs["hx-target"] for near in one.around() if "hx-target" in near.attrs), "")
    named = target.removeprefix("#") if target.startswith("#") else one.attrs.get("id", "")
    return (("HX-Request", "true"), ("HX-Target", named))
