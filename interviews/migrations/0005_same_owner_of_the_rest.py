from django.db import migrations

from base.owned import SameOwner


class Migration(migrations.Migration):
    dependencies = [("interviews", "0004_prepare_offer_hold")]

    operations = [
        SameOwner("preparation", "contact"),
        SameOwner("preparation", "interview"),
        SameOwner("homework", "preparation"),
        SameOwner("chosenquestion", "preparation"),
        SameOwner("chosenquestion", "question"),
        SameOwner("chosenquestion", "contact"),
        SameOwner("ask", "contact"),
        SameOwner("offer", "contact"),
        SameOwner("offer", "interview"),
        SameOwner("offerslot", "offer"),
        SameOwner("counter", "offer"),
        SameOwner("room", "interview"),
        SameOwner("roomwrite", "room"),
        SameOwner("debrief", "interview"),
    ]
