"""The counting rules (domain 5.1) as plain functions of a calendar. Each returns the due moment and the days it went through.

A step is ``{"date", "counts", "reason", "name", "n"}``; ``n`` is how much of the limit is used up after that day (days; minutes for duty
hours). The first step has reason ``start`` and names ``unit``, ``figure`` and ``at``; the last one carries ``due_at``. Days that come
from no announced calendar carry ``provisional``. A long count is cut short by one step of reason ``collapsed`` with ``until``.
"""

import datetime as dt
from collections.abc import Callable

from common import clock
from worktime.calendar import Calendar, Day
from worktime.models import Unit

ONE_DAY = dt.timedelta(days=1)
LONGEST_DAYS = 3_660
SHOWN_STEPS = 60
SHOWN_AT_EACH_END = 20

Counted = tuple[dt.datetime, list[dict]]


def count(calendar: Calendar, start: dt.datetime, figure: int, unit: Unit) -> Counted:
    """Due moment (aware, Beijing) and steps. ``ValueError`` for a naive start, a negative or an absurd figure."""
    check(start, figure, unit)
    due_at, steps = RULES[unit](calendar, clock.beijing(start), figure, unit)
    steps[0] |= {"unit": str(unit.value), "figure": figure, "at": clock.beijing(start).isoformat()}
    steps[-1]["due_at"] = due_at.isoformat()
    return due_at, collapse(steps)


def check(start: dt.datetime, figure: int, unit: Unit) -> None:
    if start.tzinfo is None:
        raise ValueError("The start of a limit must be an aware moment.")
    per_day = {Unit.MINUTES: 1440, Unit.HOURS: 24, Unit.DUTY_HOURS: 4}.get(unit, 1)
    if not 0 <= figure <= LONGEST_DAYS * per_day:
        raise ValueError(f"A limit of {figure} {unit.value} cannot be counted.")


def run_through(calendar: Calendar, start: dt.datetime, figure: int, unit: Unit) -> Counted:
    """Minutes and hours run through nights and holidays. China has no summer time, so wall time may be added."""
    due_at = start + dt.timedelta(**{unit.value: figure})
    return due_at, [start_step(start)]


def days(calendar: Calendar, start: dt.datetime, figure: int, unit: Unit) -> Counted:
    """Counting begins the day after ``start`` and ends with the last second of the last counted day; 0 is the end of the same day."""
    counts = (lambda day: day.is_workday) if unit == Unit.WORKING_DAYS else (lambda day: True)
    steps, date = count_days(calendar, start.date(), figure, counts)
    if unit == Unit.NATURAL_DAYS:
        forget_provisional(steps)
    return clock.end_of(date), [start_step(start), *steps]


def count_days(calendar: Calendar, date: dt.date, figure: int, counts: Callable[[Day], bool]) -> tuple[list[dict], dt.date]:
    steps, n = [], 0
    while n < figure:
        date += ONE_DAY
        day = calendar.day(date)
        counted = counts(day)
        n += counted
        steps.append(step(day, counts=counted, n=n))
    return steps, date


def duty_hours(calendar: Calendar, start: dt.datetime, figure: int, unit: Unit) -> Counted:
    """Only the time inside duty hours of working days is used up, from the moment of ``start`` on."""
    left, date, moment, steps = dt.timedelta(hours=figure), start.date(), start, [start_step(start)]
    while left:
        day = calendar.day(date)
        moment, used = use_up(calendar, day, since=max(start, clock.at(date)), left=left, moment=moment)
        left -= used
        steps.append(step(day, counts=bool(used), n=(dt.timedelta(hours=figure) - left) // dt.timedelta(minutes=1)))
        date += ONE_DAY
    return moment, steps


def use_up(calendar: Calendar, day: Day, *, since: dt.datetime, left: dt.timedelta, moment: dt.datetime) -> tuple[dt.datetime, dt.timedelta]:
    """How much of ``left`` this day takes, and the moment at which the last of it was taken."""
    used = dt.timedelta()
    for starts, ends in calendar.spans if day.is_workday else ():
        begin = max(since, clock.at(day.date, starts))
        taken = min(left - used, clock.at(day.date, ends) - begin)
        if taken > dt.timedelta():
            used, moment = used + taken, begin + taken
    return moment, used


RULES: dict[Unit, Callable[[Calendar, dt.datetime, int, Unit], Counted]] = {
    Unit.MINUTES: run_through,
    Unit.HOURS: run_through,
    Unit.DUTY_HOURS: duty_hours,
    Unit.NATURAL_DAYS: days,
    Unit.WORKING_DAYS: days,
}


# --- steps --------------------------------------------------------------------------------------------------------------------------
def start_step(start: dt.datetime) -> dict:
    return {"date": start.date().isoformat(), "counts": False, "reason": "start", "name": "", "n": 0}


def step(day: Day, *, counts: bool, n: int) -> dict:
    made = {"date": day.date.isoformat(), "counts": counts, "reason": day.reason, "name": day.name, "n": n}
    return made | ({"provisional": True} if day.provisional else {})


def forget_provisional(steps: list[dict]) -> None:
    """Natural days count whether or not a holiday is announced."""
    for each in steps:
        each.pop("provisional", None)


def collapse(steps: list[dict]) -> list[dict]:
    if len(steps) <= SHOWN_STEPS + 1:
        return steps
    head, middle, tail = steps[:SHOWN_AT_EACH_END], steps[SHOWN_AT_EACH_END:-SHOWN_AT_EACH_END], steps[-SHOWN_AT_EACH_END:]
    gap = {"date": middle[0]["date"], "until": middle[-1]["date"], "counts": True, "reason": "collapsed", "name": "", "n": middle[-1]["n"]}
    gap["days"] = sum(each["counts"] for each in middle)
    return [*head, gap | ({"provisional": True} if any(each.get("provisional") for each in middle) else {}), *tail]
