"""The air of a month as it is taken over: while the month is open anew with every build, of a settled month never again."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field

from airquality import figures
from airquality.aqi import tables
from airquality.figures import StationDay
from airquality.models import AirTarget, CompositeIndexRule, Station
from airquality.services import daily
from airquality.services.rules import as_rule
from airquality.words import Status
from airquality.years import year_before
from common import clock
from grids.models import Grid
from scorecards.indicators import Month
from scorecards.models import AirDay, AirSheet
from scorecards.models.air import ITEMS
from scorecards.services.settling import is_settled, rule_of
from scorecards.words import Kind


@dataclass
class Paper:
    """One township's air: its sheet, and its days in the order of days and stations."""

    sheet: AirSheet
    days: list[AirDay] = field(default_factory=list)

    @property
    def stations(self) -> list[Station]:
        """As they stood: what they do not measure, and until when they were in use. Never saved."""
        return [_as_it_stood(kept) for kept in self.sheet.stations]

    @property
    def stations_of_month(self) -> list[Station]:
        """Without those that were in use last year only."""
        first, _last = bounds(self.sheet.month)
        return [station for station in self.stations if station.is_used_on(first)]


def _as_it_stood(kept: dict) -> Station:
    until = kept.get("until")
    return Station(pk=kept["id"], not_measured=kept["not_measured"], out_of_use_from=until and dt.date.fromisoformat(until))


def of_month(month: Month) -> dict[int, Paper]:
    """Township → its paper: taken over anew, or, of a settled month, as it was kept."""
    if not is_settled(month.district_id, month.name):
        _take_over(month)
    return kept(month.district_id, month.name)


def kept(district_id: int, month: str) -> dict[int, Paper]:
    found = {
        sheet.organisation_id: Paper(sheet) for sheet in AirSheet.objects.filter(district_id=district_id, month=month).order_by("organisation_id")
    }
    for day in AirDay.objects.filter(district_id=district_id, month=month).order_by("day", "station_id"):
        found[day.organisation_id].days.append(day)
    return found


def _take_over(month: Month) -> None:
    district = Grid.objects.get(pk=month.district_id)
    daily.work_out_due(district=district)
    papers = as_they_stand(month, district=district)
    for model in (AirDay, AirSheet):
        model.objects.filter(district=district, month=month.name).delete()
    AirSheet.objects.bulk_create([paper.sheet for paper in papers])
    AirDay.objects.bulk_create([day for paper in papers for day in paper.days])


# --- what airquality says now -------------------------------------------------------------------------------------------------------
def bounds(month: str) -> tuple[dt.date, dt.date]:
    """First and last day."""
    start, end = clock.month_bounds(month)
    return clock.beijing(start).date(), clock.beijing(end).date() - dt.timedelta(days=1)


def as_they_stand(month: Month, *, district: Grid, every_status: bool = False) -> list[Paper]:
    """Nothing is saved. Reviewed values first; real-time ones only where the district's rule lets them in, or with ``every_status``."""
    first, last = bounds(month.name)
    stations = _stations(month)
    status = figures.BEST if every_status or rule_of(district.pk).lets_in_real_time else Status.REVIEWED
    every = [station for each in stations.values() for station in each]
    values = {
        before: figures.daily_values(every, *span, status=status) for before, span in ((False, (first, last)), (True, year_before(first, last)))
    }
    aims, rule = _aims(month, first), _rule(district, first)
    found = []
    for unit, own in stations.items():
        start = {"district": district, "month": month.name, "organisation_id": unit}
        sheet = AirSheet(stations=list(map(_listed, own)), aims=aims.get(unit, {}), rule=rule, edition=tables.edition_on(first), **start)
        mine = {station.pk for station in own}
        days = [_day(value, before, start) for before, each in values.items() for value in each if value.station_id in mine]
        found.append(Paper(sheet, days))
    return found


def _listed(station: Station) -> dict:
    kept = {"id": station.pk, "not_measured": sorted(station.not_measured)}
    return kept | ({"until": station.out_of_use_from.isoformat()} if station.out_of_use_from else {})


def _stations(month: Month) -> dict[int, list[Station]]:
    """Marked township → the stations on its ground that count, or counted in the month of last year."""
    since, _last = year_before(*bounds(month.name))
    owner = {grid: unit for unit, grids in month.grids_of_township.items() for grid in grids}
    found: dict[int, list[Station]] = {unit: [] for unit in month.units_of(Kind.TOWNSHIP)}
    for station in Station.objects.used_since(since).counted().filter(district=month.district_id, grid__isnull=False).order_by("pk"):
        if (unit := owner.get(station.grid_id)) in found:
            found[unit].append(station)
    return found


def _aims(month: Month, first: dt.date) -> dict[int, dict[str, str]]:
    """Township → its targets of the month, from the grid highest in the tree that has one."""
    owner = {grid: unit for unit, grids in month.grids_of_township.items() for grid in grids}
    found: dict[int, dict[str, str]] = {}
    targets = AirTarget.objects.filter(district=month.district_id, year=first.year, grid__in=owner).order_by("grid__path")
    for target in targets:
        found.setdefault(owner[target.grid_id], target.months.get(f"{first.month:02d}", {}))
    return found


def _rule(district: Grid, first: dt.date) -> dict:
    rule = asdict(as_rule(CompositeIndexRule.objects.in_force(district, first)))
    return rule | {name: {item: str(value) for item, value in rule[name].items()} for name in ("limits", "weights")}


def _day(value: StationDay, before: bool, start: dict) -> AirDay:
    items = {name: getattr(value, name) for name in ITEMS}
    facts = {"day": value.day, "status": value.status, "invalid": sorted(value.invalid), "excluded_reason": value.excluded_reason}
    return AirDay(station_id=value.station_id, is_before=before, **start, **facts, **items)


# --- what has changed since ---------------------------------------------------------------------------------------------------------
FACTS = ("organisation_id", "station_id", "day", "status", "invalid", "excluded_reason", *ITEMS)


def changed_in(district: Grid, month: str) -> int:
    """Days of stations whose value is another one today, or that have come or gone, beside those kept with the settled month."""
    then = kept(district.pk, month)
    if not then:
        return 0
    units: dict[int, str] = dict.fromkeys(then, Kind.TOWNSHIP.value)
    now = as_they_stand(Month(month, district.pk, units), district=district)
    before, after = _by_day(then.values()), _by_day(now)
    return sum(after.get(key) != before.get(key) for key in after.keys() | before.keys())


def _by_day(found: Iterable[Paper]) -> dict[tuple, tuple]:
    return {(day.station_id, day.day): tuple(getattr(day, name) for name in FACTS) for paper in found for day in paper.days}
