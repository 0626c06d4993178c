from django.contrib import admin

from interviews.models import Ask, Counter, Interview, Offer, OfferSlot


@admin.register(Interview)
class InterviewAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # generic in the stubs only
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
class OfferAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # generic in the stubs only
    list_display = ["contact", "state", "minutes", "expires_at", "chased", "owner"]
    list_filter = ["state"]
    list_select_related = ["contact", "owner"]
    search_fields = ["contact__name", "owner__email", "uid"]
    raw_id_fields = ["contact", "owner", "interview"]
    readonly_fields = ["uid", "version", "created_at", "answered_at"]
    inlines = [SlotInline]


@admin.register(Counter)
class CounterAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # generic in the stubs only
    list_display = ["offer", "starts_at", "time_zone", "accepted", "decided_at"]
    search_fields = ["offer__contact__name", "owner__email"]
    raw_id_fields = ["offer", "owner"]


@admin.register(Ask)
class AskAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # generic in the stubs only
    list_display = ["contact", "step", "via", "asked_at", "follow_up_on", "closed_at", "owner"]
    list_filter = ["step", "via"]
    list_select_related = ["contact", "owner"]
    search_fields = ["contact__name", "owner__email", "subject"]
    raw_id_fields = ["contact", "owner"]
