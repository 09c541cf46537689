"""What a township's month comes to, from its paper alone: exact fractions, rounded once, half to even."""

import datetime as dt
from collections import defaultdict
from dataclasses import asdict, dataclass
from fractions import Fraction

from airquality import figures
from airquality.aqi import composite, validity
from airquality.figures import AreaDay
from airquality.models import CompositeIndexRule
from scorecards import marks
from scorecards.indicators.air import PARTICLES, Air, Measure, Way
from scorecards.models import AirDay
from scorecards.services.air.papers import Paper, bounds
from scorecards.words import NoAir

NEEDED = {"pm25": ("pm25",), "pm10": ("pm10",), "two_factor": ("pm25", "so2"), "composite": ("so2", "no2", "co", "o3_8h", "pm10", "pm25")}
"""Items each of which needs its days; of the good days it is the index itself."""


@dataclass(frozen=True)
class Figure:
    """Integers with the measure's places; ``why`` (``NoAir``) when there is nothing to be marked by. Kept as ``ScoreLine.air``."""

    measured: int | None = None
    aim: int | None = None
    before: int | None = None
    aim_is_before: bool = False
    """Without a target of the month: last year's figure is not to be exceeded."""
    change: int | None = None
    """Hundredths of a percent, signed; of a share in percent hundredths of a point."""
    days: int = 0
    needed: int = 0
    days_before: int = 0
    excluded: int = 0
    stations: int = 0
    provisional: int = 0
    """Days of stations that count with a real-time value."""
    why: str = ""
    edition: str = ""

    def as_json(self) -> dict:
        return asdict(self)


def of(paper: Paper | None, air: Air) -> Figure:
    if paper is None or not paper.stations_of_month:
        return Figure(why=NoAir.NO_STATION.value)
    needed = validity.days_needed(int(paper.sheet.month[5:]))
    days, earlier = _area_days(paper, before=False), _area_days(paper, before=True)
    valid, valid_before = valid_days(days, air.measure), valid_days(earlier, air.measure)
    measured = _measured(paper, air.measure, before=False) if valid >= needed else None
    before = _measured(paper, air.measure, before=True) if valid_before >= needed else None
    target = _aim(paper, air.measure) if air.way == Way.TARGET else None
    aim = before if air.way == Way.TARGET and target is None else target
    return Figure(
        measured=measured,
        aim=aim,
        before=before,
        aim_is_before=aim is not None and target is None,
        change=None if measured is None else marks.change(measured, before, in_points=air.measure.in_points),
        days=valid,
        needed=needed,
        days_before=valid_before,
        excluded=len(days) - len({day.day for day in _assessed(paper, before=False)}),
        stations=len(paper.stations_of_month),
        provisional=_provisional(paper, air.measure),
        why=_why(air, measured, aim, before),
        edition=paper.sheet.edition,
    )


def _why(air: Air, measured: int | None, aim: int | None, before: int | None) -> str:
    if measured is None:
        return NoAir.FEW_DAYS.value
    if air.way == Way.TARGET and aim is None:
        return NoAir.NO_AIM.value
    has_before = before is not None and (before > 0 or air.measure.in_points)
    return NoAir.NO_BEFORE.value if air.needs_before and not has_before else ""


# --- days ---------------------------------------------------------------------------------------------------------------------------
def _area_days(paper: Paper, *, before: bool) -> list[AreaDay]:
    return _together(paper, [day for day in paper.days if day.is_before == before])


def _assessed(paper: Paper, *, before: bool) -> list[AirDay]:
    """Without what approval has left out."""
    return [day for day in paper.days if day.is_before == before and not day.excluded_reason]


def _together(paper: Paper, days: list[AirDay]) -> list[AreaDay]:
    """The mean of the stations first, then the index, both years by the edition of this month. Whose days are among them the caller says."""
    lacking = figures.lacking_of(paper.stations)
    return figures.together([day.as_daily_value() for day in days], lacking, edition=paper.sheet.edition, every=True)


def valid_days(days: list[AreaDay], measure: Measure) -> int:
    """Days measured validly, of the item that has fewest; those left out by approval are among them."""
    if measure.code == "good_ratio":
        return sum(each.index.aqi is not None for each in days)
    return min(sum(each.values[name] is not None for each in days) for name in NEEDED[measure.code])


def indexed(paper: Paper, measure: Measure) -> set[tuple[bool, dt.date]]:
    """For the good days the days of both years on which the township has an index; nothing else asks for one."""
    if measure.code in NEEDED:
        return set()
    assessed = {before: _together(paper, _assessed(paper, before=before)) for before in (False, True)}
    return {(before, each.day) for before, days in assessed.items() for each in days if each.index.aqi is not None}


def counts(day: AirDay, measure: Measure, with_index: set[tuple[bool, dt.date]]) -> bool:
    """Whether a station's day has a share in the figure. ``with_index``: what ``indexed`` says."""
    items = day.as_daily_value().items
    has_part = measure.code in NEEDED or (day.is_before, day.day) in with_index
    return has_part and not day.excluded_reason and any(items[name] is not None for name in NEEDED.get(measure.code, items))


def _provisional(paper: Paper, measure: Measure) -> int:
    with_index = indexed(paper, measure)
    return sum(day.is_provisional and counts(day, measure, with_index) for day in paper.days if not day.is_before)


# --- figures ------------------------------------------------------------------------------------------------------------------------
def _measured(paper: Paper, measure: Measure, *, before: bool) -> int | None:
    days = _assessed(paper, before=before)
    value = _mean(days, measure.code) if measure.code in PARTICLES else _of_period(paper, days, measure)
    return None if value is None else _whole(value, measure)


def _mean(days: list[AirDay], item: str) -> Fraction | None:
    """Of each day the mean of its stations, of these the mean."""
    of_day: dict[dt.date, list[Fraction]] = defaultdict(list)
    for day in days:
        if item not in day.invalid and (value := getattr(day, item)) is not None:
            of_day[day.day].append(Fraction(value))
    return sum((sum(values, Fraction()) / len(values) for values in of_day.values()), Fraction()) / len(of_day) if of_day else None


def _of_period(paper: Paper, days: list[AirDay], measure: Measure) -> Fraction | None:
    period = figures.period(_together(paper, days), *bounds(paper.sheet.month), rule=CompositeIndexRule(**paper.sheet.rule))
    if measure.code == "good_ratio":
        return Fraction(100 * period.good, period.assessed) if period.assessed else None
    if measure.code == "composite":
        return None if period.composite.index is None else Fraction(period.composite.index)
    return composite.two_factor(period.concentrations)


def _whole(value: Fraction, measure: Measure) -> int:
    return round(value * 10**measure.places)


def _aim(paper: Paper, measure: Measure) -> int | None:
    """Good days are a share of the month's days where the target names a number of them."""
    aims = paper.sheet.aims
    if measure.code in aims:
        return _whole(Fraction(aims[measure.code]), measure)
    if measure.code == "good_ratio" and "good_days" in aims:
        first, last = bounds(paper.sheet.month)
        return _whole(100 * Fraction(aims["good_days"]) / ((last - first).days + 1), measure)
    return None
