from django.apps import AppConfig

from config import checks  # registers them

__all__ = ["Wiring", "checks"]


class Wiring(AppConfig):
    name = "config"
