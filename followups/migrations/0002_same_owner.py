from django.db import migrations

from base.owned import SameOwner


class Migration(migrations.Migration):
    dependencies = [("followups", "0001_initial"), ("interviews", "0002_same_owner")]

    operations = [
        SameOwner("promise", "contact"),
        SameOwner("promise", "interview"),
        SameOwner("promise", "check_in_of"),
    ]
