"""Links to somebody's pages."""

import re

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.filter
def outward(address: str) -> SafeString:
    """A link to somebody's page, when it leads to the web; anything else is text."""
    if not address.lower().startswith(("http://", "https://")):
        return format_html("{}", address)
    shown = re.sub(r"^https?://(?:www\.)?", "", address, flags=re.IGNORECASE).rstrip("/")
    return format_html('<a href="{}" rel="noopener noreferrer">{}</a>', address, shown)
