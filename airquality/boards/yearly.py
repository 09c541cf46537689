"""Two years beside each other under one edition and one rule, month by month and to date. From two queries, cut into months here."""

import calendar
import datetime as dt
from dataclasses import dataclass

from airquality import figures
from airquality.aqi.ranks import change_rate
from airquality.boards.areas import Area
from airquality.figures import AreaDay
from airquality.models import CompositeIndexRule
from airquality.words import POLLUTANTS
from airquality.years import Comparison

ITEMS = (*POLLUTANTS, "composite")
YEARS_BACK = 12


@dataclass(frozen=True)
class Years:
    """``until``: month and day up to which both years are taken."""

    year: int
    against: int
    until: tuple[int, int]
    months: list[tuple[int, Comparison]]
    whole: Comparison


def years(area: Area, *, year: int, against: int, edition: str, rule: CompositeIndexRule | None, today: dt.date) -> Years:
    """Of a year that is not over, the same days of the other one."""
    last = min(dt.date(year, 12, 31), max(today - dt.timedelta(days=1), dt.date(year, 1, 1)))
    until = (last.month, last.day)
    both = [figures.area_days(area.stations, dt.date(each, 1, 1), _same(each, until), edition=edition) for each in (year, against)]
    months = [(month, _compared(both, year, against, month, month, until, edition, rule)) for month in range(1, until[0] + 1)]
    return Years(year, against, until, months, _compared(both, year, against, 1, until[0], until, edition, rule))


def _compared(both: list[list[AreaDay]], year: int, against: int, first: int, last: int, until, edition: str, rule) -> Comparison:
    this, before = (_period(days, each, first, last, until, rule) for days, each in zip(both, (year, against), strict=True))
    changes = {name: change_rate(this.figure(name), before.figure(name)) for name in ITEMS}
    return Comparison(this, before, edition, rule, changes)


def _period(days: list[AreaDay], year: int, first: int, last: int, until: tuple[int, int], rule) -> figures.Period:
    end = min(_same(year, (last, 31)), _same(year, until))
    return figures.period([day for day in days if first <= day.day.month <= last], dt.date(year, first, 1), end, rule=rule)


def _same(year: int, until: tuple[int, int]) -> dt.date:
    month, day = until
    return dt.date(year, month, min(day, calendar.monthrange(year, month)[1]))


def choices(today: dt.date) -> list[int]:
    """Years that may be chosen, newest first."""
    return list(range(today.year, today.year - YEARS_BACK, -1))
