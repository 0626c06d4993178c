from django.db import migrations

from base.owned import SameOwner


class Migration(migrations.Migration):
    dependencies = [("interviews", "0001_initial"), ("crm", "0002_same_owner")]

    operations = [SameOwner("interview", "contact")]
