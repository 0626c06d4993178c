"""Links to somebody's pages."""

import re

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from base.text import dialled

register = template.Library()
register.filter("dialled", dialled)


@register.filter
def breakable(address: str) -> SafeString:
    """An e-mail address that breaks after its dots and its @ before it breaks in the middle of a word."""
    return format_html_join("", "{}<wbr>", ((part,) for part in re.split(r"(?<=[.@])", address)))


@register.filter
def outward(address: str) -> SafeString:
    """A link to somebody's page, when it leads to the web, that says its host; anything else is text. What stands before an @ is
    left out: it reads like the host, and is none."""
    if not address.lower().startswith(("http://", "https://")):
        return format_html("{}", address)
    address = re.sub(r"^(https?://)[^/?#\\]*@", r"\1", address, flags=re.IGNORECASE)
    shown = re.sub(r"^https?://(?:www\.)?", "", address, flags=re.IGNORECASE).rstrip("/")
    return format_html('<a href="{}" rel="noopener noreferrer">{}</a>', address, shown)
