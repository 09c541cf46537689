"""GB/T 8170: round half to even, in decimal arithmetic."""

from collections.abc import Iterable
from decimal import ROUND_CEILING, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

WAYS = {"half_even": ROUND_HALF_EVEN, "half_up": ROUND_HALF_UP}
STEPS = [Decimal(1).scaleb(-places) for places in range(10)]
MEAN_PLACES = 5
"""Of a daily mean, a station's as it is kept and an area's made of them."""


def rounded(value: Decimal, places: int = 0, *, way: str = "half_even") -> Decimal:
    """
    >>> rounded(Decimal("34.5")), rounded(Decimal("35.5")), rounded(Decimal("0.225"), 2), rounded(Decimal("0.225"), 2, way="half_up")
    (Decimal('34'), Decimal('36'), Decimal('0.22'), Decimal('0.23'))
    """
    return value.quantize(STEPS[places], rounding=WAYS[way])


def concentration(item: str, value: Decimal) -> Decimal:
    """A concentration as it is published and as the index takes it: whole, CO with one decimal."""
    return rounded(value, 1 if item.startswith("co") else 0)


def upwards(value: Decimal) -> int:
    """Indexes are always rounded up."""
    return int(value.to_integral_value(rounding=ROUND_CEILING))


def mean(values: Iterable[Decimal | None]) -> Decimal | None:
    """Of those that are there; None of none."""
    there = [value for value in values if value is not None]
    return sum(there, Decimal(0)) / len(there) if there else None
