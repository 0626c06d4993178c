from typing import Any

from django.db import migrations, models


def keep_as_it_is(apps: Any, schema_editor: Any) -> None:
    """Text that is erased in a week: Postgres need not spend time on making it smaller."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE outbox_outgoingmail ALTER COLUMN content SET STORAGE EXTERNAL")


class Migration(migrations.Migration):
    dependencies = [
        ("outbox", "0002_engine"),
    ]

    operations = [
        migrations.AlterField(
            model_name="outgoingmail",
            name="message_id",
            field=models.CharField(max_length=128),
        ),
        migrations.AddConstraint(
            model_name="outgoingmail",
            constraint=models.UniqueConstraint(fields=("message_id",), name="mail_message_id_unique"),
        ),
        migrations.RunPython(keep_as_it_is, migrations.RunPython.noop),
    ]
