"""What may stand in an address: anything else is a page that does not exist, and never comes to the database."""

from django.urls import register_converter
from django.urls.converters import StringConverter


class Month(StringConverter):
    regex = "[0-9]{4}-(?:0[1-9]|1[0-2])"


class Event(StringConverter):
    """The key of what a mark was given for: ``rework:sent_back:7``."""

    regex = "[a-z0-9_:-]{1,40}"


def register() -> None:
    register_converter(Month, "month")
    register_converter(Event, "event")
