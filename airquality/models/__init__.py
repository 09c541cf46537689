from airquality.models.daily import DailyValue, DueDay, ExcludedDay, FeedState
from airquality.models.readings import Correction, Reading
from airquality.models.rules import AirTarget, CompositeIndexRule
from airquality.models.squads import DutyChange, DutyTurn, NearVisit, OwnSource, PlanPaper, StandingMeasure, StationPlan
from airquality.models.stations import Station
from airquality.models.watch import Anomaly, AnomalyRule, DustSpell, RegionalEvent, WatchSettings, WeatherHour

__all__ = [
    "AirTarget",
    "Anomaly",
    "AnomalyRule",
    "CompositeIndexRule",
    "Correction",
    "DailyValue",
    "DueDay",
    "DustSpell",
    "DutyChange",
    "DutyTurn",
    "ExcludedDay",
    "FeedState",
    "NearVisit",
    "OwnSource",
    "PlanPaper",
    "Reading",
    "RegionalEvent",
    "StandingMeasure",
    "Station",
    "StationPlan",
    "WatchSettings",
    "WeatherHour",
]
