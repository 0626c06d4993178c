"""The form of a letter. A letter that is long or has a job word in it can still be sent; hints say what is wrong with it."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from base.submitted_once import UidField
from crm.fields import LineField, TextField
from crm.models import Contact
from interviews.asking import letters
from interviews.asking.actions import Letter
from interviews.asking.steps import next_step
from interviews.debriefing.named import may_name_introducer
from interviews.models import Ask, AskVia, MayUseName
from interviews.planning.contact_mail import address_of
from interviews.planning.forms import MinutesField, PageForm


class AskForm(PageForm):
    subject = LineField(
        label=gettext_lazy("Subject"),
        max_length=190,
        required=True,
        error_messages={"required": gettext_lazy("A letter needs a subject.")},
    )
    body = TextField(
        label=gettext_lazy("The letter"),
        max_length=4000,
        required=True,
        error_messages={"required": gettext_lazy("There is nothing to send yet.")},
    )
    minutes = MinutesField(required=False, widget=forms.HiddenInput)
    via = forms.ChoiceField(choices=AskVia.choices, required=False)
    seen = forms.CharField(required=False)  # the faults whose hints stood on the page
    uid = UidField()

    def __init__(self, data: Any = None, *, owner: User, contact: Contact, purpose: str, now: datetime) -> None:
        self.owner, self.contact = owner, contact
        self.address = address_of(contact)
        self.last: Ask | None = contact.asks.filter(closed_at__isnull=True).order_by("-pk").first()
        self.step = next_step(contact, now)
        introducer = contact.introduced_by
        self.name_answer = may_name_introducer(contact)
        self.unnamed = introducer if self.name_answer != MayUseName.YES else None
        super().__init__(
            data,
            initial={
                "subject": letters.subject_for(self.step, self.last),
                "body": letters.draft(owner, contact, step=self.step, purpose=purpose),
                "minutes": 20,
            },
        )
        self.fields["body"].widget.attrs["rows"] = 11

    @property
    def look(self) -> letters.Look:
        return letters.look_over(str(self["body"].value() or ""), self.unnamed)

    @property
    def is_looked_over(self) -> bool:
        """Whether every hint was on the page before the letter was sent. Without scripts they come with the first press."""
        return set(self.look.faults) <= set(self.cleaned_data["seen"].split())

    @property
    def letter(self) -> Letter:
        found = self.cleaned_data
        return Letter(
            subject=found["subject"],
            body=found["body"],
            minutes=found.get("minutes") or 20,
            via=found["via"] or (AskVia.MAIL if self.address else AskVia.COPIED),
        )

    def clean_via(self) -> str:
        via: str = self.cleaned_data["via"]
        if via == AskVia.MAIL and not self.address:
            raise forms.ValidationError(_("There is no address a mail could go to. Copy the letter instead."))
        return via
