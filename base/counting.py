"""How many there are: counted no further than anybody reads, and said in figures or in words."""

from django.utils.translation import gettext as _

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
