from django.apps import AppConfig


class CommonConfig(AppConfig):
    name = "common"

    def ready(self):
        from common.api import schema  # noqa: F401, PLC0415 - registers itself
