from typing import Any

from accounts.models import User
from outbox.models import BY_HAND, PUT_BACK
from tests.factories import OutgoingMailFactory


def a_mail(owner: User, **fields: Any) -> dict[str, object]:
    return {
        "pk": OutgoingMailFactory(owner=owner, recipient=owner.email, summary="You owe Ana an article", **fields).pk
    }


CASES = {
    "delivery_list": lambda owner: a_mail(owner) and {},
    "delivery_cancel": a_mail,
    "delivery_retry": a_mail,
    "delivery_seen": lambda owner: a_mail(owner, state="dead"),
    "delivery_hold": lambda owner: a_mail(owner, state="cancelled", cause=BY_HAND),
    "delivery_release": lambda owner: a_mail(owner, state="held"),
    "held_release": lambda owner: a_mail(owner, state="held", cause=PUT_BACK) and {},
    "held_discard": lambda owner: a_mail(owner, state="held", cause=PUT_BACK) and {},
    "held_undiscard": lambda owner: a_mail(owner, state="cancelled", cause=BY_HAND) and {},
    "healthz": lambda owner: {},
    "readyz": lambda owner: {},
}
PUBLIC = {"healthz", "readyz"}
