from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from outbox import actions
from outbox.models import OutgoingMail


class Command(BaseCommand):
    help = "Holds every mail due before an instant (after a backup was put back), or releases or discards what is held."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--before", default="now", help="an instant, 2026-11-19T12:00:00+00:00, or now")
        way = parser.add_mutually_exclusive_group()
        way.add_argument("--release", action="store_true", help="let what is held leave")
        way.add_argument("--discard", action="store_true", help="cancel what is held")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        if options["release"]:
            self.stdout.write(f"released {actions.release(OutgoingMail.objects.all(), now)}")
        elif options["discard"]:
            self.stdout.write(f"discarded {actions.discard(OutgoingMail.objects.all(), now)}")
        else:
            self.stdout.write(f"held {actions.hold_before(_instant(options['before'], now), now)}")


def _instant(text: str, now: datetime) -> datetime:
    found = now if text == "now" else parse_datetime(text)
    if found is None:
        raise CommandError(f"{text} is no instant; 2026-11-19T12:00:00+00:00 is one.")
    return found if found.tzinfo else found.replace(tzinfo=UTC)
