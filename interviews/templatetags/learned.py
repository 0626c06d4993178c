"""The words of a search, found again in a text."""

from django import template

from interviews import learned

register = template.Library()


@register.filter
def parts_by(text: str, words: str | None) -> list[learned.Part]:
    """The text in parts, each with whether the words searched for are in it."""
    return learned.parts_of(text, words or "")
