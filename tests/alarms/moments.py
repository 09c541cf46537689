"""The quarter past ten at which these tests stand, and what comes after it."""

import datetime as dt

from common import clock

NOW = clock.at(dt.date(2026, 11, 27), dt.time(10, 15))


def later(minutes: float):
    return clock.standing(NOW + dt.timedelta(minutes=minutes))
