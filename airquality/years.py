"""Year against year. Across 1 March 2026 days and indexes are recomputed under one chosen edition, and the figures say which."""

import calendar
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from airquality import figures
from airquality.aqi import tables
from airquality.aqi.ranks import change_rate
from airquality.figures import Period
from airquality.models import CompositeIndexRule, Station
from airquality.words import POLLUTANTS, Edition
from grids.models import Grid


@dataclass(frozen=True)
class Comparison:
    """``edition`` and ``rule`` hold for both sides. ``changes``: item → percent; days are differences."""

    this: Period
    before: Period
    edition: str
    rule: CompositeIndexRule | None
    changes: dict[str, Decimal | None]

    @property
    def good_days(self) -> int:
        return self.this.good - self.before.good

    @property
    def heavy_days(self) -> int:
        return self.this.heavy - self.before.heavy

    @property
    def edition_name(self) -> str:
        return str(Edition(self.edition).label)

    @property
    def is_even(self) -> bool:
        """Whether both sides rest on as many days; the page warns where they do not."""
        return self.this.assessed == self.before.assessed


def year_before(first: dt.date, last: dt.date) -> tuple[dt.date, dt.date]:
    """The same dates a year earlier; the end of February stays the end of February."""
    return _earlier(first), _earlier(last)


def _earlier(day: dt.date) -> dt.date:
    length = calendar.monthrange(day.year - 1, day.month)[1]
    is_last = day.day == calendar.monthrange(day.year, day.month)[1]
    return day.replace(year=day.year - 1, day=length if is_last else min(day.day, length))


def compare(stations: Sequence[Station], first: dt.date, last: dt.date, *, district: Grid, edition: str = "", status=figures.BEST) -> Comparison:
    """Without ``edition`` the one in force at the end of this year's period is taken for both."""
    edition = edition or tables.edition_on(last)
    this, before = both(stations, first, last, district=district, edition=edition, status=status)
    items = (*POLLUTANTS, "composite")
    changes = {name: change_rate(this.figure(name), before.figure(name)) for name in items}
    return Comparison(this, before, edition, figures.rule_for(district, first), changes)


def both(stations: Sequence[Station], first: dt.date, last: dt.date, *, district: Grid, edition: str, status: str) -> tuple[Period, Period]:
    """This period and the one a year before, by this one's composite rule."""
    rule = figures.rule_for(district, first)
    spans = ((first, last), year_before(first, last))
    days = [figures.area_days(stations, *span, edition=edition, status=status) for span in spans]
    this, before = (figures.period(found, *span, rule=rule) for found, span in zip(days, spans, strict=True))
    return this, before
