"""Lays an htmx answer over a page, as the browser would: what is seen then must be what a fresh load shows."""

import re
from html.parser import HTMLParser

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


class _Span(HTMLParser):
    """Where the element with this id begins and ends in the text."""

    def __init__(self, html: str, wanted: str) -> None:
        super().__init__()
        self.lines = [0, *(match.end() for match in re.finditer("\n", html))]
        self.wanted, self.depth, self.begin, self.end, self.tag = wanted, 0, -1, -1, ""
        self.feed(html)

    def _at(self) -> int:
        line, column = self.getpos()
        return self.lines[line - 1] + column

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self.begin < 0 and dict(attrs).get("id") == self.wanted:
            self.begin, self.tag, self.depth = self._at(), tag, 1
        elif self.begin >= 0 and self.end < 0 and tag == self.tag and tag not in VOID:
            self.depth += 1

    def handle_endtag(self, tag: str) -> None:
        if self.begin >= 0 and self.end < 0 and tag == self.tag:
            self.depth -= 1
            if not self.depth:
                self.end = self._at() + len(f"</{tag}>")


def element(html: str, wanted: str) -> str:
    """The element with that id, with everything in it."""
    span = _Span(html, wanted)
    assert span.end > span.begin >= 0, f"there is no element #{wanted}"
    return html[span.begin : span.end]


def swap(page: str, answer: str, wanted: str) -> str:
    """The page after `hx-swap="outerHTML"` of the element with that id."""
    return page.replace(element(page, wanted), element(answer, wanted))


def same(html: str) -> str:
    """Without what differs from one answer to the next, or to nobody: tokens, page-made ids and white space."""
    html = re.sub(r'(name="csrfmiddlewaretoken" value=|"X-CSRFToken": )"[^"]*"', r"\1", html)
    html = re.sub(r'(name="uid" value=)"[^"]*"', r"\1", html)
    return re.sub(r"\s+", " ", html)
