import pytest
from django import forms
from django.http import QueryDict
from django.template.loader import render_to_string

from base.versioned_form import VersionedForm


class LetterForm(VersionedForm):
    words = forms.CharField(label="Words")
    tone = forms.ChoiceField(label="Tone", choices=[("warm", "warm and short"), ("dry", "dry")], required=False)
    ends = forms.BooleanField(label="Ends", required=False)


def typed(**fields: str) -> LetterForm:
    form = LetterForm(QueryDict("&".join(f"{name}={value}" for name, value in fields.items())))
    assert form.is_valid()
    return form


@pytest.mark.parametrize("version", ["", "x", "-1", "1.5", "9" * 40, "2147483648", "%00"])
def test_a_version_that_is_none_is_that_of_no_row(version):
    assert typed(words="a", version=version).seen == 0


def test_a_form_knows_the_version_it_was_made_with():
    assert typed(words="a", version="7").seen == 7
    assert typed(words="a").seen == 0


def test_until_a_save_was_stale_nothing_is_said():
    form = typed(words="a", version="7")
    assert form.differences is None
    assert "changed" not in render_to_string("django/forms/_changed_meanwhile.html", {"form": form})


def test_both_texts_are_shown_and_saving_again_goes_over_what_stands():
    form = typed(words="mine", tone="warm", version="7")
    form.show_stale(9, {"words": "<b>theirs</b>", "tone": "dry", "ends": True})
    assert form.differences == [("Words", "<b>theirs</b>"), ("Tone", "dry"), ("Ends", "yes")]
    assert form["words"].value() == "mine"
    assert 'value="9"' in str(form["version"])
    shown = render_to_string("django/forms/_changed_meanwhile.html", {"form": form})
    assert "<dd>&lt;b&gt;theirs&lt;/b&gt;</dd>" in shown


def test_what_is_the_same_is_no_difference():
    form = typed(words="same", ends="on", version="7")
    form.show_stale(8, {"words": "same", "ends": True, "tone": ""})
    assert form.differences == []


def test_what_is_gone_is_nothing_and_a_choice_is_said_as_the_page_says_it():
    form = typed(words="mine", version="7")
    form.show_stale(8, {"words": "", "tone": "warm"})
    assert form.differences == [("Words", "nothing"), ("Tone", "warm and short")]
