"""How many there are: counted no further than anybody reads, and said in figures or in words. And how long something took."""

from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

CAP = 1000  # then it is "more than 1,000"


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


def duration(span: timedelta, *, hours_from: timedelta = timedelta(hours=1)) -> str:
    """ "40 seconds", "16 minutes", "3 hours", "6 days": the largest unit that says it; less than `hours_from` is told in minutes."""
    seconds = int(span.total_seconds())
    if seconds < 60:
        return ngettext("%(n)d second", "%(n)d seconds", seconds) % {"n": seconds}
    if span < hours_from:
        return ngettext("%(n)d minute", "%(n)d minutes", seconds // 60) % {"n": seconds // 60}
    if seconds < 2 * 86400:
        return ngettext("%(n)d hour", "%(n)d hours", seconds // 3600) % {"n": seconds // 3600}
    return ngettext("%(n)d day", "%(n)d days", seconds // 86400) % {"n": seconds // 86400}
