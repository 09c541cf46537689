from inspections.models.checklists import Checklist, ChecklistItem
from inspections.models.findings import Finding, FindingEvent, FindingPhoto, FindingVoice
from inspections.models.hollow import HollowKind, HollowRebuttal, HollowSettings, HollowSign, HollowWeek
from inspections.models.intake import HeldSubmission, NumberSequence, SavedView
from inspections.models.patrols import FieldSettings, Patrol, PatrolRule, PatrolSending, Visit, VisitPhoto, WeatherState
from inspections.models.types import ProblemType

__all__ = [
    "Checklist",
    "ChecklistItem",
    "FieldSettings",
    "Finding",
    "FindingEvent",
    "FindingPhoto",
    "FindingVoice",
    "HeldSubmission",
    "HollowKind",
    "HollowRebuttal",
    "HollowSettings",
    "HollowSign",
    "HollowWeek",
    "NumberSequence",
    "Patrol",
    "PatrolRule",
    "PatrolSending",
    "ProblemType",
    "SavedView",
    "Visit",
    "VisitPhoto",
    "WeatherState",
]
