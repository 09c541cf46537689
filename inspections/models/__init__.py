from inspections.models.checklists import Checklist, ChecklistItem
from inspections.models.findings import Finding, FindingEvent, FindingPhoto
from inspections.models.intake import HeldSubmission, NumberSequence, SavedView
from inspections.models.patrols import Patrol, PatrolRule, Visit, VisitPhoto, WeatherState
from inspections.models.types import ProblemType

__all__ = [
    "Checklist",
    "ChecklistItem",
    "Finding",
    "FindingEvent",
    "FindingPhoto",
    "HeldSubmission",
    "NumberSequence",
    "Patrol",
    "PatrolRule",
    "ProblemType",
    "SavedView",
    "Visit",
    "VisitPhoto",
    "WeatherState",
]
