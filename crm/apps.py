from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class CrmConfig(AppConfig):
    name = "crm"

    def ready(self) -> None:
        # what the apps offer about a contact is found by name, never imported upwards
        autodiscover_modules("contact_parts")
