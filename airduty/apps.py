from django.apps import AppConfig


class AirdutyConfig(AppConfig):
    name = "airduty"
