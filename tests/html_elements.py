"""Reads HTML by role and text, as a person or a screen reader does, so that a test names no class and no order of attributes."""

from collections.abc import Iterator
from html.parser import HTMLParser

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
ROLES = {
    **dict.fromkeys(("h1", "h2", "h3", "h4"), "heading"),
    "a": "link", "button": "button", "li": "listitem", "ul": "list", "ol": "list", "nav": "navigation", "form": "form",
    "textarea": "textbox", "select": "combobox", "option": "option", "fieldset": "group", "p": "paragraph", "main": "main",
}  # fmt: skip
INPUT_ROLES = {
    "checkbox": "checkbox",
    "radio": "radio",
    "search": "searchbox",
    "number": "spinbutton",
    "submit": "button",
}


class Element:
    def __init__(self, tag: str, attrs: dict[str, str], parent: "Element | None") -> None:
        self.tag, self.attrs, self.parent = tag, attrs, parent
        self.children: list[Element | str] = []

    @property
    def role(self) -> str:
        of_tag = (
            INPUT_ROLES.get(self.attrs.get("type", ""), "textbox") if self.tag == "input" else ROLES.get(self.tag, "")
        )
        return self.attrs.get("role") or of_tag

    @property
    def text(self) -> str:
        """What is read out: its label, else the words in it."""
        return self.attrs.get("aria-label") or " ".join(self.raw_text.split())

    @property
    def raw_text(self) -> str:
        return "".join(child if isinstance(child, str) else child.raw_text for child in self.children)

    def inside(self) -> Iterator["Element"]:
        """All elements in it, in the order of the page."""
        for child in self.children:
            if isinstance(child, Element):
                yield child
                yield from child.inside()

    def around(self) -> Iterator["Element"]:
        """Itself, and what it stands in, from near to far."""
        yield self
        if self.parent:
            yield from self.parent.around()

    def all(self, role: str, text: str = "") -> list["Element"]:
        """The elements of this role with these words somewhere in them."""
        return [one for one in self.inside() if one.role == role and text in one.text]

    def one(self, role: str, text: str = "") -> "Element":
        found = self.all(role, text)
        assert len(found) == 1, f"{len(found)} times {role} “{text}”"
        return found[0]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.at = self.root = Element("", {}, None)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = Element(tag, {name: value or "" for name, value in attrs}, self.at)
        self.at.children.append(found)
        if tag not in VOID:
            self.at = found

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        for one in self.at.around():
            if one.tag == tag and one.parent:
                self.at = one.parent
                return

    def handle_data(self, data: str) -> None:
        self.at.children.append(data)


def read(html: str) -> Element:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.root
