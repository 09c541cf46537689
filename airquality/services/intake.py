"""The one way in for hourly readings: interface, file and poll end here."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from airquality import rows
from airquality.hours import day_of
from airquality.models import Correction, DueDay, Reading, Station, WeatherHour
from airquality.rows import Clean, Refusal
from airquality.watch.words import WindSource
from airquality.words import POLLUTANTS, Source, Status
from audit.services import record
from common import clock
from grids.models import Grid

MOST = 5000
"""Rows of one batch, one transaction."""


@dataclass(frozen=True)
class Sender:
    """Who sends: a device, a file or a feed, by ``name``; ``by`` when a person stands behind it."""

    source: str
    name: str = ""
    by: User | None = None


@dataclass
class Outcome:
    new: int = 0
    unchanged: int = 0
    corrected: int = 0
    refused: list[Refusal] = field(default_factory=list)

    @property
    def taken(self) -> int:
        return self.new + self.unchanged + self.corrected

    def add(self, part: "Outcome") -> None:
        self.new += part.new
        self.unchanged += part.unchanged
        self.corrected += part.corrected
        self.refused += part.refused

    def counts(self) -> dict[str, int]:
        return {"new": self.new, "unchanged": self.unchanged, "corrected": self.corrected, "refused": len(self.refused)}


def take(raw_rows: Iterable[object], *, district: Grid, sender: Sender, status: str = Status.REAL_TIME) -> Outcome:
    """Take rows in; wrong ones are refused one by one and the others taken, since a machine repairs nothing and the air goes on.

    Idempotent on (station, hour, status): the same content again changes nothing, other content is a correction, what stood before is kept.
    """
    return take_numbered(enumerate(raw_rows), district=district, sender=sender, status=status)


def take_numbered(raw_rows: Iterable[tuple[int, object]], *, district: Grid, sender: Sender, status: str = Status.REAL_TIME) -> Outcome:
    """The same of rows that have numbers of their own, the lines of a file: refusals name these."""
    clean, outcome = _read(raw_rows, status)
    for batch in _batches(clean):
        outcome.add(_take_batch(batch, district, sender))
    return _in_order(outcome)


def look(
    raw_rows: Iterable[tuple[int, object]], *, district: Grid, sender: Sender, status: str = Status.REAL_TIME, new: Iterable[Station] = ()
) -> Outcome:
    """What ``take_numbered`` would answer, without a lock and without a write. ``new``: stations that would be entered first."""
    clean, outcome = _read(raw_rows, status)
    stations = {station.code: station for station in (*Station.objects.filter(district=district), *new)}
    for batch in _batches(clean):
        _sort(batch, stations, outcome, sender)
    return _in_order(outcome)


def _read(raw_rows: Iterable[tuple[int, object]], status: str) -> tuple[list[Clean], Outcome]:
    now = clock.now()
    read = [rows.read(index, raw, now=now, status=status) for index, raw in raw_rows]
    outcome = Outcome(refused=[row for row in read if isinstance(row, Refusal)])
    return _without_doubles([row for row in read if isinstance(row, Clean)], outcome), outcome


def _batches(clean: list[Clean]) -> Iterator[list[Clean]]:
    return (clean[start : start + MOST] for start in range(0, len(clean), MOST))


def _in_order(outcome: Outcome) -> Outcome:
    outcome.refused.sort(key=lambda refusal: refusal.index)
    return outcome


def _without_doubles(clean: list[Clean], outcome: Outcome) -> list[Clean]:
    """The same hour twice in one batch: once when it is the same, else the later one is refused."""
    kept: dict[tuple, Clean] = {}
    for row in clean:
        first = kept.setdefault(row.key, row)
        if first is row:
            continue
        if first.values == row.values:
            outcome.unchanged += 1
        else:
            reason = _("与本批第 %(index)d 行是同一站点、同一小时，但数值不同。") % {"index": first.index}
            outcome.refused.append(Refusal(row.index, "hour", reason, _("每个站点每小时只保留一行；需要更正的另发一批。")))
    return list(kept.values())


@transaction.atomic
def _take_batch(clean: list[Clean], district: Grid, sender: Sender) -> Outcome:
    """Stations are locked, in order: two batches with the same hours wait for each other."""
    part = Outcome()
    named = Station.objects.select_for_update(of=("self",), no_key=True).filter(district=district, code__in={row.station for row in clean})
    stations = {station.code: station for station in named.order_by("pk")}
    new, changed = _sort(clean, stations, part, sender)
    _keep_winds([row for row in clean if row.station in stations], district)
    _write(new, changed, district, sender)
    if sender.source == Source.FILE:
        _record_part(clean, part, district, sender)
    return part


def _record_part(clean: list[Clean], part: Outcome, district: Grid, sender: Sender) -> None:
    """With the rows themselves: whoever is stopped between two parts of a file leaves none without an event. ``lines``: first and last of the part."""
    payload = {"file": sender.name, "lines": [clean[0].index, clean[-1].index], **part.counts()}
    record("reading.import_part", "airquality.readings", by=sender.by, district_id=district.pk, payload=payload)


def _keep_winds(clean: list[Clean], district: Grid) -> None:
    """The first that comes is the hour's wind of the district; what stands, typed or sent, stays."""
    winds = {row.hour: row.wind for row in reversed(clean) if row.wind}
    now = clock.now()
    rows_of_hours = [
        WeatherHour(district=district, hour=hour, wind_direction=wind.direction, wind_speed=wind.speed, source=WindSource.SENT, at=now)
        for hour, wind in sorted(winds.items())
    ]
    WeatherHour.objects.bulk_create(rows_of_hours, ignore_conflicts=True)


