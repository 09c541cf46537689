from airquality.models.daily import DailyValue, DueDay, ExcludedDay, FeedState
from airquality.models.readings import Correction, Reading
from airquality.models.rules import AirTarget, CompositeIndexRule
from airquality.models.stations import Station

__all__ = [
    "AirTarget",
    "CompositeIndexRule",
    "Correction",
    "DailyValue",
    "DueDay",
    "ExcludedDay",
    "FeedState",
    "Reading",
    "Station",
]
