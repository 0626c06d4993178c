"""Changes of stage and touches that a talk, a letter or an offer made at the same instant: the story tells those alone."""

from django.db import migrations
from django.db.models import Exists, OuterRef

CAUSES = [("Interview", "created_at"), ("Interview", "held_at"), ("Ask", "asked_at"), ("Offer", "created_at")]


def mark(apps, schema_editor):
    changes = apps.get_model("crm", "StageChange").objects
    for model, at in CAUSES:
        same = apps.get_model("interviews", model).objects.filter(contact=OuterRef("contact"), **{at: OuterRef("at")})
        changes.filter(Exists(same)).update(by_hand=False)
    held = apps.get_model("interviews", "Interview").objects.filter(state="held", held_at=OuterRef("created_at"))
    touches = apps.get_model("crm", "Touch").objects
    touches.filter(Exists(held.filter(contact=OuterRef("contact")))).update(by_hand=False)


class Migration(migrations.Migration):
    dependencies = [("crm", "0017_by_hand"), ("interviews", "0018_follow_up_older_offers")]

    operations = [migrations.RunPython(mark, migrations.RunPython.noop, elidable=True)]
