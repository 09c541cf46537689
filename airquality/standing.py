"""How an area stands against its target: what is reached, what the rest of the year may still bring (domain 7.8)."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from airquality import figures
from airquality.aqi import targets, validity
from airquality.aqi.targets import DaysNeeded
from airquality.figures import Period
from airquality.models import AirTarget


@dataclass(frozen=True)
class Standing:
    """``through``: the last day that counts. None where the target has no such item."""

    target: AirTarget
    through: dt.date
    period: Period
    good_days: DaysNeeded | None
    good_ratio: DaysNeeded | None
    heavy_left: int | None
    """Below zero: more heavy days than the target allows."""


def stand(targets_of_year: Sequence[AirTarget], *, through: dt.date) -> list[Standing]:
    """Where the areas of a district's targets of one year stand at the end of ``through``; a day without a figure counts on neither side."""
    if not targets_of_year:
        return []
    year, district = targets_of_year[0].year, targets_of_year[0].district
    first, through = dt.date(year, 1, 1), min(through, dt.date(year, 12, 31))
    days = figures.days_of_areas(figures.stations_of([each.grid for each in targets_of_year], since=first), first, through)
    rule = figures.rule_for(district, first)
    return [_stand(each, figures.period(days[each.grid_id], first, through, rule=rule)) for each in targets_of_year]


def _stand(target: AirTarget, found: Period) -> Standing:
    days_left = validity.days_in(target.year) - max(0, (found.last - found.first).days + 1)
    return Standing(
        target=target,
        through=found.last,
        period=found,
        good_days=None if target.good_days is None else targets.good_days_needed(target.good_days, good=found.good, days_left=days_left),
        good_ratio=None if target.good_ratio is None else _ratio(target.good_ratio, found, days_left),
        heavy_left=None if target.heavy_days is None else targets.heavy_days_left(target.heavy_days, heavy=found.heavy),
    )


def _ratio(ratio: Decimal, found: Period, days_left: int) -> DaysNeeded:
    return targets.good_days_for_ratio(ratio, good=found.good, assessed=found.assessed, days_left=days_left)
