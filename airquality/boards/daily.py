"""One day of all stations and of the district: figures, and why some do not count."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from airquality import figures
from airquality.aqi import tables, validity
from airquality.aqi.index import Index
from airquality.figures import AreaDay, Lacking
from airquality.models import DailyValue, Station
from airquality.words import SYMBOLS

ITEMS = ("so2", "no2", "co", "o3_8h", "pm10", "pm25")
"""In the order of the reports."""


@dataclass(frozen=True)
class Cell:
    """``is_invalid``: a figure that rests on too few hours; it is shown and does not count."""

    item: str
    value: Decimal | None
    sub_index: int | None
    is_invalid: bool = False
    is_measured: bool = True


@dataclass(frozen=True)
class Line:
    """A station's day; ``found`` is None without any reading."""

    station: Station
    value: DailyValue | None
    found: AreaDay | None

    @property
    def index(self) -> Index | None:
        return self.found.index if self.found else None

    @property
    def cells(self) -> list[Cell]:
        return [_cell(item, self.value, self.found.index, self.station) for item in ITEMS] if self.found else []

    @property
    def reasons(self) -> list[str]:
        """Why figures of this day do not count, or are not there."""
        if self.value is None:
            return [_("全天无数据")]
        measured = [item for item in ITEMS if tables.pollutant_of(item) not in self.station.not_measured]
        return [words for item in measured if (words := reason(self.value, item))]


def _cell(item: str, value: DailyValue, found: Index, station: Station) -> Cell:
    measured = tables.pollutant_of(item) not in station.not_measured
    return Cell(item, getattr(value, item), found.sub_indexes.get(item), item in value.invalid, measured)


def reason(value: DailyValue, item: str) -> str:
    """Empty where the item counts."""
    name, there = SYMBOLS[tables.pollutant_of(item)], value.hours.get(item, 0)
    if getattr(value, item) is None:
        return _("%(item)s无有效数据") % {"item": name}
    if item not in value.invalid:
        return ""
    if item == "o3_8h":
        words = _("%(item)s只有%(there)d个8小时滑动均值，少于%(least)d个")
        return words % {"item": name, "there": there, "least": validity.WINDOWS_OF_DAY}
    return _("%(item)s只有%(there)d个小时值，少于%(least)d个") % {"item": name, "there": there, "least": validity.HOURS_OF_DAY}


def lines(stations: Sequence[Station], day: dt.date) -> list[Line]:
    """One query."""
    values = {value.station_id: value for value in figures.best_days(stations, day, day)}
    return [_line(station, values.get(station.pk)) for station in stations]


def _line(station: Station, value: DailyValue | None) -> Line:
    found = next(iter(figures.together([value], figures.lacking_of([station]))), None) if value else None
    return Line(station, value, found)


def mean_of(found: Sequence[Line], *, with_excluded: bool = True) -> AreaDay | None:
    """The district's day: the mean over its counted stations first, then the index."""
    counted = [line for line in found if line.value and not line.station.is_shown_only and (with_excluded or not line.value.excluded_reason)]
    return next(iter(figures.together([line.value for line in counted], lacking_of(found), every=True)), None)


def lacking_of(found: Sequence[Line]) -> Lacking:
    """What none of the counted stations measures."""
    return figures.lacking_of([line.station for line in found if not line.station.is_shown_only])


def cells_of(day: AreaDay, lacking: Lacking) -> list[Cell]:
    absent = lacking(day.day)
    return [Cell(item, day.values.get(item), day.index.sub_indexes.get(item), is_measured=tables.pollutant_of(item) not in absent) for item in ITEMS]
