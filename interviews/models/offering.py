"""Asking for somebody's time at their convenience: the letter, the times offered, and their answer."""

import base64
import uuid
from datetime import UTC, date, datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import TruncDate
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import validate_zone
from base.owned import Owned, Versioned
from base.private_links import hash_of
from crm.models import Contact, Stage
from interviews.models.interview import Interview, InterviewState, Medium

LAST_STEP = 3  # of asking: a request, a follow-up, a last one
SECRET_BYTES = 16  # 128 bits, which nobody guesses


class AskVia(models.TextChoices):
    MAIL = "mail", _("sent from here")
    COPIED = "copied", _("copied")
    OPENED = "opened", _("opened in the mail program")


class AskQuerySet(models.QuerySet["Ask"]):
    def due(self, today: date) -> "AskQuerySet":
        """Those that Today may have a row about: the day to ask again has come."""
        return self.filter(closed_at__isnull=True, follow_up_on__lte=today)

    def to_follow_up(self, today: date) -> "AskQuerySet":
        """Letters without an answer whose day to ask again has come. Where times were offered since, these carry the silence."""
        silent = self.due(today).filter(contact__binned_at__isnull=True)
        # whatever the stage is: somebody I continue with is asked for another talk too
        since = {"contact": OuterRef("contact"), "created_at__gte": OuterRef("asked_at")}
        talks = Interview.objects.filter(**since, binned_at__isnull=True)
        offers = Offer.objects.filter(**since).exclude(state=OfferState.WITHDRAWN)
        return (
            silent.exclude(contact__stage__in=[Stage.SCHEDULED, Stage.DROP])
            .exclude(Exists(talks) | Exists(offers))
            .select_related("contact")
            .only("owner", "asked_at", "step", "contact__name", "contact__called")
            .order_by("follow_up_on", "pk")
        )


class Ask(Versioned):
    """One letter that asks for a talk. Step 1 is the request, 2 the first follow-up, 3 the last one (product.md rule 13)."""

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="asks")
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    step = models.PositiveSmallIntegerField(default=1)
    via = models.CharField(max_length=8, choices=AskVia, default=AskVia.MAIL)
    subject = models.CharField(_("subject"), max_length=200)
    body = models.TextField(_("letter"), max_length=4000)
    asked_at = models.DateTimeField()
    follow_up_on = models.DateField(null=True)  # local date the next step is proposed on; null after the last
    closed_at = models.DateTimeField(null=True)  # answered, followed up, taken back, or let be
    minutes = models.PositiveSmallIntegerField(default=20)

    objects = AskQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(step__gte=1, step__lte=3), name="ask_three_steps"),
            models.CheckConstraint(condition=Q(via__in=AskVia.values), name="ask_via_known"),
            models.UniqueConstraint(fields=["contact"], condition=Q(closed_at__isnull=True), name="ask_one_open"),
        ]
        indexes = [
            models.Index(
                fields=["owner", "follow_up_on"],
                condition=Q(closed_at__isnull=True, follow_up_on__isnull=False),
                name="ask_to_follow_up",
            )
        ]

    def __str__(self) -> str:
        return self.subject

    def get_absolute_url(self) -> str:
        return reverse("ask_detail", args=[self.pk])

    def why_stale(self, today: date) -> str:
        said = (
            gettext("Nothing was changed: this letter to %(name)s waits for no answer any more.")
            if self.closed_at
            else gettext("Nothing was changed: this letter still waits for an answer of %(name)s.")
        )
        return said % {"name": self.contact.first_name}


class OfferState(models.TextChoices):
    OPEN = "open", _("waits for an answer")
    COUNTERED = "countered", _("proposes another time")
    ANSWERED = "answered", _("answered")
    DECLINED = "declined", _("declined")
    WITHDRAWN = "withdrawn", _("withdrawn")


class OfferQuerySet(models.QuerySet["Offer"]):
    def awaiting_answer(self, now: datetime) -> "OfferQuerySet":
        """Those still waiting for somebody, the newest first."""
        open_ones = self.filter(state__in=[OfferState.OPEN, OfferState.COUNTERED], expires_at__gt=now)
        return open_ones.order_by("-created_at", "-pk")

    def due(self, today: date) -> "OfferQuerySet":
        """Those that Today may have a row about: another time was proposed, or the day to ask again has come."""
        return self.filter(Q(state=OfferState.COUNTERED) | Q(state=OfferState.OPEN, follow_up_on__lte=today))

    def to_follow_up(self, today: date) -> "OfferQuerySet":
        """Times without an answer, the day to ask again come, also when they have passed; unless something was asked since."""
        silent = self.filter(state=OfferState.OPEN, follow_up_on__lte=today, contact__binned_at__isnull=True)
        silent = silent.exclude(contact__stage__in=[Stage.SCHEDULED, Stage.DROP])
        asked_since = Ask.objects.filter(contact=OuterRef("contact"), asked_at__gt=OuterRef("created_at"))
        offered_since = Offer.objects.exclude(state=OfferState.WITHDRAWN).filter(
            contact=OuterRef("contact"), pk__gt=OuterRef("pk")
        )
        talks_since = Interview.objects.filter(
            contact=OuterRef("contact"), created_at__gte=OuterRef("created_at"), binned_at__isnull=True
        )
        return (
            silent.exclude(Exists(asked_since) | Exists(offered_since) | Exists(talks_since))
            .select_related("contact")
            .only("owner", "created_at", "expires_at", "step", "version", "contact__name", "contact__called")
            .order_by("follow_up_on", "pk")
        )


