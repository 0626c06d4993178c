"""The Celery app and everything that happens on a timer: the whole beat schedule on one screen.

The database is the truth and every tick is safe to run twice, late or never, so each has `expires` and none has a result.
"""

import os

from celery import Celery
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("keepword")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

app.conf.beat_schedule = {
    "deliver": {"task": "outbox.tasks.deliver", "schedule": 5.0, "options": {"expires": 5}},
    "jobs": {"task": "outbox.tasks.jobs", "schedule": 5.0, "options": {"expires": 5, "queue": "jobs"}},
    "reconcile": {"task": "outbox.tasks.reconcile", "schedule": 15 * 60.0, "options": {"expires": 600}},
    "housekeeping": {
        "task": "outbox.tasks.housekeeping",
        "schedule": crontab(hour=3, minute=17),
        "options": {"expires": 3600},
    },
}
