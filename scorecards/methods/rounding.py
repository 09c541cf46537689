"""Figures are worked out as exact fractions and rounded half to even (GB/T 8170) where a bulletin rounds them."""

from decimal import Decimal
from fractions import Fraction

Number = int | Decimal | Fraction
EXACT = 20
"""Places of a figure that is not rounded: two figures that are the same fraction stay equal, others stay apart."""


def rounded(value: Number, places: int | None) -> Decimal:
    """To ``places`` decimals, halves to the even neighbour; None: not rounded.

    >>> rounded(Fraction(46, 35) + Fraction(9, 60), 2)
    Decimal('1.46')
    >>> rounded(Decimal("0.225"), 2), rounded(Decimal("0.235"), 2), rounded(Decimal("2.5"), 0)
    (Decimal('0.22'), Decimal('0.24'), Decimal('2'))
    >>> rounded(Decimal("5.558"), None)
    Decimal('5.558')
    """
    kept = round(Fraction(value), EXACT if places is None else places)
    if places is None:
        return shortest(kept)
    return Decimal(f"{int(kept * 10**places)}e-{places}")


def shortest(value: Fraction) -> Decimal:
    """A fraction of at most ``EXACT`` places without the zeros at its end."""
    digits = int(value * 10**EXACT)
    places = EXACT
    while places and digits % 10 == 0:
        digits, places = digits // 10, places - 1
    return Decimal(f"{digits}e-{places}")


def places_of(value: Decimal) -> int:
    """Decimals a figure is written with.

    >>> places_of(Decimal("5.460")), places_of(Decimal("46")), places_of(Decimal("1E+2"))
    (3, 0, 0)
    """
    return max(0, -int(value.as_tuple().exponent))
