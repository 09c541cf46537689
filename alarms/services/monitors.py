"""Readings of site dust monitors: kept, averaged, compared with the limit of the province that is applied (domain 9.4)."""

import datetime as dt
from dataclasses import replace
from statistics import fmean

from django.utils.translation import gettext as _

from alarms.models import AlarmSignal, AlarmSource, DustLimit, MonitorReading
from alarms.reading import Message
from alarms.services import background, raising, signals
from alarms.services.merging import Signal
from alarms.services.signals import Taken
from alarms.words import AlarmKind, Meaning, Unit
from common import clock

CONCENTRATIONS = ("pm10", "pm25", "tsp")
OLD = dt.timedelta(hours=2)
"""Readings sent late are kept and raise nothing: nobody can be sent into the past."""


def take_in(source: AlarmSource, message: Message, *, size: int, now: dt.datetime) -> Taken:
    """All readings of the message; a limit that was exceeded makes a signal, and an alarm when it was once too often today."""
    fresh = _store(source, message, now=now)
    signals.heard(source, now=now)
    limit = limit_of(source)
    said = _exceeded(source, limit, now=now) if fresh and limit and limit.figure is not None and source.is_active else None
    if said is None:
        return Taken("readings")
    earlier = exceedances_today(source, now=now)
    over = earlier >= limit.allowed_per_day
    testing = bool(source.test_until and source.test_until > now)
    meaning = Meaning.TEST if testing else Meaning.ALARM if over else Meaning.WITHIN
    alarm = None
    if meaning == Meaning.ALARM:
        signal = Signal(source=source, kind=AlarmKind.DUST, text=said, lon=source.lon, lat=source.lat, occurred_at=fresh[-1].at)
        alarm = raising.take(signal, now=now)
    written = signals.write(source, replace(message, text=said), meaning=meaning, alarm=alarm, size=size, now=now)
    return Taken(meaning, written, alarm)


def _store(source: AlarmSource, message: Message, *, now: dt.datetime) -> list[MonitorReading]:
    """In µg/m³; a reading of a moment that is known already changes nothing. Those that are recent and new."""
    factor = 1000 if source.unit == Unit.MILLI else 1
    known = set(MonitorReading.objects.filter(source=source, at__in=[each.at for each in message.readings]).values_list("at", flat=True))
    rows = {}
    for each in message.readings:
        if each.at not in known:
            values = {name: value * factor if name in CONCENTRATIONS else value for name, value in each.values.items()}
            rows[each.at] = MonitorReading(source=source, at=each.at, received_at=now, **values)
    MonitorReading.objects.bulk_create(rows.values(), ignore_conflicts=True)
    return sorted((row for row in rows.values() if now - OLD <= row.at <= now + OLD), key=lambda row: row.at)


def limit_of(source: AlarmSource) -> DustLimit | None:
    return source.dust_limit or DustLimit.objects.filter(district_id=source.district_id, is_default=True).first()


def _exceeded(source: AlarmSource, limit: DustLimit, *, now: dt.datetime) -> str | None:
    """The sentence that says by how much, where the mean of the last whole window is above the limit."""
    window = dt.timedelta(minutes=limit.minutes)
    values = MonitorReading.objects.filter(source=source, at__gt=now - window, at__lte=now + dt.timedelta(minutes=5))
    figures = [value for value in values.values_list(limit.measure, flat=True) if value is not None]
    if not figures:
        return None
    mean, behind = fmean(figures), 0.0
    if limit.above_background:
        found = background.pm10(source.district_id, now=now)
        if found is None:
            return None
        behind = found
    return None if mean - behind <= limit.figure else words(limit, mean=mean, behind=behind)


def words(limit: DustLimit, *, mean: float, behind: float) -> str:
    """The numbers that led to it, as they are told."""
    facts = {
        "measure": limit.get_measure_display(), "minutes": limit.minutes, "mean": round(mean), "behind": round(behind),
        "rest": round(mean - behind), "limit": limit.figure, "basis": limit.basis,
    }  # fmt: skip
    if not limit.above_background:
        return _("%(measure)s %(minutes)s分钟均值%(mean)sµg/m³，限值%(limit)sµg/m³（%(basis)s）") % facts
    return _("%(measure)s %(minutes)s分钟均值%(mean)sµg/m³，区县背景%(behind)sµg/m³，差值%(rest)sµg/m³，限值%(limit)sµg/m³（%(basis)s）") % facts


def exceedances_today(source: AlarmSource, *, now: dt.datetime) -> int:
    """Windows of today that were exceeded before: one count for each hour, or for each window where it is shorter."""
    limit = limit_of(source)
    since = clock.at(clock.beijing(now).date())
    found = AlarmSignal.objects.filter(source=source, received_at__gte=since, meaning__in=(Meaning.ALARM, Meaning.WITHIN))
    width = max(limit.minutes, 1) * 60
    here = int((now - since).total_seconds() // width)
    slots = {int((moment - since).total_seconds() // width) for moment in found.values_list("received_at", flat=True)}
    return len(slots - {here})
