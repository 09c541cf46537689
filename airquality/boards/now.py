"""The air of the last hours: each station's newest hour, the district's mean, how old it all is."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.urls import reverse
from django.utils.functional import Promise

from airquality import figures, hourly, hours
from airquality.aqi import levels
from airquality.aqi.index import Index
from airquality.boards import areas
from airquality.figures import AreaHour
from airquality.models import Reading, Station
from airquality.words import POLLUTANTS
from common import clock

BACK = 24
"""Hours that are looked back for a newest value and for gaps."""
LATE_AFTER = dt.timedelta(hours=2)
"""An hour is published at most an hour after its end; older than this, the page says so."""
Cell = tuple[str, Decimal | None, int | None, bool]
"""Pollutant, concentration, sub-index, whether it is measured at all."""


def cells(values: dict[str, Decimal | None], found: Index, not_measured=()) -> list[Cell]:
    return [(name, values.get(name), sub_index(found, name), name not in not_measured) for name in POLLUTANTS]


def sub_index(found: Index, name: str) -> int | None:
    """The pollutant's highest: ozone of a day may have two."""
    there = [value for item, value in found.sub_indexes.items() if item == name or item.startswith(f"{name}_")]
    return max(there, default=None)


@dataclass(frozen=True)
class Here:
    """A station: ``hour`` is its newest one with a value, None after a day of silence; ``missing`` hours of the last 24."""

    station: Station
    hour: hourly.Hour | None
    missing: int
    newest: dt.datetime

    @property
    def index(self) -> Index | None:
        return self.hour.index if self.hour else None

    @property
    def lags(self) -> bool:
        """Whether others have a newer hour."""
        return self.hour is not None and self.hour.reading.hour < self.newest

    @property
    def cells(self) -> list[Cell]:
        return cells(self.hour.reading.values, self.hour.index, self.station.not_measured) if self.hour else []


@dataclass(frozen=True)
class Now:
    """``district``: the mean over the counted stations at their newest hour, ``of`` so many; ``newest`` hour of any station.

    ``lacking``: what no counted station measures.
    """

    stations: list[Here]
    district: AreaHour | None
    of: int
    at: dt.datetime
    newest: dt.datetime
    lacking: Collection[str] = ()

    @property
    def has_data(self) -> bool:
        return any(here.hour for here in self.stations)

    @property
    def is_old(self) -> bool:
        return self.has_data and self.at - self.newest > LATE_AFTER

    @property
    def cells(self) -> list[Cell]:
        return cells(self.district.values, self.district.index, self.lacking) if self.district else []

    @property
    def level(self):
        return levels.level(self.district.index.level) if self.district else None

    @property
    def groups(self) -> Mapping[str, str | Promise]:
        """Who should take care, by pollutant above 100; named since the 2026 edition."""
        return levels.sensitive_groups(self.district.index.sub_indexes) if self.district else {}

    @property
    def points(self) -> list[dict]:
        """For the map."""
        return [_point(here) for here in self.stations]


def board(user, district, stations: Sequence[Station]) -> Now:
    """Two queries, and up to two more where the 2012 edition needs running means."""
    at = clock.now()
    latest = hours.latest(at)
    known = {station.pk: station for station in stations}
    found = Reading.objects.visible_to(user).filter(station__in=known).between(latest - (BACK - 1) * hours.HOUR, latest + hours.HOUR)
    by_station: dict[int, list[Reading]] = defaultdict(list)
    for reading in hourly.best(found.order_by("hour", "status")):
        if any(value is not None for value in reading.values.values()):
            reading.station = known[reading.station_id]
            by_station[reading.station_id].append(reading)
    shown = {each.reading.station_id: each for each in hourly.with_indexes(found[-1] for found in by_station.values())}
    newest = max((each.reading.hour for each in shown.values()), default=at)
    here = [Here(station, shown.get(station.pk), BACK - len(by_station[station.pk]), newest) for station in stations]
    counted = areas.of_district(district, stations).stations
    return Now(here, _district(counted, shown), len(counted), at, newest, figures.measured_by_none(counted))


def _district(counted: Sequence[Station], shown: Mapping[int, hourly.Hour]) -> AreaHour | None:
    """At the newest hour of the counted stations: micro stations often send it first."""
    newest = max((shown[station.pk].reading.hour for station in counted if station.pk in shown), default=None)
    return next(iter(figures.area_hours(counted, newest, newest)), None) if newest else None


def _point(here: Here) -> dict:
    station, found = here.station, here.index
    level = levels.level(found.level) if found else None
    return {
        "name": station.name,
        "lon": station.lon,
        "lat": station.lat,
        "aqi": "—" if found is None else "NA" if found.aqi is None else str(found.aqi),
        "level": level.number if level else 0,
        "text": str(level.label) if level else "",
        "reference": station.is_reference,
        "old": here.lags,
        "url": reverse("airquality:station", args=[station.pk]),
    }
