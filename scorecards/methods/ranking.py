"""Places, lists cut off at a place, groups."""

from collections.abc import Callable, Collection, Sequence
from fractions import Fraction
from typing import TypeVar

from scorecards import marks
from scorecards.methods.rounding import Number

T = TypeVar("T")
Values = Sequence[Number | None]
TieBreak = tuple[Values, bool]
"""Figures that part those who are equal, and whether the smaller one is better."""


def ranks(values: Values, *, ascending: bool, ties_by: Sequence[TieBreak] = ()) -> list[int | None]:
    """Competition ranks; who has no figure has no rank. Equals share a rank unless ``ties_by`` parts them, one after the other.

    >>> ranks([3, 1, 3, None, 5], ascending=True)
    [2, 1, 2, None, 4]
    >>> ranks([3, 1, 3, None, 5], ascending=False)
    [2, 4, 2, None, 1]
    >>> ranks([3, 3, 3], ascending=True, ties_by=[([80, 90, 90], False), ([40, 35, 36], True)])
    [3, 1, 2]
    """
    keys = [None if value is None else (_weight(value, ascending), *_parted(place, ties_by)) for place, value in enumerate(values)]
    return marks.ranks(keys)


def _weight(value: Number, ascending: bool) -> Fraction:
    """The better, the greater."""
    return -Fraction(value) if ascending else Fraction(value)


def _parted(place: int, ties_by: Sequence[TieBreak]) -> list[tuple]:
    """Who lacks the figure stands behind those of his equals who have it."""
    found = [(values[place], ascending) for values, ascending in ties_by]
    return [(0, Fraction(0)) if value is None else (1, _weight(value, ascending)) for value, ascending in found]


def tied(ranks: Sequence[int | None]) -> list[bool]:
    """Who shares a rank.

    >>> tied([1, 2, 2, None, None])
    [False, True, True, False, False]
    """
    return [rank is not None and ranks.count(rank) > 1 for rank in ranks]


def inside(groups: Sequence[str], rank: Callable[[list[int]], Sequence[T]]) -> list[T]:
    """What ``rank`` says of each group by itself; it gets the positions of the group's members.

    >>> figures = [5, 4, 3, 9]
    >>> inside(["district", "district", "town", "town"], lambda places: ranks([figures[place] for place in places], ascending=True))
    [2, 1, 1, 2]
    """
    found: dict[int, T] = {}
    for group in dict.fromkeys(groups):
        places = [place for place, each in enumerate(groups) if each == group]
        found.update(zip(places, rank(places), strict=True))
    return [found[place] for place in range(len(groups))]


# --- lists ------------------------------------------------------------------------------------------------------------------------------
def best(ranks: Sequence[int | None], count: int) -> list[int]:
    """Positions of the first ``count``; a tie at the cut is not cut.

    >>> best([1, 2, 2, 4], 2)
    [0, 1, 2]
    """
    return _in_order(ranks, [place for place, rank in enumerate(ranks) if rank is not None and rank <= count])


def worst(ranks: Sequence[int | None], count: int, *, spared: Collection[int] = ()) -> list[int]:
    """Positions of the last ``count``, better ones first; a tie at the cut is not cut, and who is ``spared`` leaves the place to the next.

    >>> worst([1, 2, 2, 4], 2)
    [1, 2, 3]
    >>> worst([1, 2, 2, 4], 1, spared={3})
    [1, 2]
    """
    listed = {place: rank for place, rank in enumerate(ranks) if rank is not None and place not in spared}
    last = sorted(listed.values(), reverse=True)[:count]
    return _in_order(ranks, [place for place, rank in listed.items() if last and rank >= last[-1]])


def _in_order(ranks: Sequence[int | None], places: list[int]) -> list[int]:
    return sorted(places, key=lambda place: (ranks[place] or 0, place))
