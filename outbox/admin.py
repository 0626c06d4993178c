from django.contrib import admin
from django.http import HttpRequest

from outbox.models import DeliveryAttempt, Figure, LeftOut, OutgoingMail, Relay, WorkerBeat


class ReadOnly(admin.options.BaseModelAdmin):  # type: ignore[type-arg]  # generic in the stubs only
    """Looking is allowed: rows change by the engine and by their owner alone."""

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


class Tries(ReadOnly, admin.TabularInline):  # type: ignore[type-arg]  # generic in the stubs only
    model = DeliveryAttempt
    ordering = ["-at"]


@admin.register(OutgoingMail)
class OutgoingMailAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]  # generic in the stubs only
    list_display = ["created_at", "kind", "owner", "recipient", "state", "attempts", "last_error", "next_attempt_at"]
    list_filter = ["state", "kind", "possible_duplicate"]
    list_select_related = ["owner"]
    search_fields = ["recipient", "message_id", "occurrence_key", "owner__email"]
    exclude = ["content", "summary", "context", "settles", "recipient_name"]  # what it says is its owner's
    inlines = [Tries]
    show_full_result_count = False


@admin.register(WorkerBeat)
class WorkerBeatAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]  # generic in the stubs only
    list_display = ["host", "pid", "seen_at"]
    search_fields = ["host"]


@admin.register(DeliveryAttempt)
class DeliveryAttemptAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]  # generic in the stubs only
    list_display = ["at", "mail", "phase", "code", "reply"]
    list_select_related = ["mail"]
    search_fields = ["mail__recipient", "reply"]
    show_full_result_count = False


@admin.register(Relay)
class RelayAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]  # generic in the stubs only
    list_display = ["last_error", "failures", "shut_until", "failed_at", "drained_at"]


@admin.register(Figure)
class FigureAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]  # generic in the stubs only
    list_display = ["name", "last", "total", "at"]


@admin.register(LeftOut)
class LeftOutAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]  # generic in the stubs only
    list_display = ["owner", "step", "cause", "since", "seen_at"]
    list_select_related = ["owner"]
    search_fields = ["owner__email", "step"]
