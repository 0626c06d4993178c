from django import template
from django.utils.safestring import SafeString

from interviews import learned

register = template.Library()


@register.filter
def marked(text: str, words: str | None) -> SafeString:
    """The text with the words searched for in `<mark>`."""
    return learned.marked(text, words or "")
