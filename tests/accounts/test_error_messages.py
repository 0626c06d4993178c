"""No form speaks in the words of the framework."""

import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from django import forms
from django.core.exceptions import ValidationError

ROOT = Path(__file__).parent.parent.parent
APPS = ("base", "accounts", "crm", "interviews", "followups", "pages")
DJANGOS = ("Ensure ", "Enter ", "Select a valid", "This field", "Null characters", "No file was", "The submitted")

for source in sorted(path for app in APPS for path in (ROOT / app).rglob("*.py") if "form" in str(path)):
    importlib.import_module(".".join(source.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"))


def subclasses(of: type) -> Iterator[type]:
    for one in of.__subclasses__():
        yield one
        yield from subclasses(one)


OURS = {
    f"{form.__module__}.{form.__name__}.{name}": field
    for form in subclasses(forms.BaseForm)
    if form.__module__.split(".")[0] in APPS and not form.__module__.endswith(".admin")
    for name, field in form.base_fields.items()
}


@pytest.mark.parametrize("name", sorted(OURS))
def test_every_field_says_it_in_our_words(name: str):
    field = OURS[name]
    said = [str(sentence) for sentence in field.error_messages.values() if "{" not in str(sentence)]
    said += [str(validator.message) for validator in field.validators if hasattr(validator, "message")]
    assert [sentence for sentence in said if sentence.startswith(DJANGOS)] == []


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        (forms.CharField(), "", "This is still empty. Fill it in, and press again."),
        (forms.CharField(max_length=300), "x" * 10_000, "At most 300 characters fit here; this has 10000. Shorten it."),
        (forms.CharField(min_length=12), "x", "At least 12 characters are needed; this has 1."),
        (forms.CharField(), "a\0b", "There is a sign in it that cannot be kept. Type it anew."),
        (forms.IntegerField(), "three", "Not a whole number. Try “20”."),
        (forms.IntegerField(max_value=99), "100", "Too large. 99 or less fits here."),
        (forms.IntegerField(min_value=1), "0", "Too small. 1 or more fits here."),
        (forms.ChoiceField(choices=[("a", "A")]), "b", "That is not among the choices. Choose one that is shown."),
        (forms.ChoiceField(choices=[("a", "A")]), "", "Choose one."),
        (
            forms.MultipleChoiceField(choices=[("a", "A")]),
            ["b"],
            "That is not among the choices. Choose one that is shown.",
        ),
        (forms.RegexField("a"), "b", "Not in a form I know. Look at it once more."),
        (forms.EmailField(), "b", "Not an address I know. Try “name@example.org”."),
        (forms.TimeField(), "b", "Not a time I know. Try “15:00”."),
        (forms.DateField(), "b", "Not a day I know. Try “2026-12-04”."),
        (forms.FileField(), None, "Choose a file first."),
    ],
)
def test_one_sentence_says_what_to_do(field: forms.Field, value: object, said: str):
    with pytest.raises(ValidationError) as caught:
        field.clean(value)
    assert caught.value.messages == [said]
