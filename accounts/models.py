from collections.abc import Collection
from contextlib import AbstractContextManager
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from allauth.account.models import EmailAddress
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from base import names
from base.clock import hours_of
from base.dates import instant
from base.owned import WithVersion
from base.zones import load_zone, zone_names

REMINDERS_HANG_ON = frozenset({"time_zone", "mail_at", "wants_reminders"})


def validate_zone(name: str) -> None:
    if name not in zone_names():
        raise ValidationError(_("“%(name)s” is no time zone I know. Choose one from the list."), params={"name": name})


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """An account made by whoever runs the server: its address counts as confirmed."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        with transaction.atomic():
            user.save(using=self._db)
            EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin, WithVersion):
    """The person using the product: signs in by e-mail, lives in one time zone, is mailed at one hour. The version is that of
    the settings."""

    email = models.EmailField(_("e-mail"), max_length=254)
    name = models.CharField(_("name"), max_length=150, blank=True)
    time_zone = models.CharField(_("zone"), max_length=64, default="UTC", validators=[validate_zone])
    twelve_hours = models.BooleanField(_("am and pm"), default=False)
    mail_at = models.TimeField(_("reminder at"), default=time(8, 0))
    wants_reminders = models.BooleanField(_("what I owe"), default=True)
    wants_briefs = models.BooleanField(_("talks of tomorrow, with the brief"), default=True)
    evening_at = models.TimeField(_("tomorrow’s talks at"), default=time(18, 0))
    country = models.CharField(_("country"), max_length=2, blank=True)  # ISO 3166-1 alpha-2: whose holidays are kept
    work_from = models.TimeField(_("talks from"), default=time(9, 0))
    work_until = models.TimeField(_("talks until"), default=time(17, 0))
    work_days = models.CharField(_("working days"), max_length=7, default="12345")  # ISO weekdays, Monday is 1
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    date_joined = models.DateTimeField(default=timezone.now)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_unique")]

    def __str__(self) -> str:
        return self.email

    def clean(self) -> None:
        self.email = User.objects.normalize_email(self.email).lower()

    @classmethod
    def named(cls, pk: int) -> "User":
        """The one a signed link names, whoever holds the link."""
        return cls.objects.get(pk=pk, is_active=True)

    @classmethod
    def reached_at(cls, email: str) -> list["User"]:
        """The one with this address, or none, by one query either way: allauth makes two where it finds none, which the time tells.
        An address that somebody wants to change to is nobody's until it is confirmed."""
        return list(cls.objects.alias(key=Lower("email")).filter(key=email.lower(), is_active=True))

    @property
    def zone(self) -> ZoneInfo:
        return load_zone(self.time_zone)

    def own_hours(self) -> AbstractContextManager[None]:
        """Inside, times are written by 12 or 24 hours as this person likes."""
        return hours_of(twelve_hours=self.twelve_hours)

    @property
    def called(self) -> str:
        """What a mail calls this person: the first name, or what stands before the @."""
        return names.called(self.name) if self.name.split() else self.email.partition("@")[0]

    @property
    def signature(self) -> str:
        """How a mail to a contact names this person."""
        return self.name.strip() or self.email

    @property
    def browser_key(self) -> str:
        """Names this account in a browser that several people use, and tells nothing about it."""
        return salted_hmac("keepword.browser", str(self.pk)).hexdigest()[:16]

    def today(self, now: datetime) -> date:
        """The user's local date at the UTC instant `now`."""
        return now.astimezone(self.zone).date()

    def next_mail(self, now: datetime) -> datetime:
        """The instant of the first mail time after `now`."""
        first = instant(self.today(now), self.mail_at, self.zone)
        return first if first > now else instant(self.today(now) + timedelta(days=1), self.mail_at, self.zone)

    def another_has(self, email: str) -> bool:
        """Whether somebody else signs in with this address."""
        return User.objects.filter(email__iexact=email).exclude(pk=self.pk).exists()

    def hold(self) -> int:
        """Until the commit, whoever else wants to hold this person waits. Rows that point here may be written. The version
        that the settings have by then."""
        return User.objects.select_for_update(no_key=True).values_list("version", flat=True).get(pk=self.pk)

    def keep_settings(self, changed: Collection[str], now: datetime, seen: int | None = None) -> None:
        """Saves the fields named; what the reminders hang on plans them anew in the same commit. No due date moves.

        A form names the version it `seen`: Stale when the settings are of another. A link in a mail means one thing, and wins.
        """
        with transaction.atomic():
            if seen is None:
                seen = self.hold()
            self.change(seen, **{name: getattr(self, name) for name in changed})
            if REMINDERS_HANG_ON.intersection(changed):
                self.promises.replan(now)


class WriteCount(models.Model):
    """How much an account has written in the minute named: that of its last write."""

    account = models.OneToOneField(User, on_delete=models.CASCADE, primary_key=True, related_name="+")
    minute = models.PositiveBigIntegerField(default=0)  # since 1970
    count = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.count} in minute {self.minute}"
