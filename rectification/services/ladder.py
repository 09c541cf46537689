"""The ladder's points in time (domain 5.2): is a rung due for a row now, and under which key does it fire once? No database."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from common import clock
from rectification.models import ReminderRule, Task
from rectification.words import PARTY_TURN, VERIFIER_TURN, TaskState

Point = ReminderRule.Point
GRACE = dt.timedelta(hours=24)
"""How long after its moment a rung that a later one has overtaken is still fired, when the scan was late."""
MORNING = dt.time(8)


@dataclass(frozen=True)
class Rung:
    """A rule that is due for a row: ``stamp`` tells firings of the same rule apart (a new date arms it anew)."""

    rule: ReminderRule
    row: Any
    stamp: str

    @property
    def key(self) -> str:
        return f"{self.rule.district_id}:{self.rule.code}:{type(self.row).__name__.lower()}:{self.row.pk}:{self.stamp}"


def rung(rule: ReminderRule, row, now: dt.datetime) -> Rung | None:
    """The rule's firing for this row at ``now``, or nothing."""
    stamp = POINTS[Point(rule.point)](rule, row, now)
    return Rung(rule, row, stamp) if stamp else None


def _between(moment: dt.datetime, now: dt.datetime, end: dt.datetime) -> bool:
    """Reached, and not overtaken for longer than the grace."""
    return moment <= now and now < max(end, moment + GRACE)


def _day(moment: dt.datetime) -> str:
    return f"{clock.beijing(moment):%Y%m%d%H%M}"


def accept_share(rule, task: Task, now) -> str:
    moment = task.assigned_at + (task.accept_due_at - task.assigned_at) * rule.figure / 100
    return _day(task.accept_due_at) if task.state == TaskState.ASSIGNED and _between(moment, now, task.accept_due_at) else ""


def accept_overdue(rule, task: Task, now) -> str:
    late = task.state == TaskState.ASSIGNED and now >= task.accept_due_at + dt.timedelta(hours=rule.figure)
    return _day(task.accept_due_at) if late else ""


def time_share(rule, task: Task, now) -> str:
    moment = task.assigned_at + (task.due_at - task.assigned_at) * rule.figure / 100
    return _day(task.due_at) if task.state in PARTY_TURN and _between(moment, now, task.due_at) else ""


def days_before(rule, task: Task, now) -> str:
    """Not for tasks whose whole time is shorter."""
    moment = task.due_at - dt.timedelta(days=rule.figure)
    fits = task.state in PARTY_TURN and moment > task.assigned_at
    return _day(task.due_at) if fits and _between(moment, now, task.due_at) else ""


def due_today(rule, task: Task, now) -> str:
    """In the morning of the last day; not when it was assigned that day."""
    last_day = clock.beijing(task.due_at).date()
    fits = task.state in PARTY_TURN and clock.beijing(task.assigned_at).date() < last_day
    return _day(task.due_at) if fits and _between(clock.at(last_day, MORNING), now, task.due_at) else ""


def overdue_daily(rule, task: Task, now) -> str:
    """Each morning while overdue; minute clocks at any hour."""
    here = clock.beijing(now)
    late = task.state in PARTY_TURN and now > task.due_at
    awake = here.time() >= MORNING or task.finding.problem_type.is_minute_clock
    return f"{here:%Y%m%d}" if late and awake else ""


def overdue_days(rule, task: Task, now) -> str:
    late = task.state in PARTY_TURN and now >= task.due_at + dt.timedelta(days=rule.figure)
    return _day(task.due_at) if late else ""


def reworks(rule, task: Task, now) -> str:
    return f"r{task.returns}" if task.state == TaskState.RETURNED and task.returns >= rule.figure else ""


def superior_overdue(rule, task: Task, now) -> str:
    late = task.finding.is_from_above and task.state in PARTY_TURN and now > task.due_at
    return _day(task.due_at) if late else ""


def verify_overdue(rule, task: Task, now) -> str:
    late = task.state in VERIFIER_TURN and task.verify_due_at is not None and now > task.verify_due_at
    return _day(task.verify_due_at) if late else ""


def office_overdue(rule, finding, now) -> str:
    late = finding.step_due_at is not None and now > finding.step_due_at
    return f"{finding.state}{_day(finding.step_due_at)}" if late else ""


def request_overdue(rule, request, now) -> str:
    return _day(request.decide_due_at) if now > request.decide_due_at else ""


POINTS = {
    Point.ACCEPT_SHARE: accept_share,
    Point.ACCEPT_OVERDUE: accept_overdue,
    Point.TIME_SHARE: time_share,
    Point.DAYS_BEFORE: days_before,
    Point.DUE_TODAY: due_today,
    Point.OVERDUE_DAILY: overdue_daily,
    Point.OVERDUE_DAYS: overdue_days,
    Point.REWORKS: reworks,
    Point.SUPERIOR_OVERDUE: superior_overdue,
    Point.VERIFY_OVERDUE: verify_overdue,
    Point.OFFICE_OVERDUE: office_overdue,
    Point.REQUEST_OVERDUE: request_overdue,
}
OF_FINDINGS = {Point.OFFICE_OVERDUE}
OF_REQUESTS = {Point.REQUEST_OVERDUE}
OF_TASKS = set(POINTS) - OF_FINDINGS - OF_REQUESTS
