"""Clocks as pages show them: what runs next, how much is left, in seconds for the script that lets them run."""

import datetime as dt
from dataclasses import dataclass

from alarms.models import Alarm, AlarmClock
from alarms.words import ClockName
from common.templatetags.ui import remaining

SOON_SHARE = 0.3
"""A limit of minutes is near when so much of it is left."""


@dataclass(frozen=True)
class Shown:
    """One clock at one moment."""

    row: AlarmClock
    now: dt.datetime
    stopped_at: dt.datetime | None

    @property
    def title(self) -> str:
        return str(ClockName(self.row.name).label)

    @property
    def is_running(self) -> bool:
        return self.row.met_at is None and self.stopped_at is None

    @property
    def end(self) -> dt.datetime:
        return self.row.met_at or self.stopped_at or self.now

    @property
    def tone(self) -> str:
        if self.end > self.row.due_at:
            return "late"
        if not self.is_running:
            return "done" if self.row.met_at else ""
        return "soon" if self.row.due_at - self.now < (self.row.due_at - self.row.started_at) * SOON_SHARE else ""

    @property
    def percent(self) -> int:
        whole = (self.row.due_at - self.row.started_at).total_seconds()
        return min(100, max(0, round((self.end - self.row.started_at).total_seconds() / whole * 100))) if whole > 0 else 100

    @property
    def taken(self) -> int:
        """Whole minutes used."""
        return int((self.end - self.row.started_at).total_seconds() // 60)

    @property
    def late_by(self) -> int:
        return max(1, int((self.end - self.row.due_at).total_seconds() // 60)) if self.end > self.row.due_at else 0

    @property
    def remaining(self) -> str:
        return remaining(self.row.due_at, self.now)


ORDER = list(ClockName)


def shown(alarm: Alarm, now: dt.datetime) -> list[Shown]:
    """In the order in which they are met."""
    rows = sorted(alarm.clocks.all(), key=lambda row: ORDER.index(ClockName(row.name)))
    return [Shown(row, now, alarm.closed_at) for row in rows]


def following(alarm: Alarm, now: dt.datetime) -> Shown | None:
    """The clock that runs now: the first unmet one; nothing where an operator has only to look again. Once people are sent, theirs."""
    rows = [clock for clock in shown(alarm, now) if clock.is_running and (clock.row.name != ClockName.JUDGE or not alarm.dispatched_at)]
    return rows[0] if rows else None
