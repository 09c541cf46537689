"""The district's PM10 behind a site (domain 9.4, Hebei): mean of its stations' latest hour."""

import datetime as dt
from statistics import fmean

from airquality.models import Reading

FRESH = dt.timedelta(hours=3)


def pm10(district_id: int, *, now: dt.datetime) -> float | None:
    """None while no station has reported lately: then nobody can say what the site adds."""
    rows = Reading.objects.filter(station__district_id=district_id, station__is_active=True, hour__gt=now - FRESH, hour__lte=now, pm10__isnull=False)
    latest = rows.order_by("-hour").values_list("hour", flat=True).first()
    figures = [float(value) for value in rows.filter(hour=latest).values_list("pm10", flat=True)] if latest else []
    return fmean(figures) if figures else None
