from grids.models.people import Handover, Membership, Post
from grids.models.structure import Field, Grid, Headquarters, Organisation, StructureChange
from grids.models.training import Course, Question, TestPaper, TrainingRecord

__all__ = [
    "Course",
    "Field",
    "Grid",
    "Handover",
    "Headquarters",
    "Membership",
    "Organisation",
    "Post",
    "Question",
    "StructureChange",
    "TestPaper",
    "TrainingRecord",
]
