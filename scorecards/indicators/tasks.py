"""Indicators over the tasks of a unit."""

import datetime as dt

from django.db.models import BooleanField, Case, CharField, DateTimeField, F, Q, QuerySet, Value, When
from django.db.models.functions import Cast, Concat

from inspections.models import FindingEvent
from rectification.models import LookBack, Task, TaskEvent, TaskRequest
from rectification.words import LEFT, PARTY_TURN, VERIFIER_TURN, LookBackResult, RequestKind, RequestState, TaskState
from scorecards.indicators.facts import FED_BACK, not_referred, tasks
from scorecards.indicators.flags import Flag, summed
from scorecards.indicators.month import Month
from scorecards.indicators.rows import rows, text
from scorecards.indicators.spells import begun_spells
from scorecards.words import Kind, Reason

SEND_BACKS = ("return", "overturn")
NINETY_DAYS = dt.timedelta(days=90)


def key(prefix: str, column: str):
    return Concat(Value(f"{prefix}:"), Cast(column, CharField()), output_field=CharField())


def _row(month: Month, queryset: QuerySet, **columns) -> QuerySet:
    facts = {"finding": F("finding_id"), "task": F("pk"), "source": month.then("source", finding="finding__"), "assigned_at": F("assigned_at")}
    dates = {"due_at": F("due_then"), "done_at": F("fed_back_then"), "at": F("passed_then")}
    return rows(queryset, unit=F("organisation_id"), **{**facts, **dates, **columns})


# --- on time ------------------------------------------------------------------------------------------------------------------------
def closed(month: Month) -> Q:
    return Q(state_then=TaskState.PASSED, passed_then__gte=month.start)


def still_overdue(month: Month) -> Q:
    return Q(state_then__in=PARTY_TURN, due_then__lt=month.end) & not_referred(month)


def of_month(month: Month) -> list[QuerySet]:
    """Every task that something of the month's rates is true of, once, with all of it as flags."""
    flags = summed(
        {
            Flag.CLOSED: closed(month),
            Flag.IN_TIME: Q(state_then__in=FED_BACK, fed_back_then__lte=F("due_then")),
            Flag.OVERDUE: still_overdue(month),
            Flag.AWAITING: Q(state_then__in=VERIFIER_TURN, fed_back_then__gte=month.start),
            Flag.SUSPENDED: Q(state_then=TaskState.SUSPENDED),
            Flag.SENT_BACK: Q(pk__in=_sent_back_before(month)),
            Flag.EXTENDED: Q(pk__in=_extended_before(month)),
            Flag.DISPATCHED: Q(assigned_at__gte=month.start),
            Flag.KEPT: Q(assigned_at__gte=month.start) & ~Q(state_then__in=LEFT),
            Flag.OWN_FIELD: Q(leader=F("organisation_id")),
            Flag.OTHER_FIELD: Q(organisation_id__in=month.units_of(Kind.DEPARTMENT)) & (Q(leader=None) | ~Q(leader=F("organisation_id"))),
        }
    )
    found = tasks(month).annotate(leader=month.department_of_field(finding="finding__"), field_then=month.then("field", finding="finding__"))
    awaiting = Q(state_then__in=VERIFIER_TURN, fed_back_then__gte=month.start)
    said = Q(assigned_at__gte=month.start) | closed(month) | still_overdue(month) | awaiting | Q(state_then=TaskState.SUSPENDED)
    found = found.filter(said).exclude(state_then=TaskState.VOID)
    return [_row(month, found, flags=flags, field=F("field_then"), reason=_standing(month), done_at=_fed_back_if_counted(), at=_last_step(month))]


