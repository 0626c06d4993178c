"""Makes the demo account, once, and prints a link that signs in to it."""

from argparse import ArgumentParser
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.urls import reverse

from accounts import demo
from accounts.models import User
from base.zones import zone_names
from pages.management.demo_network import make_network
from pages.management.demo_people import PEOPLE

LOCAL_TIME = Path("/etc/localtime")  # TZ would not do: Django sets it to its own


class Command(BaseCommand):
    help = "Makes a demo account with an invented network, once, and prints a link that signs in to it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--link-only", action="store_true", help="print nothing but the link")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("The demo account is not made on a production server: whoever has its link gets in.")
        user, made = make_account(datetime.now(UTC))
        if not options["link_only"]:
            about = f"{len(PEOPLE)} invented people" if made else "it is there already and stays as it is"
            self.stdout.write(f"Demo account {user.email}: {about}.")
            self.stdout.write("This link signs in once, within a day:")
        self.stdout.write(settings.SITE_URL + reverse("demo_sign_in", args=[demo.make_token(user)]))


@transaction.atomic
def make_account(now: datetime) -> tuple[User, bool]:
    user = User.objects.filter(email=demo.EMAIL).first()
    is_new = user is None
    if user is None:
        user = User.objects.create_user(demo.EMAIL, name="Amara Lindgren", time_zone=machine_zone())
    make_network(user, now)
    return user, is_new


def machine_zone() -> str:
    """Where this computer is, as a zone; UTC when it does not say. The browser is asked again at sign-in."""
    linked = str(LOCAL_TIME.resolve()).partition("zoneinfo/")[2]
    return linked if linked in zone_names() else "UTC"
