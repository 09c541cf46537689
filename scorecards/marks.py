"""From counted rows to marks: pure functions, integer hundredths, half-even rounding."""

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from scorecards.words import Grade

THREE_DAYS = dt.timedelta(days=3)


def rated(full: int, numerator: int, denominator: int) -> int:
    """``full`` × ``numerator`` ÷ ``denominator``, rounded half to even.

    >>> rated(400, 1, 3), rated(100, 1, 200), rated(100, 3, 200)
    (133, 0, 2)
    """
    return int((Decimal(full) * numerator / denominator).quantize(Decimal(1), ROUND_HALF_EVEN))


def share(obtained: int, counted: int) -> int | None:
    """Hundredths of a percent; None when nothing counts."""
    return rated(10000, obtained, counted) if counted else None


def overdue_units(due_at: dt.datetime, stopped_at: dt.datetime | None, *, start: dt.datetime, end: dt.datetime) -> int:
    """Begun spells of three days past the date inside ``[start, end)``."""
    late = min(stopped_at or end, end) - max(due_at, start)
    return max(0, -(-late // THREE_DAYS))


def ranks(values: Sequence[Any]) -> list[int | None]:
    """Competition ranks, the highest first; equals share a rank, who has no value (None) has none (domain 6.3).

    >>> ranks([90, 80, None, 80, 70])
    [1, 2, None, 2, 4]
    """
    known = sorted((value for value in values if value is not None), reverse=True)
    first = {value: place for place, value in reversed(list(enumerate(known, 1)))}
    return [None if value is None else first[value] for value in values]


def grade(value: int, *, excellent_from: int, good_from: int, pass_from: int) -> Grade:
    steps = ((excellent_from, Grade.EXCELLENT), (good_from, Grade.GOOD), (pass_from, Grade.PASS))
    return next((name for floor, name in steps if value >= floor), Grade.FAIL)


def capped(total: int, cap: int | None) -> int:
    """A deduction (negative) or bonus (positive) kept within its cap."""
    return total if cap is None else max(-cap, min(cap, total))


def part_total(points: Iterable[int]) -> int:
    """A part is never below zero."""
    return max(0, sum(points))
