"""Deadlines and working days. Every edit of the calendar is in ``worktime.editing``."""

import datetime as dt
from dataclasses import dataclass

from worktime import calendar, deadlines
from worktime.explanation import explain
from worktime.models import CalendarDay, Unit

__all__ = ["Deadline", "deadline", "explain", "is_workday", "missing_year_warning", "next_working_day", "used_fraction", "working_days_between"]


@dataclass(frozen=True)
class Deadline:
    """``steps`` is JSON to be stored with the deadline (shape: ``worktime.deadlines``); ``provisional``: a day of it is not announced yet."""

    due_at: dt.datetime
    steps: list[dict]
    provisional: bool


def deadline(start: dt.datetime, figure: int, unit: Unit | str) -> Deadline:
    """When a limit of ``figure`` ``unit`` that begins at ``start`` runs out (domain 5.1).

    Limits in days end at 23:59:59 Beijing time of the last counted day, and counting begins the day after ``start``.
    ``ValueError`` for a naive start or a figure below 0.
    """
    due_at, steps = deadlines.count(calendar.current(), start, figure, Unit(unit))
    return Deadline(due_at=due_at, steps=steps, provisional=any(step.get("provisional") for step in steps))


def is_workday(day: dt.date) -> bool:
    return calendar.current().is_workday(day)


def next_working_day(day: dt.date) -> dt.date:
    """The first working day after ``day``."""
    today = calendar.current()
    day += deadlines.ONE_DAY
    while not today.is_workday(day):
        day += deadlines.ONE_DAY
    return day


def working_days_between(a: dt.date, b: dt.date) -> int:
    """Working days after ``a`` up to and with ``b``: the inverse of a limit in working days. Negative when ``b`` lies before ``a``."""
    if b < a:
        return -working_days_between(b, a)
    today = calendar.current()
    return sum(today.is_workday(a + dt.timedelta(days=n)) for n in range(1, (b - a).days + 1))


def used_fraction(start: dt.datetime, due: dt.datetime, now: dt.datetime) -> float:
    """Share of the time between ``start`` and ``due`` that has passed: 0.0 before the start, above 1.0 when late."""
    if due <= start:
        return float(now >= due)
    return max(0.0, (now - start) / (due - start))


def missing_year_warning(today: dt.date) -> int | None:
    """The year whose calendar is wanted now: this year always, the next one from November on (it is announced by then)."""
    wanted = [today.year, today.year + 1] if today.month >= 11 else [today.year]
    announced = CalendarDay.objects.filter(date__year__in=wanted, provisional=False).values_list("date__year", flat=True)
    missing = set(wanted) - set(announced.distinct().order_by())
    return min(missing, default=None)
