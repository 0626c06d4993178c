"""Links to somebody's pages."""

import re

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.filter
def outward(address: str) -> SafeString:
    """A link to somebody's page, when it leads to the web, that says its host; anything else is text. What stands before an @ is
    left out: it reads like the host, and is none."""
    if not address.lower().startswith(("http://", "https://")):
        return format_html("{}", address)
    address = re.sub(r"^(https?://)[^/?#\\]*@", r"\1", address, flags=re.IGNORECASE)
    shown = re.sub(r"^https?://(?:www\.)?", "", address, flags=re.IGNORECASE).rstrip("/")
    return format_html('<a href="{}" rel="noopener noreferrer">{}</a>', address, shown)
