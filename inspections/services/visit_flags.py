"""Plausibility of a visit: marks that are shown and may be answered, never an obstacle and never a penalty (design 4, domain 2.5)."""

import datetime as dt

from grids import geometry
from inspections.models import Visit
from inspections.words import Flag

AHEAD_BY = dt.timedelta(minutes=5)
LATE_AFTER = dt.timedelta(hours=24)


def distance(visit: Visit) -> int | None:
    """Metres between the phone and the object; None when one of the places is unknown."""
    site = visit.site
    if None in (visit.lon, visit.lat, site.lon, site.lat):
        return None
    return min(round(geometry.distance_m(visit.lon, visit.lat, site.lon, site.lat)), 2_000_000_000)


def flags(visit: Visit, *, now: dt.datetime) -> list[dict]:
    found = []
    if visit.arrived_at - now > AHEAD_BY:
        found.append(Flag.CLOCK_AHEAD)
    if now - visit.arrived_at > LATE_AFTER:
        found.append(Flag.LATE_ARRIVAL)
    if visit.lon is None:
        found.append(Flag.NO_PLACE)
    return [{"code": code} for code in found]
