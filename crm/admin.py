from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from base.words_admin import WordsAdmin
from crm.importing.models import Import, ImportFile, ImportRow
from crm.models import Contact, ContactTag, Note, Organisation, OtherEmail, StageChange, Tag, Touch


class OwnedAdmin(WordsAdmin):
    """Every table may be large: people are picked by number, and nothing is counted twice."""

    list_select_related = ["owner"]
    show_full_result_count = False


@admin.register(Organisation, Tag)
class NameAdmin(OwnedAdmin):
    list_display = ["name", "owner"]
    search_fields = ["name", "name_key", "owner__email"]
    raw_id_fields = ["owner"]


@admin.register(Contact)
class ContactAdmin(OwnedAdmin):
    list_display = ["name", "role", "organisation", "stage", "owner", "binned_at"]
    list_filter = ["stage"]
    list_select_related = ["organisation", "owner"]
    search_fields = ["name_key", "email", "owner__email", "uid"]
    raw_id_fields = ["owner", "organisation", "introduced_by", "imported_by"]
    readonly_fields = ["uid", "name_key", "search_text"]


class AboutContactAdmin(OwnedAdmin):
    list_select_related = ["contact", "owner"]
    search_fields = ["contact__name_key", "owner__email"]
    raw_id_fields = ["contact", "owner"]


@admin.register(Note)
class NoteAdmin(AboutContactAdmin):
    list_display = ["contact", "created_at", "owner", "binned_at"]  # not what it says
    readonly_fields = ["uid"]


@admin.register(StageChange)
class StageChangeAdmin(AboutContactAdmin):
    list_display = ["contact", "before", "after", "at", "owner"]
    list_filter = ["after"]


@admin.register(OtherEmail)
class OtherEmailAdmin(AboutContactAdmin):
    list_display = ["contact", "address", "owner"]
    search_fields = ["address", "contact__name", "owner__email"]


@admin.register(Touch)
class TouchAdmin(AboutContactAdmin):
    list_display = ["contact", "happened_on", "owner"]


@admin.register(ContactTag)
class ContactTagAdmin(AboutContactAdmin):
    list_display = ["contact", "tag", "owner"]
    list_select_related = ["contact", "tag", "owner"]
    raw_id_fields = ["contact", "tag", "owner"]


@admin.register(Import)
class ImportAdmin(OwnedAdmin):
    list_display = ["filename", "state", "created_at", "finished_at", "owner"]
    list_filter = ["state"]
    search_fields = ["filename", "owner__email"]
    raw_id_fields = ["owner"]
    readonly_fields = ["uid"]


@admin.register(ImportFile)
class ImportFileAdmin(OwnedAdmin):
    """Whose file it is. The bytes are not shown and not even read: whom somebody knows is theirs alone."""

    list_display = ["batch", "owner"]
    list_select_related = ["batch", "owner"]
    search_fields = ["batch__filename", "owner__email"]
    raw_id_fields = ["batch", "owner"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ImportFile]:
        return super().get_queryset(request).defer("content")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


@admin.register(ImportRow)
class ImportRowAdmin(OwnedAdmin):
    list_display = ["batch", "line", "action", "owner"]
    list_filter = ["action"]
    list_select_related = ["batch", "owner"]
    search_fields = ["batch__filename", "owner__email"]
    raw_id_fields = ["batch", "contact", "owner"]
