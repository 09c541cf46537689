"""Change rates. The raw sign is kept: negative says that the figure fell; how it is printed is a setting."""

from decimal import Decimal
from fractions import Fraction

from scorecards.methods.rounding import Number, rounded


def change_rate(this: Number | None, last: Number | None, *, places: int | None = 2) -> Decimal | None:
    """(this − last) ÷ last in percent. None, so no rank, when one is missing or the last one is zero.

    >>> change_rate(42, 50), change_rate(Decimal("35.1"), 36, places=1)
    (Decimal('-16.00'), Decimal('-2.5'))
    >>> change_rate(42, 0), change_rate(42, None), change_rate(None, 50)
    (None, None, None)
    """
    if this is None or last is None or last == 0:
        return None
    return rounded((Fraction(this) - Fraction(last)) / Fraction(last) * 100, places)


def printed(rate: Decimal | None, *, improved_is_positive: bool, smaller_is_better: bool = True) -> Decimal | None:
    """As some places print it: what got better is positive, whichever way that is (Nanchang: positive = fell).

    >>> printed(Decimal("-16.00"), improved_is_positive=True), printed(Decimal("-16.00"), improved_is_positive=False)
    (Decimal('16.00'), Decimal('-16.00'))
    >>> printed(Decimal("4.2"), improved_is_positive=True, smaller_is_better=False)
    Decimal('4.2')
    """
    if rate is None or not improved_is_positive or not smaller_is_better:
        return rate
    return rate if rate == 0 else rate.copy_negate()
