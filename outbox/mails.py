"""The outbox's own kind of mail: sign-in mail, whose bytes are stored when it is asked for."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from outbox.kinds import Cancelled, Kind, register
from outbox.models import SIGN_IN, OutgoingMail


def compose_again(mail: OutgoingMail, now: datetime) -> Cancelled:
    """Only asked when the stored bytes are gone: what was in them is not known any more."""
    return Cancelled("its text was erased")


register(Kind(SIGN_IN, _("Sign-in"), compose_again, is_stored=True))