def _sort(clean: list[Clean], stations: dict[str, Station], outcome: Outcome, sender: Sender) -> tuple[list[Reading], list[tuple[Reading, dict]]]:
    """Counted into ``outcome``; what there is to write."""
    outcome.refused += [_unknown(row) for row in clean if row.station not in stations]
    known = [row for row in clean if row.station in stations]
    new, changed = _compare(known, stations, sender)
    outcome.new += len(new)
    outcome.corrected += len(changed)
    outcome.unchanged += len(known) - len(new) - len(changed)
    return new, changed


def _unknown(row: Clean) -> Refusal:
    return Refusal(row.index, "station", _("本区县没有编码为“%(code)s”的站点。") % {"code": row.station}, _("先在“空气质量”的站点设置中登记该站点。"))


def _compare(clean: list[Clean], stations: dict[str, Station], sender: Sender) -> tuple[list[Reading], list[tuple[Reading, dict]]]:
    """New readings, and those that stand with other values together with the values they get."""
    standing = _standing(clean, stations)
    now, new, changed = clock.now(), [], []
    for row in clean:
        station = stations[row.station]
        found = standing.get((station.pk, row.hour, row.status))
        if found is None:
            new.append(Reading(district_id=station.district_id, station=station, hour=row.hour, status=row.status, source=sender.source,
                               received_at=now, **row.values))  # fmt: skip
        elif found.values != row.values:
            changed.append((found, row.values))
    return new, changed


def _standing(clean: list[Clean], stations: dict[str, Station]) -> dict[tuple, Reading]:
    ids, moments = {stations[row.station].pk for row in clean}, {row.hour for row in clean}
    found = Reading.objects.filter(station__in=ids, hour__in=moments, status__in={row.status for row in clean})
    return {(reading.station_id, reading.hour, reading.status): reading for reading in found}


def _write(new: list[Reading], changed: list[tuple[Reading, dict]], district: Grid, sender: Sender) -> None:
    Reading.objects.bulk_create(new)
    _correct(changed, district, sender)
    mark_due([*new, *(reading for reading, _values in changed)])
    if changed:
        record("reading.correct", "airquality.readings", by=sender.by, district_id=district.pk, payload=_told(changed, sender))


def _correct(changed: list[tuple[Reading, dict]], district: Grid, sender: Sender) -> None:
    now, history, after = clock.now(), [], []
    for reading, values in changed:
        history.append(Correction(district=district, reading=reading, before=_plain(reading.values), after=_plain(values), source=sender.source,
                                  sender=sender.name[:80], by=sender.by, at=now))  # fmt: skip
        after.append(Reading(district=district, station_id=reading.station_id, hour=reading.hour, status=reading.status, source=sender.source,
                             received_at=reading.received_at, changed_at=now, **values))  # fmt: skip
    columns = [*POLLUTANTS, "source", "changed_at"]
    Reading.objects.bulk_create(after, update_conflicts=True, unique_fields=["station", "hour", "status"], update_fields=columns)
    Correction.objects.bulk_create(history)


def _plain(values: dict) -> dict[str, str | None]:
    return {name: None if value is None else f"{value.normalize():f}" for name, value in values.items()}


def _told(changed: list[tuple[Reading, dict]], sender: Sender) -> dict:
    hours = [reading.hour for reading, _values in changed]
    stations = sorted({reading.station_id for reading, _values in changed})
    return {"source": sender.source, "sender": sender.name, "count": len(changed), "stations": stations[:50], "first": min(hours), "last": max(hours)}


def mark_due(readings: Sequence[Reading]) -> None:
    """Their days must be worked out anew. An upsert and not "do nothing": it has to wait for a worker who has just read the old values."""
    days = sorted({(reading.station_id, day_of(reading.hour), reading.status, reading.district_id) for reading in readings})
    _mark([DueDay(station_id=station, day=day, status=status, district_id=district) for station, day, status, district in days])


def mark_days(stations: Iterable[Station], days: Iterable[dt.date]) -> None:
    """As ``mark_due``, both statuses, whatever has changed: a rule, or nothing at all."""
    wanted = sorted({(station.pk, day, status, station.district_id) for station in stations for day in days for status in Status.values})
    _mark([DueDay(station_id=station, day=day, status=status, district_id=district) for station, day, status, district in wanted])


def _mark(due: list[DueDay]) -> None:
    now = clock.now()
    for row in due:
        row.since = now
    DueDay.objects.bulk_create(due, update_conflicts=True, unique_fields=["station", "day", "status"], update_fields=["since"])
