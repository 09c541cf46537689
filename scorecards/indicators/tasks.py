"""Indicators over the tasks of a unit."""

import datetime as dt

from django.db.models import BooleanField, Case, CharField, DateTimeField, F, Q, QuerySet, Value, When
from django.db.models.functions import Cast, Concat

from inspections.models import FindingEvent
from rectification.models import LookBack, Task, TaskEvent
from rectification.words import LEFT, PARTY_TURN, VERIFIER_TURN, LookBackResult, TaskState
from scorecards.indicators.facts import FED_BACK, parties, tasks
from scorecards.indicators.flags import Flag, summed
from scorecards.indicators.month import Month
from scorecards.indicators.rows import rows, text
from scorecards.indicators.spells import begun_spells
from scorecards.indicators.standing import SEND_BACKS, TaskThen
from scorecards.words import Kind, Reason

NINETY_DAYS = dt.timedelta(days=90)


def key(prefix: str, column: str):
    return Concat(Value(f"{prefix}:"), Cast(column, CharField()), output_field=CharField())


def _row(queryset: QuerySet, **columns) -> QuerySet:
    """Of a task as it stood."""
    facts = {"finding": F("finding_id"), "task": F("pk"), "source": F("source"), "assigned_at": F("assigned_at"), "due_at": F("due_at")}
    return rows(queryset, unit=F("organisation_id"), **{**facts, **columns})


# --- every task of the month, once --------------------------------------------------------------------------------------------------
AWAITING = Q(state__in=VERIFIER_TURN)
FED = Q(state__in=FED_BACK)
"""Handed in, and not sent back since: a feedback that was sent back has ended nobody's clock."""
HANDED_IN = Case(When(FED, then=F("fed_back_at")), default=None, output_field=DateTimeField())


def closed(month: Month) -> Q:
    return Q(state=TaskState.PASSED, passed_at__gte=month.start)


def still_overdue(month: Month) -> Q:
    return Q(state__in=PARTY_TURN, due_at__lt=month.end, was_referred=False)


def of_month(month: Month) -> list[QuerySet]:
    """Every task that something of the month's rates is true of, once, with all of it as flags."""
    awaiting, suspended, new = AWAITING & Q(fed_back_at__gte=month.start), Q(state=TaskState.SUSPENDED), Q(assigned_at__gte=month.start)
    flags = summed(
        {
            Flag.CLOSED: closed(month),
            Flag.IN_TIME: FED & Q(fed_back_at__lte=F("due_at")),
            Flag.OVERDUE: still_overdue(month),
            Flag.AWAITING: awaiting,
            Flag.SUSPENDED: suspended,
            Flag.SENT_BACK: Q(was_sent_back=True),
            Flag.EXTENDED: Q(was_extended=True),
            Flag.DISPATCHED: new,
            Flag.KEPT: new & ~Q(state__in=LEFT),
            Flag.OWN_FIELD: Q(leader_id=F("organisation_id")),
            Flag.OTHER_FIELD: Q(organisation_id__in=month.units_of(Kind.DEPARTMENT)) & (Q(leader_id=None) | ~Q(leader_id=F("organisation_id"))),
        }
    )
    found = TaskThen.objects.filter(new | closed(month) | still_overdue(month) | awaiting | suspended).exclude(state=TaskState.VOID)
    at = Case(When(suspended, then=F("suspended_at")), default=F("passed_at"), output_field=DateTimeField())
    return [_row(found, flags=flags, field=F("field_id"), reason=_standing(month), done_at=HANDED_IN, at=at)]


def _standing(month: Month):
    return Case(
        When(state=TaskState.PASSED, fed_back_at__lte=F("due_at"), then=text(Reason.ON_TIME)),
        When(state=TaskState.PASSED, then=text(Reason.LATE)),
        When(state=TaskState.SUSPENDED, then=text(Reason.SUSPENDED)),
        When(AWAITING, then=text(Reason.AWAITING)),
        When(state__in=LEFT, then=text(Reason.GONE)),
        When(still_overdue(month), then=text(Reason.STILL_OVERDUE)),
        default=text(Reason.UNDER_WAY),
        output_field=CharField(),
    )


def with_duties(month: Month, units: list[int]) -> set[int]:
    """Those of ``units`` that had a task to answer for in the month, be it not due yet."""
    left = Q(state_then__in=LEFT) | Q(state_then=TaskState.PASSED, passed_then__lt=month.start)
    return set(tasks(month).filter(unit_then__in=units).exclude(left).order_by().values_list("unit_then", flat=True).distinct())


