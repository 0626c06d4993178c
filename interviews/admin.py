from django.contrib import admin

from interviews.models import Interview


@admin.register(Interview)
class InterviewAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # generic in the stubs only
    list_display = ["contact", "starts_at", "medium", "minutes", "state", "owner"]
    list_filter = ["state", "medium"]
    list_select_related = ["contact", "owner"]
    search_fields = ["contact__name", "owner__email", "uid"]
    raw_id_fields = ["contact", "owner"]
    readonly_fields = ["uid", "sequence", "invited_email", "invited_sequence", "version", "created_at"]
    date_hierarchy = "starts_at"
