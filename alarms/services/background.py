"""The district's PM10 behind a site (domain 9.4, Hebei): mean of its stations' latest hour.

The stations whose mean is the district's value (no clean reference, no micro station), each with one row: the reviewed one where there is one.
"""

import datetime as dt
from statistics import fmean

from airquality import hourly
from airquality.models import Reading, Station

FRESH = dt.timedelta(hours=3)


def pm10(district_id: int, *, now: dt.datetime) -> float | None:
    """None while no station has reported lately: then nobody can say what the site adds."""
    stations = Station.objects.active().counted().filter(district=district_id)
    found = Reading.objects.filter(station__in=stations, hour__gt=now - FRESH, hour__lte=now)
    rows = [row for row in hourly.best(found) if row.pm10 is not None and row.pm10 >= 0]
    latest = max((row.hour for row in rows), default=None)
    return fmean(float(row.pm10) for row in rows if row.hour == latest) if rows else None
