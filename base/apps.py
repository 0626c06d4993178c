from django.apps import AppConfig
from django.urls import register_converter

from base.url_values import NumberConverter


class BaseConfig(AppConfig):
    name = "base"

    def ready(self) -> None:
        register_converter(NumberConverter, "number")
