from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("followups", "0002_same_owner")]

    operations = [
        migrations.AddField("promise", "remind_after", models.DateTimeField(null=True)),
    ]
