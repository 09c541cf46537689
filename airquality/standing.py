"""How an area stands against its target: what is reached, what the rest of the year may still bring (domain 7.8)."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from airquality import figures
from airquality.aqi import targets, validity
from airquality.aqi.rounding import mean
from airquality.aqi.targets import DaysNeeded, Remaining
from airquality.figures import AreaDay, Period
from airquality.models import AirTarget

PARTICLES = ("pm25", "pm10")


@dataclass(frozen=True)
class Standing:
    """``through``: the last day that counts. Items without a target are absent."""

    target: AirTarget
    through: dt.date
    period: Period
    means: dict[str, Decimal | None]
    """Not rounded."""
    remaining: dict[str, Remaining]
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
    done = {name: _done(found.days, name) for name in PARTICLES}
    return Standing(
        target=target,
        through=found.last,
        period=found,
        means={name: mean(values) for name, values in done.items()},
        remaining={name: targets.remaining_mean(limit, done[name], days_left=days_left) for name in PARTICLES if (limit := getattr(target, name))},
        good_days=None if target.good_days is None else targets.good_days_needed(target.good_days, good=found.good, days_left=days_left),
        good_ratio=None if target.good_ratio is None else _ratio(target.good_ratio, found, days_left),
        heavy_left=None if target.heavy_days is None else targets.heavy_days_left(target.heavy_days, heavy=found.heavy),
    )


def _ratio(ratio: Decimal, found: Period, days_left: int) -> DaysNeeded:
    return targets.good_days_for_ratio(ratio, good=found.good, assessed=found.assessed, days_left=days_left)


def _done(days: Sequence[AreaDay], name: str) -> list[Decimal]:
    return [value for each in days if not each.excluded_reason and (value := each.values[name]) is not None]
