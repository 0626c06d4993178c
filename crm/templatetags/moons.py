from functools import cache

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

register = template.Library()


@register.simple_tag
@cache
def moon(stage: str) -> SafeString:
    """The moon of a stage, drawn once a process; the name of the stage stands beside it."""
    drawn = render_to_string("crm/_moon.html", {"stage": stage})
    return mark_safe(" ".join(drawn.split()))  # noqa: S308 - nothing of anybody's is in it
