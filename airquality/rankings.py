"""Stations and townships in order: by a concentration, the composite index, the share of good days, or by how any of them has changed."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from airquality import figures, years
from airquality.aqi import tables
from airquality.aqi.ranks import change_rate, ranks
from airquality.figures import Period
from airquality.models import Station
from airquality.words import POLLUTANTS
from common import clock
from grids.models import Grid

Subject = TypeVar("Subject", Station, Grid)
ITEMS = (*POLLUTANTS, "composite", "good_ratio")
MORE_IS_BETTER = {"good_ratio"}


@dataclass(frozen=True)
class Line:
    """``subject``: a station or a township. No figure, no rank; equals share one. ``change`` is signed: a concentration that fell is negative."""

    subject: Station | Grid
    period: Period
    before: Period | None
    value: Decimal | None
    change: Decimal | None
    rank: int | None


@dataclass(frozen=True)
class Ranking:
    """``status``: what it rests on, to be printed; ``group``: a word of the stations' level, empty for all together."""

    item: str
    by_change: bool
    lines: list[Line]
    status: str
    group: str = ""


def stations(
    district: Grid, first: dt.date, last: dt.date, *, by: str = "composite", by_change=False, grouped=False, edition: str = "", status=figures.BEST
) -> list[Ranking]:
    """References and stations out of use by then are not ranked. ``grouped``: national, provincial … each for itself, since their instruments differ."""
    ranked = list(Station.objects.used_since(first).ranked().filter(district=district))
    levels = list(dict.fromkeys(station.level for station in ranked)) if grouped else [""]
    found = _both(district, ranked, {station.pk: [station] for station in ranked}, first, last, edition, status)
    return [_ranking([row for row in found if level in ("", row[0].level)], by, by_change, group=level) for level in levels]


def townships(
    district: Grid, first: dt.date, last: dt.date, *, by: str = "composite", by_change=False, edition: str = "", status=figures.BEST
) -> Ranking:
    """By the mean of the stations in each; a township without a station is listed without a rank.

    Townships of today, and those closed since without a successor: parts of a split one and whoever took one over have its stations, earlier months too.
    """
    children = Grid.objects.filter(parent=district)
    towns = list((children.active(clock.today()) | children.active(last)).order_by("code"))
    own = figures.stations_of(towns, since=years.year_before(first, last)[0])
    return _ranking(_both(district, towns, own, first, last, edition, status), by, by_change)


def _both(
    district: Grid, subjects: Sequence[Subject], own: Mapping[int, Sequence[Station]], first: dt.date, last: dt.date, edition: str, status: str
) -> list[tuple[Subject, Period, Period]]:
    """This period and the one a year before by one edition, that of the end where none is named, and by this one's composite rule."""
    rule = figures.rule_for(district, first)
    told = []
    for span in ((first, last), years.year_before(first, last)):
        days = figures.days_of_areas(own, *span, edition=edition or tables.edition_on(last), status=status)
        told.append({pk: figures.period(found, *span, rule=rule) for pk, found in days.items()})
    return [(subject, told[0][subject.pk], told[1][subject.pk]) for subject in subjects]


def _ranking(rows: Sequence[tuple], by: str, by_change: bool, *, group: str = "") -> Ranking:
    values = [period.figure(by) for _subject, period, _before in rows]
    changes = [change_rate(period.figure(by), before.figure(by)) for _subject, period, before in rows]
    places = ranks([_weighed(value, by) for value in (changes if by_change else values)])
    lines = [
        Line(subject, period, before, value, change, place)
        for (subject, period, before), value, change, place in zip(rows, values, changes, places, strict=True)
    ]
    return Ranking(by, by_change, sorted(lines, key=_order), figures.shared_status(period for _subject, period, _before in rows), group)


def _weighed(value: Decimal | None, by: str) -> Decimal | None:
    return -value if value is not None and by in MORE_IS_BETTER else value


def _order(line: Line) -> tuple:
    return (line.rank is None, line.rank or 0, str(line.subject))
