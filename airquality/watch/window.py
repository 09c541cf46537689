"""The readings of a district around the hours that are looked at, read once."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

from django.db.models import Count, Max, Q, Sum

from airquality import hourly
from airquality.aqi.rounding import mean
from airquality.hours import HOUR, day_of
from airquality.models import Reading, Station
from airquality.words import POLLUTANTS, StationLevel, Status
from common import clock

LOOK_BACK = 25 * HOUR
"""Longer than any figure of a rule."""
FORGOTTEN = dt.timedelta(days=30)
"""A station that has sent nothing for so long is no fault any more: it is out of use, or of an archive."""


@dataclass(frozen=True)
class Window:
    """``compared``: stations whose mean the others are held against; clean references are never among them, micro stations by setting."""

    district_id: int
    stations: list[Station]
    includes_micro: bool = False
    start: dt.datetime | None = None
    readings: dict[tuple[int, dt.datetime], Reading] = field(default_factory=dict)
    _indexes: dict = field(default_factory=dict)
    _months: dict = field(default_factory=dict)

    @cached_property
    def compared(self) -> list[Station]:
        return [each for each in self.stations if not each.is_reference and (self.includes_micro or each.level != StationLevel.MICRO)]

    def is_compared(self, station: Station) -> bool:
        return any(each.pk == station.pk for each in self.compared)

    def raw(self, station: Station, name: str, hour: dt.datetime) -> Decimal | None:
        """As it came, below zero too."""
        reading = self.readings.get((station.pk, hour))
        return getattr(reading, name) if reading else None

    def value(self, station: Station, name: str, hour: dt.datetime) -> Decimal | None:
        found = self.raw(station, name, hour)
        return None if found is None or found < 0 else found

    def has(self, station: Station, hour: dt.datetime) -> bool:
        """Whether it has sent any figure for the hour."""
        return any(self.raw(station, name, hour) is not None for name in POLLUTANTS)

    def values(self, name: str, hour: dt.datetime, *, without: Station | None = None) -> list[tuple[Station, Decimal]]:
        """Of the compared stations that have one, in their order."""
        rest = (each for each in self.compared if without is None or each.pk != without.pk)
        return [(each, value) for each in rest if (value := self.value(each, name, hour)) is not None]

    def mean(self, name: str, hour: dt.datetime) -> Decimal | None:
        return mean(value for _station, value in self.values(name, hour))

    def sub_index(self, station: Station, name: str, hour: dt.datetime) -> int | None:
        """By the edition in force on the day of observation."""
        key = station.pk, hour
        if key not in self._indexes:
            values = {each: self.value(station, each, hour) for each in POLLUTANTS}
            self._indexes[key] = hourly.of_values(values, hour).sub_indexes
        return self._indexes[key].get(name)

    def month_means(self, name: str, hour: dt.datetime) -> dict[int, Decimal]:
        """Compared station → mean of the month so far, ``hour`` included: what the whole month comes to if it goes on like this."""
        if hour not in self._months:
            self._months[hour] = _sums(self.compared, hour)
        rows = self._months[hour]
        return {pk: row[f"{name}_sum"] / row[f"{name}_count"] for pk, row in rows.items() if row[f"{name}_count"]}

    @cached_property
    def last_seen(self) -> dict[int, dt.datetime]:
        """Station → the newest hour before the window that has any figure; asked only for those that are silent throughout it."""
        rows = Reading.objects.filter(station__in=self.stations, hour__lt=self.start, hour__gte=self.start - FORGOTTEN)
        rows = rows.exclude(**dict.fromkeys(POLLUTANTS))
        return dict(rows.order_by().values_list("station_id").annotate(Max("hour")))


def read(district_id: int, stations: list[Station], *, first: dt.datetime, last: dt.datetime, includes_micro: bool) -> Window:
    start = first - LOOK_BACK
    rows = Reading.objects.filter(station__in=stations, hour__range=(start, last))
    found = {(reading.station_id, reading.hour): reading for reading in hourly.best(rows)}
    return Window(district_id, stations, includes_micro, start, found)


def _sums(stations: Iterable[Station], hour: dt.datetime) -> dict[int, dict]:
    day = day_of(hour)
    begin = clock.at(day.replace(day=1))
    rows = Reading.objects.filter(station__in=stations, status=Status.REAL_TIME, hour__gt=begin, hour__lte=hour).order_by().values("station_id")
    figures = {f"{name}_{what.__name__.lower()}": what(name, filter=Q(**{f"{name}__gte": 0})) for name in ("pm10", "pm25") for what in (Sum, Count)}
    return {row["station_id"]: dict(row) for row in rows.annotate(**figures)}
