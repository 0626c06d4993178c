"""What I do before I take somebody's time: homework, a purpose, an agenda, questions."""

import uuid
from datetime import date, datetime

from django.db import models
from django.db.models import Case, Exists, OuterRef, Q, Value, When
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from base.owned import Owned, Versioned
from crm.models import Contact
from interviews.models.interview import Interview, InterviewState


class HomeworkItem(models.TextChoices):
    """What I read up on before I ask for somebody's time (product.md rule 3)."""

    PERSON = "person", _("The person")
    ORGANISATION = "organisation", _("The organisation")
    WORDS = "words", _("The field’s words")
    PLAYERS = "players", _("Its players")
    ONLY_THEY = "only_they", _("What only this person can tell me")


class QuestionTag(models.TextChoices):
    TRENDS = "trends", _("trends")
    INSIGHTS = "insights", _("insights")
    ADVICE = "advice", _("advice")
    RESOURCES = "resources", _("resources")
    ASSIGNMENTS = "assignments", _("assignments")


class PreparationQuerySet(models.QuerySet["Preparation"]):
    def still_ahead(self) -> "PreparationQuerySet":
        """Of a talk that was not held: without a time, planned, or fallen through, which is prepared for the next one.
        The planned one comes first."""
        rank = Case(
            When(interview__state=InterviewState.PLANNED, then=Value(0)),
            When(interview__isnull=True, then=Value(1)),
            default=Value(2),
        )
        ahead = self.filter(Q(interview__isnull=True) | ~Q(interview__state=InterviewState.HELD))
        return ahead.select_related("interview").order_by(rank, "interview__starts_at", "-pk")

    def take_along(self, interview: Interview) -> None:
        """A talk just planned takes along what was prepared for it, in the caller's transaction."""
        prepared = self.still_ahead().first() if getattr(interview.contact, "has_preparation", True) else None
        if prepared and not prepared.planned:
            prepared.interview = interview
            prepared.save(update_fields=["interview"])


