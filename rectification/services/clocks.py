"""Deadlines of tasks and of the office's own steps, all worked out by ``worktime`` and stored at issue."""

import datetime as dt

from django.db.models import Min

from inspections.models import Finding
from rectification.models import Clock, Policy, Task
from rectification.words import PARTY_TURN
from worktime import services as worktime
from worktime.models import Unit

DEFAULT_CLOCKS = {
    Clock.Name.REGISTER: (4, Unit.DUTY_HOURS),
    Clock.Name.ASSIGN: (4, Unit.DUTY_HOURS),
    Clock.Name.DECIDE: (1, Unit.WORKING_DAYS),
    Clock.Name.VERIFY: (3, Unit.WORKING_DAYS),
    Clock.Name.STRIKE_OFF: (5, Unit.WORKING_DAYS),
}


def policy_of(district_id: int) -> Policy:
    return Policy.objects.filter(district_id=district_id).first() or Policy(district_id=district_id, look_back_after_days=[30, 90])


def office_due(district_id: int, name, start: dt.datetime) -> dt.datetime:
    """When a step of the office, a commander or a verifier is due."""
    rule = Clock.objects.filter(district_id=district_id, name=name).first()
    figure, unit = (rule.figure, rule.unit) if rule else DEFAULT_CLOCKS[name]
    return worktime.deadline(start, figure, Unit(unit)).due_at


def task_clocks(problem_type, start: dt.datetime, *, due_at: dt.datetime | None = None) -> dict:
    """Columns of a new task: accept, arrive and finish dates with the day-by-day explanation. ``due_at`` given by hand stands and says so."""
    finish = worktime.deadline(start, problem_type.finish_figure, Unit(problem_type.finish_unit))
    accept = worktime.deadline(start, problem_type.accept_figure, Unit(problem_type.accept_unit))
    due = due_at or finish.due_at
    clocks = {
        "accept_due_at": min(accept.due_at, due),
        "due_at": due,
        "original_due_at": due,
        "due_steps": [] if due_at else finish.steps,
        "due_rule": "" if due_at else f"{problem_type.finish_figure} {problem_type.finish_unit}",
    }
    if problem_type.arrive_figure is not None:
        clocks["arrive_due_at"] = worktime.deadline(start, problem_type.arrive_figure, Unit(problem_type.arrive_unit)).due_at
    return clocks


def refresh_finding_due(finding_id: int) -> None:
    """Keep the finding's copy of the earliest running deadline, by which lists sort and filter."""
    earliest = Task.objects.filter(finding_id=finding_id, state__in=PARTY_TURN).aggregate(earliest=Min("due_at"))["earliest"]
    Finding.objects.filter(pk=finding_id).update(due_at=earliest)
