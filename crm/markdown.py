"""Notes as they were meant: a little Markdown, links that lead only to the web, to mail and to the phone, no images."""

import re
from collections.abc import Iterator
from typing import Any

import nh3
from django.db import models
from django.utils.html import linebreaks
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from base.text import without_promises

TAGS = nh3.ALLOWED_TAGS - {"img", "h1", "h2", "style"}
# an open bracket makes the parser look through all that follows for its end, mark by mark: past this many looks a note is
# shown as it was typed
MOST_LOOKS = 100_000
_MARKS = re.compile(r"[\[*_~`<&\\]")
_LEADS_TO = re.compile(r"^(?:mailto:([^?]+)|(?:https?:)?[/\\]{1,9}([^/?#\\:]+))", re.IGNORECASE)
_ADDRESS = re.compile(r"(?:[\w.+-]{1,64}@)?(?:[\w-]{1,63}[.．。｡]){1,9}[\w-]{2,63}")
_DISGUISED = re.compile(r"^\s*https?:[/\\]*[^/?#\\]*@", re.IGNORECASE)
_BARE = re.compile(r"(?<![\w@/.-])(?:https?://|www\.)[^\s<>\"“”]{3,2000}", re.IGNORECASE)
_BEHIND = ".,;:!?'’*_]"
_MARKED_UP = re.compile(
    r"(?i:https?://|www\.)|[*_`#>\[\]<&~|\\]|^\s*(?:[-+]|\d+[.)])\s|^\s*(?:---|===)|^ {4}", re.MULTILINE
)


def _say_where_links_lead(state: StateCore) -> None:
    """Of a link that is called by another address than its own: `[bank.example](https://evil.example/)`."""
    for block in state.tokens:
        if block.type == "inline":
            block.children = list(_with_where_they_lead(block.children or []))


def _with_where_they_lead(tokens: list[Token]) -> Iterator[Token]:
    where, called = "", ""
    for token in tokens:
        yield token
        if token.type == "link_open":
            found = _LEADS_TO.match(str(token.attrGet("href") or ""))
            where, called = (found[1] or found[2] if found else ""), ""
        elif token.type == "link_close" and where and _names_another(called, where):
            yield Token("text", "", 0, content=f" ({where})")
        called += token.content


def _names_another(called: str, where: str) -> bool:
    named = _ADDRESS.search(called)
    return named is not None and named[0].casefold().removeprefix("www.") != where.casefold().removeprefix("www.")


def _link_bare_addresses(state: StateCore) -> None:
    for block in state.tokens:
        if block.type == "inline":
            block.children = list(_with_bare_addresses(block.children or []))


def _with_bare_addresses(tokens: list[Token]) -> Iterator[Token]:
    depth = 0
    for token in tokens:
        depth += {"link_open": 1, "link_close": -1}.get(token.type, 0)
        yield from [token] if depth or token.type != "text" else _cut_at_addresses(token.content)


def _cut_at_addresses(text: str) -> Iterator[Token]:
    """The text with a link at each address in it, but for the full stop or bracket that only stands behind one."""
    end = 0
    for found in _BARE.finditer(text):
        address = found[0].rstrip(_BEHIND)
        while address.endswith(")") and address.count(")") > address.count("("):
            address = address[:-1].rstrip(_BEHIND)
        href = address if "://" in address else f"https://{address}"
        yield Token("text", "", 0, content=text[end : found.start()])
        yield Token("link_open", "a", 1, attrs={"href": _markdown.normalizeLink(href)})
        yield Token("text", "", 0, content=address)
        yield Token("link_close", "a", -1)
        end = found.start() + len(address)
    yield Token("text", "", 0, content=text[end:])


_markdown = MarkdownIt("js-default", {"breaks": True, "linkify": False})
_markdown.core.ruler.push("link_bare_addresses", _link_bare_addresses)
_markdown.core.ruler.push("say_where_links_lead", _say_where_links_lead)


def draw(text: str) -> str:
    """HTML that is safe to show, whatever was typed."""
    if not text:
        return ""
    if not _MARKED_UP.search(text) or text.count("[") * len(_MARKS.findall(text)) > MOST_LOOKS:
        return linebreaks(text, autoescape=True)
    return nh3.clean(
        _markdown.render(text),
        tags=TAGS,
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="noopener noreferrer nofollow",
        attribute_filter=_without_disguise,
    )


def _without_disguise(_tag: str, name: str, value: str) -> str | None:
    """No link whose host hides behind something that reads like one: https://bank.example@evil.example/"""
    return None if name == "href" and _DISGUISED.match(value) else value


def draw_note(body: str) -> str:
    """Without its `!` lines, which stand in the story themselves."""
    return draw(without_promises(body))


class NoteHtmlField(models.TextField):  # type: ignore[type-arg]  # generic in the stubs only
    """The HTML of a row's `body`. Drawn once, when the row is written, alone or in bulk."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "blank": True, "default": "", "editable": False})

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        html = draw_note(model_instance.body)  # type: ignore[attr-defined]  # the row is a note
        setattr(model_instance, self.attname, html)
        return html
