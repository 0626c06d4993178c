from django.apps import AppConfig

from accounts import error_messages, security_log


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        error_messages.set_messages()
        security_log.connect()
