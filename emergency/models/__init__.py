from emergency.models.episodes import DailyReport, Decision, Episode, EpisodeEvent, ReviewPaper, UnitReport
from emergency.models.lists import FIELD, ListedEnterprise, ReductionList, districts_read_whole
from emergency.models.orders import Call, Evidence, Inspection, Order, PowerDay, Receipt
from emergency.models.rules import EmergencyRule, Forecast, ThresholdRule, UnitMeasure, rule_of

__all__ = [
    "FIELD",
    "Call",
    "DailyReport",
    "Decision",
    "EmergencyRule",
    "Episode",
    "EpisodeEvent",
    "Evidence",
    "Forecast",
    "Inspection",
    "ListedEnterprise",
    "Order",
    "PowerDay",
    "Receipt",
    "ReductionList",
    "ReviewPaper",
    "ThresholdRule",
    "UnitMeasure",
    "UnitReport",
    "districts_read_whole",
    "rule_of",
]
