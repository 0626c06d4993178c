import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("interviews", "0011_question_version"),
    ]

    operations = [
        migrations.AlterField(
            model_name="preparation",
            name="interview",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.RESTRICT,
                related_name="preparation",
                to="interviews.interview",
            ),
        ),
    ]
