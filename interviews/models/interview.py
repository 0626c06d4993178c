"""Prepared, held and remembered conversations of 20 to 30 minutes."""

import uuid
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.models import validate_zone
from base.dates import instant, local
from base.owned import Versioned
from base.zones import load_zone
from crm.models import Contact, Stage
from outbox.models import OutgoingMail

SHORTEST, LONGEST = 10, 120  # minutes
ASKED_FOR = (20, 25, 30)  # product.md rule 1
DEBRIEF_WITHIN = timedelta(days=60)
FARTHEST = timedelta(days=5 * 366)  # from a talk to another time that is proposed for it
ANSWER = (
    *("attendee_status", "attendee_at", "attendee_starts_at"),
    *("attendee_minutes", "attendee_comment", "attendee_refused_at"),
)
_ANSWER = Signer(salt="interviews.answer", sep=".")
ROW = (
    *("owner", "contact", "medium", "minutes", "local_date", "local_time", "time_zone"),
    *("starts_at", "where", "purpose", "state", "version", "is_logged"),
    *("attendee_status", "attendee_starts_at", "attendee_minutes", "attendee_comment", "attendee_refused_at"),
)


REACH = ("contact__phone", "contact__email", "contact__linkedin_url")


class Medium(models.TextChoices):
    PHONE = "phone", _("phone")
    VIDEO = "video", _("video")
    IN_PERSON = "in_person", _("in person")


class InterviewState(models.TextChoices):
    PLANNED = "planned", _("planned")
    HELD = "held", _("held")
    NO_SHOW = "no_show", _("did not take place")
    CANCELLED = "cancelled", _("cancelled")


class AttendeeStatus(models.TextChoices):
    """What the contact answered to the invitation that stands."""

    SILENT = "", _("no answer yet")
    ACCEPTED = "accepted", _("accepted")
    TENTATIVE = "tentative", _("perhaps")
    DECLINED = "declined", _("declined")
    COUNTERED = "countered", _("proposes another time")


def minutes_by(minutes: int, medium: str) -> str:
    """ "20 minutes by phone"; "by phone" when nobody knows how long it was."""
    how = {Medium.PHONE: gettext("by phone"), Medium.VIDEO: gettext("by video"), Medium.IN_PERSON: gettext("in person")}
    length = ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes}
    return f"{length} {how[Medium(medium)]}" if minutes else how[Medium(medium)]


@dataclass(frozen=True)
class Agreed:
    """What two people agreed on, or are about to: all that an invitation says. The zone is that of the local time."""

    medium: str
    minutes: int
    day: date
    at: time
    zone: str
    where: str = ""
    purpose: str = ""

    @classmethod
    def from_instant(cls, at: datetime, zone: str, **said: Any) -> "Agreed":
        """On the clocks of `zone`; in UTC where they show that time twice and the second is meant."""
        zone = "UTC" if at.astimezone(load_zone(zone)).fold else zone
        local = at.astimezone(load_zone(zone))
        return cls(day=local.date(), at=time(local.hour, local.minute), zone=zone, **said)

    @property
    def starts_at(self) -> datetime:
        return instant(self.day, self.at, load_zone(self.zone))

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.minutes)

    @property
    def said(self) -> str:
        return minutes_by(self.minutes, self.medium)

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "day": self.day.isoformat(), "at": self.at.isoformat()}

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> "Agreed":
        return cls(**{**kept, "day": date.fromisoformat(kept["day"]), "at": time.fromisoformat(kept["at"])})


# what the contact declined, or proposed another time for, and I have not answered
UNSUITED = Q(
    Q(attendee_status=AttendeeStatus.DECLINED) | Q(attendee_status=AttendeeStatus.COUNTERED),
    attendee_refused_at__isnull=True,
)


