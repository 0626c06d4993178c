from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.fields import TextField
from interviews.models import AttendeeStatus, Interview
from interviews.offering.guest_forms import OwnTimeForm
from interviews.replying import calendar_replies
from interviews.replying.actions import Said
from interviews.replying.answer_mails import LARGEST_MAIL


class ReplyForm(forms.Form):
    """A calendar file, dropped or pasted. What is no answer to this talk is refused with its sentence."""

    use_required_attribute = False
    is_mostly_optional = True

    file = forms.FileField(
        label=gettext_lazy("The file of the answer"),
        required=False,
        allow_empty_file=True,
        widget=forms.ClearableFileInput(attrs={"accept": ".ics,.eml,text/calendar,message/rfc822"}),
    )
    text = forms.CharField(
        label=gettext_lazy("Or its text"), required=False, strip=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    # the address or the age of the answer was shown, and the user says that it counts
    counts = forms.BooleanField(required=False, widget=forms.HiddenInput)
    reply: calendar_replies.Reply | None = None

    def __init__(self, *args: Any, interview: Interview, **kwargs: Any) -> None:
        self.interview = interview
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        if self.errors:
            return found
        file = found.get("file")
        if file and file.size > LARGEST_MAIL:
            raise forms.ValidationError(
                _("This file is too large to be an answer. Drop only the calendar file that came with it.")
            )
        content = file.read() if file else found.get("text", "").encode("utf-8", "replace")
        if not content.strip():
            raise forms.ValidationError(_("Choose the file that came with the answer, or paste its text."))
        try:
            self.reply = calendar_replies.read(content, self.interview)
        except calendar_replies.RefusedError as refused:
            raise forms.ValidationError(str(refused)) from None
        return found

    @property
    def asks(self) -> bool:
        """Whether the user has to say first that it counts."""
        return self.reply is not None and self.reply.is_doubtful and not self.cleaned_data["counts"]


class WordForm(forms.Form):
    """A word of the contact with their yes or no."""

    note = TextField(max_length=2000)

    def __init__(self, data: Any = None, *, interview: Interview) -> None:
        super().__init__(data, initial={"note": interview.attendee_comment})
        self.fields["note"].label = _("A word to %(name)s") % {"name": interview.owner.called}
        self.fields["note"].widget.attrs["rows"] = 2


class AnotherTimeForm(OwnTimeForm):
    """The contact proposes another time for a planned talk."""

    def __init__(self, data: Any = None, *, interview: Interview, zone: str, now: datetime) -> None:
        super().__init__(data, zone=zone, owner=interview.owner, now=now)

    @property
    def said(self) -> Said:
        found = self.cleaned_data
        return Said(AttendeeStatus.COUNTERED, found["note"], found["starts_at"])
