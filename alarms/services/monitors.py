"""Readings of site dust monitors: kept, averaged, compared with the limit of the province that is applied (domain 9.4)."""

import datetime as dt
from dataclasses import replace

from django.utils.translation import gettext as _

from alarms.models import AlarmSignal, AlarmSource, DustLimit, MonitorReading
from alarms.reading import Message
from alarms.services import background, raising, signals, windows
from alarms.services.merging import Signal
from alarms.services.signals import Taken
from alarms.services.windows import OLD, Window
from alarms.words import AlarmKind, Meaning, Unit
from common import clock

CONCENTRATIONS = ("pm10", "pm25", "tsp")
EXCEEDED = (Meaning.ALARM, Meaning.WITHIN, Meaning.TEST)


def take_in(source: AlarmSource, message: Message, *, size: int, now: dt.datetime) -> Taken:
    """All readings of the message. Each window that it completes and in which the limit was exceeded makes a signal, and an alarm when it was once
    too often that day.
    """
    signals.heard(source, now=now)
    fresh = _store(source, message, now=now)
    limit = limit_of(source)
    taken = Taken("readings")
    if not fresh or limit is None or limit.figure is None or not source.is_active:
        return taken
    for window in windows.to_judge(source, limit.minutes, fresh, now=now):
        if said := _exceeded(source, limit, window):
            slot = "" if taken.signal is None else window.end.isoformat()
            told = replace(message, text=said, occurred_at=window.end, slot=slot)
            taken = _note(source, limit, told, size=size, now=now)
    return taken


def _note(source: AlarmSource, limit: DustLimit, told: Message, *, size: int, now: dt.datetime) -> Taken:
    """``told.occurred_at``: the end of the window."""
    over = exceedances_of_day(source, told.occurred_at) >= limit.allowed_per_day
    testing = bool(source.test_until and source.test_until > now)
    meaning = Meaning.TEST if testing else Meaning.ALARM if over else Meaning.WITHIN
    alarm = None
    if meaning == Meaning.ALARM:
        alarm = raising.take(_signal_of(source, limit, told), now=now)
    written = signals.write(source, told, meaning=meaning, alarm=alarm, size=size, now=now)
    return Taken(meaning, written, alarm)


def _signal_of(source: AlarmSource, limit: DustLimit, told: Message) -> Signal:
    lasted = dt.timedelta(minutes=limit.minutes)
    return Signal(source, AlarmKind.DUST, text=told.text, lon=source.lon, lat=source.lat, occurred_at=told.occurred_at, lasted=lasted)


def _store(source: AlarmSource, message: Message, *, now: dt.datetime) -> list[MonitorReading]:
    """In µg/m³; a reading of a moment that is known already changes nothing. Those that are recent and new."""
    factor = 1000 if source.unit == Unit.MILLI else 1
    known = set(MonitorReading.objects.filter(source=source, at__in=[each.at for each in message.readings]).values_list("at", flat=True))
    rows = {}
    for each in message.readings:
        if each.at not in known:
            values = {name: value * factor if name in CONCENTRATIONS else value for name, value in each.values.items()}
            rows[each.at] = MonitorReading(source=source, at=each.at, received_at=now, minutes=each.minutes, **values)
    MonitorReading.objects.bulk_create(rows.values(), ignore_conflicts=True)
    return sorted((row for row in rows.values() if now - OLD <= row.at <= now + OLD), key=lambda row: row.at)


def limit_of(source: AlarmSource) -> DustLimit | None:
    return source.dust_limit or DustLimit.objects.filter(district_id=source.district_id, is_default=True).first()


def _exceeded(source: AlarmSource, limit: DustLimit, window: Window) -> str | None:
    """The sentence that says by how much, where the mean of the window is above the limit; once for each window."""
    mean = windows.mean(source, limit.measure, window)
    behind = background.pm10(source.district_id, now=window.end) if limit.above_background else 0.0
    if mean is None or behind is None or mean - behind <= limit.figure:
        return None
    if AlarmSignal.objects.filter(source=source, meaning__in=EXCEEDED, occurred_at=window.end).exists():
        return None
    return words(limit, mean=mean, behind=behind)


def words(limit: DustLimit, *, mean: float, behind: float) -> str:
    """The numbers that led to it, as they are told."""
    facts = {
        "measure": limit.get_measure_display(), "minutes": limit.minutes, "mean": round(mean), "behind": round(behind),
        "rest": round(mean - behind), "limit": limit.figure, "basis": limit.basis,
    }  # fmt: skip
    if not limit.above_background:
        return _("%(measure)s %(minutes)s分钟均值%(mean)sµg/m³，限值%(limit)sµg/m³（%(basis)s）") % facts
    return _("%(measure)s %(minutes)s分钟均值%(mean)sµg/m³，区县背景%(behind)sµg/m³，差值%(rest)sµg/m³，限值%(limit)sµg/m³（%(basis)s）") % facts


def exceedances_of_day(source: AlarmSource, end: dt.datetime) -> int:
    """Windows that were exceeded in the Beijing day of the one that ends then, without itself."""
    day = clock.at(clock.beijing(end - dt.timedelta(seconds=1)).date())
    found = AlarmSignal.objects.filter(source=source, meaning__in=(Meaning.ALARM, Meaning.WITHIN), occurred_at__gt=day)
    others = found.filter(occurred_at__lte=day + dt.timedelta(days=1)).exclude(occurred_at=end)
    return others.values("occurred_at").distinct().count()
