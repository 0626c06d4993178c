"""People, organisations, and where each relationship stands."""

import uuid
from datetime import date, datetime

from django.db import models, transaction
from django.db.models import Count, Exists, F, FilteredRelation, OuterRef, Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.models import validate_zone
from base import names
from base.dates import add_months
from base.owned import Owned, Versioned
from base.text import digits_of, profile_name, without_apostrophes, without_met
from crm.indexes import SearchIndex
from crm.parts import search_text, words_of


class Stage(models.TextChoices):
    """Where a relationship stands. Events move it forward, the user may set it by hand at any time."""

    TO_MEET = "to_meet", _("To meet")
    ASKED = "asked", _("Asked")
    SCHEDULED = "scheduled", _("Scheduled")
    MET = "met", _("Met: decide")
    CONTINUE = "continue", _("Continue")
    DROP = "drop", _("Drop")


class RhythmUnit(models.TextChoices):
    DAYS = "days", _("days")
    WEEKS = "weeks", _("weeks")
    MONTHS = "months", _("months")
    YEARS = "years", _("years")


RHYTHMS = [
    (3, RhythmUnit.WEEKS, _("3 weeks")),
    (2, RhythmUnit.MONTHS, _("2 months")),
    (6, RhythmUnit.MONTHS, _("6 months")),
    (1, RhythmUnit.YEARS, _("a year")),
]


class Organisation(Owned):
    name = models.CharField(_("organisation"), max_length=300)
    name_key = models.CharField(max_length=300, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "name_key"], name="organisation_name_unique")]

    def __str__(self) -> str:
        return self.name


class Tag(Owned):
    name = models.CharField(_("tag"), max_length=60)
    name_key = models.CharField(max_length=60, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "name_key"], name="tag_name_unique")]

    def __str__(self) -> str:
        return self.name


class ContactQuerySet(models.QuerySet["Contact"]):
    def alive(self) -> "ContactQuerySet":
        """Not in the bin."""
        return self.filter(binned_at__isnull=True)

    def binned(self) -> "ContactQuerySet":
        return self.filter(binned_at__isnull=False)

    def in_list_order(self) -> "ContactQuerySet":
        return self.order_by("name_key", "id")

    def sharing(self, email_key: str) -> "ContactQuerySet":
        """Those with this e-mail, given in lower case: a hint, never a refusal."""
        # in the order of the index: by name, SQLite would walk all names to find three
        return self.alive().annotate(email_key=Lower("email")).filter(email_key=email_key).order_by("email_key")

    def tagged(self, tag: int) -> "ContactQuerySet":
        return self.filter(Exists(ContactTag.objects.filter(contact=OuterRef("pk"), tag=tag)))

    def owing(self, whose: str) -> "ContactQuerySet":
        """Those to whom I owe something (`mine`), or who owe me (`theirs`)."""
        owe = Contact.objects.filter(promises__state="open", promises__binned_at__isnull=True, promises__whose=whose)
        return self.filter(Exists(owe.filter(pk=OuterRef("pk"))))

    def with_open_promises(self, today: date) -> "ContactQuerySet":
        """What a row of a list shows. Counted for the few rows of a page, not for a whole list."""
        is_open = Q(promises__state="open", promises__binned_at__isnull=True)
        mine, late = Q(open__whose="mine"), Q(open__whose="mine", open__due_on__lt=today)
        columns = ("name", "name_key", "role", "stage", "last_touch_on", "organisation__name")
        return (
            self.select_related("organisation")
            .only(*columns)
            .annotate(
                open=FilteredRelation("promises", condition=is_open),
                owed=Count("open", filter=mine),
                late=Count("open", filter=late),
                awaited=Count("open", filter=Q(open__whose="theirs")),
            )
        )

    def as_rows(self, today: date) -> "ContactQuerySet":
        """The few people of a page, in one query with what a row shows of them. They are found by nothing but their keys: told
        the owner as well, Postgres may read all of theirs."""
        return Contact.objects.filter(pk__in=self.values("pk")).with_open_promises(today)

    def to_touch(self, today: date) -> "ContactQuerySet":
        """Whom to be in touch with again: continuing, and the rhythm has come round."""
        return self.alive().filter(stage=Stage.CONTINUE, touch_on__lte=today).order_by("touch_on", "pk")

    def to_decide(self) -> "ContactQuerySet":
        """Who was met and is undecided: continue or drop (product.md rule 12)."""
        return self.alive().filter(stage=Stage.MET).in_list_order()

    @transaction.atomic(savepoint=False)  # mostly a part of a verb, which it fails with
    def refresh_search_text(self) -> int:
        """Rebuilds what these people, all of one owner, are found by; says for how many it was another. The rows are held
        before the words are read, so that of two verbs at once the one that commits last knows the words of both."""
        rows = list(self.select_related("organisation").order_by("pk").select_for_update(of=("self",), no_key=True))
        words = words_of(rows[0].owner, [row.pk for row in rows]) if rows else {}
        changed = []
        for row in rows:
            text = search_text([*row.own_words(), *words.get(row.pk, ())])
            if text != row.search_text:
                row.search_text = text
                changed.append(row)
        # an upsert of rows that are held: five times as fast as the CASE of `bulk_update`
        self.model._base_manager.bulk_create(
            changed, update_conflicts=True, unique_fields=["id"], update_fields=["search_text"]
        )
        return len(changed)


