"""How many there are: counted no further than anybody reads, and said in figures or in words."""

from typing import Any

from django.db.models import Func, IntegerField, QuerySet, Subquery
from django.utils.translation import gettext as _

CAP = 1000  # then it is "more than 1,000"


def count_up_to(queryset: QuerySet[Any], most: int = CAP) -> Subquery:
    """How many rows a queryset has, as a column of another query: at most `most` and one more, so that it costs the same
    whatever there is."""
    some = queryset.model._base_manager.filter(pk__in=queryset.order_by().values("pk")[: most + 1])
    return count_all(some)


def count_all(queryset: QuerySet[Any]) -> Subquery:
    """The same where there are never many, as of the talks of a day."""
    # a plain function, not Django's aggregate, which would group the rows by their keys
    return Subquery(queryset.order_by().values(count=Func("pk", function="COUNT", output_field=IntegerField())))


def in_figures(count: int, most: int = CAP) -> str:
    """ "7", "1,000+"."""
    return f"{most:,}+" if count > most else f"{count:,}"


def in_words(count: int, most: int = CAP) -> str:
    """ "three"; in figures from eleven on; "more than 1,000" past the cap."""
    if count > most:
        return _("more than %(n)s") % {"n": f"{most:,}"}
    words = (
        _("no"),
        _("one"),
        _("two"),
        _("three"),
        _("four"),
        _("five"),
        _("six"),
        _("seven"),
        _("eight"),
        _("nine"),
        _("ten"),
    )
    return words[count] if 0 <= count < len(words) else f"{count:,}"