class Preparation(Versioned):
    """Getting ready for the next talk with one contact. It may begin before there is a time, and then goes with the
    interview that is planned."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="preparations")
    interview = models.OneToOneField(  # a talk goes with its contact, and what was prepared and answered goes with both
        Interview, null=True, blank=True, on_delete=models.RESTRICT, related_name="preparation"
    )
    purpose = models.TextField(_("what I want from this"), max_length=2000, blank=True)
    agenda = models.TextField(_("agenda"), max_length=4000, blank=True)  # a line an item: "8 Data without gauges"
    minutes = models.PositiveSmallIntegerField(_("how long"), default=20)
    created_at = models.DateTimeField()

    objects = PreparationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["contact"], condition=Q(interview__isnull=True), name="preparation_one_without_a_time"
            ),
            models.CheckConstraint(condition=Q(minutes__gte=10, minutes__lte=120), name="preparation_length"),
        ]

    def __str__(self) -> str:
        return f"for contact {self.contact_id}"

    @property
    def planned(self) -> Interview | None:
        """The talk it is for, once there is a time."""
        return self.interview if self.interview and self.interview.is_planned else None

    @property
    def length(self) -> int:
        return self.planned.minutes if self.planned else self.minutes


def purpose_of(contact: Contact) -> str:
    """What I want from the next talk, as it stands under Prepare."""
    prepared = contact.preparations.still_ahead().first() if getattr(contact, "has_preparation", True) else None
    return prepared.purpose if prepared else ""


def with_has_preparation(contacts: models.QuerySet[Contact]) -> models.QuerySet[Contact]:
    """With `has_preparation`: planning a talk looks for one to take along only where there is any."""
    return contacts.annotate(has_preparation=Exists(Preparation.objects.filter(contact=OuterRef("pk"))))


class Homework(Owned):
    preparation = models.ForeignKey(Preparation, on_delete=models.CASCADE, related_name="homework")
    item = models.CharField(max_length=12, choices=HomeworkItem)
    note = models.TextField(_("note"), max_length=4000, blank=True)
    link = models.CharField(_("link"), max_length=500, blank=True)
    done = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["preparation", "item"], name="homework_item_once"),
            models.CheckConstraint(condition=Q(item__in=HomeworkItem.values), name="homework_item_known"),
        ]

    def __str__(self) -> str:
        return self.get_item_display()

    @property
    def in_a_word(self) -> str:
        """For the narrow column of the brief."""
        words = {
            HomeworkItem.PERSON: _("Person"),
            HomeworkItem.ORGANISATION: _("Organisation"),
            HomeworkItem.WORDS: _("Words"),
            HomeworkItem.PLAYERS: _("Players"),
            HomeworkItem.ONLY_THEY: _("Only they"),
        }
        return str(words[HomeworkItem(self.item)])


class QuestionQuerySet(models.QuerySet["Question"]):
    def offered(self) -> "QuestionQuerySet":
        return self.filter(retired_at__isnull=True)


class Question(Versioned):
    """One question of my bank: a starting one of ours (`starting` 1 to 14, wording may be changed) or my own."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    text = models.CharField(_("question"), max_length=500)
    tag = models.CharField(max_length=12, choices=QuestionTag)
    starting = models.PositiveSmallIntegerField(null=True)
    must_ask = models.BooleanField(_("must ask"), default=False)
    retired_at = models.DateTimeField(null=True)  # no longer offered; its answers stay
    created_at = models.DateTimeField()

    objects = QuestionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "starting"], name="question_starting_once"),
            models.CheckConstraint(condition=~Q(text=""), name="question_has_text"),
            models.CheckConstraint(condition=Q(tag__in=QuestionTag.values), name="question_tag_known"),
        ]
        indexes = [models.Index(fields=["owner", "id"], condition=Q(retired_at__isnull=True), name="question_bank")]

    def __str__(self) -> str:
        return self.text

    @property
    def key(self) -> str:
        """What a page calls it: one of ours has a name before it has a row."""
        return str(self.pk) if self.pk else f"s{self.starting}"

    @property
    def has_gap(self) -> bool:
        """ "strong in …": something of the owner's is to be filled in."""
        return "…" in self.text

    def get_absolute_url(self) -> str:
        return reverse("question_list")

    def why_stale(self, today: date) -> str:
        if self.retired_at:
            return gettext("Nothing was changed: this question is no longer offered.")
        return gettext("Nothing was changed: this question is offered, and was changed meanwhile.")

    def retire(self, seen: int, now: datetime) -> None:
        self.change(seen, retired_at=now)

    def bring_back(self, seen: int) -> None:
        self.change(seen, retired_at=None)


class ChosenQuestionQuerySet(models.QuerySet["ChosenQuestion"]):
    def answered(self) -> "ChosenQuestionQuerySet":
        """Answers of people who are not in the bin."""
        return self.filter(answered_at__isnull=False, contact__binned_at__isnull=True)

    def in_order(self) -> "ChosenQuestionQuerySet":
        return self.order_by("position", "pk")


class ChosenQuestion(Owned):
    """A question taken into one talk, with what the person answered."""

    preparation = models.ForeignKey(Preparation, on_delete=models.CASCADE, related_name="questions")
    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="chosen")
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="chosen_questions")
    position = models.PositiveSmallIntegerField()
    must_ask = models.BooleanField(default=False)
    answer = models.TextField(max_length=20_000, blank=True)
    answer_version = models.PositiveIntegerField(default=0)
    answered_at = models.DateTimeField(null=True)

    objects = ChosenQuestionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["preparation", "question"], name="chosen_question_once"),
            models.CheckConstraint(
                condition=Q(answer="", answered_at__isnull=True) | (~Q(answer="") & Q(answered_at__isnull=False)),
                name="chosen_question_answer_has_date",
            ),
        ]
        indexes = [
            models.Index(fields=["preparation", "position"], name="chosen_question_order"),
            models.Index(
                fields=["owner", "question", "-answered_at"],
                condition=Q(answered_at__isnull=False),
                name="chosen_question_answered",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.question_id}"
