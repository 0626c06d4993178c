"""What I offer: how long, by which media, at which times."""

from datetime import datetime
from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms import Ticks
from accounts.models import User
from base.submitted_once import UidField
from base.text import clean_line
from crm.fields import LineField, TextField
from crm.models import Contact
from interviews.models import ASKED_FOR, Medium
from interviews.offering import working_hours
from interviews.offering.actions import Terms
from interviews.offering.time_cards import Card, Cards
from interviews.offering.time_rows import TIMES, TimeFormSet, proposed_rows
from interviews.planning.forms import SEEN_BY_CSS, LengthForm

MOST_OPEN = 50  # offers of one user that wait at a time


class OfferForm(LengthForm):
    is_mostly_optional = True

    ways = forms.MultipleChoiceField(
        label=gettext_lazy("They may choose"),
        choices=Medium.choices,
        widget=Ticks,
        error_messages={"required": gettext_lazy("Leave them at least one way to talk.")},
    )
    about = LineField(label=gettext_lazy("What it is about"), max_length=300)
    message = TextField(label=gettext_lazy("A few words with it"), max_length=2000)
    chase = forms.BooleanField(label=gettext_lazy("Ask again when there is no answer"), required=False)
    confirm_them = forms.BooleanField(label=gettext_lazy("Remind them the day before"), required=False)
    uid = UidField()

    def __init__(self, data: Any = None, *, owner: User, contact: Contact, purpose: str = "", now: datetime) -> None:
        first, _newline, rest = purpose.strip().partition("\n")  # one line fits into an offer, the rest goes with it
        self.owner, self.contact, self.now, self.purpose = owner, contact, now, clean_line(first)[:300]
        carried = {"about": self.purpose, "message": rest.strip()}
        initial = {"minutes": ASKED_FOR[0], "ways": [Medium.PHONE, Medium.VIDEO], **carried}
        super().__init__(data, contact=contact, initial=initial if data is None else None)
        proposed = proposed_rows(owner, contact, ASKED_FOR[-1], now) if data is None else []
        self.times = TimeFormSet(data, prefix="times", initial=proposed, form_kwargs={"owner": owner, "now": now})
        self.times.extra = TIMES - len(proposed)
        for name in ("about", "message"):
            self.fields[name].widget.attrs["placeholder"] = SEEN_BY_CSS
        self.fields["about"].help_text = _("One line, as in “How you measure a breach”.")

    def clean_about(self) -> str:
        """An offer has a reason: what stands under Prepare, where none is typed here."""
        return self.cleaned_data["about"] or self.purpose

    def clean(self) -> dict[str, Any]:
        found = super().clean()
        if not self.times.is_valid():
            self.add_error(None, [*self.times.non_form_errors()] or _("Nothing was offered yet."))
        if self.owner.offers.awaiting_answer(self.now).count() >= MOST_OPEN:
            self.add_error(
                None,
                _("%(n)d offers wait for an answer. Take one back before you offer more times.") % {"n": MOST_OPEN},
            )
        return found

    @property
    def wrong_fields(self) -> list[forms.BoundField]:
        rows = [field for row in self.times.kept for field in row if field.errors] if self.is_bound else []
        return [*rows, *super().wrong_fields]

    @property
    def are_hours_said(self) -> bool:
        """Whether each time at night or on a weekend of theirs stood on the page, with that said, before it was sent."""
        zone, seen = self.contact.time_zone, set(cast(QueryDict, self.data).getlist("seen"))
        unsuited = [at for at in self.times.found if working_hours.is_unsuited(at, self.length, zone)]
        return {at.isoformat() for at in unsuited} <= seen

    @property
    def terms(self) -> Terms:
        found = self.cleaned_data
        names = ("minutes", "about", "message", "chase", "confirm_them")
        return Terms(media=found["ways"], times=self.times.found, **{name: found[name] for name in names})

    @property
    def has_no_reason(self) -> bool:
        """Nor are there words that may hold one."""
        return not (self["about"].value() or self["message"].value() or self.purpose)

    def cards(self, opened: int | None = None) -> list[Card]:
        """Each time as the guest will see it, and the empty row at `opened`."""
        return Cards(self.times, owner=self.owner, contact=self.contact, minutes=self.length, opened=opened).all

    @property
    def length(self) -> int:
        """The length as far as it can be read."""
        if self.is_bound:
            self.is_valid()
        found: int | None = self.cleaned_data.get("minutes") if self.is_bound else None
        return found or ASKED_FOR[0]