# --- deductions ---------------------------------------------------------------------------------------------------------------------
def overdue(month: Month) -> list[QuerySet]:
    """Tasks whose clock ran past the date during the month, by begun spells of three days."""
    stopped = FED & Q(fed_back_at__gt=F("due_at")) & Q(fed_back_at__gt=month.start)
    late = TaskThen.objects.filter(stopped | Q(state__in=PARTY_TURN, due_at__lt=month.end), was_referred=False)
    spells = begun_spells(month, due=F("due_at"), stopped=HANDED_IN)
    return [_row(late, reason=text(Reason.OVERDUE), done_at=HANDED_IN, at=F("passed_at"), units=spells, event_key=key("overdue", "pk"))]


def _sent_back(month: Month, reason: str) -> QuerySet:
    sent = TaskEvent.objects.filter(month.within("at"), action__in=SEND_BACKS, task__district_id=month.district_id, task__must_feed_back=True)
    sent = sent.exclude(task__state__in=LEFT, task__ended_at__lt=month.end)
    return rows(
        parties(sent, month, task="task__"),
        unit=F("unit_then"),
        finding=F("task__finding_id"),
        task=F("task_id"),
        reason=text(reason),
        source=month.then("source", finding="task__finding__"),
        assigned_at=F("task__assigned_at"),
        at=F("at"),
        event_key=key("sent_back", "pk"),
    )


def rework(month: Month) -> list[QuerySet]:
    return [_sent_back(month, Reason.REWORK)]


def false_fix(month: Month) -> list[QuerySet]:
    return [_sent_back(month, Reason.FALSE_FIX).filter(details__false_fix=True)]


def rebound(month: Month) -> list[QuerySet]:
    """A look-back found the struck-off problem back: every party that had reported it put right."""
    back = Q(
        finding__look_backs__result=LookBackResult.REBOUND, finding__look_backs__done_at__gte=month.start, finding__look_backs__done_at__lt=month.end
    )
    put_right = Task.objects.filter(back, district_id=month.district_id, must_feed_back=True, passed_at__lt=F("finding__look_backs__done_at"))
    return [
        rows(
            parties(put_right, month),
            unit=F("unit_then"),
            finding=F("finding_id"),
            task=F("pk"),
            reason=text(Reason.REBOUND),
            source=month.then("source", finding="finding__"),
            assigned_at=F("assigned_at"),
            done_at=F("passed_at"),
            at=F("finding__look_backs__done_at"),
            event_key=key("rebound", "finding_id"),
        )
    ]


def rebound_rate(month: Month) -> list[QuerySet]:
    """Domain 2.8: of the tasks whose problem's 90th day after striking off fell in the month, those that a look-back before the cut-off found back.

    Each struck-off problem is judged in one month only. Nothing moves it afterwards: striking off is final, and so is a look-back that was done.
    """
    struck = FindingEvent.objects.filter(action="strike_off", at__gte=month.start - NINETY_DAYS, at__lt=month.end - NINETY_DAYS)
    back = Q(finding_id__in=_rebounds(month).values("finding_id"))
    put_right = Task.objects.filter(district_id=month.district_id, must_feed_back=True, state=TaskState.PASSED)
    put_right = put_right.filter(finding_id__in=struck.filter(finding__district_id=month.district_id).order_by().values("finding_id"))
    return [
        rows(
            parties(put_right, month),
            unit=F("unit_then"),
            finding=F("finding_id"),
            task=F("pk"),
            is_hit=Case(When(back, then=True), default=False, output_field=BooleanField()),
            reason=Case(When(back, then=text(Reason.REBOUND)), default=text(Reason.HELD), output_field=CharField()),
            source=month.then("source", finding="finding__"),
            assigned_at=F("assigned_at"),
            done_at=F("passed_at"),
            at=F("finding__struck_off_at"),
        )
    ]


def _rebounds(month: Month) -> QuerySet:
    return LookBack.objects.filter(district_id=month.district_id, result=LookBackResult.REBOUND, done_at__lt=month.end).order_by()


def late_sign(month: Month) -> list[QuerySet]:
    """Neither signed for nor released from when the limit for signing ran out, in the month in which it ran out; what came later changes nothing."""
    unreleased = Q(fed_back_at=None) | Q(fed_back_at__gt=F("accept_due_at"))
    unsigned = Q(accepted_at__gt=F("accept_due_at")) | Q(accepted_at=None) & unreleased
    late = parties(Task.objects.filter(unsigned & month.within("accept_due_at"), district_id=month.district_id), month)
    signed_before_cut_off = Case(When(accepted_at__lt=month.end, then=F("accepted_at")), default=None, output_field=DateTimeField())
    return [
        rows(
            late.exclude(state__in=LEFT, ended_at__lt=month.end),
            unit=F("unit_then"),
            finding=F("finding_id"),
            task=F("pk"),
            reason=text(Reason.LATE_SIGN),
            source=month.then("source", finding="finding__"),
            assigned_at=F("assigned_at"),
            due_at=F("accept_due_at"),
            done_at=signed_before_cut_off,
            event_key=key("sign", "pk"),
        )
    ]
