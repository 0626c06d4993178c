"""The admin of rows that hold people's words: theirs alone, unless whoever runs the server sets ADMIN_SHOWS_WORDS on purpose."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest


class WordsAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # generic in the stubs only
    def has_module_permission(self, request: HttpRequest) -> bool:
        return settings.ADMIN_SHOWS_WORDS and super().has_module_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return settings.ADMIN_SHOWS_WORDS and super().has_view_permission(request, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return settings.ADMIN_SHOWS_WORDS and super().has_add_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return settings.ADMIN_SHOWS_WORDS and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return settings.ADMIN_SHOWS_WORDS and super().has_delete_permission(request, obj)
