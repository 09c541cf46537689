"""From counted rows to marks: pure functions, integer hundredths; exact fractions, rounded once, half to even."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

from scorecards.words import Grade


def rated(full: int, numerator: int, denominator: int) -> int:
    """``full`` × ``numerator`` ÷ ``denominator``, rounded half to even.

    >>> rated(400, 1, 3), rated(100, 1, 200), rated(100, 3, 200)
    (133, 0, 2)
    """
    return round(Fraction(full * numerator, denominator))


def of_rate(full: int, numerator: int, denominator: int, *, threshold: int | None = None, slope: int = 0, inverse: bool = False) -> int:
    """Marks for a rate: ``full`` × rate, or all from ``threshold`` on and ``slope`` less for each percentage point below. ``inverse``: 1 − rate.

    >>> of_rate(5000, 650, 1000, threshold=7000, slope=100), of_rate(5000, 1, 10, inverse=True)
    (4500, 4500)
    >>> of_rate(9000, 1, 3, threshold=5050, slope=165)
    6168
    """
    good = denominator - numerator if inverse else numerator
    if threshold is None:
        return rated(full, good, denominator)
    line = 10000 - threshold if inverse else threshold
    below = max(Fraction(0), line - Fraction(10000 * good, denominator)) / 100
    return max(0, round(full - slope * below))


def share(obtained: int, counted: int) -> int | None:
    """Hundredths of a percent; None when nothing counts."""
    return rated(10000, obtained, counted) if counted else None


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
