"""Rows that belong to one user, and rows with a version. On Postgres the database too refuses a child of another owner."""

from datetime import date
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.utils.translation import gettext as _


class Owned(models.Model):
    """A row that belongs to one user. Every lookup starts there: `request.user.contacts`, never `Contact.objects`."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="%(class)ss")

    class Meta:
        abstract = True


class Stale(Exception):  # noqa: N818 - it is no error of the program
    """Another tab or a double tap was faster: the row is not what this write was made for. Nothing was changed."""

    def __init__(self, row: "WithVersion") -> None:
        super().__init__(row)
        self.row = row


class WithVersion(models.Model):
    """A row whose writes say which version of it they saw. A page carries that version in its form or in the Undo's URL."""

    version = models.PositiveIntegerField(default=1)

    class Meta:
        abstract = True

    def change(self, seen: int, **fields: Any) -> None:
        """Writes `fields` in one UPDATE that compares the version, and counts it up.

        Raises Stale, with nothing written, when the row is not of version `seen` any more.
        """
        if not self._stored().filter(version=seen).update(**fields, version=seen + 1):
            raise Stale(self)
        for name, value in {**fields, "version": seen + 1}.items():
            setattr(self, name, value)

    def _stored(self) -> models.QuerySet[Any]:
        return type(self)._base_manager.filter(pk=self.pk)

    def why_stale(self, today: date) -> str:
        """The message for a stale write: what state the row is in. `today` is the owner's local date."""
        return _("This was changed meanwhile, in another tab or by a second tap. Nothing was changed now.")


class Versioned(Owned, WithVersion):
    """A row of one user, with a version."""

    class Meta:
        abstract = True

    def _stored(self) -> models.QuerySet[Any]:
        return super()._stored().filter(owner=self.owner_id)


class SameOwner(Operation):
    """Adds, on Postgres, unique (id, owner) to the parent and a composite foreign key (child, owner) to it.

    SQLite cannot add a constraint to a table that exists; there the nightly housekeeping counts such references.
    """

    reversible = True
    reduces_to_sql = True

    def __init__(self, model: str, field: str) -> None:
        self.model, self.field = model, field

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Nothing Django models: only the database knows."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        for statement in self._forwards(app_label, schema_editor, to_state):
            schema_editor.execute(statement)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        if schema_editor.connection.vendor == "postgresql":
            child, _, _, name = self._names(app_label, from_state)
            schema_editor.execute(f'ALTER TABLE "{child}" DROP CONSTRAINT IF EXISTS "{name}"')

    def describe(self) -> str:
        return f"{self.model}.{self.field} belongs to the same owner"

    def _names(self, app_label: str, state: ProjectState) -> tuple[str, str, str, str]:
        model: Any = state.apps.get_model(app_label, self.model)
        field = model._meta.get_field(self.field)
        child, parent = model._meta.db_table, field.related_model._meta.db_table
        return child, parent, field.column, f"{child}_{self.field}_same_owner"

    def _forwards(self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, state: ProjectState) -> list[str]:
        if schema_editor.connection.vendor != "postgresql":
            return []
        child, parent, column, name = self._names(app_label, state)
        unique = f"{parent}_id_owner"
        return [
            # a parent has many children: the first one makes the unique key
            f"DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = '{unique}') THEN "  # noqa: S608
            f'ALTER TABLE "{parent}" ADD CONSTRAINT "{unique}" UNIQUE (id, owner_id); END IF; END $$',
            f'ALTER TABLE "{child}" ADD CONSTRAINT "{name}" FOREIGN KEY ("{column}", owner_id) '
            f'REFERENCES "{parent}" (id, owner_id) DEFERRABLE INITIALLY DEFERRED',
        ]


def owned_references() -> list[tuple[type[models.Model], str]]:
    """Every foreign key from a row of somebody's to a row of somebody's: model and field name."""
    return [
        (model, field.name)
        for model in apps.get_models()
        if _is_owned(model)
        for field in model._meta.fields
        if field.name != "owner" and isinstance(field, models.ForeignKey) and _is_owned(field.related_model)
    ]


def count_across_owners() -> dict[str, int]:
    """How many rows point at a row of another owner, by "model.field"; where it is none the reference is left out."""
    found = {}
    for model, name in owned_references():
        owned = model._base_manager.filter(**{f"{name}__isnull": False})
        if strange := owned.exclude(**{f"{name}__owner": models.F("owner")}).count():
            found[f"{model._meta.label}.{name}"] = strange
    return found


def _is_owned(model: Any) -> bool:
    return any(field.name == "owner" and not field.null for field in model._meta.fields)