class Contact(Versioned):
    """A person I know or want to know."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=300)
    name_key = models.CharField(max_length=300, editable=False)  # folded, for order and paging
    called = models.CharField(_("called"), max_length=60, blank=True)  # in sentences and letters; empty: guessed
    role = models.CharField(_("role"), max_length=300, blank=True)
    organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.SET_NULL, related_name="contacts"
    )
    email = models.CharField(_("e-mail"), max_length=254, blank=True)
    phone = models.CharField(_("phone"), max_length=60, blank=True)
    linkedin_url = models.CharField(_("LinkedIn"), max_length=500, blank=True)
    website = models.CharField(_("web page"), max_length=500, blank=True)
    place = models.CharField(_("place"), max_length=200, blank=True)
    time_zone = models.CharField(_("zone"), max_length=64, blank=True, validators=[validate_zone])
    tags = models.ManyToManyField(Tag, through="ContactTag", related_name="contacts")

    how_met = models.CharField(_("how you met"), max_length=300, blank=True)
    met_on = models.DateField(_("met on"), null=True, blank=True)
    introduced_by = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="introduced", verbose_name=_("through")
    )

    stage = models.CharField(max_length=10, choices=Stage, default=Stage.TO_MEET)
    rhythm_count = models.PositiveSmallIntegerField(null=True, blank=True)
    rhythm_unit = models.CharField(max_length=6, choices=RhythmUnit, blank=True)
    last_touch_on = models.DateField(null=True, blank=True)
    touch_on = models.DateField(null=True, blank=True)  # when the rhythm comes round

    imported_by = models.ForeignKey("crm.Import", null=True, on_delete=models.SET_NULL, related_name="contacts")
    connected_on = models.DateField(null=True, blank=True)  # as the file said
    search_text = models.TextField(blank=True, editable=False)  # see `refresh_search_text`
    created_at = models.DateTimeField()
    binned_at = models.DateTimeField(null=True)

    objects = ContactQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(stage__in=Stage.values), name="contact_stage_known"),
            models.CheckConstraint(condition=~Q(name=""), name="contact_has_name"),
            models.CheckConstraint(
                condition=Q(rhythm_count__isnull=True, rhythm_unit="")
                | Q(rhythm_count__isnull=False, rhythm_count__gte=1, rhythm_unit__in=RhythmUnit.values),
                name="contact_rhythm_paired",
            ),
            models.CheckConstraint(
                condition=Q(touch_on__isnull=True) | Q(rhythm_count__isnull=False, stage="continue"),
                name="contact_touch_needs_rhythm",
            ),
            models.CheckConstraint(
                condition=Q(introduced_by__isnull=True) | ~Q(introduced_by=F("pk")), name="contact_not_through_self"
            ),
        ]
        indexes = [
            SearchIndex(
                fields=["owner", "name_key", "id", "search_text", "binned_at", "called"],
                condition=Q(binned_at__isnull=True),
                name="contact_search",
            ),
            # after the one for search: of two that cover alike, SQLite takes the younger, and this one is slim; with `called`,
            # so that who is meant by a name is found in it alone. SQLite thinks a short column wider than the long text: where
            # `called` stands in one of the two, it has to stand in both
            models.Index(
                fields=["owner", "name_key", "id", "binned_at", "called"],
                condition=Q(binned_at__isnull=True),
                name="contact_list",
            ),
            models.Index(
                fields=["owner", "stage", "name_key", "id"],
                condition=Q(binned_at__isnull=True),
                name="contact_by_stage",
            ),
            models.Index(
                fields=["owner", "touch_on", "id"],  # the whole order: three of a thousand are three rows read
                condition=Q(binned_at__isnull=True, touch_on__isnull=False),
                name="contact_to_touch",
            ),
            # whole, not partial: SQLite cannot see that a parameter is not empty
            models.Index(F("owner"), Lower("email"), name="contact_by_email"),
            models.Index(fields=["owner", "linkedin_url"], name="contact_by_linkedin"),
            models.Index(fields=["owner", "binned_at"], condition=Q(binned_at__isnull=False), name="contact_bin"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("contact_detail", args=[self.pk])

    @property
    def initials(self) -> str:
        return names.initials(self.name)

    @property
    def tint(self) -> str:
        """The avatar's tint: six, by the contact's number."""
        return str((self.pk or 0) % 6)

    @property
    def first_name(self) -> str:
        """What a sentence calls this person."""
        return self.called or names.called(self.name)

    @property
    def position(self) -> str:
        """Role and organisation in one line. Costs a query unless `organisation` was fetched along."""
        organisation = self.organisation.name if self.organisation else ""
        return ", ".join(part for part in (self.role, organisation) if part)

    @property
    def met_how(self) -> str:
        """Under the label that says how we met."""
        return without_met(self.how_met)

    @property
    def stage_name(self) -> str:
        return str(Stage(self.stage).label)

    @property
    def is_dropped(self) -> bool:
        return self.stage == Stage.DROP

    @property
    def is_to_ask(self) -> bool:
        """No talk is set yet: asking comes before any decision."""
        return self.stage in (Stage.TO_MEET, Stage.ASKED)

    @property
    def rhythm(self) -> str:
        """ "every 2 months"; empty without one."""
        if not self.rhythm_count:
            return ""
        said = {
            RhythmUnit.DAYS: ngettext("every day", "every %(n)d days", self.rhythm_count),
            RhythmUnit.WEEKS: ngettext("every week", "every %(n)d weeks", self.rhythm_count),
            RhythmUnit.MONTHS: ngettext("every month", "every %(n)d months", self.rhythm_count),
            RhythmUnit.YEARS: ngettext("every year", "every %(n)d years", self.rhythm_count),
        }
        return said[RhythmUnit(self.rhythm_unit)] % {"n": self.rhythm_count}

    def rhythm_after(self, day: date) -> date | None:
        """When the rhythm comes round, counted from the last touch, not from the date planned (product.md rule 12)."""
        if not self.rhythm_count or self.stage != Stage.CONTINUE:
            return None
        if self.rhythm_unit in (RhythmUnit.DAYS, RhythmUnit.WEEKS):
            days = self.rhythm_count * (7 if self.rhythm_unit == RhythmUnit.WEEKS else 1)
            return date.fromordinal(day.toordinal() + days)
        return add_months(day, self.rhythm_count * (12 if self.rhythm_unit == RhythmUnit.YEARS else 1))

    def why_stale(self, today: date) -> str:
        stands = gettext("in the bin") if self.binned_at else self.stage_name
        return gettext("%(name)s stands at “%(stage)s” already. Nothing was changed.") % {
            "name": self.name,
            "stage": stands,
        }

    def bin(self, now: datetime) -> None:
        self.change(self.version, binned_at=now)

    def restore(self) -> None:
        self.change(self.version, binned_at=None)

    def own_words(self) -> list[str]:
        """The words of the row itself that it is found by."""
        organisation = self.organisation.name if self.organisation else ""
        named = [self.name, self.called, self.role, organisation, self.email, self.phone, self.place, self.how_met]
        return [*named, without_apostrophes(self.name), digits_of(self.phone), profile_name(self.linkedin_url)]

    def hold(self) -> None:
        """Locks the row until the commit. Of everything about a contact its own row is locked first."""
        self.owner.contacts.select_for_update(no_key=True).values_list("pk").get(pk=self.pk)

    def refresh_search_text(self) -> None:
        """Called by every verb that changes words this contact is found by, in its transaction."""
        self.owner.contacts.filter(pk=self.pk).refresh_search_text()


class ContactTag(Owned):
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="contact_tags")
    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="contact_tags")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["contact", "tag"], name="contact_tag_unique")]

    def __str__(self) -> str:
        return str(self.tag)


class OtherEmail(Owned):
    """An address a contact also answers from. Mail to them goes to `Contact.email`."""

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="other_emails")
    address = models.CharField(_("e-mail"), max_length=254)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["contact", "address"], name="other_email_once")]

    def __str__(self) -> str:
        return self.address


class StageChange(Owned):
    """Every change of stage, with its date; the story is read from here, and so is what `resume` goes back to."""

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="stage_changes")
    before = models.CharField(max_length=10, choices=Stage)
    after = models.CharField(max_length=10, choices=Stage)
    at = models.DateTimeField()
    # not by an event, as a talk or a letter, that has an entry of its own in the story
    by_hand = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(before=F("after")), name="stage_change_changes"),
            models.CheckConstraint(
                condition=Q(before__in=Stage.values, after__in=Stage.values), name="stage_change_known"
            ),
        ]
        indexes = [models.Index(fields=["contact", "-at"], name="stage_change_of_contact")]

    def __str__(self) -> str:
        return f"{self.before} to {self.after}"
