"""Days are worked out from their hours, again and again, whenever these have changed."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable
from decimal import Decimal

from django.db import transaction

from airquality import hours
from airquality.aqi import index, means, tables, validity
from airquality.models import DailyValue, DueDay, ExcludedDay, Reading, Station
from airquality.words import POLLUTANTS, Status
from common import clock
from grids.models import Grid

AT_ONCE = 400
"""Days of one transaction."""
COLUMNS = [
    "so2", "no2", "co", "pm10", "pm25", "o3_8h", "o3_1h", "hours", "invalid", "sub_indexes", "aqi", "level", "primary", "edition", "excluded_reason",
    "computed_at",
]  # fmt: skip
Key = tuple[int, dt.date, str]
Excluded = dict[tuple[int, int | None, dt.date], str]
"""District, station or None, day → reason."""


def work_out_due(*, district: Grid | None = None) -> int:
    """Every day that is due, in parts. Two workers take different ones; how many this one has worked out."""
    done = 0
    while count := _work_out_some(district):
        done += count
    return done


@transaction.atomic
def _work_out_some(district: Grid | None) -> int:
    """The due rows stay locked until their days are written: who changes a reading meanwhile waits, and makes the day due anew."""
    due = DueDay.objects.select_for_update(of=("self",), skip_locked=True).order_by("day", "station_id", "status")
    found = list(due.filter(**({"district": district} if district else {}))[:AT_ONCE])
    if found:
        work_out([(row.station_id, row.day, row.status) for row in found])
        DueDay.objects.filter(pk__in=[row.pk for row in found]).delete()
    return len(found)


def work_out(keys: Iterable[Key]) -> None:
    """Write the daily values of these days; a day without any reading has none, nor has a reviewed one of which only some hours were sent."""
    wanted = set(keys)
    readings, stations, excluded = _read(wanted)
    made = [_day(stations[key[0]], key, readings[key], excluded) for key in sorted(wanted) if _stands(key, readings)]
    DailyValue.objects.bulk_create(made, update_conflicts=True, unique_fields=["station", "day", "status"], update_fields=COLUMNS)


def _stands(key: Key, readings: dict[Key, list[Reading]]) -> bool:
    """A few reviewed hours are corrections of hours, or the midnight that a file of the next month begins with: the real-time day goes on standing.

    Hours reviewed and found empty count: they say that there was nothing valid.
    """
    count = len(readings.get(key, ()))
    return count >= validity.HOURS_OF_DAY if key[2] == Status.REVIEWED else count > 0


def _read(wanted: set[Key]) -> tuple[dict[Key, list[Reading]], dict[int, Station], Excluded]:
    """Month by month: of days that lie years apart nothing between is read."""
    months: dict[tuple, list[Key]] = defaultdict(list)
    for key in wanted:
        months[key[1].year, key[1].month].append(key)
    readings: dict[Key, list[Reading]] = defaultdict(list)
    excluded: Excluded = {}
    stations = Station.objects.in_bulk({station for station, _day, _status in wanted})
    for keys in months.values():
        _read_month(keys, stations, readings, excluded)
    return readings, stations, excluded


def _read_month(keys: list[Key], stations: dict[int, Station], readings: dict[Key, list[Reading]], excluded: Excluded) -> None:
    wanted, ids, days = set(keys), {station for station, _day, _status in keys}, [day for _station, day, _status in keys]
    found = Reading.objects.filter(station__in=ids, hour__gte=hours.first_of(min(days)), hour__lte=hours.last_of(max(days)))
    for reading in found.order_by("hour"):
        key = (reading.station_id, hours.day_of(reading.hour), reading.status)
        if key in wanted:
            readings[key].append(reading)
    excluded.update(_excluded({stations[pk].district_id for pk in ids}, days))


def _excluded(districts: Iterable[int], days: Collection[dt.date]) -> Excluded:
    off = ExcludedDay.objects.filter(district__in=districts, day__range=(min(days), max(days)))
    return {(row.district_id, row.station_id, row.day): row.reason for row in off}


def _reason(station: Station, day: dt.date, excluded: Excluded) -> str:
    """The station's own exclusion, else that of the whole district."""
    return excluded.get((station.district_id, station.pk, day)) or excluded.get((station.district_id, None, day), "")


def _day(station: Station, key: Key, readings: list[Reading], excluded: Excluded) -> DailyValue:
    _station, day, status = key
    by_hour = {reading.hour: reading for reading in readings}
    row = [by_hour.get(hour) for hour in hours.of_day(day)]
    found = means.day({name: [getattr(reading, name) if reading else None for reading in row] for name in POLLUTANTS})
    edition = tables.edition_on(day)
    said = index.daily(found.counting, edition=edition, not_measured=station.not_measured)
    return DailyValue(
        district_id=station.district_id, station=station, day=day, status=status, **found.values, hours=found.hours, invalid=found.invalid,
        sub_indexes=said.sub_indexes, aqi=said.aqi, level=said.level, primary=list(said.primary), edition=edition,
        excluded_reason=_reason(station, day, excluded), computed_at=clock.now(),
    )  # fmt: skip


# --- the past, as daily values --------------------------------------------------------------------------------------------------------------
def enter_past(rows: Iterable[tuple[Station, dt.date, dict[str, Decimal | None]]], *, status: str = Status.REVIEWED) -> int:
    """Daily values of days from which no hours are known: what a district brings along. Days that have a value keep it; how many were entered.

    ``rows``: station, day, and the items of a day (``o3_8h`` among them), valid as they were published.
    """
    given = list(rows)
    excluded = _excluded({station.district_id for station, _day, _values in given}, [day for _station, day, _values in given]) if given else {}
    made = [_past(station, day, values, status, _reason(station, day, excluded)) for station, day, values in given]
    before = DailyValue.objects.count()
    DailyValue.objects.bulk_create(made, ignore_conflicts=True, batch_size=1000)
    return DailyValue.objects.count() - before


def _past(station: Station, day: dt.date, values: dict[str, Decimal | None], status: str, reason: str) -> DailyValue:
    edition = tables.edition_on(day)
    said = index.daily(values, edition=edition, not_measured=station.not_measured)
    return DailyValue(
        district_id=station.district_id, station=station, day=day, status=status, **values, sub_indexes=said.sub_indexes, aqi=said.aqi,
        level=said.level, primary=list(said.primary), edition=edition, excluded_reason=reason, computed_at=clock.now(),
    )  # fmt: skip
