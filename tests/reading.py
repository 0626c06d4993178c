"""Reads a page as somebody who listens to it would: headings, rows, links and buttons by their text, not by their classes."""

from collections.abc import Iterator

from django.http import HttpResponse
from django.test.html import Element, parse_html

from tests.htmx import element


def read_main(page: HttpResponse) -> Element:
    return parse_html(element(page.text, "main"))


def every(within: Element, name: str) -> Iterator[Element]:
    """All elements called so, in the order of the page."""
    for child in within.children:
        if isinstance(child, Element):
            if child.name == name:
                yield child
            yield from every(child, name)


def text(of: Element | str) -> str:
    said = of if isinstance(of, str) else " ".join(text(child) for child in of.children)
    return " ".join(said.split())


def headings(page: HttpResponse) -> list[tuple[str, str]]:
    """What each section is called, and how many it says there are."""
    found = []
    for around in every(read_main(page), "div"):
        names = [child for child in around.children if isinstance(child, Element) and child.name == "h2"]
        counts = [child for child in around.children if isinstance(child, Element) and child.name == "span"]
        found += [(text(name), " ".join(map(text, counts))) for name in names]
    return found


def rows(page: HttpResponse, heading: str = "") -> list[Element]:
    """The rows of the section called so; without a heading those of the whole page."""
    main = read_main(page)
    sections = [main] if not heading else [s for s in every(main, "section") if heading in map(text, every(s, "h2"))]
    return [row for section in sections for row in every(section, "li") if any(every(row, "button"))]


def title(row: Element) -> str:
    """What its first link says."""
    return text(next(every(row, "a")))


def buttons(row: Element) -> list[str]:
    return [text(button) for button in every(row, "button")]


def posts_to(row: Element, button: str) -> str:
    """Where the button of that name posts to."""
    forms = [*every(row, "form"), row]  # or the form goes around all rows
    for form in forms:
        for found in every(form, "button"):
            named = dict(found.attributes).get("aria-label") or text(found)
            if named.startswith(button):
                return dict(found.attributes).get("formaction") or dict(form.attributes)["action"]
    raise AssertionError(f"no button {button} in {text(row)}")
