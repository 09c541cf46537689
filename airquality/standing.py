"""How an area stands against its target: what is reached, and how much of the year is left (domain 7.8)."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from airquality import figures
from airquality.figures import Period
from airquality.models import AirTarget


@dataclass(frozen=True)
class Standing:
    """Of a target's year what has been until ``through``."""

    target: AirTarget
    period: Period

    @property
    def through(self) -> dt.date:
        """The last day that counts."""
        return self.period.last

    @property
    def days_left(self) -> int:
        """Of the year, all of it where it is still to come."""
        before, last = (dt.date(year, 12, 31) for year in (self.target.year - 1, self.target.year))
        return (last - max(self.through, before)).days


def stand(targets_of_year: Sequence[AirTarget], *, through: dt.date) -> list[Standing]:
    """Where the areas of a district's targets of one year stand at the end of ``through``; a day without a figure counts on neither side."""
    if not targets_of_year:
        return []
    year, district = targets_of_year[0].year, targets_of_year[0].district
    first, through = dt.date(year, 1, 1), min(through, dt.date(year, 12, 31))
    days = figures.days_of_areas(figures.stations_of([each.grid for each in targets_of_year], since=first), first, through)
    rule = figures.rule_for(district, first)
    return [Standing(each, figures.period(days[each.grid_id], first, through, rule=rule)) for each in targets_of_year]
