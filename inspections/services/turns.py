"""When an object's turn comes: periods, even spreading, fair shares. Pure reckoning; nothing here asks the database (domain 2.4)."""

import datetime as dt
import hashlib
from calendar import monthrange
from collections.abc import Callable, Sequence
from typing import TypeVar

from inspections.words import Per

T = TypeVar("T")
IsWorkday = Callable[[dt.date], bool]


def period_of(per: str, day: dt.date) -> tuple[dt.date, dt.date]:
    """First and last day of the period that ``day`` lies in."""
    match per:
        case Per.WEEK:
            first = day - dt.timedelta(days=day.weekday())
            return first, first + dt.timedelta(days=6)
        case Per.HALF_MONTH:
            last = day.replace(day=monthrange(day.year, day.month)[1])
            return (day.replace(day=1), day.replace(day=15)) if day.day <= 15 else (day.replace(day=16), last)
        case Per.MONTH:
            return day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1])
    return day, day


def days_of(per: str, day: dt.date, is_workday: IsWorkday) -> list[dt.date]:
    """Days of the period on which people go: every day for a daily rule, working days otherwise; none in a period of holidays."""
    first, last = period_of(per, day)
    days = [first + dt.timedelta(days=n) for n in range((last - first).days + 1)]
    return days if per == Per.DAY else [each for each in days if is_workday(each)]


def turns_until(day: dt.date, days: Sequence[dt.date], *, times: int, rank: int, of: int) -> int:
    """How often object number ``rank`` of ``of`` should have been visited by the end of ``day``: its turns lie evenly over ``days``.

    >>> [turns_until(dt.date(2026, 11, 23 + n), [dt.date(2026, 11, 23 + m) for m in range(5)], times=2, rank=0, of=4) for n in range(5)]
    [1, 1, 2, 2, 2]
    """
    passed = sum(each <= day for each in days)
    if not passed:
        return 0
    slots = [int((turn + rank / of) * len(days) / times) for turn in range(times)]
    return sum(slot < passed for slot in slots)


def drawn(seed: str, share: int) -> bool:
    """Whether the lot falls on something, in ``share`` of a hundred cases; the same for the same seed."""
    return share >= 100 or lot(seed) % 100 < share


def lot(seed: str) -> int:
    return int.from_bytes(hashlib.sha256(seed.encode()).digest()[:6], "big")


def shares(loads: Sequence[int], amount: int) -> list[int]:
    """How many of ``amount`` new visits each person takes, so that the totals lie as close together as they can.

    >>> shares([0, 0, 0], 5)
    [2, 2, 1]
    >>> shares([4, 0], 2)
    [0, 2]
    """
    totals, taken = list(loads), [0] * len(loads)
    for _one in range(amount):
        least = min(range(len(totals)), key=lambda n: totals[n])
        totals[least] += 1
        taken[least] += 1
    return taken


def route(stops: Sequence[T], place: Callable[[T], tuple[float, float] | None]) -> list[T]:
    """In an order that can be walked: each time to the nearest one left; those without a place at the end."""
    left = [each for each in stops if place(each)]
    found: list[T] = [left.pop(0)] if left else []
    while left:
        lon, lat = place(found[-1]) or (0.0, 0.0)
        left.sort(key=lambda each: _squared(place(each), lon, lat))
        found.append(left.pop(0))
    return found + [each for each in stops if not place(each)]


def _squared(point: tuple[float, float] | None, lon: float, lat: float) -> float:
    return (point[0] - lon) ** 2 + (point[1] - lat) ** 2 if point else 0.0
