"""What a target still leaves (domain 7.8)."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal


@dataclass(frozen=True)
class Remaining:
    """``allowed`` is the mean that the rest of the time may have; None when no day is left. Below zero the target is out of reach."""

    allowed: Decimal | None
    days_left: int

    @property
    def is_reachable(self) -> bool:
        return self.allowed is not None and self.allowed >= 0


@dataclass(frozen=True)
class DaysNeeded:
    """``needed`` more days of the ``days_left``."""

    needed: int
    days_left: int

    @property
    def is_reachable(self) -> bool:
        return self.needed <= self.days_left


def remaining_mean(target: Decimal, done: Sequence[Decimal], *, days_left: int) -> Remaining:
    """(T·N − Σ done) ÷ days left, N being the days that will have a figure: those that have one and those to come.

    >>> remaining_mean(Decimal(50), [Decimal(60)] * 100, days_left=100).allowed
    Decimal('40')
    """
    if days_left <= 0:
        return Remaining(None, 0)
    return Remaining((target * (len(done) + days_left) - sum(done, Decimal(0))) / days_left, days_left)


def good_days_needed(target: int, *, good: int, days_left: int) -> DaysNeeded:
    return DaysNeeded(max(0, target - good), max(0, days_left))


def good_days_for_ratio(ratio: Decimal, *, good: int, assessed: int, days_left: int) -> DaysNeeded:
    """Days still needed so that at least ``ratio`` percent of the days with an index are good in the end.

    >>> good_days_for_ratio(Decimal(75), good=60, assessed=100, days_left=100)
    DaysNeeded(needed=90, days_left=100)
    """
    wanted = (ratio * (assessed + max(0, days_left)) / 100).to_integral_value(rounding=ROUND_CEILING)
    return good_days_needed(int(wanted), good=good, days_left=days_left)


def heavy_days_left(limit: int, *, heavy: int) -> int:
    """How many more may come; below zero the limit is broken."""
    return limit - heavy
