"""Notes as they were meant: a little Markdown, links that lead only to the web, to mail and to the phone, no images."""

import re

import nh3
from django import template
from django.utils.html import format_html, linebreaks
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

register = template.Library()

TAGS = nh3.ALLOWED_TAGS - {"img", "h1", "h2", "style"}
_markdown = MarkdownIt("js-default", {"breaks": True, "linkify": False})
_MARKED_UP = re.compile(r"[*_`#>\[\]<&~|\\]|^\s*(?:[-+]|\d+[.)])\s|^\s*(?:---|===)|^ {4}", re.MULTILINE)


@register.filter
def outward(address: str) -> SafeString:
    """A link to somebody's page, when it leads to the web; anything else is text."""
    if not address.lower().startswith(("http://", "https://")):
        return format_html("{}", address)
    shown = re.sub(r"^https?://(?:www\.)?", "", address, flags=re.IGNORECASE).rstrip("/")
    return format_html('<a href="{}" rel="noopener noreferrer">{}</a>', address, shown)


@register.filter
def note(text: str) -> SafeString:
    """HTML that is safe to show, whatever was typed."""
    if not _MARKED_UP.search(text):
        return SafeString(linebreaks(text, autoescape=True))
    clean = nh3.clean(
        _markdown.render(text),
        tags=TAGS,
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="noopener noreferrer nofollow",
    )
    return mark_safe(clean)  # noqa: S308 - nh3 has cleaned it
