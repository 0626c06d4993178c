"""What fields say about what they cannot take, in the words of this product; a field that knows better says its own.

`default_error_messages` and `message` of Django's own classes are set once, at start, so that the forms of allauth and of the
admin say the same. Field classes of our own would miss those; a translation catalogue needs USE_I18N, a tenth of every page.
"""

from typing import Any

from django import forms
from django.contrib.auth import password_validation
from django.core import validators
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

_CHOOSE = _("That is not among the choices. Choose one that is shown.")
_STALE = _("This page has grown old. Copy what you typed, and load it again.")
_TIME = _("Not a time I know. Try “15:00”.")
_DAY = _("Not a day I know. Try “2026-12-04”.")

FIELDS: dict[type[Any], dict[str, Any]] = {
    forms.Field: {"required": _("This is still empty. Fill it in, and press again.")},
    forms.ChoiceField: {"required": _("Choose one."), "invalid_choice": _CHOOSE},
    forms.MultipleChoiceField: {"invalid_choice": _CHOOSE, "invalid_list": _CHOOSE},
    forms.ModelChoiceField: {"invalid_choice": _CHOOSE},
    forms.IntegerField: {"invalid": _("Not a whole number. Try “20”.")},
    forms.FloatField: {"invalid": _("Not a number. Try “20”.")},
    forms.DecimalField: {"invalid": _("Not a number. Try “20”.")},
    forms.DateField: {"invalid": _DAY},
    forms.TimeField: {"invalid": _TIME},
    forms.DateTimeField: {"invalid": _("Not a day and time I know. Try “2026-12-04 15:00”.")},
    forms.UUIDField: {"invalid": _STALE},
    forms.URLField: {"invalid": _("Not a web address I know. Try “https://example.org”.")},
    forms.FileField: {
        "required": _("Choose a file first."),
        "invalid": _("No file came along. Choose it again."),
        "missing": _("No file came along. Choose it again."),
        "empty": _("There is nothing in the file. Choose another."),
        "max_length": _("The file’s name is too long. Give it a shorter one, and choose it again."),
    },
}
VALIDATORS: dict[type[Any], Any] = {
    validators.MaxLengthValidator: _(
        "At most %(limit_value)d characters fit here; this has %(show_value)d. Shorten it."
    ),
    validators.MinLengthValidator: _("At least %(limit_value)d characters are needed; this has %(show_value)d."),
    validators.MaxValueValidator: _("Too large. %(limit_value)s or less fits here."),
    validators.MinValueValidator: _("Too small. %(limit_value)s or more fits here."),
    validators.EmailValidator: _("Not an address I know. Try “name@example.org”."),
    validators.URLValidator: _("Not a web address I know. Try “https://example.org”."),
    validators.RegexValidator: _("Not in a form I know. Look at it once more."),
    validators.ProhibitNullCharactersValidator: _("There is a sign in it that cannot be kept. Type it anew."),
}


def set_messages() -> None:
    for field, said in FIELDS.items():
        field.default_error_messages = {**field.__dict__.get("default_error_messages", {}), **said}
    for validator, sentence in VALIDATORS.items():
        validator.message = sentence


class LongEnough(password_validation.MinimumLengthValidator):
    def get_error_message(self) -> str:
        return gettext("Too short: %(min_length)d characters or more. A few words in a row are easy to keep.") % {
            "min_length": self.min_length
        }


class NotCommon(password_validation.CommonPasswordValidator):
    def get_error_message(self) -> str:
        return gettext("Many people have this one, so it is guessed first. Choose another.")


class NotLikeMe(password_validation.UserAttributeSimilarityValidator):
    def get_error_message(self) -> str:
        return gettext("Too much like your name or your address. Choose another.")
