from django.apps import AppConfig
from django.conf import settings
from django.utils.module_loading import autodiscover_modules

from outbox.smtp import Server


class OutboxConfig(AppConfig):
    name = "outbox"

    def ready(self) -> None:
        if settings.EMAIL_URL:  # one that cannot be meant stops every process here, before a password travels
            Server.of(settings.EMAIL_URL)
        # what an app offers to this lower one is found by name, never imported upwards
        autodiscover_modules("mails", "jobs")