class InterviewQuerySet(models.QuerySet["Interview"]):
    def alive(self) -> "InterviewQuerySet":
        """Neither the interview nor its contact is in the bin."""
        return self.filter(binned_at__isnull=True, contact__binned_at__isnull=True)

    def planned(self) -> "InterviewQuerySet":
        return self.alive().filter(state=InterviewState.PLANNED)

    def between(self, start: datetime, end: datetime) -> "InterviewQuerySet":
        """Those that begin in [start, end), both UTC instants."""
        return self.filter(starts_at__gte=start, starts_at__lt=end)

    def overlapping(self, start: datetime, end: datetime, but: "Interview | None" = None) -> list["Interview"]:
        """Those planned that run within [start, end), both UTC instants; `but` is the one that is being moved."""
        could = self.planned().between(start - timedelta(minutes=LONGEST), end).select_related("contact").next_first()
        return [interview for interview in could if interview.overlaps(start, end) and interview != but]

    def awaiting_debrief(self, now: datetime) -> "InterviewQuerySet":
        """Those held in the last 60 days whose debrief is not done; nothing about people who were dropped."""
        lately = self.alive().filter(state=InterviewState.HELD, held_at__gt=now - DEBRIEF_WITHIN)
        return lately.filter(debrief__done_at__isnull=True).exclude(contact__stage=Stage.DROP)

    def with_contact(self) -> "InterviewQuerySet":
        return self.select_related("contact__organisation")

    def with_debrief(self) -> "InterviewQuerySet":
        """Those planned and held, each with what was learned there."""
        rows = self.alive().filter(state__in=[InterviewState.PLANNED, InterviewState.HELD]).select_related("debrief")
        return rows.only(*ROW, "debrief__learned", "debrief__done_at")

    def slim(self) -> "InterviewQuerySet":
        """What a row or a card shows of a talk, and no more."""
        return self.only(*ROW)

    def with_row(self) -> "InterviewQuerySet":
        """All that a row of a list shows, and no more: a contact is a wide row. With `questions_chosen`: fewer than five,
        and it is not prepared."""
        row = self.select_related("contact").only(
            *ROW, "contact__name", "contact__called", "contact__time_zone", *REACH
        )
        return row.annotate(questions_chosen=models.Count("preparation__questions"))

    def of_mail(self, mail: OutgoingMail) -> "Interview | None":
        """The one a mail is about; None when it is gone."""
        found = self.filter(owner_id=mail.owner_id, uid=mail.context["interview"])
        talk = found.select_related("owner", "offer", "contact__organisation", "contact__introduced_by").first()
        if talk:
            talk.contact.owner = talk.owner
        return talk

    def next_first(self) -> "InterviewQuerySet":
        return self.order_by("starts_at", "pk")

    def last_first(self) -> "InterviewQuerySet":
        return self.order_by("-starts_at", "-pk")


