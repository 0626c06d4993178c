"""The one line in which a person or a promise is added, on every page."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from accounts.models import User
from base.dates import Understood, take_date
from base.text import sentence_case
from base.url_values import read_number
from crm.actions import Details
from crm.forms import Fact, QuickForm, check_promised
from crm.models import Contact
from pages.capture import Said, read_promise

SOMEBODY_NEW = "new"


class CaptureForm(QuickForm):
    """A person, or a promise (`said`). `who` is the contact chosen for a promise where several might be meant, or nobody here."""

    who = forms.CharField(required=False, max_length=40)

    def __init__(self, data: Any = None, *, owner: User, today: date, **kwargs: Any) -> None:
        super().__init__(data, owner=owner, today=today, **kwargs)
        self.said: Said | None = None
        self.new: Details | None = None
        line = self.fields["line"]
        line.label = _("A person or a promise")
        line.help_text = _("“Ana Souza, head of data at Nubank #floods”, or “owe Ana an article friday”")
        line.error_messages["required"] = _("Say who, or what you promised, as in “owe Ana an article friday”.")
        line.widget = forms.TextInput(
            attrs={
                "autocomplete": "off",
                "autofocus": True,
                "enterkeyhint": "done",
                "hx-post": reverse("capture_understand"),
                "hx-trigger": "input delay:200ms",
                "hx-target": "#understood",
                "hx-swap": "outerHTML show:none",
                "hx-select": "unset",
                "hx-select-oob": "unset",
                "hx-disabled-elt": "unset",
                "hx-sync": "this:replace",
            }
        )

    def clean_line(self) -> str:
        line: str = self.cleaned_data["line"]
        self.said = read_promise(self.owner, line, self.today)
        if self.said is None:
            return super().clean_line()
        if not self.said.name:
            raise ValidationError(_("I see nobody in this line. Say to whom, as in “owe Ana an article friday”."))
        if not self.said.words:
            raise ValidationError(
                _("Say what was promised, as in “owe %(name)s an article friday”."), params={"name": self.said.name}
            )
        check_promised([self.said.words])
        self.new = self._somebody_new(self.said.name)
        return line

    def _somebody_new(self, name: str) -> Details:
        quick = QuickForm({"line": name}, owner=self.owner, today=self.today)
        if not quick.is_valid():
            raise ValidationError(quick.errors.as_data()["line"])
        return quick.details()

    @property
    def chosen(self) -> str:
        """Of those it may be with: the number of one, or that it is somebody new. Empty while it must be asked for."""
        people = self.said.people if self.said else []
        tapped = self.data.get("who", "")
        if tapped == SOMEBODY_NEW or not people:
            return SOMEBODY_NEW
        number = read_number(tapped)
        if any(one.pk == number for one in people):
            return str(number)
        return str(people[0].pk) if len(people) == 1 else ""

    @property
    def partner(self) -> Contact | Details | None:
        """With whom the promise is."""
        if self.said is None or not self.chosen:
            return None
        return next((one for one in self.said.people if str(one.pk) == self.chosen), self.new)

    def is_settled(self) -> bool:
        """Whether all is known that adding it needs."""
        if self.said and self.partner is None:
            self.add_error("line", _("More than one of your contacts is called that. Choose the one you mean."))
            return False
        return True

    @property
    def terms(self) -> dict[str, Any]:
        """What is promised and by when, as `contact.promises.make` takes it."""
        if self.said is None:
            return {}
        due_on = self.day_read.day if self.day_read else None
        return {"whose": self.said.whose, "what": sentence_case(self.what), "due_on": due_on}

    @property
    def what(self) -> str:
        """What is promised, as it was typed."""
        said = self.day_read
        return said.rest if said else self.said.words if self.said else ""

    @cached_property
    def day_found(self) -> Understood | None:
        """The day in the words of a promise, also one that was tapped away."""
        return take_date(self.said.words, self.today) if self.said else None

    @property
    def day_read(self) -> Understood | None:
        return self.day_found if self.said and self.said.words not in self.undated else None

    def understood(self) -> list[Fact]:
        return super().understood() if self.is_bound and self.is_valid() and self.said is None else []

    def full_form(self) -> str:
        """The address of the full form of a promise, filled in."""
        if self.said is None:
            return ""
        partner, dated = self.partner, self.day_read
        typed = {"whose": self.said.whose, "what": self.terms["what"], "due": dated.said if dated else ""}
        if isinstance(partner, Contact):
            return f"{reverse('promise_new', args=[partner.pk])}?{urlencode(typed)}"
        return f"{reverse('promise_to')}?{urlencode({**typed, 'who': self.said.name})}"
