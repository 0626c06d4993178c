from functools import cache

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

register = template.Library()


@register.simple_tag
@cache
def moon(stage: str) -> SafeString:
    """The moon of a stage, drawn once a process; the name of the stage stands beside it."""
    lines = render_to_string("crm/_moon.html", {"stage": stage}).split("\n")
    return mark_safe("".join(line.strip() for line in lines))  # noqa: S308 - nothing of anybody's is in it
