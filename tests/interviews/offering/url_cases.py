from collections.abc import Callable
from datetime import timedelta
from typing import Any

from accounts.models import User
from base.private_links import hash_of
from interviews.models import Interview, Offer
from tests.factories import (
    NOW,
    TODAY,
    AskFactory,
    ContactFactory,
    CounterFactory,
    InterviewFactory,
    OfferFactory,
    OfferSlotFactory,
)


def offered(owner: User, **fields: Any) -> Offer:
    contact = ContactFactory(owner=owner, email="misaki@riken.example")
    offer = OfferFactory(contact=contact, about="How you measure a breach", message="With thanks", **fields)
    offer.secret_hash = hash_of(offer.new_secret())
    offer.save(update_fields=["secret_hash"])
    OfferSlotFactory(offer=offer, starts_at=NOW + timedelta(days=5))
    return offer


def countered(owner: User) -> dict[str, object]:
    offer = offered(owner, state="countered")
    return {"pk": CounterFactory(offer=offer, where="+81 3", note="Mornings are better").pk}


def refused(owner: User) -> dict[str, object]:
    return {"pk": CounterFactory(offer=offered(owner), decided_at=NOW, where="+81 3", note="Mornings").pk}


def accepted(owner: User) -> dict[str, object]:
    talk = InterviewFactory(contact=ContactFactory(owner=owner))
    offer = offered(owner, state="answered", answered_at=NOW, interview=talk)
    return {"pk": CounterFactory(offer=offer, accepted=True, decided_at=NOW, starts_at=talk.starts_at).pk}


def agreed(owner: User) -> dict[str, object]:
    interview: Interview = InterviewFactory(contact=ContactFactory(owner=owner))
    offer = offered(owner, state="answered", answered_at=NOW, interview=interview)
    return {"token": offer.new_secret()}


def asked(owner: User) -> dict[str, object]:
    return {"pk": AskFactory(contact=ContactFactory(owner=owner, email="misaki@riken.example")).pk}


def invited(owner: User) -> Interview:
    contact = ContactFactory(owner=owner, email="misaki@riken.example")
    interview: Interview = InterviewFactory(
        contact=contact, invited_email=contact.email, attendee_status="countered", attendee_at=NOW,
        attendee_starts_at=NOW + timedelta(days=9),
    )  # fmt: skip
    return interview


def linked(owner: User) -> dict[str, object]:
    return {"token": invited(owner).answer_url("yes", 0).split("/")[-3]}


CASES: dict[str, Callable[[User], dict[str, object]]] = {
    "ask_new": lambda owner: {"contact_pk": ContactFactory(owner=owner, email="misaki@riken.example").pk},
    "ask_detail": asked,
    "ask_take_back": asked,
    "ask_wait": asked,
    "ask_close": asked,
    "ask_reopen": asked,
    "interview_reply": lambda owner: {"pk": invited(owner).pk},
    "interview_take_their_time": lambda owner: {"pk": invited(owner).pk},
    **{f"interview_said_{answer}": lambda owner: {"pk": invited(owner).pk} for answer in ("yes", "perhaps", "no")},
    "interview_unsay": lambda owner: {"pk": invited(owner).pk},
    "interview_untake_their_time": lambda owner: {"pk": invited(owner).pk},
    "interview_refuse_their_time": lambda owner: {"pk": invited(owner).pk},
    "interview_reconsider_their_time": lambda owner: {"pk": invited(owner).pk},
    "guest_another": lambda owner: {"token": invited(owner).answer_url("another", 0).split("/")[-3]},
    "offer_unwithdraw": lambda owner: {"pk": offered(owner, state="withdrawn").pk},
    "counter_unaccept": accepted,
    "guest_yes": linked,
    "guest_no": linked,
    "offer_new": lambda owner: {"contact_pk": ContactFactory(owner=owner, email="misaki@riken.example").pk},
    "offer_shift": lambda owner: {
        "contact_pk": ContactFactory(owner=owner, email="misaki@riken.example").pk,
        "row": 0,
        "by": "later",
    },
    "offer_detail": lambda owner: {"pk": offered(owner).pk},
    "offer_withdraw": lambda owner: {"pk": offered(owner).pk},
    "offer_wait": lambda owner: {"pk": offered(owner, follow_up_on=TODAY).pk},
    "offer_let_be": lambda owner: {"pk": offered(owner, follow_up_on=TODAY).pk},
    "offer_follow_up": lambda owner: {"pk": offered(owner).pk},
    "counter_accept": countered,
    "counter_decline": countered,
    "counter_undecline": refused,
    "guest_word": agreed,
    "guest_offer": lambda owner: {"token": offered(owner).new_secret()},
    "guest_answer": lambda owner: {"token": offered(owner).new_secret()},
    "guest_move": agreed,
    "guest_cancel": agreed,
    "guest_ics": agreed,
}
PUBLIC = {
    "guest_another",
    "guest_offer",
    "guest_answer",
    "guest_move",
    "guest_cancel",
    "guest_ics",
    "guest_yes",
    "guest_no",
    "guest_word",
}
POST_DATA: dict[str, dict[str, object]] = {
    "guest_word": {"word": "Looking forward", "pressed": "forged"},
    "ask_new": {"subject": "A question", "body": "Would you have 20 minutes?", "via": "mail"},
    "offer_new": {
        "minutes": "20",
        "ways": ["phone"],
        "times-TOTAL_FORMS": "5",
        "times-INITIAL_FORMS": "0",
        "times-0-day": "4 december",
        "times-0-at": "15:00",
        "about": "Gauges",
    },
}
