"""Touches that a kept promise made at the same instant: the story tells the promise alone."""

from django.db import migrations
from django.db.models import Exists, OuterRef


def mark(apps, schema_editor):
    kept = apps.get_model("followups", "Promise").objects.filter(state="kept", closed_at=OuterRef("created_at"))
    touches = apps.get_model("crm", "Touch").objects
    touches.filter(Exists(kept.filter(contact=OuterRef("contact")))).update(by_hand=False)


class Migration(migrations.Migration):
    dependencies = [("crm", "0017_by_hand"), ("followups", "0004_stands_after_drop")]

    operations = [migrations.RunPython(mark, migrations.RunPython.noop, elidable=True)]
