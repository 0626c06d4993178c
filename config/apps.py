import logging

from django.apps import AppConfig
from django.core.signals import request_started
from tzdata import IANA_VERSION

from config import checks  # registers them
from config.unreadable import read_charset

__all__ = ["Wiring", "checks"]

logger = logging.getLogger(__name__)


class Wiring(AppConfig):
    name = "config"

    def ready(self) -> None:
        request_started.connect(read_charset)
        logger.info("Zone rules: IANA %s, from the tzdata package.", IANA_VERSION)
