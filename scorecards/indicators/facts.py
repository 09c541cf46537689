"""Tasks as they stood at the cut-off.

A task to which nothing happened since is read from its row; one that went on is read from its history: last state, last feedback, last pass and
date before the cut-off. Both in one statement, so that a step taken meanwhile is neither missed nor counted twice.
"""

from django.db.models import Case, CharField, DateTimeField, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Cast, Coalesce

from grids.models import Organisation
from rectification.models import Task, TaskEvent, TaskRequest
from rectification.words import LEFT, PARTY_TURN, VERIFIER_TURN, RequestKind, RequestState, TaskState
from rectification.workflow import TASK_STEPS
from scorecards.indicators.month import Month

FED_BACK = (*VERIFIER_TURN, TaskState.PASSED)
"""The party has handed in and nobody has sent it back."""
DATE_MOVERS = ("approve", "resume", "return", "overturn", "reopen")


def tasks(month: Month) -> QuerySet:
    """Tasks that were a marked unit's duty during the month, with ``unit_then``, ``state_then``, ``fed_back_then``, ``passed_then`` and ``due_then``."""
    mine = parties(Task.objects.filter(district_id=month.district_id, must_feed_back=True, assigned_at__lt=month.end), month)
    mine = mine.filter(~Q(state=TaskState.PASSED) | Q(passed_at__gte=month.start)).filter(Q(ended_at=None) | Q(ended_at__gte=month.start))
    changed = Q(pk__in=TaskEvent.objects.filter(action__in=list(TASK_STEPS), at__gte=month.end).values("task_id"))
    return mine.annotate(
        state_then=_then(changed, _last_event(month, "to_state"), _state_by_columns(month), CharField()),
        fed_back_then=_then(changed, _last_event(month, "at", "feedback"), _before(month, "fed_back_at"), DateTimeField()),
        passed_then=_then(changed, _last_event(month, "at", "pass", "confirm"), _before(month, "passed_at"), DateTimeField()),
        due_then=_due_then(month, changed),
    )


def parties(tasks: QuerySet, month: Month, *, task: str = "") -> QuerySet:
    """Those that were a marked unit's duty at the cut-off, with ``unit_then``."""
    return tasks.annotate(unit_then=month.unit_of_task(task=task)).filter(unit_then__in=month.parties)


def _then(changed: Q, history, column, output_field):
    return Case(When(changed, then=Coalesce(history, column)), default=column, output_field=output_field)


def _last_event(month: Month, value: str, *actions: str):
    events = TaskEvent.objects.filter(task=OuterRef("pk"), at__lt=month.end).exclude(to_state="").order_by("-at", "-id")
    return Subquery((events.filter(action__in=actions) if actions else events).values(value)[:1])


def _due_then(month: Month, changed: Q):
    """The date in force: what a later change moved away from; else the last date granted before the cut-off; else nothing moved it since."""
    granted_later = Q(pk__in=_granted().filter(decided_at__gte=month.end).values("task_id"))
    return Case(
        When(changed, then=Coalesce(_moved_from(month), Case(When(granted_later, then=_granted_then(month)), default=F("due_at")))),
        When(granted_later, then=_granted_then(month)),
        default=F("due_at"),
        output_field=DateTimeField(),
    )


def _moved_from(month: Month):
    """``details: {"due_at": [old, new]}`` of the first step after the cut-off that moved the date."""
    old = Cast(KeyTextTransform("0", KeyTransform("due_at", "details")), DateTimeField())
    moved = TaskEvent.objects.filter(task=OuterRef("pk"), action__in=DATE_MOVERS, at__gte=month.end, details__has_key="due_at")
    return Subquery(moved.order_by("at", "id").annotate(old=old).values("old")[:1])


def _granted_then(month: Month):
    return Coalesce(_last_granted(month), F("original_due_at"))


def _granted() -> QuerySet:
    return TaskRequest.objects.filter(state=RequestState.APPROVED, granted_due_at__isnull=False)


def _last_granted(month: Month):
    granted = _granted().filter(task=OuterRef("pk"), decided_at__lt=month.end)
    return Subquery(granted.order_by("-decided_at", "-id").values("granted_due_at")[:1])


def _before(month: Month, name: str):
    return Case(When(**{f"{name}__lt": month.end}, then=F(name)), default=None, output_field=DateTimeField())


def _state_by_columns(month: Month):
    """The state that the row's own dates prove for the cut-off."""
    return Case(
        When(state=TaskState.PASSED, passed_at__lt=month.end, then=F("state")),
        When(state__in=LEFT, ended_at__lt=month.end, then=F("state")),
        When(state__in=FED_BACK, fed_back_at__lt=month.end, then=Value(TaskState.FED_BACK.value)),
        When(state=TaskState.SUSPENDED, suspended_at__lt=month.end, then=F("state")),
        When(state__in=PARTY_TURN, then=F("state")),
        default=Value(TaskState.ASSIGNED.value),
        output_field=CharField(),
    )


def referrals(month: Month) -> QuerySet:
    """Transfers a unit without enforcement power asked for in time, to a body that has it, and that had not been declined by the cut-off."""
    asked = TaskRequest.objects.filter(kind=RequestKind.TRANSFER, asked_at__lt=month.end, asked_at__lte=F("previous_due_at"))
    powerless = Organisation.objects.filter(district_id=month.district_id, has_enforcement_power=False)
    asked = asked.annotate(unit_then=month.unit_of_task(task="task__"))
    asked = asked.filter(organisation__has_enforcement_power=True, unit_then__in=powerless.order_by().values("pk"))
    return asked.exclude(state__in=[RequestState.DECLINED, RequestState.WITHDRAWN], decided_at__lt=month.end)


def not_referred(month: Month) -> Q:
    return ~Q(pk__in=referrals(month).values("task_id"))