class Offer(Versioned):
    """The times and media I propose; the contact answers on a private page, without an account."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    secret_hash = models.CharField(max_length=64, unique=True, editable=False)  # SHA-256 of 128 random bits in the link
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="offers")
    interview = models.OneToOneField(Interview, null=True, blank=True, on_delete=models.SET_NULL, related_name="offer")
    minutes = models.PositiveSmallIntegerField(default=20)
    media = models.JSONField(default=list)  # of Medium values, the owner's order
    about = models.CharField(_("what it is about"), max_length=300, blank=True)
    message = models.TextField(_("message"), max_length=2000, blank=True)
    expires_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=OfferState, default=OfferState.OPEN)
    chase = models.BooleanField(default=False)  # a silent offer is chased at most twice, in working days
    chased = models.PositiveSmallIntegerField(default=0)
    chase_on = models.DateField(null=True)
    step = models.PositiveSmallIntegerField(default=1)  # as of a letter, and counted together with letters
    follow_up_on = models.DateField(null=True)  # local date its silence stands on Today from; null while mails chase it
    confirm_them = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    word = models.TextField(_("a word of theirs"), max_length=2000, blank=True)  # with the answer, or after it
    time_zone = models.CharField(
        max_length=64, blank=True, validators=[validate_zone]
    )  # they answered in, if they chose one

    objects = OfferQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=OfferState.values), name="offer_state_known"),
            models.CheckConstraint(condition=Q(minutes__gte=10, minutes__lte=120), name="offer_length"),
            models.CheckConstraint(condition=Q(chased__lte=2), name="offer_chased_at_most_twice"),
            models.CheckConstraint(condition=Q(step__gte=1, step__lte=LAST_STEP), name="offer_three_steps"),
            models.CheckConstraint(
                condition=~Q(state="answered") | Q(answered_at__isnull=False), name="offer_answered_has_date"
            ),
        ]
        indexes = [
            models.Index(fields=["contact", "-created_at"], name="offer_of_contact"),
            models.Index(fields=["chase_on"], condition=Q(state="open", chase_on__isnull=False), name="offer_to_chase"),
            models.Index(
                fields=["owner", "follow_up_on"], condition=Q(follow_up_on__isnull=False), name="offer_to_follow_up"
            ),
        ]

    def __str__(self) -> str:
        return f"to contact {self.contact_id}: {self.state}"

    @classmethod
    def of_link(cls, secret: str) -> "Offer | None":
        """The one a private link opens, whoever holds the link."""
        rows = cls.objects.select_related("contact", "owner", "interview").filter(owner__is_active=True)
        return rows.filter(secret_hash=hash_of(secret), contact__binned_at__isnull=True).first()

    def new_secret(self) -> str:
        """What the private link ends in. It is derived with the server's key, so that a later mail can say it again while a
        copy of the database alone opens nothing."""
        return self._secret_by(settings.SECRET_KEY)

    @property
    def secret(self) -> str:
        """The link's secret again, also after the server's key was changed; empty when that key is gone."""
        found = map(self._secret_by, (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS))
        return next((secret for secret in found if hash_of(secret) == self.secret_hash), "")

    @property
    def url(self) -> str:
        """The contact's page."""
        return settings.SITE_URL + reverse("guest_offer", args=[self.secret]) if self.secret else ""

    def _secret_by(self, key: str) -> str:
        digest = salted_hmac("interviews.offer", self.uid.hex, secret=key, algorithm="sha256").digest()
        return base64.urlsafe_b64encode(digest[:SECRET_BYTES]).rstrip(b"=").decode()

    def get_absolute_url(self) -> str:
        return reverse("offer_detail", args=[self.pk])

    @property
    def their_zone(self) -> str:
        """Whose clock they read: the one they chose for this talk, else the contact's; empty when neither is known."""
        return self.time_zone or self.contact.time_zone

    def why_stale(self, today: date) -> str:
        name = {"name": self.contact.first_name}
        sentences = {
            OfferState.OPEN: gettext("Nothing was changed: these times wait for %(name)s."),
            OfferState.COUNTERED: gettext("Nothing was changed: %(name)s has proposed another time since."),
            OfferState.ANSWERED: gettext("Nothing was changed: %(name)s has answered since."),
            OfferState.DECLINED: gettext("Nothing was changed: %(name)s has said not now."),
            OfferState.WITHDRAWN: gettext("Nothing was changed: these times are taken back."),
        }
        return sentences[OfferState(self.state)] % name

    @property
    def steps_taken(self) -> int:
        """A mail that chases it is a step as well."""
        return self.step + self.chased

    @property
    def is_let_be(self) -> bool:
        """Its silence was ended by a tap, not by the last step."""
        return not (self.follow_up_on or self.chase_on) and self.steps_taken < LAST_STEP

    @property
    def is_open(self) -> bool:
        """Waits for somebody: for the contact, or for the owner's word on another time."""
        return self.state in (OfferState.OPEN, OfferState.COUNTERED)

    def takes_answers(self, now: datetime) -> bool:
        """Whether a time may be taken or proposed, also instead of one taken before."""
        if self.state == OfferState.WITHDRAWN or self.contact.is_dropped:
            return False
        if self.interview:
            begun = self.interview.starts_at <= now
            return (self.state == OfferState.DECLINED and self.expires_at > now) or (
                self.interview.is_planned and not begun
            )
        return self.expires_at > now

    def free_slots(self, now: datetime) -> list["OfferSlot"]:
        """The times that can still be taken: to come, and the owner has no talk then; the one set is among them."""
        length = timedelta(minutes=self.minutes)
        slots = [slot for slot in self.slots.order_by("starts_at") if slot.starts_at > now]
        if not slots:
            return []
        first, last = slots[0].starts_at, slots[-1].starts_at + length
        talks = self.owner.interviews.overlapping(first, last, but=self.interview)
        return [
            slot for slot in slots if not any(talk.overlaps(slot.starts_at, slot.starts_at + length) for talk in talks)
        ]


