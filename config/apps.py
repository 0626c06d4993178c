import logging

from django.apps import AppConfig
from tzdata import IANA_VERSION  # type: ignore[import-untyped]  # ships no types

from config import checks  # registers them

__all__ = ["Wiring", "checks"]

logger = logging.getLogger(__name__)


class Wiring(AppConfig):
    name = "config"

    def ready(self) -> None:
        logger.info("Zone rules: IANA %s, from the tzdata package.", IANA_VERSION)
