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


def of_target(
    full: int, measured: int, aim: int, before: int | None, *, slope: int = 0, more_is_better: bool = False, in_points: bool = False
) -> int:
    """All when the aim is met. Else the better of two: ``slope`` less for each percent beyond it (``in_points``: hundredths of a point), and the
    part of the way from ``before`` to the aim that is done. Neither ever rewards worse air.

    >>> of_target(2000, 4500, 4500, None), of_target(2000, 4950, 4500, None, slope=50), of_target(2000, 5000, 4500, 6000, slope=50)
    (2000, 1500, 1444)
    >>> of_target(2000, 5000, 4500, 6000), of_target(2000, 8000, 8500, 7500, slope=100, more_is_better=True, in_points=True)
    (1333, 1500)
    """
    turn = -1 if more_is_better else 1
    missed = turn * (measured - aim)
    if missed <= 0:
        return full
    near = full - slope * _distance(missed, aim, in_points) if slope and (aim or in_points) else Fraction(0)
    way = 0 if before is None else turn * (before - aim)
    done = Fraction(full * turn * (before - measured), way) if before is not None and way > 0 else Fraction(0)
    return max(0, round(max(near, done)))


def of_change(
    full: int, measured: int, before: int, *, wanted: int = 0, slope: int = 0, more_is_better: bool = False, in_points: bool = False
) -> int:
    """All when the improvement reaches ``wanted`` (hundredths of a percent), ``slope`` less for each percentage point that is missing.

    >>> of_change(1000, 45, 50, wanted=1000, slope=50), of_change(1000, 50, 50, wanted=1000, slope=50), of_change(1000, 51, 50)
    (1000, 500, 0)
    """
    worse = _distance((measured - before) * (-1 if more_is_better else 1), before, in_points)
    missing = worse + Fraction(wanted, 100)
    if missing <= 0:
        return full
    return max(0, round(full - slope * missing)) if slope else 0


def of_rank(full: int, rank: int, of: int) -> int:
    """Domain 6.2: full × (N − rank) ÷ (N − 1); alone all of it.

    >>> [of_rank(2000, rank, 6) for rank in (1, 2, 6)], of_rank(2000, 1, 1)
    ([2000, 1600, 0], 2000)
    """
    return rated(full, of - rank, of - 1) if of > 1 else full


def _distance(difference: int, base: int, in_points: bool) -> Fraction:
    """In percent of ``base``, or in points where the figures are hundredths of a percent themselves."""
    return Fraction(difference, 100) if in_points else Fraction(100 * difference, base)


def change(measured: int, before: int | None, *, in_points: bool = False) -> int | None:
    """Hundredths of a percent, signed; None without a figure to compare with (domain 6.3).

    >>> change(4200, 5000), change(4200, 0), change(8100, 8000, in_points=True)
    (-1600, None, 100)
    """
    if before is None or not (before or in_points):
        return None
    return round(100 * _distance(measured - before, before, in_points))


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
