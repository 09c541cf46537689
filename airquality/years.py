"""Year against year. Across 1 March 2026 days and indexes are recomputed under one chosen edition, and the figures say which."""

import calendar
import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from airquality.figures import Period
from airquality.models import CompositeIndexRule


@dataclass(frozen=True)
class Comparison:
    """``edition`` and ``rule`` hold for both sides. ``changes``: item → percent."""

    this: Period
    before: Period
    edition: str
    rule: CompositeIndexRule | None
    changes: dict[str, Decimal | None]

    @property
    def is_even(self) -> bool:
        """Whether both sides rest on as many days; the page warns where they do not."""
        return self.this.assessed == self.before.assessed


def year_before(first: dt.date, last: dt.date) -> tuple[dt.date, dt.date]:
    """The same dates a year earlier; the end of February stays the end of February."""
    return _earlier(first), _earlier(last)


def _earlier(day: dt.date) -> dt.date:
    length = calendar.monthrange(day.year - 1, day.month)[1]
    is_last = day.day == calendar.monthrange(day.year, day.month)[1]
    return day.replace(year=day.year - 1, day=length if is_last else min(day.day, length))
