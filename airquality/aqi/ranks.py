"""Competition ranks and change rates (domain 6.3)."""

from collections.abc import Sequence
from decimal import Decimal

from airquality.aqi.rounding import rounded


def ranks(values: Sequence[Decimal | None]) -> list[int | None]:
    """Lower is better; equals share a rank and the next ones are skipped; who has no figure has no rank.

    >>> ranks([Decimal(3), Decimal(1), None, Decimal(3), Decimal(5)])
    [2, 1, None, 2, 4]
    """
    there = sorted(value for value in values if value is not None)
    return [None if value is None else there.index(value) + 1 for value in values]


def change_rate(this: Decimal | None, last: Decimal | None, *, places: int = 1) -> Decimal | None:
    """(this − last) ÷ last in percent; negative is better. None, so no rank, when one is missing or the last one is zero.

    >>> change_rate(Decimal(42), Decimal(50)), change_rate(Decimal(42), Decimal(0))
    (Decimal('-16.0'), None)
    """
    if this is None or not last:
        return None
    return rounded((this - last) * 100 / last, places)
