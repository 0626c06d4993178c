from django.db import migrations

CHUNK = 500


def draw(apps, schema_editor):
    """The field draws its own value when a row is saved."""
    notes = apps.get_model("crm", "Note").objects.order_by("pk")
    last = 0
    while chunk := list(notes.filter(pk__gt=last).only("pk", "body", "html")[:CHUNK]):
        for note in chunk:
            note.save(update_fields=["html"])
        last = chunk[-1].pk


class Migration(migrations.Migration):
    dependencies = [("crm", "0010_note_html_and_version")]

    operations = [migrations.RunPython(draw, migrations.RunPython.noop, elidable=True)]
