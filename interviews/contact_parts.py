"""What a contact is found by: what was noted in our talks, learned from them, and answered. In its story: talks, letters and
offers. A talk that still runs is read once it has ended."""

from django.db.models import Case, F, Q, When

from crm.parts import Entries, Words, offer

KEPT = Q(binned_at__isnull=True)
KEPT_TALK = Q(interview__binned_at__isnull=True)
RUNS = Q(preparation__interview__room__isnull=False, preparation__interview__room__ended_at__isnull=True)
HAPPENED_AT = Case(
    When(state="held", held_at__lt=F("starts_at"), then=F("held_at")),  # they began early
    When(state__in=["held", "no_show"], then=F("starts_at")),
    default=F("created_at"),
)

offer(
    Words("rooms", "notes", where=KEPT_TALK & Q(ended_at__isnull=False), contact="interview__contact"),
    Words("debriefs", "learned", where=KEPT_TALK, contact="interview__contact"),
    Words("chosenquestions", "answer", where=Q(answered_at__isnull=False) & ~RUNS),
    Entries(
        "talk",
        2,
        "interviews",
        HAPPENED_AT,
        "state",
        aside="medium",
        where=KEPT,
        since="created_at",
        more=("minutes", "starts_at", "is_logged", "debrief__learned"),
    ),
    Entries(
        "moved",
        2,
        "interviews",
        at="moved_at",
        text="state",
        aside="medium",
        where=KEPT & Q(moved_at__isnull=False),
        since="moved_from",
    ),
    Entries("ask", 4, "asks", at="asked_at", text="subject"),
    Entries("offer", 5, "offers", at="created_at", text="about", aside="state", where=~Q(state="withdrawn")),
    moved=[
        "interviews.Ask.contact",
        "interviews.ChosenQuestion.contact",
        "interviews.Interview.contact",
        "interviews.NewsItem.contact",
        "interviews.Offer.contact",
        "interviews.Preparation.contact",
    ],
)
