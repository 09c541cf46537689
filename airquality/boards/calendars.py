"""A month as a calendar in the six colours, the year as a strip, and what they count."""

import calendar
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from airquality.aqi import levels, validity
from airquality.figures import AreaDay, Lacking, Period, all_measured


@dataclass(frozen=True)
class Cell:
    """``found`` is None where there is no value; ``is_ahead``: not over yet."""

    date: dt.date
    found: AreaDay | None
    is_ahead: bool

    @property
    def level(self) -> levels.Level | None:
        return levels.level(self.found.index.level) if self.found else None

    @property
    def number(self) -> int:
        """Of the level; 0 without one."""
        return self.level.number if self.level else 0

    @property
    def is_excluded(self) -> bool:
        return self.found is not None and bool(self.found.excluded_reason)

    @property
    def is_missing(self) -> bool:
        return not self.is_ahead and (self.found is None or not self.found.index.sub_indexes)


def month(days: Sequence[AreaDay], first: dt.date, *, today: dt.date) -> list[list[Cell | None]]:
    """Weeks from Monday; None for the days of other months."""
    by_day = {day.day: day for day in days}
    weeks = calendar.Calendar().monthdatescalendar(first.year, first.month)
    return [[_cell(date, by_day, today) if date.month == first.month else None for date in week] for week in weeks]


def strip(days: Sequence[AreaDay], year: int, *, today: dt.date) -> list[tuple[int, list[Cell]]]:
    """Number of the month, its days; for the twelve months."""
    by_day = {day.day: day for day in days}
    lengths = [(number, calendar.monthrange(year, number)[1]) for number in range(1, 13)]
    return [(number, [_cell(dt.date(year, number, day), by_day, today) for day in range(1, length + 1)]) for number, length in lengths]


def _cell(date: dt.date, by_day: dict[dt.date, AreaDay], today: dt.date) -> Cell:
    return Cell(date, by_day.get(date), date >= today)


def missing(weeks: list[list[Cell | None]]) -> int:
    return sum(cell is not None and cell.is_missing for week in weeks for cell in week)


def by_level(found: Period) -> list[tuple[levels.Level, int]]:
    return [(level, found.levels.get(level.number, 0)) for level in levels.LEVELS]


def weekdays() -> list[str]:
    return [pgettext("weekday", name) for name in ("一", "二", "三", "四", "五", "六", "日")]


def incomplete(found: Period, last: dt.date, *, today: dt.date, lacking: Lacking = all_measured) -> str:
    """Of a month that is over and has too few days (domain 7.3): words; empty where it has enough."""
    fewest = min((days for name, days in found.days_of.items() if name not in lacking(last)), default=0)
    if last >= today or not found.days or validity.is_month_valid(last.month, fewest):
        return ""
    words = _("本月有的项目只有%(days)d个有效日均值，少于规定的%(least)d个，月均值仅供参考。")
    return words % {"days": fewest, "least": validity.days_needed(last.month)}
