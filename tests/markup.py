"""A name that would act with the session of whoever sees it, were it printed unescaped: htmx makes a command of every attribute."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import models
from django.http import HttpResponse

from accounts.models import User

CANARY = "canary7f3a"
COMMAND = f'<x/hx-post="/x/"hx-trigger="load">{CANARY}'
UNESCAPED = "<x/hx-"  # what is left of it in text, or in an attribute, that nobody escaped

NOT_OURS = {"admin", "auth", "contenttypes", "sessions"}
LEFT_ALONE = {  # text that is no text: a canary in it breaks the row before it shows
    "time_zone", "kind", "message_id", "occurrence_key", "started_at", "password", "host", "name_key", "secret_hash", "media", "counts",
    "context", "settles", "html",
}  # fmt: skip


def write_into_every_text(owner: User) -> None:
    """Puts the command before every text of every row that the owner has."""
    for model, rows in rows_of(owner):
        for row in rows:
            if changes := dict(canaries(model, row)):
                model._base_manager.filter(pk=row.pk).update(**changes)


def obeys(response: HttpResponse) -> bool:
    """Whether htmx would find it in this answer. Text that is no HTML (a calendar, JSON) stays as it is."""
    return (
        response.headers.get("Content-Type", "").startswith("text/html") and UNESCAPED.encode() in response.getvalue()
    )


def rows_of(owner: User) -> Iterator[tuple[type[models.Model], models.QuerySet[Any]]]:
    """Every row of every model that belongs to the owner, directly or through a parent."""
    for model in apps.get_models():
        if model._meta.app_label in NOT_OURS:
            continue
        found = model._base_manager.all()
        if model is User:
            found = found.filter(pk=owner.pk)
        else:
            paths = [path for path in ("owner", "user", "mail__owner", "email_address__user") if reaches(model, path)]
            if not paths:
                continue
            found = found.filter(**{paths[0]: owner})
        yield model, found.order_by("pk")


def reaches(model: type[models.Model], path: str) -> bool:
    return any(field.name == path.split("__")[0] and field.is_relation for field in model._meta.fields)


def canaries(model: type[models.Model], row: models.Model) -> Iterator[tuple[str, Any]]:
    for field in model._meta.fields:
        if field.choices or field.name in LEFT_ALONE:
            continue
        old = getattr(row, field.name)
        if isinstance(field, models.JSONField):
            new = in_json(old)
        elif isinstance(field, models.CharField | models.TextField):
            new = in_text(field, old)
        else:
            continue
        if new != old:
            yield field.name, new


def in_text(field: models.Field, old: str) -> str:
    """The text with a command in it, or as it was where none fits."""
    if field.name in ("email", "recipient", "invited_email"):
        is_mailed = field.model._meta.app_label in ("accounts", "account", "outbox")
        new = old if is_mailed or not old else f'"<x/hx-post=/x/>{CANARY}"@keepword.example'
    elif field.name.endswith("_url") or field.name in ("website", "link"):
        new = f"https://example.org/{COMMAND}"
    else:
        new = next(
            (text for text in (f"{COMMAND} {old}".strip(), COMMAND) if len(text) <= (field.max_length or 10**6)), old
        )
    return new


def in_json(old: Any) -> Any:
    """The words in it, wherever they stand; the names of its fields stay."""
    if isinstance(old, dict):
        return {key: in_json(value) for key, value in old.items()}
    if isinstance(old, list):
        return [in_json(value) for value in old]
    return f"{COMMAND} {old}".strip() if isinstance(old, str) else old
