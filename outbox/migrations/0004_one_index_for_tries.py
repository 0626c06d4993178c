import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("outbox", "0003_lighter_rows"),
    ]

    operations = [
        migrations.AlterField(
            model_name="deliveryattempt",
            name="mail",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="tries",
                to="outbox.outgoingmail",
            ),
        ),
    ]
