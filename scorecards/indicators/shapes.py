"""What an indicator is."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from django.db.models import QuerySet
from django.utils.functional import Promise

from scorecards.indicators.air import Air
from scorecards.indicators.flags import Masks
from scorecards.indicators.month import Month
from scorecards.words import Kind


class Shape(Enum):
    BASE = "base"
    """All tasks, or findings, of a unit's month, each stored once with what is true of it (``flags``). Comes with every card that rests on it."""
    START = "start"
    """A mark everybody begins with; deduction lines of its part are taken from it."""
    DEDUCTION = "deduction"
    BONUS = "bonus"
    ENTRY = "entry"
    """Marks that two persons signed; its rows are the entries."""
    RATE = "rate"
    """Rows of its own: those that hit ÷ all."""
    SHARE = "share"
    """Over rows of a base line: those with the flags of ``hit`` ÷ those with the flags of ``of``."""
    TALLY = "tally"
    """How many rows of a base line have the flags of ``hit``; ``per_event`` is taken for each, when the scheme says so."""
    AIR = "air"
    """Days of the stations on a township's ground: those that count ÷ all; the marks rest on what they come to (``services.air``)."""
    NO_SOURCE = "no_source"


MARKED = (Shape.DEDUCTION, Shape.BONUS)
RATES = (Shape.RATE, Shape.SHARE)


@dataclass(frozen=True)
class Indicator:
    """``collect(month)`` gives querysets in the shape of ``indicators.rows``; an indicator without a source is never faked."""

    code: str
    label: str | Promise
    formula: str | Promise
    shape: Shape
    collect: Callable[[Month], list[QuerySet]] | None = None
    every: str | Promise = ""
    """What a deduction or bonus is given for: "each …"."""
    base: str = ""
    of: Masks = ()
    hit: Masks = ()
    kinds: tuple[Kind, ...] = (Kind.TOWNSHIP, Kind.DEPARTMENT)
    """Whom it can mark."""
    air: Air | None = None

    @property
    def is_marked(self) -> bool:
        return self.shape in MARKED

    @property
    def is_rate(self) -> bool:
        return self.shape in RATES
