"""Labels of hours: 07:00 is the mean of 06:00 to 07:00, so 00:00 ends the day before."""

import datetime as dt
from collections.abc import Iterator

from common import clock

HOUR = dt.timedelta(hours=1)


def day_of(hour: dt.datetime) -> dt.date:
    """The Beijing day in which the hour was observed."""
    return clock.beijing(hour - HOUR).date()


def first_of(day: dt.date) -> dt.datetime:
    """01:00, the first label of the day."""
    return clock.at(day) + HOUR


def last_of(day: dt.date) -> dt.datetime:
    """24:00."""
    return clock.at(day + dt.timedelta(days=1))


def of_day(day: dt.date) -> Iterator[dt.datetime]:
    return (first_of(day) + n * HOUR for n in range(24))


def latest(moment: dt.datetime) -> dt.datetime:
    """The newest label that may be there at a moment."""
    return moment.replace(minute=0, second=0, microsecond=0)
