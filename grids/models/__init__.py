from grids.models.people import Handover, Membership, Post
from grids.models.structure import Field, Grid, Headquarters, Organisation, StructureChange

__all__ = ["Field", "Grid", "Handover", "Headquarters", "Membership", "Organisation", "Post", "StructureChange"]
