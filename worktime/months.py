"""A year of the calendar laid out in weeks, as the page and its text copy show it."""

import datetime as dt
from calendar import Calendar as Weeks
from collections import Counter

from django.utils.dates import MONTHS
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from worktime.calendar import Calendar, Day


def months(calendar: Calendar, year: int, *, today: dt.date) -> list[dict]:
    """Twelve months: name, weeks of seven cells (None outside the month), and how many working days there are."""
    return [month(calendar, year, number, today=today) for number in range(1, 13)]


def month(calendar: Calendar, year: int, number: int, *, today: dt.date) -> dict:
    dates = Weeks().monthdatescalendar(year, number)
    weeks = [[cell(calendar.day(date), today=today) if date.month == number else None for date in week] for week in dates]
    workdays = sum(bool(each and each["day"].is_workday) for week in weeks for each in week)
    return {"number": number, "name": MONTHS[number], "weeks": weeks, "workdays": workdays}


def cell(day: Day, *, today: dt.date) -> dict:
    mark = {"holiday": _("休"), "makeup": _("班")}.get(day.reason, "")
    return {"day": day, "mark": mark, "title": title(day), "is_today": day.date == today}


def title(day: Day) -> str:
    """What a pointer or a screen reader is told about the day."""
    kind = {"workday": pgettext("kind of day", "工作日"), "makeup": _("调休上班"), "holiday": _("放假"), "weekend": _("周末")}[day.reason]
    text = f"{_(day.name)} {kind}" if day.name else kind
    return _("%(day)s（尚未公布）") % {"day": text} if day.provisional else text


def totals(calendar: Calendar, year: int) -> dict:
    days = [day for date, day in calendar.days.items() if date.year == year]
    count = Counter(day.reason for day in days)
    return {
        "workdays": count["workday"] + count["makeup"],
        "holidays": count["holiday"],
        "makeups": count["makeup"],
        "announced": any(not day.provisional for day in days),
    }


def as_lines(calendar: Calendar, year: int) -> str:
    """Holidays and make-up days of the year in the form that the import takes."""
    special = sorted((day for date, day in calendar.days.items() if date.year == year and day.name), key=lambda day: day.date)
    return "\n".join(f"{day.date:%Y-%m-%d} {'班' if day.is_workday else '休'} {day.name}" for day in special)
