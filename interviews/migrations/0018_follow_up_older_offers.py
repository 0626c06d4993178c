"""Offers made before there were follow-up days (0017) get one, so that their silence stands on Today like that of others."""

from datetime import UTC, date, timedelta

from django.db import migrations
from django.db.migrations.recorder import MigrationRecorder

from base.zones import load_zone

WAITS = {1: 3, 2: 7}  # working days after the offer, by the steps taken; none after the last step


def set_follow_up_days(apps, schema_editor):
    began = _days_began_at(schema_editor.connection)
    offers = apps.get_model("interviews", "Offer").objects.filter(state="open", follow_up_on=None)
    for offer in offers.filter(created_at__lt=began).select_related("owner") if began else []:
        zone = load_zone(offer.owner.time_zone)
        will_be_chased = offer.chase_on and offer.chase_on <= offer.expires_at.astimezone(zone).date()
        wait = WAITS.get(offer.step + offer.chased)
        if wait and not will_be_chased:
            offer.chase_on = None
            offer.follow_up_on = _working_days_after(offer.created_at.astimezone(zone).date(), wait)
            offer.save(update_fields=["chase_on", "follow_up_on"])


def _days_began_at(connection):
    """When 0017 was applied here: without a day since then, an offer was let be."""
    applied = MigrationRecorder(connection).migration_qs.filter(app="interviews", name="0017_follow_up_silent_offers")
    at = applied.values_list("applied", flat=True).first()
    return at.astimezone(UTC) if at else None


def _working_days_after(day: date, count: int) -> date:
    """Monday to Friday; the holidays of each country matter little for days that have mostly passed."""
    while count:
        day += timedelta(days=1)
        count -= day.isoweekday() <= 5
    return day


class Migration(migrations.Migration):
    dependencies = [("interviews", "0017_follow_up_silent_offers")]

    operations = [migrations.RunPython(set_follow_up_days, migrations.RunPython.noop, elidable=True)]
