"""Tells those who keep the settings, once a week, that a year's holidays are wanted."""

import datetime as dt

from django.contrib.auth import get_user_model
from django.urls import reverse
from django.utils.translation import gettext as _

from grids.models import Membership
from grids.roles import Role
from notices.services import queue
from worktime.services import missing_year_warning

KEEPERS = (Role.OFFICE_STAFF, Role.OFFICE_DIRECTOR, Role.SYSADMIN)


def recipients(today: dt.date):
    seats = Membership.objects.current(today).filter(role__in=KEEPERS)
    return get_user_model().objects.filter(is_active=True, pk__in=seats.values("user_id"))


def warn_missing_year(*, today: dt.date) -> int:
    """How many notices were queued; none when nothing is missing, and one per person and week at most."""
    year = missing_year_warning(today)
    if year is None:
        return 0
    week = today.isocalendar()
    return queue(
        to=recipients(today),
        title=lambda: _("%(year)d 年工作日历尚未录入") % {"year": year},
        body=lambda: _("%(year)d 年放假调休安排没有录入，按工作日计算的时限暂按周一至周五推算。请在国务院办公厅公布后录入。") % {"year": year},
        url=reverse("worktime:calendar", args=[year]),
        dedup_key=f"calendar-missing:{year}:{week.year}-W{week.week:02}",
        kind="calendar_missing",
    )
