from django.apps import AppConfig

from accounts import complaints


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        complaints.speak()
