"""The ticks, in a light process: python -m config.beat SCHEDULE_FILE

Celery's own `beat` command loads every app of Django; to send the names of four tasks takes none of them, and half the memory.
"""

import signal
import sys
from typing import Any

from celery.beat import Service
from django.conf import settings
from django.utils.log import configure_logging

from config.celery import app


def stop(*_: Any) -> None:
    raise SystemExit  # the service then writes down when each ran last


def main(schedule_file: str) -> None:
    configure_logging(settings.LOGGING_CONFIG, settings.LOGGING)
    signal.signal(signal.SIGTERM, stop)
    Service(app, schedule_filename=schedule_file).start()


if __name__ == "__main__":
    main(sys.argv[1])
