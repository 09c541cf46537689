"""The calendar as plain values, kept in the process. An edit anywhere is seen here within ``CHECK_SECONDS``."""

import datetime as dt
import time
from dataclasses import dataclass, field

from django.db.models import Count, Max

from worktime.models import CalendarDay, DutyHours

CHECK_SECONDS = 3.0
DEFAULT_SPANS = ((dt.time(8, 30), dt.time(12, 0)), (dt.time(14, 30), dt.time(18, 0)))


@dataclass(frozen=True, slots=True)
class Day:
    date: dt.date
    is_workday: bool
    name: str = ""
    provisional: bool = False

    @property
    def reason(self) -> str:
        """``workday``, ``makeup`` (a weekend day worked for a holiday), ``holiday`` or ``weekend``."""
        weekend = self.date.isoweekday() > 5
        if self.is_workday:
            return "makeup" if weekend else "workday"
        return "weekend" if weekend and not self.name else "holiday"


@dataclass(frozen=True)
class Calendar:
    days: dict[dt.date, Day] = field(default_factory=dict)
    spans: tuple[tuple[dt.time, dt.time], ...] = DEFAULT_SPANS

    def day(self, date: dt.date) -> Day:
        return self.days.get(date) or Day(date, date.isoweekday() <= 5, provisional=True)

    def is_workday(self, date: dt.date) -> bool:
        return self.day(date).is_workday


@dataclass(frozen=True)
class _Held:
    calendar: Calendar
    stamp: tuple
    checked: float


_held: _Held | None = None


def current() -> Calendar:
    """The calendar of now; asks the database at most once per ``CHECK_SECONDS`` whether it has changed."""
    global _held
    held = _held
    if held and time.monotonic() - held.checked < CHECK_SECONDS:
        return held.calendar
    stamp = _stamp()
    calendar = held.calendar if held and held.stamp == stamp else load()
    _held = _Held(calendar, stamp, time.monotonic())
    return calendar


def forget() -> None:
    """Read anew at the next question: called by every edit, before and after its commit."""
    global _held
    _held = None


def load() -> Calendar:
    rows = CalendarDay.objects.values_list("date", "is_workday", "name", "provisional")
    spans = tuple(DutyHours.objects.values_list("starts", "ends"))
    return Calendar(days={row[0]: Day(*row) for row in rows}, spans=spans or DEFAULT_SPANS)


def _stamp() -> tuple:
    days = CalendarDay.objects.aggregate(latest=Max("updated_at"), rows=Count("pk"))
    hours = DutyHours.objects.aggregate(latest=Max("updated_at"), rows=Count("pk"), top=Max("pk"))
    return (*days.values(), *hours.values())
