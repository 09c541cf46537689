"""The known swap of the feed's columns ``o3`` and ``o3_24h``.

``o3`` is the mean of the hour, ``o3_24h`` the highest hour of the day or of the last 24 hours, itself included: so the hour can never be above it. Where both are
there and differ, a rightly labelled file has the hour below in every row, a swapped one in none. The rule: of the rows that differ, at least nine
in ten with the hour above (all of them, where fewer than five differ) → the columns are swapped and are read the other way round; at most one in ten →
they are right. Between lies a file in which the labels change: then each hour is judged by its own rows, and hours that stay undecided are
read as labelled and counted in the report.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from airquality import rows

SHARE = Decimal("0.9")
FEW = 5
Pair = tuple[str, object, object]
"""Hour as labelled, ``o3``, ``o3_24h``."""


@dataclass
class Finding:
    """``above`` of ``differing`` rows have the hour above the day's highest. ``hours`` only where the file is mixed: label → swapped or None."""

    differing: int = 0
    above: int = 0
    verdict: bool | None = False
    hours: dict[str, bool | None] = field(default_factory=dict)

    def is_swapped(self, hour) -> bool:
        return bool(self.hours.get(hour) if self.verdict is None else self.verdict)

    @property
    def any_swapped(self) -> bool:
        return bool(self.verdict) or any(self.hours.values())

    @property
    def undecided(self) -> int:
        """Hours."""
        return sum(verdict is None for verdict in self.hours.values())


def find(pairs: Iterable[Pair]) -> Finding:
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for hour, one, highest in pairs:
        difference = _difference(one, highest)
        if difference:
            counts[hour][0] += 1
            counts[hour][1] += difference > 0
    differing, above = (sum(count[n] for count in counts.values()) for n in (0, 1))
    found = Finding(differing, above, verdict(differing, above))
    if found.verdict is None:
        found.hours = {hour: verdict(*count) for hour, count in counts.items()}
    return found


def verdict(differing: int, above: int) -> bool | None:
    """
    >>> [verdict(*counts) for counts in ((0, 0), (4, 4), (4, 3), (100, 90), (100, 10), (100, 50))]
    [False, True, None, True, False, None]
    """
    if not above or above <= (1 - SHARE) * differing:
        return False
    if above == differing or (differing >= FEW and above >= SHARE * differing):
        return True
    return None


def _difference(one, highest) -> Decimal | None:
    try:
        figures = [rows.concentration("o3", value) for value in (one, highest)]
    except rows.Wrong:
        return None
    return None if None in figures else figures[0] - figures[1]
