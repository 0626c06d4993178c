"""The boxes of the filter, filled into their template (accounts/drawn.py)."""

from functools import cache
from typing import Any

from django import template
from django.utils.safestring import SafeString

from accounts.drawn import Drawn, blank, together

register = template.Library()


@register.simple_tag
def facet_boxes(facet: dict[str, Any]) -> SafeString:
    """`crm/_facet_box.html` for each box of one group, as the view of the list makes them."""
    return together(
        _drawn(box["is_on"]).fill(
            {"name": facet["name"], **{key: str(box[key]) for key in ("value", "label", "count")}}
        )
        for box in facet["boxes"]
    )


@cache
def _drawn(is_on: bool) -> Drawn:
    return Drawn(
        "crm/_facet_box.html", {"is_on": is_on, **{key: blank(key) for key in ("name", "value", "label", "count")}}
    )
