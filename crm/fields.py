"""Form fields that clean before they judge: whatever is typed or pasted ends in a value or a sentence, never in a 500."""

import re
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.templatetags.keepword import understood
from base.dates import complaint, hours_said, slip, understand
from base.mail_addresses import wire_address
from base.text import clean_line, clean_text, distinct
from base.zones import zone_names, zone_of
from crm.past_days import past

MOST_TAGS = 50
LONGEST_TAG = 60
LONGEST_PROMISE = 300
LONGEST_NOTE = 20_000
_HAS_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:(?!\d)", re.IGNORECASE)


class LineField(forms.CharField):
    def __init__(self, *, max_length: int = 300, required: bool = False, **kwargs: Any) -> None:
        super().__init__(max_length=max_length, required=required, **kwargs)
        self.widget.attrs.setdefault("autocomplete", "off")
        self.widget.attrs.pop("maxlength", None)  # a browser would cut what was pasted without a word

    def to_python(self, value: Any) -> str:
        return clean_line(super().to_python(value) or "")


class TextField(LineField):
    widget = forms.Textarea(attrs={"rows": 3})

    def to_python(self, value: Any) -> str:
        return clean_text(forms.CharField.to_python(self, value) or "")


class EmailField(LineField):
    def to_python(self, value: Any) -> str:
        return super().to_python(value).lower()  # before it is measured: some letters become two

    def clean(self, value: Any) -> str:
        address = str(super().clean(value))
        if not address:
            return ""
        name, at, domain = address.rpartition("@")
        if name and at and "." not in domain:
            raise ValidationError(_("The address has no end. Try “%(try)s.example”."), params={"try": address})
        try:
            validate_email(address)
        except ValidationError:
            raise ValidationError(_("Not an address I know. Try “name@example.org”, or leave it empty.")) from None
        wire_address(address)
        return address


class LinkField(LineField):
    """A web address: http or https, and nothing that a click could run."""

    def to_python(self, value: Any) -> str:
        """With its scheme, before it is measured."""
        address = super().to_python(value)
        return f"https://{address}" if address and not _HAS_SCHEME.match(address) else address

    def clean(self, value: Any) -> str:
        address = str(super().clean(value))
        if not address:
            return ""
        try:
            parts = urlsplit(address)
            is_good = parts.scheme.lower() in ("http", "https") and "." in (parts.hostname or "")
        except ValueError:
            is_good = False
        if is_good and "@" in parts.netloc:
            raise ValidationError(
                _("This leads to %(host)s. Leave out what stands before the @."), params={"host": parts.hostname}
            )
        if not is_good or re.search(r"[\s<>\"'\\]", address):
            raise ValidationError(_("Only web addresses lead on from here. Try “https://example.org/name”."))
        return address


class PastField(LineField):
    """A day behind us, in words. `today` is set by the form."""

    today: date

    def clean(self, value: Any) -> date | None:
        words = str(super().clean(value))
        if not words:
            return None
        day = past(words, self.today)
        if day:
            return day
        if ahead := understand(words, self.today):
            raise ValidationError(
                _("%(day)s is still to come. Try “yesterday”, or leave it empty."),
                params={"day": date_format(ahead, "j F Y")},
            )
        raise ValidationError(
            slip(words, self.today)
            or _("Not a date I know. Try a day in the past, as in “4 October 2025” or “yesterday”, or leave it empty.")
        )

    def prepare_value(self, value: Any) -> Any:
        return date_format(value, "j F Y") if isinstance(value, date) else value


class ZoneField(LineField):
    """A time zone by its name, or by a city in it."""

    def clean(self, value: Any) -> str:
        words = str(super().clean(value))
        if not words or words in zone_names():
            return words
        found = zone_of(words)
        if not found:
            raise ValidationError(
                _("“%(words)s” is no time zone I know. Try a large city near it, as in “Lisbon”."),
                params={"words": words},
            )
        return found


def checked_tags(names: list[str]) -> tuple[str, ...]:
    """Each tag once; refused when one is too long, or when they are too many."""
    if any(len(name) > LONGEST_TAG for name in names):
        raise ValidationError(
            _("A tag has at most %(most)d characters. Put a comma between two."), params={"most": LONGEST_TAG}
        )
    if len(names) > MOST_TAGS:
        raise ValidationError(
            _("At most %(most)d tags fit on one person; these are %(n)d."),
            params={"most": MOST_TAGS, "n": len(names)},
        )
    return tuple(distinct(names))


class DueForm(forms.Form):
    """A form whose field `due` is a date in words, read by `today`, the user's local date."""

    today: date

    def clean_due(self) -> date | None:
        words: str = self.cleaned_data["due"]
        found = understand(words, self.today)
        if words and not found:
            raise ValidationError(complaint(words, self.today))
        return found

    def clean(self) -> dict[str, Any]:
        """An hour typed with the day stays among the words: a promise is due on a day."""
        cleaned = super().clean() or self.cleaned_data
        what, hours = cleaned.get("what"), hours_said(self._due_words, self.today)
        if what and hours and not what.endswith(hours):
            cleaned["what"] = f"{what} {hours}"
        return cleaned

    @property
    def _due_words(self) -> str:
        return str(self["due"].value() or "").strip()

    @property
    def due_said(self) -> str:
        """The line under the date: the day understood, also one that is over, or what is wrong with the words."""
        words = self._due_words
        day = understand(words, self.today)
        if day:
            return understood(day, self.today)
        return complaint(words, self.today) if words else self.said_without_due()

    @property
    def due_is_wrong(self) -> bool:
        words = self._due_words
        return bool(words) and not understand(words, self.today)

    def said_without_due(self) -> str:
        """What happens where no date is typed."""
        return ""


class TagsField(LineField):
    """Names between commas; a # is as good as none."""

    def clean(self, value: Any) -> tuple[str, ...]:
        names = [name for part in str(super().clean(value)).split(",") if (name := part.strip(" #"))]
        return checked_tags(names)

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list | tuple) else value
