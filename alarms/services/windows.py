"""Whole windows of the clock in which a dust monitor is judged (domain 9.4): hours, quarters, five minutes; midnight begins anew."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean, median

from alarms.models import AlarmSource, MonitorReading
from common import clock

OLD = dt.timedelta(hours=2)
"""Readings sent later are kept and raise nothing: nobody can be sent into the past."""
GRACE = dt.timedelta(minutes=5)
"""So long after its end by our clock a window is over, though the device has sent nothing of the next."""
LEAST_SHARE = 0.75
"""Of a window that has to be measured before its mean is one, as of an hour at a station (GB 3095: 45 minutes)."""
LOOKED_BACK = 60
"""Readings from which is told how far apart a device measures."""


@dataclass(frozen=True)
class Window:
    start: dt.datetime
    end: dt.datetime

    @property
    def minutes(self) -> float:
        return (self.end - self.start).total_seconds() / 60


def around(moment: dt.datetime, minutes: int) -> Window:
    """The window in which the moment lies."""
    day = clock.at(clock.beijing(moment).date())
    width = dt.timedelta(minutes=minutes)
    start = day + (moment - day) // width * width
    return Window(start, min(start + width, day + dt.timedelta(days=1)))


def to_judge(source: AlarmSource, minutes: int, fresh: list[MonitorReading], *, now: dt.datetime) -> list[Window]:
    """Those that are over and recent, and that these readings have completed or belong to; the oldest first."""
    before = source.readings.filter(at__lt=fresh[0].at).order_by("-at").first()
    known = _until(before) if before else fresh[0].at
    over = max(now - GRACE, *map(_until, fresh))
    touched = {around(row.at, minutes) for row in fresh}
    found = _between(max(min(known, fresh[0].at), now - OLD), over, minutes)
    return [window for window in found if window.end > now - OLD and (window.end > known or window in touched)]


def _until(reading: MonitorReading) -> dt.datetime:
    return reading.at + dt.timedelta(minutes=reading.minutes or 0)


def _between(first: dt.datetime, last: dt.datetime, minutes: int) -> Iterator[Window]:
    window = around(first, minutes)
    while window.end <= last:
        yield window
        window = around(window.end, minutes)


def mean(source: AlarmSource, measure: str, window: Window) -> float | None:
    """None where too little of it was measured. A reading that stands for the whole window goes before those of single minutes."""
    measured = source.readings.exclude(**{measure: None})
    rows = measured.filter(at__gte=window.start, at__lt=window.end).values_list("minutes", measure)
    apart = _apart(measured) if any(minutes is None for minutes, _value in rows) else 0
    spans = [(minutes or apart, value) for minutes, value in rows]
    fitting = [(span, value) for span, value in spans if span * LEAST_SHARE <= window.minutes]
    if sum(span for span, _value in fitting) < LEAST_SHARE * window.minutes:
        return None
    whole = [value for span, value in fitting if span >= window.minutes]
    return fmean(whole or [value for _span, value in fitting])


def _apart(measured) -> float:
    """For how many minutes one reading stands: as many as usually lie between two; none while there is but one."""
    moments = list(measured.filter(minutes=None).order_by("-at").values_list("at", flat=True)[:LOOKED_BACK])
    return median((later - earlier).total_seconds() / 60 for later, earlier in pairwise(moments)) if len(moments) > 1 else 0
