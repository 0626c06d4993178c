from django.db import migrations
from django.db.models import Q

CHUNK = 500


def draw(apps, schema_editor):
    """Notes with an address in them, drawn before bare ones became links. The field draws its own value when a row is saved."""
    notes = apps.get_model("crm", "Note").objects.filter(Q(body__icontains="http") | Q(body__icontains="www."))
    last = 0
    while chunk := list(notes.filter(pk__gt=last).order_by("pk").only("pk", "body", "html")[:CHUNK]):
        for note in chunk:
            note.save(update_fields=["html"])
        last = chunk[-1].pk


class Migration(migrations.Migration):
    dependencies = [("crm", "0017_by_hand")]

    operations = [migrations.RunPython(draw, migrations.RunPython.noop, elidable=True)]
