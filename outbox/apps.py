from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class OutboxConfig(AppConfig):
    name = "outbox"

    def ready(self) -> None:
        # what an app offers to this lower one is found by name, never imported upwards
        autodiscover_modules("mails", "jobs")
