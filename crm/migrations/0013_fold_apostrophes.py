from django.db import migrations

from base.text import fold

CHUNK = 500


def fold_again(apps, schema_editor):
    """Keys in which an apostrophe or a dash was kept as it was typed; one that another row has by now stays."""
    for name, length in (("Contact", 300), ("Organisation", 300), ("Tag", 60)):
        rows = apps.get_model("crm", name).objects.order_by("pk")
        last = 0
        while chunk := list(rows.filter(pk__gt=last).only("pk", "owner_id", "name", "name_key")[:CHUNK]):
            for row in chunk:
                key = (fold(row.name) or row.name)[:length]
                is_free = name == "Contact" or not rows.filter(owner_id=row.owner_id, name_key=key).exists()
                if key != row.name_key and is_free:
                    rows.filter(pk=row.pk).update(name_key=key)
            last = chunk[-1].pk


class Migration(migrations.Migration):
    dependencies = [("crm", "0012_import_row_actions")]

    operations = [migrations.RunPython(fold_again, migrations.RunPython.noop, elidable=True)]
