"""Months as addresses say them."""

import calendar
import datetime as dt
import re

from django.utils.translation import gettext as _

WELL_FORMED = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])")


def month_label(month: str) -> str:
    return _("%(year)d年%(month)d月") % {"year": int(month[:4]), "month": int(month[5:])}


def bounds(month: str) -> tuple[dt.date, dt.date]:
    """First and last day of ``YYYY-MM``."""
    year, number = int(month[:4]), int(month[5:])
    return dt.date(year, number, 1), dt.date(year, number, calendar.monthrange(year, number)[1])


def shifted(month: str, by: int) -> str:
    """
    >>> shifted("2026-01", -1), shifted("2026-12", 1)
    ('2025-12', '2027-01')
    """
    year, number = divmod(int(month[:4]) * 12 + int(month[5:]) - 1 + by, 12)
    return f"{year:04}-{number + 1:02}"