class OfferSlot(Owned):
    """One time offered. The same time of one owner is taken once, whichever offer it stands in."""

    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="slots")
    local_date = models.DateField()
    local_time = models.TimeField()
    time_zone = models.CharField(max_length=64, validators=[validate_zone])
    starts_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["offer", "starts_at"], name="slot_once_in_an_offer"),
            models.UniqueConstraint(
                fields=["owner", "starts_at"], condition=Q(taken_at__isnull=False), name="slot_taken_once"
            ),
        ]

    def __str__(self) -> str:
        return self.starts_at.isoformat()


class CounterQuerySet(models.QuerySet["Counter"]):
    def undecided(self) -> "CounterQuerySet":
        """Those that I have not answered, nor a talk with them that was held since."""
        held = Interview.objects.filter(
            contact=OuterRef("offer__contact"), state=InterviewState.HELD, binned_at__isnull=True
        )
        since = Q(starts_at__gte=OuterRef("created_at"))
        # of one that was logged often only the day is known
        proposed_at = models.ExpressionWrapper(OuterRef("created_at"), output_field=models.DateTimeField())
        of_that_day = Q(local_date__gte=TruncDate(proposed_at, tzinfo=UTC))
        logged_since = of_that_day & Q(is_logged=True, held_at__gte=OuterRef("created_at"))
        return self.filter(decided_at__isnull=True).exclude(Exists(held.filter(since | logged_since)))

    def waiting(self) -> "CounterQuerySet":
        """For the owner's word."""
        undecided = self.undecided().filter(offer__state=OfferState.COUNTERED, offer__contact__binned_at__isnull=True)
        alive = undecided.exclude(offer__contact__stage=Stage.DROP)
        row = alive.select_related("offer__contact").only(
            "owner", "starts_at", "note", "created_at", "offer__contact__name", "offer__contact__called"
        )
        return row.order_by("starts_at", "pk")


class Counter(Owned):
    """None of the times suits: what the contact proposes instead."""

    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="counters")
    local_date = models.DateField()
    local_time = models.TimeField()
    time_zone = models.CharField(max_length=64, validators=[validate_zone])  # theirs
    starts_at = models.DateTimeField()
    medium = models.CharField(max_length=10, choices=Medium)
    where = models.CharField(max_length=300, blank=True)
    note = models.TextField(max_length=2000, blank=True)
    created_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    accepted = models.BooleanField(default=False)
    replaced = models.JSONField(null=True)  # the talk as it was before this was accepted, for its undo

    objects = CounterQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(accepted=False) | Q(decided_at__isnull=False), name="counter_accepted_has_date"
            ),
            models.CheckConstraint(condition=Q(medium__in=Medium.values), name="counter_medium_known"),
        ]
        indexes = [models.Index(fields=["offer", "-created_at"], name="counter_of_offer")]

    def __str__(self) -> str:
        return self.starts_at.isoformat()

    @property
    def stands_refused(self) -> bool:
        """It did not suit the owner, and the contact has not answered since."""
        if self.accepted or not self.decided_at or self.offer.state not in (OfferState.OPEN, OfferState.ANSWERED):
            return False
        answered_at = self.offer.answered_at
        if answered_at and answered_at >= self.decided_at:
            return False
        return not self.offer.counters.filter(pk__gt=self.pk).exists()
