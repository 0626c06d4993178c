"""What people type is text, in a form's hints and in the HTML of a mail as on every page (those: tests/test_urls.py)."""

import pytest
import time_machine
from django import forms
from django.template.loader import render_to_string

from base.names import called
from tests.factories import NOW, ContactFactory, NoteFactory
from tests.html_elements import read
from tests.interviews.every_mail import Words, every_mail
from tests.markup import CANARY, COMMAND, UNESCAPED


class EveryField(forms.Form):
    """A field of each kind that a template draws in its own way, every text of it typed by somebody."""

    line = forms.CharField(label=COMMAND, help_text=COMMAND, initial=COMMAND)
    text = forms.CharField(label=COMMAND, help_text=COMMAND, initial=COMMAND, widget=forms.Textarea)
    one = forms.ChoiceField(label=COMMAND, help_text=COMMAND, choices=[(COMMAND, COMMAND)])
    radio = forms.ChoiceField(
        label=COMMAND, help_text=COMMAND, choices=[(COMMAND, COMMAND)], widget=forms.RadioSelect, initial=COMMAND
    )
    many = forms.MultipleChoiceField(
        label=COMMAND, help_text=COMMAND, choices=[(COMMAND, [(COMMAND, COMMAND)])], widget=forms.CheckboxSelectMultiple
    )
    tick = forms.BooleanField(label=COMMAND, help_text=COMMAND)
    file = forms.FileField(label=COMMAND, help_text=COMMAND)
    hidden = forms.CharField(initial=COMMAND, widget=forms.HiddenInput)


@pytest.mark.parametrize("template", ["django/forms/field.html", "accounts/_fields.html"])
@pytest.mark.parametrize("is_sent", [False, True])
def test_form_prints_nothing_unescaped(template: str, is_sent: bool):
    form = EveryField(dict.fromkeys(EveryField.base_fields, COMMAND) if is_sent else None)
    if is_sent:
        for name in (*form.fields, None):
            form.add_error(name, COMMAND)

    drawn = "".join(render_to_string(template, {"form": form, "field": field}) for field in form)

    assert CANARY in drawn
    assert UNESCAPED not in drawn


@pytest.mark.django_db
@pytest.mark.slow
def test_mails_print_nothing_unescaped(user):
    user.name = COMMAND
    user.save()
    contact = ContactFactory(owner=user, name=COMMAND, email="ana@nubank.example", role=COMMAND, how_met=COMMAND)
    with time_machine.travel(NOW, tick=False):
        mails = [
            (kind, part.get_payload(decode=True).decode())
            for kind, mail in every_mail(user, contact, Words(line=COMMAND, text=COMMAND))
            for part in mail.walk()
            if part.get_content_type() == "text/html"
        ]

    assert len(mails) > 15
    assert [kind for kind, html in mails if UNESCAPED in html] == []
    first_name = called(COMMAND)  # what is left of it where a sentence calls the person
    assert [kind for kind, html in mails if CANARY not in html and first_name not in html] == []


@pytest.mark.django_db
def test_note_stands_where_htmx_obeys_nothing(client, user):
    note = NoteFactory(contact=ContactFactory(owner=user), body=f"**Flood desk** {COMMAND}")

    page = read(client.get(note.contact.get_absolute_url()).text)

    said = next(one for one in page.all("listitem", "Flood desk")[0].inside() if one.tag == "strong")
    assert any("hx-disable" in one.attrs for one in said.around())
