"""What an area's air comes to: the mean of its stations' concentrations first, then the index, never the mean of their indexes.

References are left out, stations out of use from their last day on. Where a reviewed value exists it is taken, and every figure says which it rests on.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple, TypeVar

from django.db.models import Exists, OuterRef

from airquality import hourly
from airquality.aqi import composite, index, levels, tables
from airquality.aqi.rounding import MEAN_PLACES, concentration, mean, rounded
from airquality.models import CompositeIndexRule, DailyValue, Reading, Station
from airquality.models.daily import DailyValueQuerySet
from airquality.services.rules import as_rule
from airquality.words import POLLUTANTS, Status
from grids.models import Grid

Key = TypeVar("Key", bound=Hashable)
Lacking = Callable[[dt.date], Collection[str]]
"""Of a day the pollutants in nobody's plan."""
BEST = "best"
DAY_ITEMS = ("so2", "no2", "co", "o3_8h", "o3_1h", "pm10", "pm25")
MEANS = ("so2", "no2", "pm10", "pm25")


@dataclass(frozen=True)
class AreaHour:
    hour: dt.datetime
    values: dict[str, Decimal | None]
    index: index.Index
    stations: int
    statuses: frozenset[str]


@dataclass(frozen=True)
class AreaDay:
    """A day of a station or an area. ``values``: items that count."""

    day: dt.date
    values: dict[str, Decimal | None]
    index: index.Index
    stations: int
    statuses: frozenset[str]
    excluded_reason: str = ""


@dataclass(frozen=True)
class Period:
    """A month, a quarter, a year: concentrations as published (CO and O3 by percentile), days by level, the composite index."""

    first: dt.date
    last: dt.date
    concentrations: dict[str, Decimal | None]
    days_of: dict[str, int]
    """Item → daily values it rests on."""
    composite: composite.Composite
    levels: dict[int, int]
    """Level → days."""
    leading: dict[str, int]
    """Pollutant → days on which it led."""
    statuses: frozenset[str]
    excluded: int = 0
    days: list[AreaDay] = field(default_factory=list, repr=False)

    @property
    def assessed(self) -> int:
        """Days with an index."""
        return sum(self.levels.values())

    @property
    def good(self) -> int:
        return self.levels.get(1, 0) + self.levels.get(2, 0)

    @property
    def heavy(self) -> int:
        return self.levels.get(5, 0) + self.levels.get(6, 0)

    @property
    def good_ratio(self) -> Decimal | None:
        return rounded(Decimal(self.good) * 100 / self.assessed, 1) if self.assessed else None

    def figure(self, name: str) -> Decimal | None:
        """A concentration, or ``composite``, ``good_ratio``."""
        return {"composite": self.composite.index, "good_ratio": self.good_ratio}[name] if name not in POLLUTANTS else self.concentrations[name]


def counted_stations(area: Grid, *, since: dt.date) -> list[Station]:
    """Whose mean is the value of a district or a township, in use on ``since`` or later."""
    return stations_of([area], since=since)[area.pk]


def stations_of(areas: Sequence[Grid], *, since: dt.date) -> dict[int, list[Station]]:
    """Area → its counted stations, from one query."""
    counted = list(Station.objects.used_since(since).counted().filter(district_id__in={area.district_id for area in areas}).select_related("grid"))
    return {area.pk: [station for station in counted if _lies_in(station, area)] for area in areas}


def _lies_in(station: Station, area: Grid) -> bool:
    if area.is_district:
        return station.district_id == area.district_id
    return station.grid is not None and station.grid.path.startswith(area.path)


# --- hours ------------------------------------------------------------------------------------------------------------------------------
def area_hours(stations: Sequence[Station], start: dt.datetime, end: dt.datetime) -> list[AreaHour]:
    """Labels from ``start`` to ``end``, both included; hours of which nothing is there are left out."""
    found = Reading.objects.filter(station__in=stations, hour__range=(start, end)).order_by("hour")
    by_hour: dict[dt.datetime, list[Reading]] = defaultdict(list)
    for reading in hourly.best(found):
        by_hour[reading.hour].append(reading)
    lacking = measured_by_none(stations)
    return [_area_hour(hour, readings, lacking) for hour, readings in sorted(by_hour.items())]


def _area_hour(hour: dt.datetime, readings: list[Reading], lacking: Collection[str]) -> AreaHour:
    values = {name: mean(value for reading in readings if (value := getattr(reading, name)) is not None and value >= 0) for name in POLLUTANTS}
    statuses = frozenset(reading.status for reading in readings)
    return AreaHour(hour, values, hourly.of_values(values, hour, not_measured=lacking), _measured(reading.values for reading in readings), statuses)


def _measured(of_stations: Iterable[Mapping[str, Decimal | None]]) -> int:
    """How many of them have measured anything."""
    return sum(any(value is not None for value in values.values()) for values in of_stations)


def measured_by_none(stations: Iterable[Station]) -> set[str]:
    """Pollutants in nobody's plan block no index of the area."""
    plans = [set(station.not_measured) for station in stations]
    return set.intersection(*plans) if plans else set()


def lacking_of(stations: Sequence[Station]) -> Lacking:
    """The same day by day: whoever is out of use by then has no plan."""
    if all(station.out_of_use_from is None for station in stations):
        always = measured_by_none(stations)
        return lambda _day: always
    return lambda day: measured_by_none(station for station in stations if station.is_used_on(day))


def all_measured(_day: dt.date) -> Collection[str]:
    return ()


