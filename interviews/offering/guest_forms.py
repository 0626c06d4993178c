"""What a contact answers on the private page. Nothing that arrives here is trusted."""

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms import ZoneSelect, zone_choices
from accounts.models import User
from base.clock import ClockField
from base.zones import load_zone, zone_names
from crm.fields import LineField, TextField
from interviews.models import Interview, Medium, Offer, OfferSlot
from interviews.offering.guest_answers import Answer
from interviews.offering.time_rows import MONTHS_AHEAD
from interviews.planning.forms import refuse_unsafe_link
from interviews.planning.start_time import read_day, read_start

OWN = "own"  # "None of these suits me"
_WIRE = "%Y%m%dT%H%MZ"  # a slot is named by its instant: nothing public shows a key


def name_of(slot: OfferSlot) -> str:
    return slot.starts_at.astimezone(UTC).strftime(_WIRE)


class OwnTimeForm(forms.Form):
    """A day and a time of their own, in the zone they chose."""

    use_required_attribute = False

    day = LineField(
        label=gettext_lazy("Day"),
        max_length=60,
        required=True,
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"required": gettext_lazy("Say which day, as in “4 December”.")},
    )
    at = ClockField(
        label=gettext_lazy("Your time"),
        error_messages={"required": gettext_lazy("Say at what time, as in “15:00”.")},
    )
    note = TextField(max_length=2000)
    zone = forms.CharField(required=False)

    def __init__(self, data: Any = None, *, zone: str, owner: User, now: datetime, initial: Any = None) -> None:
        self.shown_zone, self.now = zone, now
        super().__init__(data, initial=initial)
        self.fields["note"].label = _("A word to %(name)s") % {"name": owner.called}

    def clean_zone(self) -> str:
        zone: str = self.cleaned_data["zone"] or self.shown_zone
        if zone not in zone_names():
            raise ValidationError(_("That is no time zone I know. Choose yours from the list."))
        return zone

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        if not any(self.has_error(name) for name in ("day", "at", "zone")):
            zone = load_zone(found["zone"])
            day = read_day(found["day"], self.now.astimezone(zone).date(), MONTHS_AHEAD)
            found["starts_at"] = read_start(day, found["at"], zone, self.now)
        return found


class AnswerForm(OwnTimeForm):
    """One of the times offered, or a time of their own; the way to talk, and a word."""

    slot = forms.CharField(required=False)
    medium = forms.CharField(required=False)
    where = LineField(
        label=gettext_lazy("A number, a link or a place"), max_length=300, validators=[refuse_unsafe_link]
    )

    field_order = ("slot", "day", "at", "medium", "where", "note", "zone")

    def __init__(
        self,
        data: Any = None,
        *,
        offer: Offer,
        slots: list[OfferSlot],
        zone: str,
        now: datetime,
        talk: Interview | None = None,
    ) -> None:
        self.offer, self.slots = offer, slots
        initial = {"medium": talk.medium, "where": talk.where} if talk else None
        super().__init__(data, zone=zone, owner=offer.owner, now=now, initial=initial)
        for name in ("day", "at"):
            self.fields[name].required = data is None or data.get("slot") == OWN
        if Medium.PHONE in offer.media and not offer.contact.phone:
            said = _("For a call: the number. %(name)s has none of yours yet.")
            self.fields["where"].help_text = said % {"name": offer.owner.called}

    @property
    def wants_another_time(self) -> bool:
        return bool(self.cleaned_data.get("slot") == OWN)

    @property
    def answer(self) -> Answer:
        found = self.cleaned_data
        return Answer(**{name: found[name] for name in ("starts_at", "medium", "where", "note", "zone")})

    def judge_the_note_only(self) -> None:
        """With "Not now" nothing else counts: what else was chosen or typed is kept, and is no fault."""
        for name in set(self.errors) - {"note"}:
            del self.errors[name]

    def clean_medium(self) -> str:
        medium: str = self.cleaned_data["medium"] or (self.offer.media[0] if len(self.offer.media) == 1 else "")
        if medium not in self.offer.media:
            raise ValidationError(_("Choose one of the ways to talk."))
        return medium

    def clean(self) -> dict[str, Any]:
        if self.cleaned_data.get("slot") == OWN:
            return super().clean()
        found = self.cleaned_data
        known = {name_of(slot): slot for slot in self.offer.slots.all()}
        slot = known.get(found.get("slot", ""))
        if slot is None:
            self.add_error("slot", _("Choose one of the times, or propose your own."))
        else:
            found["starts_at"] = slot.starts_at
            for unused in ("day", "at"):
                self.errors.pop(unused, None)
        return found


class WordForm(forms.Form):
    """What they would like to say besides, once a time is set."""

    word = TextField(max_length=2000)

    def __init__(self, data: Any = None, *, offer: Offer) -> None:
        super().__init__(data, initial={"word": offer.word})
        name = {"name": offer.owner.called}
        self.fields["word"].label = _("A word to %(name)s") % name
        self.fields["word"].widget.attrs["rows"] = 2
        if offer.word:
            self.fields["word"].help_text = _("%(name)s has it. You can change it until the talk is over.") % name

    def clean_word(self) -> str:
        word: str = self.cleaned_data["word"]
        if not word:
            raise ValidationError(_("There is no word in it yet."))
        return word


class ShownZone:
    """Whose clock the page shows: that of the zone they chose, else the one known of them, else the owner's as a guess."""

    def __init__(self, typed: str, *, theirs: str, owner: User, now: datetime) -> None:
        self.typed, self.now = typed[:64], now
        self.is_known = not self.typed or self.typed in zone_names()
        self.is_guess = not (self.typed and self.is_known) and not theirs
        self.chosen = self.typed if self.typed in zone_names() else (theirs or owner.time_zone)

    @property
    def select(self) -> str:
        return str(ZoneSelect(choices=zone_choices(self.chosen, self.now)).render("zone", self.chosen, {"id": "zone"}))


MEDIA_SAID = {
    Medium.PHONE: gettext_lazy("%(name)s calls you"),
    Medium.VIDEO: gettext_lazy("%(name)s sends you a link, or takes yours"),
    Medium.IN_PERSON: gettext_lazy("you say where"),
}
