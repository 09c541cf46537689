"""Electricity against the list's base line: evidence for or against an order, day by day (domain 4.11, EMER-4)."""

from dataclasses import dataclass
from decimal import Decimal

from common import clock
from emergency.models import Order, PowerDay


@dataclass(frozen=True)
class Line:
    """A whole day under the order counts; its first and last, of which only hours were, are shown without a verdict."""

    day: object
    kwh: Decimal
    base: Decimal | None
    allowed: float | None
    is_whole: bool

    @property
    def share(self) -> int | None:
        return round(100 * self.kwh / self.base) if self.base else None

    @property
    def is_against(self) -> bool:
        return self.is_whole and self.allowed is not None and float(self.kwh) > self.allowed

    @property
    def is_for(self) -> bool:
        return self.is_whole and self.allowed is not None and not self.is_against


def lines_of(order: Order) -> list[Line]:
    """Days from the one of issue until the end of the episode."""
    first = clock.beijing(order.issued_at).date()
    last = clock.beijing(order.episode.lifted_at).date() if order.episode.lifted_at else clock.today()
    rows = PowerDay.objects.filter(district_id=order.district_id, credit_code=order.enterprise.credit_code, day__range=(first, last)).order_by("day")
    ended = order.episode.lifted_at is not None
    allowed = order.enterprise.allowed_power(order.level)
    return [
        Line(row.day, row.kwh, order.enterprise.daily_power, allowed, is_whole=row.day > first and not (ended and row.day == last)) for row in rows
    ]
