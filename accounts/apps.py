from django.apps import AppConfig

from accounts import error_messages


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        error_messages.set_messages()
