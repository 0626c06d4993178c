"""Small numbers as words, the way a letter says them."""

from django.utils.translation import gettext as _


def number(count: int) -> str:
    """ "three"; in figures from eleven on."""
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
    return words[count] if 0 <= count < len(words) else str(count)
