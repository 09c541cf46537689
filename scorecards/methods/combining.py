"""Several figures or ranks of one unit made into one."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from scorecards.methods.rounding import Number, rounded

GRADE_TWO = {
    "so2": Decimal(60),
    "no2": Decimal(40),
    "pm10": Decimal(70),
    "pm25": Decimal(35),
    "co": Decimal(4),
    "o3": Decimal(160),
}
"""Annual limits of grade II of GB 3095-2012 by which composite indexes divide (CO: 95th, O3: 90th percentile)."""
TWO_FACTORS = ("pm25", "so2")
"""两项加和指数 (Hengshui): PM2.5 ÷ 35 + SO2 ÷ 60."""


def weighted_mean(values: Sequence[Number | None], weights: Sequence[Number], *, places: int | None = 2) -> Decimal | None:
    """Of ranks (Zaozhuang; Xuchang: all alike) or of figures (Anhui: PM2.5 75, PM10 25); the weights need not make 1. None when a value is missing.

    >>> weighted_mean([1, 3, 2], [2, 2, 1], places=1), weighted_mean([40, 80], [75, 25], places=1)
    (Decimal('2.0'), Decimal('50.0'))
    """
    known = [Fraction(value) for value in values if value is not None]
    if len(known) < len(values) or not values:
        return None
    shares = [Fraction(weight) for weight in weights]
    total = sum((value * share for value, share in zip(known, shares, strict=True)), Fraction())
    return rounded(total / sum(shares, Fraction()), places)


def summed_index(
    values: Mapping[str, Number | None], limits: Mapping[str, Decimal] = GRADE_TWO, *, places: int | None = 2, each: int | None = None
) -> Decimal | None:
    """Σ value ÷ limit. ``each``: places to which every single index is rounded before they are added. None when a value is missing.

    >>> figures = {"so2": 3, "no2": 22, "pm10": Decimal("48.3"), "pm25": Decimal("30.1"), "co": Decimal("0.9"), "o3": Decimal("110.4")}
    >>> summed_index(figures, each=2)
    Decimal('3.06')
    """
    found = [(values.get(name), limit) for name, limit in limits.items()]
    if any(value is None for value, _limit in found):
        return None
    parts = [Fraction(value) / Fraction(limit) for value, limit in found if value is not None]
    return rounded(sum(part if each is None else Fraction(rounded(part, each)) for part in parts), places)


def meets_grade_two(values: Mapping[str, Number | None]) -> bool:
    """Whether every item of ``values`` is known and within grade II; without items nothing is met.

    >>> meets_grade_two({"pm25": 35, "pm10": 60}), meets_grade_two({"pm25": 36, "pm10": 60}), meets_grade_two({"pm25": None}), meets_grade_two({})
    (True, False, False, False)
    """
    return bool(values) and all(value is not None and Fraction(value) <= GRADE_TWO[name] for name, value in values.items())
