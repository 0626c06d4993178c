from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """A count that is null made the condition null, and null is let through."""

    dependencies = [("crm", "0006_import_indexes")]

    operations = [
        migrations.RemoveConstraint("contact", "contact_rhythm_paired"),
        migrations.AddConstraint(
            "contact",
            models.CheckConstraint(
                condition=Q(rhythm_count__isnull=True, rhythm_unit="")
                | Q(
                    rhythm_count__isnull=False,
                    rhythm_count__gte=1,
                    rhythm_unit__in=["days", "weeks", "months", "years"],
                ),
                name="contact_rhythm_paired",
            ),
        ),
    ]
