"""A district whose October 2026 can be marked, and shorthand for Beijing moments."""

import datetime as dt

from common import clock
from scorecards import services
from tests.factories.grids import DistrictFactory

MONTH = "2026-10"


def beijing(day: int, hour: int = 0, minute: int = 0, *, month: int = 10, year: int = 2026) -> dt.datetime:
    """A Beijing moment, in October 2026 unless told otherwise."""
    return dt.datetime(year, month, day, hour, minute, tzinfo=clock.BEIJING)


def MarkedDistrictFactory(**kwargs):  # noqa: N802 - stands beside the factories
    """``DistrictFactory`` with the default schemes."""
    district = DistrictFactory(**kwargs)
    services.load(district)
    return district
