"""A kind of mail for the harness: each composition differs by a nonce, and each settling is counted."""

import secrets
from datetime import datetime

from django.conf import settings
from django.db.models import F

from outbox.kinds import Composed, Kind, register
from outbox.models import Figure, OutgoingMail
from outbox.text import Letter

KIND = "fault"


def compose(mail: OutgoingMail, now: datetime) -> Composed:
    letter = Letter()
    letter["Subject"] = f"Mail {mail.context.get('number', 0)}"
    letter["From"] = settings.DEFAULT_FROM_EMAIL
    letter["To"] = mail.recipient
    letter.set_content(f"composed {secrets.token_hex(8)}\n")
    return Composed(letter, f"Mail {mail.context.get('number', 0)}", {"settled": f"settled:{mail.pk}"})


def settle(mail: OutgoingMail, now: datetime) -> None:
    name = mail.settles["settled"]
    if not Figure.objects.filter(pk=name).update(total=F("total") + 1):
        Figure.objects.create(name=name, total=1, at=now)


register(Kind(KIND, "Fault", compose, settle))
