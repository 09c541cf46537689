"""A station through the hours or days: every pollutant, and how complete the data are."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from airquality import figures, hourly, hours
from airquality.aqi.index import Index
from airquality.aqi.rounding import rounded
from airquality.boards.now import Cell, cells
from airquality.figures import AreaDay
from airquality.models import Reading, Station
from airquality.words import POLLUTANTS, Status
from common import clock

SPANS = {"24": 24, "72": 72, "30": 0}
"""What an address may ask for: hours, or thirty days."""
DAYS = 30


@dataclass(frozen=True)
class Point:
    """``at``: an hour's label, or a day; without an index there is nothing."""

    at: dt.datetime | dt.date
    values: dict[str, Decimal | None]
    index: Index | None = None
    status: str = ""
    excluded: str = ""
    not_measured: Sequence[str] = ()

    @property
    def cells(self) -> list[Cell]:
        return cells(self.values, self.index, self.not_measured) if self.index else []


@dataclass(frozen=True)
class Quality:
    """Of thirty days: hours that should be there, that are, and of each pollutant."""

    expected: int
    there: int
    by_pollutant: list[tuple[str, int, Decimal | None]]
    reviewed: int
    newest: Reading | None

    @property
    def share(self) -> Decimal | None:
        return percent(self.there, self.expected)


def percent(part: int, whole: int) -> Decimal | None:
    return rounded(Decimal(part * 100) / whole, 1) if whole else None


def readings(user, station: Station) -> list[Reading]:
    """The best of each of the last 720 hours. One query."""
    last = hours.latest(clock.now())
    found = Reading.objects.visible_to(user).filter(station=station, hour__range=(last - (DAYS * 24 - 1) * hours.HOUR, last))
    kept = hourly.best(found.order_by("hour", "status"))
    for reading in kept:
        reading.station = station
    return kept


def of_hours(found: Iterable[Reading], count: int) -> list[Point]:
    """Each hour of the span, those without a reading too; oldest first."""
    last = hours.latest(clock.now())
    moments = [last - n * hours.HOUR for n in range(count - 1, -1, -1)]
    there = {each.reading.hour: each for each in hourly.with_indexes(reading for reading in found if reading.hour >= moments[0])}
    return [_of_hour(moment, there.get(moment)) for moment in moments]


def _of_hour(moment: dt.datetime, found: hourly.Hour | None) -> Point:
    if found is None:
        return Point(moment, {})
    reading = found.reading
    return Point(moment, reading.values, found.index, reading.status, not_measured=reading.station.not_measured)


def of_days(station: Station, count: int = DAYS) -> list[Point]:
    """Up to yesterday; ozone by its highest mean of eight hours. One query."""
    last = clock.today() - dt.timedelta(days=1)
    dates = [last - dt.timedelta(days=n) for n in range(count - 1, -1, -1)]
    there = {each.day: each for each in figures.area_days([station], dates[0], last)}
    return [_of_day(day, there.get(day), station) for day in dates]


def _of_day(day: dt.date, found: AreaDay | None, station: Station) -> Point:
    if found is None:
        return Point(day, {})
    values = found.values | {"o3": found.values["o3_8h"]}
    return Point(day, values, found.index, figures.status_of(found.statuses), found.excluded_reason, station.not_measured)


def quality(station: Station, found: Sequence[Reading]) -> Quality:
    expected = DAYS * 24
    there = [reading for reading in found if any(value is not None for value in reading.values.values())]
    counts = {name: sum(getattr(reading, name) is not None for reading in found) for name in POLLUTANTS}
    measured = [(name, counts[name], percent(counts[name], expected)) for name in POLLUTANTS if name not in station.not_measured]
    return Quality(expected, len(there), measured, sum(reading.status == Status.REVIEWED for reading in found), there[-1] if there else None)
