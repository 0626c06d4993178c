import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("outbox", "0004_one_index_for_tries"),
    ]

    operations = [
        migrations.RemoveIndex(model_name="outgoingmail", name="mail_claimed_lease"),
        migrations.RemoveIndex(model_name="outgoingmail", name="mail_handing_fence"),
        migrations.RemoveIndex(model_name="outgoingmail", name="mail_sent"),
        migrations.AlterField(
            model_name="outgoingmail",
            name="claimed_by",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="outbox.workerbeat",
            ),
        ),
        # taken off and put back: on Postgres Django takes this unique index for the owner's own, and drops both
        migrations.RemoveConstraint(model_name="outgoingmail", name="mail_one_reminder_at_a_time"),
        migrations.AlterField(
            model_name="outgoingmail",
            name="owner",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="outgoingmails",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="outgoingmail",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "reminders"), ("state__in", ["pending", "claimed", "handing"])),
                fields=("owner",),
                name="mail_one_reminder_at_a_time",
            ),
        ),
        migrations.AddIndex(
            model_name="outgoingmail",
            index=models.Index(
                condition=models.Q(("lease_until__isnull", False)), fields=["lease_until"], name="mail_in_hand"
            ),
        ),
    ]
