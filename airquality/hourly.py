"""Indexes of hours, worked out when they are asked for: they depend on nothing but the readings around them."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings

from airquality.aqi import index, means, tables
from airquality.hours import HOUR, day_of
from airquality.models import Reading
from airquality.words import POLLUTANTS, Status

LOOK_BACK = 23 * HOUR


@dataclass(frozen=True)
class Hour:
    """A reading with its index."""

    reading: Reading
    index: index.Index


def best(readings: Iterable[Reading]) -> list[Reading]:
    """Of each station's hour the reviewed reading where there is one, else the real-time one."""
    kept: dict[tuple, Reading] = {}
    for reading in readings:
        key = (reading.station_id, reading.hour)
        if key not in kept or reading.status == Status.REVIEWED:
            kept[key] = reading
    return list(kept.values())


def with_indexes(readings: Iterable[Reading]) -> list[Hour]:
    """In the order given. Running means, where an hour of the 2012 edition needs them, are taken from the readings of the same status."""
    readings = list(readings)
    ran = _running(readings)
    return [
        Hour(reading, of_values(_clean(reading.values) | ran(reading), reading.hour, not_measured=reading.station.not_measured))
        for reading in readings
    ]


def of_values(values: dict[str, Decimal | None], hour: dt.datetime, *, not_measured=()) -> index.Index:
    """The index of an hour with this label from concentrations, a district's mean for instance."""
    return index.hourly(values, edition=tables.edition_on(day_of(hour)), not_measured=not_measured, by_text=settings.AIR_HOURLY_2012 == "text")


def _clean(values: dict[str, Decimal | None]) -> dict[str, Decimal | None]:
    return dict(zip(values, means.clean(list(values.values())), strict=True))


# --- running means ----------------------------------------------------------------------------------------------------------------------
def _needs_running(reading: Reading) -> bool:
    if tables.edition_on(day_of(reading.hour)) != tables.HJ2012:
        return False
    return settings.AIR_HOURLY_2012 == "text" or (reading.so2 is not None and reading.so2 > 800)


def _running(readings: list[Reading]):
    """``f(reading) -> running means``, from one query for all."""
    needing = [reading for reading in readings if _needs_running(reading)]
    if not needing:
        return lambda reading: {}
    around: dict[tuple, dict[dt.datetime, Reading]] = defaultdict(dict)
    span = (min(reading.hour for reading in needing) - LOOK_BACK, max(reading.hour for reading in needing))
    for reading in Reading.objects.filter(station__in={reading.station_id for reading in needing}, hour__range=span):
        around[reading.station_id, reading.status][reading.hour] = reading
    return lambda reading: running_means(around[reading.station_id, reading.status], reading.hour)


def running_means(by_hour: dict[dt.datetime, Reading], hour: dt.datetime) -> dict[str, Decimal | None]:
    """The means that end at ``hour``: of 8 hours (``o3_8h``) and of 24 (``pm25_24h`` …)."""
    last = [by_hour.get(hour - n * HOUR) for n in range(23, -1, -1)]
    values = {name: [getattr(reading, name) if reading else None for reading in last] for name in POLLUTANTS}
    return {"o3_8h": means.running_8h(values["o3"])[-1]} | {f"{name}_24h": means.running_24h(values[name])[-1] for name in POLLUTANTS}