def _standing(month: Month):
    return Case(
        When(state_then=TaskState.PASSED, fed_back_then__lte=F("due_then"), then=text(Reason.ON_TIME)),
        When(state_then=TaskState.PASSED, then=text(Reason.LATE)),
        When(state_then=TaskState.SUSPENDED, then=text(Reason.SUSPENDED)),
        When(state_then__in=VERIFIER_TURN, then=text(Reason.AWAITING)),
        When(state_then__in=LEFT, then=text(Reason.GONE)),
        When(still_overdue(month), then=text(Reason.STILL_OVERDUE)),
        default=text(Reason.UNDER_WAY),
        output_field=CharField(),
    )


def _last_step(month: Month):
    """When it passed, or was suspended."""
    return Case(When(state_then=TaskState.SUSPENDED, then=F("suspended_at")), default=F("passed_then"), output_field=DateTimeField())


def _sent_back_before(month: Month) -> QuerySet:
    return TaskEvent.objects.filter(action__in=SEND_BACKS, at__lt=month.end, task__district_id=month.district_id).order_by().values("task_id")


def _extended_before(month: Month) -> QuerySet:
    granted = TaskRequest.objects.filter(kind=RequestKind.EXTENSION, state=RequestState.APPROVED, decided_at__lt=month.end)
    return granted.filter(task__district_id=month.district_id).order_by().values("task_id")


def _fed_back_if_counted():
    """A feedback that was sent back has ended nobody's clock."""
    return Case(When(state_then__in=FED_BACK, then=F("fed_back_then")), default=None, output_field=DateTimeField())


def with_duties(month: Month, units: list[int]) -> set[int]:
    """Those of ``units`` that had a task to answer for in the month, be it not due yet."""
    left = Q(state_then__in=LEFT) | Q(state_then=TaskState.PASSED, passed_then__lt=month.start)
    return set(tasks(month).filter(organisation_id__in=units).exclude(left).order_by().values_list("organisation_id", flat=True).distinct())


# --- deductions ---------------------------------------------------------------------------------------------------------------------
def overdue(month: Month) -> list[QuerySet]:
    """Tasks whose clock ran past the date during the month, by begun spells of three days."""
    stopped = Q(state_then__in=FED_BACK, fed_back_then__gt=F("due_then")) & Q(fed_back_then__gt=month.start)
    late = tasks(month).filter(stopped | Q(state_then__in=PARTY_TURN, due_then__lt=month.end)).filter(not_referred(month))
    spells = begun_spells(month, due=F("due_then"), stopped=_fed_back_if_counted())
    return [_row(month, late, reason=text(Reason.OVERDUE), done_at=_fed_back_if_counted(), units=spells, event_key=key("overdue", "pk"))]


def _sent_back(month: Month, reason: str) -> QuerySet:
    sent = TaskEvent.objects.filter(month.within("at"), action__in=SEND_BACKS, task__district_id=month.district_id, task__must_feed_back=True)
    sent = sent.exclude(task__state__in=LEFT, task__ended_at__lt=month.end)
    return rows(
        sent.filter(task__organisation_id__in=month.parties),
        unit=F("task__organisation_id"),
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
    parties = Task.objects.filter(back, organisation_id__in=month.parties, must_feed_back=True, passed_at__lt=F("finding__look_backs__done_at"))
    return [
        rows(
            parties.filter(district_id=month.district_id),
            unit=F("organisation_id"),
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
    parties = Task.objects.filter(district_id=month.district_id, organisation_id__in=month.parties, must_feed_back=True, state=TaskState.PASSED)
    return [
        rows(
            parties.filter(finding_id__in=struck.filter(finding__district_id=month.district_id).order_by().values("finding_id")),
            unit=F("organisation_id"),
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
    late = Task.objects.filter(unsigned & month.within("accept_due_at"), district_id=month.district_id, organisation_id__in=month.parties)
    signed_before_cut_off = Case(When(accepted_at__lt=month.end, then=F("accepted_at")), default=None, output_field=DateTimeField())
    return [
        rows(
            late.exclude(state__in=LEFT, ended_at__lt=month.end),
            unit=F("organisation_id"),
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
