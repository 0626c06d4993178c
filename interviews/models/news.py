"""What a contact did since the owner last looked (product.md, "news")."""

from datetime import date, datetime

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from base.owned import Versioned
from crm.models import Contact, Stage
from interviews.models.interview import Interview
from interviews.models.offering import Offer


class NewsKind(models.TextChoices):
    YES = "yes", _("said yes")
    PERHAPS = "perhaps", _("said perhaps")
    NO = "no", _("said not now")
    MOVED = "moved", _("moved the talk")
    CALLED_OFF = "called_off", _("called the talk off")
    WORD = "word", _("left a word")


class NewsItemQuerySet(models.QuerySet["NewsItem"]):
    def unseen(self) -> "NewsItemQuerySet":
        """For Today, the latest first; nothing about people who were dropped or binned."""
        found = self.filter(seen_at__isnull=True, contact__binned_at__isnull=True).exclude(contact__stage=Stage.DROP)
        return found.order_by("-happened_at", "-pk")

    def with_row(self) -> "NewsItemQuerySet":
        row = ("owner", "kind", "words", "happened_at", "version", "contact__name", "contact__called")
        talk = ("interview__starts_at", "interview__state", "interview__binned_at")
        return self.select_related("contact", "interview").only(*row, *talk)


class NewsItem(Versioned):
    """One row of Today until it is tapped. What waits for an answer of mine, as another time proposed, is no news: it stands
    there until it is answered."""

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="news")
    interview = models.ForeignKey(Interview, null=True, blank=True, on_delete=models.CASCADE, related_name="news")
    offer = models.ForeignKey(Offer, null=True, blank=True, on_delete=models.CASCADE, related_name="news")
    kind = models.CharField(max_length=10, choices=NewsKind)
    words = models.TextField(max_length=2000, blank=True)  # theirs
    happened_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True)

    objects = NewsItemQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(kind__in=NewsKind.values), name="news_kind_known")]
        indexes = [
            models.Index(fields=["owner", "-happened_at", "-id"], condition=Q(seen_at__isnull=True), name="news_unseen")
        ]

    def __str__(self) -> str:
        return f"{self.contact_id}: {self.kind}"

    def why_stale(self, today: date) -> str:
        return gettext("Nothing was changed: this news has been answered already, in another tab.")

    def see(self, seen: int, now: datetime) -> None:
        self.change(seen, seen_at=now)

    def unsee(self, seen: int) -> None:
        """Undoes `see`."""
        self.change(seen, seen_at=None)

    @property
    def talk(self) -> Interview | None:
        """The talk it is about, while it is planned."""
        talk = self.interview
        return talk if talk and talk.is_planned and talk.binned_at is None else None

    @property
    def next_step(self) -> tuple[str, str]:
        """What to do about it, and where."""
        if self.kind in (NewsKind.YES, NewsKind.MOVED) and self.talk:
            return gettext("Prepare"), reverse("preparation_detail", args=[self.contact_id])
        if self.kind == NewsKind.CALLED_OFF:
            return gettext("Offer times"), reverse("offer_new", args=[self.contact_id])
        if self.talk:
            return gettext("Open the talk"), self.talk.get_absolute_url()
        return gettext("Decide"), self.contact.get_absolute_url()
