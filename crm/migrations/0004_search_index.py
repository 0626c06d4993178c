from django.db import DatabaseError, migrations, models, transaction
from django.db.models import Q

from crm.indexes import SearchIndex


def make_extensions(apps, schema_editor):
    """Both are trusted extensions: the owner of the database may make them. Where not, search does without."""
    if schema_editor.connection.vendor != "postgresql":
        return
    try:
        with transaction.atomic(using=schema_editor.connection.alias):
            schema_editor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
            schema_editor.execute("CREATE EXTENSION IF NOT EXISTS btree_gin")
    except DatabaseError:
        return


class Migration(migrations.Migration):
    dependencies = [("crm", "0003_import_files_counts_and_ticks")]

    operations = [
        migrations.RunPython(make_extensions, migrations.RunPython.noop),
        migrations.RemoveIndex("contact", "contact_list"),
        migrations.AddIndex(
            "contact",
            SearchIndex(
                fields=["owner", "name_key", "id", "search_text", "binned_at"],
                condition=Q(binned_at__isnull=True),
                name="contact_search",
            ),
        ),
        migrations.AddIndex(
            "contact",
            models.Index(
                fields=["owner", "name_key", "id", "binned_at"],
                condition=Q(binned_at__isnull=True),
                name="contact_list",
            ),
        ),
        migrations.AddIndex(
            "note",
            models.Index(fields=["owner", "binned_at"], condition=Q(binned_at__isnull=False), name="note_bin"),
        ),
    ]
