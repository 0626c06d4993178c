from django.contrib import admin

from base.words_admin import WordsAdmin
from followups.models import Promise


@admin.register(Promise)
class PromiseAdmin(WordsAdmin):
    list_display = ("what", "owner", "whose", "kind", "due_on", "state", "remind_at")
    list_filter = ("state", "whose", "kind")
    search_fields = ("what", "contact__name", "owner__email")
    raw_id_fields = ("owner", "contact", "interview", "check_in_of")
    readonly_fields = ("uid", "remind_at", "remind_after", "reminded_on", "version")
    date_hierarchy = "due_on"
