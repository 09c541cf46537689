"""Percentiles and the composite index (domain 7.3, 7.7)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_FLOOR, Decimal
from fractions import Fraction

from airquality.aqi.rounding import rounded
from airquality.aqi.tables import POLLUTANTS

LIMITS = {"so2": "60", "no2": "40", "co": "4", "o3": "160", "pm10": "70", "pm25": "35"}
"""Grade II of GB 3095-2012: annual means, the daily mean of CO, 8 h of ozone. The default also after 1 March 2026, so that years compare."""
EVEN = dict.fromkeys(LIMITS, "1")


@dataclass(frozen=True)
class Rule:
    """How a composite index is made; see the model of the same name."""

    limits: Mapping[str, Decimal]
    weights: Mapping[str, Decimal]
    decimals: int = 2
    rounding: str = "half_even"
    rounds_singles: bool = True
    percentile_co: int = 95
    percentile_o3: int = 90


@dataclass(frozen=True)
class Composite:
    """``index`` is None unless all six are there."""

    singles: dict[str, Decimal] = field(default_factory=dict)
    index: Decimal | None = None


def rule(*, limits=LIMITS, weights=EVEN, **rest) -> Rule:
    return Rule({name: Decimal(limits[name]) for name in POLLUTANTS}, {name: Decimal(weights[name]) for name in POLLUTANTS}, **rest)


def percentile(values: Iterable[Decimal | None], percent: int) -> Decimal | None:
    """By linear interpolation: k = 1 + (n − 1)·p.

    >>> percentile([Decimal(n) for n in (1, 2, 3, 4, 10)], 90)
    Decimal('7.6')
    """
    there = sorted(value for value in values if value is not None)
    if not there:
        return None
    place = (len(there) - 1) * Decimal(percent) / 100
    low = int(place.to_integral_value(rounding=ROUND_FLOOR))
    if low + 1 == len(there):
        return there[low]
    return there[low] + (there[low + 1] - there[low]) * (place - low)


def composite(concentrations: Mapping[str, Decimal | None], by: Rule) -> Composite:
    """Of period figures as published: means, CO and O3 by their percentiles. Singles are rounded before they are added where the rule says so."""
    singles = {
        name: _single(value * by.weights[name] / by.limits[name], by) for name in POLLUTANTS if (value := concentrations.get(name)) is not None
    }
    if len(singles) < len(POLLUTANTS):
        return Composite(singles)
    return Composite(singles, rounded(sum(singles.values(), Decimal(0)), by.decimals, way=by.rounding))


def two_factor(concentrations: Mapping[str, Decimal | None]) -> Fraction | None:
    """Hengshui's 两项加和指数: PM2.5 ÷ 35 + SO2 ÷ 60 (domain 6.3).

    >>> two_factor({"pm25": Decimal(70), "so2": Decimal(30)})
    Fraction(5, 2)
    """
    pm25, so2 = concentrations["pm25"], concentrations["so2"]
    return None if pm25 is None or so2 is None else Fraction(pm25) / 35 + Fraction(so2) / 60


def _single(value: Decimal, by: Rule) -> Decimal:
    return rounded(value, by.decimals, way=by.rounding) if by.rounds_singles else value
