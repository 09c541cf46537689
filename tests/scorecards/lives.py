"""Whole lives of tasks for the tests of a month: events and columns as the workflow writes them."""

import datetime as dt
import random

from tests.factories.accounts import UserFactory
from tests.factories.inspections import FindingFactory
from tests.factories.rectification import LookBackFactory, TaskEventFactory, TaskFactory, TaskRequestFactory
from tests.factories.scorecards import beijing

MINUTE = dt.timedelta(minutes=1)
TARGET = {
    "accept": "accepted",
    "feedback": "fed_back",
    "draw": "second_look",
    "pass": "passed",
    "confirm": "passed",
    "return": "returned",
    "overturn": "returned",
}
FINDERS = ("grid_patrol", "grid_patrol", "self_check", "headquarters", "department", "complaint")
COLUMN = {"accept": "accepted_at", "feedback": "fed_back_at", "pass": "passed_at", "confirm": "passed_at"}


def step(task, action: str, at, *, target: str = "", part: str = "", **details):
    """One step as ``advance`` leaves it: event, state and column."""
    target = target or TARGET.get(action, task.state)
    limit = details.get("verify_due_at")
    TaskEventFactory(task=task, action=action, from_state=task.state, to_state=target, part=part, at=at, details=details, check_due_at=limit)
    task.state = target
    if action in COLUMN:
        setattr(task, COLUMN[action], at)
    if action in ("return", "overturn"):
        task.fed_back_at = None
    if target in ("refused", "transferred", "void"):
        task.ended_at = at
    task.save()
    return task


def extend(task, *, decided_at, to):
    """An approved extension."""
    TaskRequestFactory(
        task=task, asked_at=decided_at - MINUTE, previous_due_at=task.due_at, state="approved", decided_at=decided_at, granted_due_at=to
    )
    old = task.due_at
    task.due_at = to
    task.extensions += 1
    return step(task, "approve", decided_at, due_at=[old.isoformat(), to.isoformat()])


def task_of(district, *, unit=None, at, due, village=0, **finding):
    found = FindingFactory(district=district, grid=district.villages[village], state="assigned", captured_at=at, assigned_at=at, **finding)
    return TaskFactory(
        finding=found, organisation=unit or found.grid.organisation, assigned_at=at, accept_due_at=at + dt.timedelta(hours=8), due_at=due
    )


def task_checked_by_township(district, *, due):
    """A department's task of a low-risk problem, signed for on the 2nd; 甲街道 is the other party and checks it."""
    task, other = task_of(district, unit=district.housing, at=beijing(1), due=due), task_of(district, at=beijing(1), due=beijing(30))
    other.finding = task.finding
    other.save()
    return step(task, "accept", beijing(2))


def checked(task, *looks: tuple) -> None:
    """Days of October and who looked: ``("feedback", 5)``, ``("draw", 6, "second_looker")``; each feedback is to be verified within three days."""
    limit = None
    for action, day, *part in looks:
        limit = beijing(day + 3) if action == "feedback" else limit
        step(task, action, beijing(day), part="".join(part), verify_due_at=limit.isoformat())


def random_lives(district, *, seed: int, count: int, start, until) -> None:
    """Findings with dual tasks, each taken a random way at random moments between ``start`` and ``until``."""
    dice, finders = random.Random(seed), random.Random(seed + 1000)
    commander = UserFactory()
    for _n in range(count):
        at = start + MINUTE * dice.randrange(0, 70 * 1440)
        village, source = district.villages[dice.randrange(4)], finders.choice(FINDERS)
        found = FindingFactory(district=district, grid=village, source=source, state="assigned", captured_at=at, assigned_at=at)
        for unit in (found.grid.organisation, district.housing):
            due = at + dt.timedelta(days=dice.randrange(1, 12))
            task = TaskFactory(finding=found, organisation=unit, assigned_at=at, accept_due_at=at + dt.timedelta(hours=8), due_at=due)
            _live(task, dice, until, commander)
        if dice.random() < 0.2 and all(task.state == "passed" for task in found.tasks.all()):
            done = max(task.passed_at for task in found.tasks.all()) + dt.timedelta(days=dice.randrange(1, 20))
            if done < until:
                LookBackFactory(finding=found, result="rebound", done_at=done)


def _live(task, dice, until, commander) -> None:
    now = task.assigned_at

    def later(days: float):
        nonlocal now
        now += MINUTE * dice.randrange(1, int(days * 1440))
        return now < until

    if not later(1):
        return
    step(task, "accept", now)
    if dice.random() < 0.3 and later(2) and now < task.due_at:
        extend(task, decided_at=now, to=task.due_at + dt.timedelta(days=dice.randrange(1, 6)))
    while later(12):
        step(task, "feedback", now)
        if not later(4):
            return
        if dice.random() < 0.3:
            step(task, "return", now, false_fix=dice.random() < 0.2)
            continue
        step(task, "pass", now)
        return