class Interview(Versioned):
    """One informational interview with one contact. The local date, time and zone are what was agreed; the UTC instant
    is derived from them, so that new tzdata can be applied."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="interviews")
    medium = models.CharField(_("how"), max_length=10, choices=Medium, default=Medium.PHONE)
    minutes = models.PositiveSmallIntegerField(
        _("how long"), default=20, validators=[MinValueValidator(SHORTEST), MaxValueValidator(LONGEST)]
    )
    local_date = models.DateField(_("day"))
    local_time = models.TimeField(_("time"))
    time_zone = models.CharField(_("zone"), max_length=64, validators=[validate_zone])
    starts_at = models.DateTimeField()
    where = models.CharField(_("number, link or place"), max_length=300, blank=True)
    purpose = models.TextField(_("what I want from this"), max_length=2000, blank=True)

    state = models.CharField(max_length=10, choices=InterviewState, default=InterviewState.PLANNED)
    sequence = models.PositiveIntegerField(default=0)  # iCalendar SEQUENCE: the highest one a mail was made with
    invited_email = models.CharField(max_length=254, blank=True)  # who has the last REQUEST, or will in a moment
    invited_sequence = models.PositiveIntegerField(default=0)  # and with which SEQUENCE
    attendee_status = models.CharField(max_length=10, choices=AttendeeStatus, blank=True)
    attendee_at = models.DateTimeField(null=True)  # when they said so, by their own calendar
    attendee_starts_at = models.DateTimeField(null=True)  # the other time they propose
    attendee_minutes = models.PositiveSmallIntegerField(null=True)  # and its length, when they named one
    attendee_comment = models.TextField(max_length=2000, blank=True)  # their words with the answer
    attendee_refused_at = models.DateTimeField(null=True)  # when I said that their time does not suit me
    answer_before = models.JSONField(null=True)  # what stood before the last answer, for its undo
    confirm_them = models.BooleanField(_("remind them the day before"), default=False)
    is_logged = models.BooleanField(default=False)  # after it took place: its day is known, its time is not
    created_at = models.DateTimeField()
    moved_at = models.DateTimeField(null=True)  # when it was moved last, and from which instant
    moved_from = models.DateTimeField(null=True)
    held_at = models.DateTimeField(null=True)
    binned_at = models.DateTimeField(null=True)

    objects = InterviewQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(minutes__gte=10, minutes__lte=120) | Q(is_logged=True, minutes=0), name="interview_length"
            ),
            models.CheckConstraint(condition=Q(medium__in=Medium.values), name="interview_medium_known"),
            models.CheckConstraint(condition=Q(state__in=InterviewState.values), name="interview_state_known"),
            models.CheckConstraint(
                condition=Q(state="held", held_at__isnull=False) | (~Q(state="held") & Q(held_at__isnull=True)),
                name="interview_held_has_held_at",
            ),
            models.CheckConstraint(
                condition=Q(attendee_status__in=AttendeeStatus.values), name="interview_attendee_known"
            ),
            models.CheckConstraint(
                condition=Q(attendee_status="") | Q(attendee_at__isnull=False), name="interview_attendee_has_date"
            ),
            models.CheckConstraint(
                condition=Q(attendee_status="countered", attendee_starts_at__isnull=False)
                | (~Q(attendee_status="countered") & Q(attendee_starts_at__isnull=True)),
                name="interview_countered_has_time",
            ),
            models.CheckConstraint(
                condition=Q(invited_sequence__lte=F("sequence")), name="interview_invited_within_sequence"
            ),
        ]
        indexes = [
            models.Index(
                fields=["owner", "starts_at"],
                condition=Q(state="planned", binned_at__isnull=True),
                name="interview_next",
            ),
            models.Index(fields=["contact", "-starts_at"], name="interview_of_contact"),
            # a debrief is asked for while the talk is fresh: years of talks cost Today nothing
            models.Index(
                fields=["owner", "held_at", "id"],
                condition=Q(held_at__isnull=False, binned_at__isnull=True),
                name="interview_held",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contact_id}: {self.local_date} {self.local_time:%H:%M}"

    @classmethod
    def of_answer_link(cls, token: str) -> "tuple[Interview, int] | None":
        """Which invitation a link of `answer_url` belongs to: the interview and the SEQUENCE."""
        try:
            hexed, sequence = _ANSWER.unsign(token).split("~")
        except BadSignature:
            return None
        rows = cls.objects.alive().filter(owner__is_active=True).select_related("contact", "owner", "offer")
        found: Interview | None = rows.filter(uid=uuid.UUID(hexed)).first()
        return (found, int(sequence)) if found else None

    def answer_url(self, answer: str, sequence: int) -> str:
        """ "yes", "no" or "another" time, to the invitation of this SEQUENCE, for a mail program that cannot answer it itself."""
        token = _ANSWER.sign(f"{self.uid.hex}~{sequence}")
        return str(settings.SITE_URL) + reverse(f"guest_{answer}", args=[token])

    def lock_contacts(self) -> None:
        """Holds the contact of the talk, and who introduced them, until the commit.

        Locks are taken in one order: owner, contact, interview, room, promise. Every verb that writes more than one of
        contact, interview, room and promises begins here; so two of them wait for each other, and never with half of
        their rows locked.
        """
        contact = self.contact
        people = self.owner.contacts.filter(pk__in=[contact.pk, contact.introduced_by_id or contact.pk])
        list(people.order_by("pk").select_for_update(no_key=True).values_list("pk"))

    def get_absolute_url(self) -> str:
        return reverse("interview_detail", args=[self.pk])

    def why_stale(self, today: date) -> str:
        sentences = {
            InterviewState.PLANNED: gettext(
                "Nothing was changed: the talk with %(name)s is planned, and has changed since."
            ),
            InterviewState.HELD: gettext("Nothing was changed: you have talked with %(name)s already."),
            InterviewState.NO_SHOW: gettext("Nothing was changed: the talk with %(name)s did not take place."),
            InterviewState.CANCELLED: gettext("Nothing was changed: the talk with %(name)s is cancelled already."),
        }
        return sentences[InterviewState(self.state)] % {"name": self.contact.first_name}

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.minutes)

    def overlaps(self, start: datetime, end: datetime) -> bool:
        return self.starts_at < end and start < self.ends_at

    @property
    def agreed(self) -> Agreed:
        return Agreed(
            medium=self.medium,
            minutes=self.minutes,
            day=self.local_date,
            at=self.local_time,
            zone=self.time_zone,
            where=self.where,
            purpose=self.purpose,
        )

    def agree(self, agreed: Agreed) -> None:
        """Takes over what was agreed; the caller saves."""
        self.medium, self.minutes = agreed.medium, agreed.minutes
        self.where, self.purpose = agreed.where, agreed.purpose
        self.local_date, self.local_time, self.time_zone = agreed.day, agreed.at, agreed.zone
        self.starts_at = agreed.starts_at

    def may_move_to_theirs(self, now: datetime) -> bool:
        """Whether the other time they propose can be taken: it is to come, near enough to be meant, and not refused."""
        at = self.attendee_starts_at if self.proposes_near else None
        return self.is_planned and at is not None and at > now and self.attendee_refused_at is None

    @property
    def proposes_near(self) -> bool:
        """Whether the other time they propose is near enough to be meant."""
        return self.attendee_starts_at is not None and abs(self.attendee_starts_at - self.starts_at) <= FARTHEST

    @property
    def answer(self) -> dict[str, Any]:
        """The columns that say what the contact answered."""
        return {name: getattr(self, name) for name in ANSWER}

    def forget_answer(self) -> None:
        """A new invitation asks anew; the caller saves."""
        self.attendee_status, self.attendee_comment = AttendeeStatus.SILENT, ""
        self.attendee_at = self.attendee_starts_at = self.attendee_minutes = self.attendee_refused_at = None
        self.answer_before = None

    @property
    def their_zone(self) -> str:
        """Whose clock they read: as they chose for this talk, else the contact's. Costs a query unless `offer` was fetched along."""
        offer = getattr(self, "offer", None)
        return offer.time_zone if offer and offer.time_zone else self.contact.time_zone

    @property
    def zone(self) -> ZoneInfo:
        """The zone it was agreed in: mine, at the time of planning."""
        return load_zone(self.time_zone)

    @property
    def is_planned(self) -> bool:
        return self.state == InterviewState.PLANNED

    @property
    def is_held(self) -> bool:
        return self.state == InterviewState.HELD

    @property
    def local_day(self) -> date:
        """The day it is on where the owner is now."""
        return local(self.starts_at, timezone.get_current_timezone()).date()

    @property
    def is_another_day_there(self) -> bool:
        """Whether the contact's calendar shows another date than the owner's."""
        theirs = self.contact.time_zone
        return bool(theirs) and local(self.starts_at, load_zone(theirs)).date() != self.local_day

    @property
    def suits_them(self) -> bool:
        """As far as is known: they have neither declined it nor proposed another time."""
        return self.attendee_status not in (AttendeeStatus.DECLINED, AttendeeStatus.COUNTERED)

    @property
    def is_unsuited(self) -> bool:
        """They declined it, or proposed another time that I have not answered."""
        return not self.suits_them and self.attendee_refused_at is None

    @property
    def debrief_waits(self) -> bool:
        """It was held, and its debrief is not done. Costs a query unless `debrief` was fetched along."""
        debrief = getattr(self, "debrief", None)
        return self.is_held and (debrief is None or not debrief.is_done)

    @property
    def is_cancelled(self) -> bool:
        return self.state == InterviewState.CANCELLED
