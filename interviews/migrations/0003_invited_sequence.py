from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("interviews", "0002_same_owner")]

    operations = [
        migrations.AddField("interview", "invited_sequence", models.PositiveIntegerField(default=0)),
        migrations.AddConstraint(
            "interview",
            models.CheckConstraint(
                condition=models.Q(invited_sequence__lte=models.F("sequence")),
                name="interview_invited_within_sequence",
            ),
        ),
    ]
