from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("crm", "0016_called")]

    operations = [
        migrations.AddField(model_name="stagechange", name="by_hand", field=models.BooleanField(default=True)),
        migrations.AddField(model_name="touch", name="by_hand", field=models.BooleanField(default=True)),
    ]
