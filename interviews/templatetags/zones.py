"""One time in two places."""

from datetime import datetime

from django import template
from django.utils import timezone

from accounts.templatetags.keepword import clock, moment
from base.dates import local
from base.zones import load_zone

register = template.Library()


@register.filter
def there(value: datetime, zone: str) -> str:
    """ "09:00", or "Monday 30 November, 19:00" where it is another day than in the active zone."""
    is_same_day = local(value, timezone.get_current_timezone()).date() == local(value, load_zone(zone)).date()
    return clock(value, zone) if is_same_day else moment(value, zone)
