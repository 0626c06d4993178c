"""A kind of mail for the harness: each composition differs by a nonce, and each settling is counted."""

import secrets
from datetime import datetime

from django.conf import settings
from django.db.models import F

from outbox.composing import new_message
from outbox.kinds import Composed, Kind, register
from outbox.models import Figure, OutgoingMail

KIND = "fault"


def compose(mail: OutgoingMail, now: datetime) -> Composed:
    subject = f"Mail {mail.context.get('number', 0)}"
    message = new_message(subject, settings.DEFAULT_FROM_EMAIL, mail.recipient)
    message.set_content(f"composed {secrets.token_hex(8)}\n")
    return Composed(message, subject, {"settled": f"settled:{mail.pk}"})


def settle(mail: OutgoingMail, now: datetime) -> None:
    name = mail.settles["settled"]
    if not Figure.objects.filter(pk=name).update(total=F("total") + 1):
        Figure.objects.create(name=name, total=1, at=now)


register(Kind(KIND, "Fault", compose, settle))
