"""The index behind search: what is right for one engine is impossible on the other."""

from typing import Any

from django.db import models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.backends.ddl_references import Statement

TRIGRAMS = """
SELECT count(*) FROM pg_opclass c JOIN pg_am a ON a.oid = c.opcmethod
WHERE a.amname = 'gin' AND c.opcname IN ('gin_trgm_ops', 'int8_ops')
"""


class SearchIndex(models.Index):
    """On SQLite it covers the scan in list order, so that no row is touched before it is found (for that even `binned_at`,
    which the condition already answers, has to be among the fields). On Postgres it is a
    trigram GIN bounded by owner; where the extensions may not be made, search falls back to a walk of the owner's rows."""

    def create_sql(
        self, model: type[models.Model], schema_editor: BaseDatabaseSchemaEditor, using: str = "", **kwargs: Any
    ) -> Statement:
        if schema_editor.connection.vendor != "postgresql":
            return super().create_sql(model, schema_editor, using=using, **kwargs)
        with schema_editor.connection.cursor() as cursor:
            cursor.execute(TRIGRAMS)
            (found,) = cursor.fetchone()
        if found < 2:
            plain = models.Index(fields=["owner"], condition=self.condition, name=self.name)
            return plain.create_sql(model, schema_editor)
        trigrams = models.Index(
            fields=["owner", "search_text"],
            opclasses=["int8_ops", "gin_trgm_ops"],
            condition=self.condition,
            name=self.name,
        )
        return trigrams.create_sql(model, schema_editor, using=" USING gin")
