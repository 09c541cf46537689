"""Which state of the air the rules go by: a warning of the office from a moment until a moment; none running means ordinary days."""

import datetime as dt

from django.db.models import Q

from inspections.models import WeatherState
from inspections.words import Weather

ORDER = list(Weather)


def at(district_id: int, moment: dt.datetime) -> str:
    """The gravest state running at ``moment``."""
    running = WeatherState.objects.filter(district_id=district_id, starts_at__lte=moment).filter(Q(ends_at=None) | Q(ends_at__gt=moment))
    return max(running.values_list("weather", flat=True), key=ORDER.index, default=Weather.ORDINARY)
