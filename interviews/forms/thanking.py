from django import forms
from django.utils.translation import gettext_lazy

from crm.fields import LineField, TextField


class ThankYouForm(forms.Form):
    """The letter, as the user wants it to leave."""

    subject = LineField(
        label=gettext_lazy("Subject"),
        max_length=200,
        required=True,
        error_messages={"required": gettext_lazy("A letter needs a subject, as in “Thank you”.")},
    )
    body = TextField(
        label=gettext_lazy("Letter"),
        max_length=4000,
        required=True,
        error_messages={"required": gettext_lazy("There is nothing in the letter yet. Name one thing you learned.")},
    )
