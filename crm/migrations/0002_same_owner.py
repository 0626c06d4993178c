from django.db import migrations

from base.owned import SameOwner


class Migration(migrations.Migration):
    dependencies = [("crm", "0001_initial")]

    operations = [
        SameOwner("contact", "organisation"),
        SameOwner("contact", "introduced_by"),
        SameOwner("contact", "imported_by"),
        SameOwner("contacttag", "contact"),
        SameOwner("contacttag", "tag"),
        SameOwner("stagechange", "contact"),
        SameOwner("note", "contact"),
        SameOwner("touch", "contact"),
        SameOwner("importrow", "batch"),
        SameOwner("importrow", "contact"),
    ]
