from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from interviews.models import Interview
from interviews.replying import calendar_replies


class ReplyForm(forms.Form):
    """A calendar file, dropped or pasted. What is no answer to this talk is refused with its sentence."""

    use_required_attribute = False
    is_mostly_optional = True

    file = forms.FileField(
        label=gettext_lazy("The file of the answer"),
        required=False,
        allow_empty_file=True,
        widget=forms.ClearableFileInput(attrs={"accept": ".ics,text/calendar"}),
    )
    text = forms.CharField(
        label=gettext_lazy("Or its text"), required=False, strip=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    reply: calendar_replies.Reply

    def __init__(self, *args: Any, interview: Interview, **kwargs: Any) -> None:
        self.interview = interview
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        if self.errors:
            return found
        file = found.get("file")
        if file and file.size > calendar_replies.LARGEST:
            raise forms.ValidationError(_("This file is too large to be an answer to an invitation."))
        content = file.read() if file else found.get("text", "").encode("utf-8", "replace")
        if not content.strip():
            raise forms.ValidationError(_("Choose the file that came with the answer, or paste its text."))
        try:
            self.reply = calendar_replies.read(content, self.interview)
        except calendar_replies.RefusedError as refused:
            raise forms.ValidationError(str(refused)) from None
        return found
