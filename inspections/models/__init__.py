from inspections.models.findings import Finding, FindingEvent, FindingPhoto
from inspections.models.intake import HeldSubmission, NumberSequence, SavedView
from inspections.models.types import ProblemType

__all__ = ["Finding", "FindingEvent", "FindingPhoto", "HeldSubmission", "NumberSequence", "ProblemType", "SavedView"]
