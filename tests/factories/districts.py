"""A small district with everything that a new district is given: problem types, clocks and rules, schemes."""

from inspections.services import defaults as problem_types
from rectification.services import defaults as rules
from registers import defaults as kinds
from scorecards import services as scorecards
from tests.factories.grids import DistrictFactory, FieldFactory

OTHER_FIELDS = ("industry", "coal", "vocs", "vehicle", "scattered", "station", "emergency", "other")


def made_district():
    """``DistrictFactory()`` with the fields it lacks and the defaults of every app."""
    district = DistrictFactory()
    for code in OTHER_FIELDS:
        FieldFactory(district=district, code=code)
    for each in (kinds, problem_types, rules, scorecards):
        each.load(district)
    return district
