"""The State Council's announced days, as far as the ``chinesecalendar`` package knows them. Used once, as a seed."""

import datetime as dt
from collections.abc import Iterator

from chinese_calendar import constants

SEEDED_YEARS = range(2024, 2027)
FULL_NAMES = {"清明": "清明节", "端午": "端午节", "中秋": "中秋节"}


def days(year: int) -> Iterator[dict]:
    """Every day of ``year`` as the fields of a ``CalendarDay``."""
    day = dt.date(year, 1, 1)
    while day.year == year:
        yield announced(day)
        day += dt.timedelta(days=1)


def announced(day: dt.date) -> dict:
    swap, holiday = constants.workdays.get(day), constants.holidays.get(day)
    is_workday = bool(swap) or (day.isoweekday() <= 5 and not holiday)
    return {"date": day, "is_workday": is_workday, "name": chinese_name(swap or holiday)}


def chinese_name(english: str | None) -> str:
    if not english:
        return ""
    name = constants.Holiday(english).chinese
    return FULL_NAMES.get(name, name)
