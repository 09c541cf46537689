import datetime as dt

import factory
from factory.django import DjangoModelFactory

from worktime.models import CalendarDay, DutyHours


class CalendarDayFactory(DjangoModelFactory):
    """A day beyond the years that migrations fill. Tell the process with ``worktime.calendar.forget()``."""

    class Meta:
        model = CalendarDay
        django_get_or_create = ("date",)

    date = factory.Sequence(lambda n: dt.date(2031, 1, 1) + dt.timedelta(days=n))
    is_workday = True


class DutyHoursFactory(DjangoModelFactory):
    class Meta:
        model = DutyHours

    starts = dt.time(19, 0)
    ends = dt.time(20, 0)
