"""What of a township's air is measured, and in which of four ways marks are made of it."""

from dataclasses import dataclass
from enum import Enum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MICROGRAMS = "μg/m³"
PARTICLES = ("pm25", "pm10")


@dataclass(frozen=True)
class Measure:
    """Figures of a month are kept as integers with ``places`` decimals. ``in_points``: itself a percentage, so that distances are in its points."""

    code: str
    label: str | Promise
    places: int = 2
    unit: str = ""
    more_is_better: bool = False

    @property
    def in_points(self) -> bool:
        return self.unit == "%"


class Way(Enum):
    TARGET = "target"
    """How near the month came to the unit's own target, or how much of the improvement asked for it has made: the better of both."""
    CHANGE = "change"
    """Against the same month of last year."""
    RANK = "rank"
    CHANGE_RANK = "change_rank"


@dataclass(frozen=True)
class Air:
    measure: Measure
    way: Way

    @property
    def needs_before(self) -> bool:
        return self.way in (Way.CHANGE, Way.CHANGE_RANK)

    @property
    def is_rank(self) -> bool:
        return self.way in (Way.RANK, Way.CHANGE_RANK)


MEASURES = {
    each.code: each
    for each in (
        Measure("pm25", _("PM2.5月均浓度"), unit=MICROGRAMS),
        Measure("pm10", _("PM10月均浓度"), unit=MICROGRAMS),
        Measure("good_ratio", _("优良天数比例"), unit="%", more_is_better=True),
        Measure("composite", _("综合指数"), places=4),
        Measure("two_factor", _("PM2.5和SO2两项加和指数")),
    )
}
