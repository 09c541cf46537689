"""Electricity against the list's base line: evidence for or against an order, day by day (domain 4.11, EMER-4)."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from common import clock
from emergency.models import Decision, Order, PowerDay
from emergency.words import DecisionKind, DecisionState


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
    """Days from the one on which the step began until another step took its place, or the lift."""
    begin, end = order.decision.begins_at, ended_at(order)
    days = (clock.beijing(begin).date(), clock.beijing(end or clock.now()).date())
    rows = PowerDay.objects.filter(district_id=order.district_id, credit_code=order.enterprise.credit_code, day__range=days).order_by("day")
    allowed = order.enterprise.allowed_power(order.level)
    return [Line(row.day, row.kwh, order.enterprise.daily_power, allowed, is_whole=_is_whole(row.day, begin, end)) for row in rows]


def ended_at(order: Order) -> dt.datetime | None:
    """When a later step takes over, or did; empty while none is published."""
    following = Decision.objects.filter(episode=order.episode_id, pk__gt=order.decision_id, state=DecisionState.PUBLISHED)
    return min((step.published_at if step.kind == DecisionKind.LIFT else step.begins_at for step in following), default=None)


def _is_whole(day: dt.date, begin: dt.datetime, end: dt.datetime | None) -> bool:
    return begin <= clock.at(day) and (end is None or clock.at(day + dt.timedelta(days=1)) <= end)
