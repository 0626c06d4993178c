"""The times of an offer as cards: what the guest will see of each, what stands against it, and where its buttons move it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.templatetags.keepword import moment
from base.dates import instant
from base.zones import load_zone
from crm.models import Contact
from interviews.models import Interview
from interviews.offering import working_hours
from interviews.offering.time_rows import TimeForm, TimeRows, moved
from interviews.offering.working_hours import Hour


@dataclass(frozen=True)
class Move:
    """One button of a card."""

    id: str
    by: str
    icon: str
    label: str  # for who cannot see where it stands


@dataclass(frozen=True)
class Card:
    nth: int
    row: TimeForm
    starts_at: datetime | None
    zone: str  # theirs, or mine where theirs is not known
    own_zone: str
    sentence: str  # what stands against it
    moves: list[tuple[str, list[Move]]]  # by how much, then back and forth

    @property
    def remove_id(self) -> str:
        """Of the button that removes it, and of the one that puts it back: the focus stays."""
        return f"remove-{self.nth}"

    @property
    def day(self) -> date | None:
        """Of their calendar."""
        return self._day_in(self.zone)

    @property
    def is_another_day(self) -> bool:
        """There than here."""
        return self.day != self._day_in(self.own_zone)

    def _day_in(self, zone: str) -> date | None:
        return self.starts_at and self.starts_at.astimezone(load_zone(zone)).date()

    @property
    def mark(self) -> str:
        """What the page sends back of a time that it showed."""
        return self.starts_at.isoformat() if self.starts_at else ""

    @property
    def in_words(self) -> str:
        """What is said after it was moved."""
        return f"{moment(self.starts_at, self.zone)}. {self.sentence}" if self.starts_at else self.sentence

    @property
    def is_open(self) -> bool:
        """Its fields are shown, as nothing else can be."""
        return self.starts_at is None


class Cards:
    """Those of one form. A row without a time has no card, but for the one at `opened`."""

    def __init__(
        self, times: TimeRows, *, owner: User, contact: Contact, minutes: int, opened: int | None = None
    ) -> None:
        self.times, self.owner, self.contact, self.minutes = times, owner, contact, minutes
        self.opened = 0 if opened is None and all(row.is_blank for row in times.forms) else opened
        if opened is not None and times.forms[opened].is_blank:
            times.forms[opened].fields["day"].widget.attrs["autofocus"] = True

    @cached_property
    def all(self) -> list[Card]:
        shown = [(n, row) for n, row in enumerate(self.times.forms) if not row.is_blank or n == self.opened]
        return [self._card(n, row) for n, row in shown]

    def _card(self, nth: int, row: TimeForm) -> Card:
        at = row.shown_at
        return Card(
            nth=nth,
            row=row,
            starts_at=at,
            zone=self._zone,
            own_zone=self.owner.time_zone,
            sentence="" if row.is_removed else self._sentence(row),
            moves=self._moves(nth, row) if at else [],
        )

    def _moves(self, nth: int, row: TimeForm) -> list[tuple[str, list[Move]]]:
        def move(by: str, icon: str, words: str) -> Move:
            local = moved(row, by)
            at = local and instant(local.date(), local.time(), self.owner.zone)
            return Move(f"{by}-{nth}", by, icon, words % {"when": moment(at, self._zone)})

        half_an_hour = [
            move("earlier", "chevron-left", _("Half an hour earlier: %(when)s")),
            move("later", "chevron-right", _("Half an hour later: %(when)s")),
        ]
        a_day = [
            move("day-before", "chevron-left", _("A day earlier: %(when)s")),
            move("day-after", "chevron-right", _("A day later: %(when)s")),
        ]
        return [(_("½ h"), half_an_hour), (_("1 day"), a_day)]

    @property
    def _zone(self) -> str:
        """Whose clock is read first."""
        return self.contact.time_zone or self.owner.time_zone

    def _sentence(self, row: TimeForm) -> str:
        at = row.starts_at
        if at is None:
            return next((str(error) for errors in row.errors.values() for error in errors), "")
        if self.times.found.count(at) > 1:
            return _("The same time as another one here.")
        ends_at = at + timedelta(minutes=self.minutes)
        for talk in self._talks:
            if talk.overlaps(at, ends_at):
                return _("You talk with %(name)s then; nobody can take this one.") % {"name": talk.contact.name}
        return self._unsuited(at)

    def _unsuited(self, at: datetime) -> str:
        """In which way the hour does not suit them, me, or both."""
        hour = working_hours.their_hour(at, self.minutes, self.contact.time_zone)
        mine = "" if hour == Hour.NIGHT and not self._is_awake(at) else self._against_me(at)
        theirs = {
            Hour.DAY: "",
            Hour.EARLY: _("early for %(name)s"),
            Hour.LATE: _("late for %(name)s"),
            Hour.NIGHT: _("at night for %(name)s")
            if mine or self._is_awake(at)
            else _("at night for %(name)s and you"),
            Hour.WEEKEND: _("on a weekend of %(name)s"),
        }[hour] % {"name": self.contact.first_name}
        said = [words for words in (theirs, mine) if words]
        return capfirst(_("%(reasons)s.") % {"reasons": ", ".join(said)}) if said else ""

    def _against_me(self, at: datetime) -> str:
        owner = self.owner
        start, end = (one.astimezone(owner.zone) for one in (at, at + timedelta(minutes=self.minutes)))
        if not self._is_awake(at):
            return _("at night for you")
        if holiday := working_hours.holiday(owner, start.date()):
            return _("a holiday of yours: %(holiday)s") % {"holiday": holiday}
        if not working_hours.is_working_day(owner, start.date()):
            return _("no working day of yours")
        is_inside = owner.work_from <= start.time() and end.time() <= owner.work_until
        return "" if is_inside else _("outside your own hours")

    def _is_awake(self, at: datetime) -> bool:
        return working_hours.is_awake(at, self.minutes, self.owner.time_zone)

    @cached_property
    def _talks(self) -> list[Interview]:
        times, length = self.times.found, timedelta(minutes=self.minutes)
        return self.owner.interviews.overlapping(times[0], times[-1] + length) if times else []