# --- days -------------------------------------------------------------------------------------------------------------------------------
class StationDay(NamedTuple):
    """The columns of a ``DailyValue`` from which figures are made. Not the row itself: a year of a district has thousands."""

    station_id: int
    day: dt.date
    status: str
    so2: Decimal | None
    no2: Decimal | None
    co: Decimal | None
    o3_8h: Decimal | None
    o3_1h: Decimal | None
    pm10: Decimal | None
    pm25: Decimal | None
    invalid: list[str]
    excluded_reason: str

    @property
    def items(self) -> dict[str, Decimal | None]:
        """As of ``DailyValue``."""
        return {name: None if name in self.invalid else getattr(self, name) for name in DAY_ITEMS}


def best_days(stations: Iterable[Station], first: dt.date, last: dt.date, *, status: str = BEST) -> DailyValueQuerySet:
    """Of each station's day in use one row: the reviewed where there is one; or those of one status."""
    found = DailyValue.objects.filter(station__in=stations).in_use().between(first, last).order_by("day", "station_id")
    if status != BEST:
        return found.filter(status=status)
    reviewed = DailyValue.objects.reviewed().filter(station=OuterRef("station"), day=OuterRef("day"))
    return found.exclude(Exists(reviewed), status=Status.REAL_TIME)


def daily_values(stations: Iterable[Station], first: dt.date, last: dt.date, *, status: str = BEST) -> list[StationDay]:
    rows = best_days(stations, first, last, status=status).values_list(*StationDay._fields)
    return [StationDay._make(row) for row in rows]


def area_days(stations: Sequence[Station], first: dt.date, last: dt.date, *, edition: str = "", status: str = BEST) -> list[AreaDay]:
    """Days of one station or of several together. ``edition`` recomputes all of them by one standard; else each day keeps its own."""
    return together(daily_values(stations, first, last, status=status), lacking_of(stations), edition=edition)


def days_of_areas(
    areas: Mapping[Key, Sequence[Station]], first: dt.date, last: dt.date, *, edition: str = "", status: str = BEST
) -> dict[Key, list[AreaDay]]:
    """The days of many areas, from one query; a station may belong to several."""
    found: dict[int, list[StationDay]] = defaultdict(list)
    for value in daily_values({station for each in areas.values() for station in each}, first, last, status=status):
        found[value.station_id].append(value)
    return {
        key: together((value for station in each for value in found[station.pk]), lacking_of(each), edition=edition) for key, each in areas.items()
    }


def together(values: Iterable[StationDay | DailyValue], lacking: Lacking = all_measured, *, edition: str = "", every: bool = False) -> list[AreaDay]:
    """A station whose day was excluded by approval has no part in the mean, unless the day was excluded for all that have a value.

    ``every``: with a part, for the version that counts every day.
    """
    by_day: dict[dt.date, list[StationDay | DailyValue]] = defaultdict(list)
    for value in values:
        by_day[value.day].append(value)
    return [_area_day(day, found if every else _assessed(found), lacking(day), edition) for day, found in sorted(by_day.items())]


def _assessed(found: list[StationDay | DailyValue]) -> list[StationDay | DailyValue]:
    return [value for value in found if not value.excluded_reason] or found


def _area_day(day: dt.date, found: list[StationDay | DailyValue], lacking: Collection[str], edition: str) -> AreaDay:
    items = [value.items for value in found]
    values = items[0] if len(items) == 1 else {name: _mean([each[name] for each in items]) for name in DAY_ITEMS}
    said = index.daily(values, edition=edition or tables.edition_on(day), not_measured=lacking)
    reasons = {value.excluded_reason for value in found}
    return AreaDay(day, values, said, _measured(items), frozenset(value.status for value in found), "" if "" in reasons else min(reasons))


def _mean(values: Sequence[Decimal | None]) -> Decimal | None:
    """Cut where the stations' own means are cut: their last figure must not decide on which side of a half the area stands."""
    found = mean(values)
    return None if found is None else rounded(found, MEAN_PLACES)


# --- periods ----------------------------------------------------------------------------------------------------------------------------
def rule_for(district: Grid, day: dt.date) -> CompositeIndexRule | None:
    return CompositeIndexRule.objects.in_force(district, day)


def period(days: Sequence[AreaDay], first: dt.date, last: dt.date, *, rule: CompositeIndexRule | None, with_excluded: bool = False) -> Period:
    """``with_excluded``: the version that counts every day."""
    counting = [each for each in days if with_excluded or not each.excluded_reason]
    by = as_rule(rule)
    series = {name: [each.values[_item(name)] for each in counting if each.values[_item(name)] is not None] for name in POLLUTANTS}
    concentrations = {name: _published(name, series[name], by) for name in POLLUTANTS}
    said = [each.index for each in counting if each.index.aqi is not None]
    return Period(
        first=first,
        last=last,
        concentrations=concentrations,
        days_of={name: len(values) for name, values in series.items()},
        composite=composite.composite(concentrations, by),
        levels=dict(sorted(Counter(levels.of(each.aqi) for each in said).items())),
        leading=dict(Counter(name for each in said for name in each.primary).most_common()),
        statuses=frozenset(status for each in counting for status in each.statuses),
        excluded=sum(bool(each.excluded_reason) for each in days),
        days=list(days),
    )


def _item(pollutant: str) -> str:
    return "o3_8h" if pollutant == "o3" else pollutant


def _published(name: str, values: Sequence[Decimal], by: composite.Rule) -> Decimal | None:
    if not values:
        return None
    if name in MEANS:
        return concentration(name, mean(values))
    return concentration(name, composite.percentile(values, by.percentile_co if name == "co" else by.percentile_o3))


def status_of(statuses: Collection[str]) -> str:
    """What a figure rests on, for printing: ``reviewed``, ``real_time`` or ``mixed``; empty without data."""
    if len(statuses) > 1:
        return "mixed"
    return next(iter(statuses), "")


def shared_status(periods: Iterable[Period]) -> str:
    return status_of({status for each in periods for status in each.statuses})
