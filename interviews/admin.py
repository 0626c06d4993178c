from django.contrib import admin

from base.words_admin import WordsAdmin
from interviews.models import (
    Ask,
    CalendarFeed,
    ChosenQuestion,
    Counter,
    Debrief,
    Homework,
    Interview,
    NewsItem,
    Offer,
    OfferSlot,
    Preparation,
    Question,
    Room,
    RoomWrite,
    Tick,
)


@admin.register(Interview)
class InterviewAdmin(WordsAdmin):
    list_display = ["contact", "starts_at", "medium", "minutes", "state", "owner"]
    list_filter = ["state", "medium"]
    list_select_related = ["contact", "owner"]
    search_fields = ["contact__name", "owner__email", "uid"]
    raw_id_fields = ["contact", "owner"]
    readonly_fields = ["uid", "sequence", "invited_email", "invited_sequence", "version", "created_at"]
    date_hierarchy = "starts_at"


class SlotInline(admin.TabularInline):  # type: ignore[type-arg]  # generic in the stubs only
    model = OfferSlot
    extra = 0
    raw_id_fields = ["owner"]


@admin.register(Offer)
class OfferAdmin(WordsAdmin):
    list_display = ["contact", "state", "minutes", "expires_at", "chased", "owner"]
    list_filter = ["state"]
    list_select_related = ["contact", "owner"]
    search_fields = ["contact__name", "owner__email", "uid"]
    raw_id_fields = ["contact", "owner", "interview"]
    readonly_fields = ["uid", "version", "created_at", "answered_at"]
    inlines = [SlotInline]


@admin.register(Counter)
class CounterAdmin(WordsAdmin):
    list_display = ["offer", "starts_at", "time_zone", "accepted", "decided_at"]
    search_fields = ["offer__contact__name", "owner__email"]
    raw_id_fields = ["offer", "owner"]


@admin.register(Ask)
class AskAdmin(WordsAdmin):
    list_display = ["contact", "step", "via", "asked_at", "follow_up_on", "closed_at", "owner"]
    list_filter = ["step", "via"]
    list_select_related = ["contact", "owner"]
    search_fields = ["contact__name", "owner__email", "subject"]
    raw_id_fields = ["contact", "owner"]


@admin.register(Room)
class RoomAdmin(WordsAdmin):
    list_display = ["interview", "started_at", "extended_minutes", "ended_at", "owner"]
    list_select_related = ["interview", "owner"]
    search_fields = ["interview__contact__name", "owner__email"]
    raw_id_fields = ["interview", "owner"]
    readonly_fields = ["notes_version", "version"]


@admin.register(RoomWrite)
class RoomWriteAdmin(WordsAdmin):
    list_display = ["uid", "room", "written_at", "owner"]
    list_select_related = ["room", "owner"]
    search_fields = ["uid", "owner__email"]
    raw_id_fields = ["room", "owner"]


@admin.register(Debrief)
class DebriefAdmin(WordsAdmin):
    list_display = ["interview", "opened_at", "done_at", "owner"]
    list_select_related = ["interview", "owner"]
    search_fields = ["interview__contact__name", "owner__email"]
    raw_id_fields = ["interview", "owner"]
    readonly_fields = ["version"]


@admin.register(Preparation)
class PreparationAdmin(WordsAdmin):
    list_display = ["contact", "interview", "created_at", "owner"]
    list_select_related = ["contact", "interview", "owner"]
    search_fields = ["contact__name", "owner__email", "uid"]
    raw_id_fields = ["contact", "interview", "owner"]
    readonly_fields = ["uid", "version", "created_at"]


@admin.register(Homework)
class HomeworkAdmin(WordsAdmin):
    list_display = ["item", "preparation", "done", "owner"]
    list_select_related = ["preparation", "owner"]
    search_fields = ["note", "preparation__contact__name", "owner__email"]
    raw_id_fields = ["preparation", "owner"]


@admin.register(Question)
class QuestionAdmin(WordsAdmin):
    list_display = ["text", "tag", "starting", "must_ask", "owner"]
    list_filter = ["tag"]
    list_select_related = ["owner"]
    search_fields = ["text", "owner__email", "uid"]
    raw_id_fields = ["owner"]
    readonly_fields = ["uid", "created_at"]


@admin.register(ChosenQuestion)
class ChosenQuestionAdmin(WordsAdmin):
    list_display = ["question", "contact", "position", "answered_at", "owner"]
    list_select_related = ["question", "contact", "owner"]
    search_fields = ["question__text", "contact__name", "owner__email"]
    raw_id_fields = ["preparation", "question", "contact", "owner"]
    readonly_fields = ["answer_version"]


@admin.register(CalendarFeed)
class CalendarFeedAdmin(WordsAdmin):
    list_display = ["owner", "made_at", "off_at"]
    list_select_related = ["owner"]
    search_fields = ["owner__email"]
    raw_id_fields = ["owner"]
    readonly_fields = ["version", "made_at"]


@admin.register(Tick)
class TickAdmin(WordsAdmin):
    list_display = ["name", "done_at", "owner"]
    list_select_related = ["owner"]
    search_fields = ["name", "owner__email"]
    raw_id_fields = ["owner"]


@admin.register(NewsItem)
class NewsItemAdmin(WordsAdmin):
    list_display = ["contact", "kind", "happened_at", "seen_at", "owner"]
    list_filter = ["kind"]
    list_select_related = ["contact", "owner"]
    search_fields = ["contact__name", "owner__email"]
    raw_id_fields = ["contact", "interview", "offer", "owner"]
