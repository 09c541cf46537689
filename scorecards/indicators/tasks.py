"""Indicators over the tasks of a unit."""

import datetime as dt

from django.db.models import Case, CharField, DateTimeField, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce, Concat, NullIf

from inspections.models import FindingEvent
from inspections.words import FROM_ABOVE, Risk
from rectification.models import LookBack, Task, TaskEvent, TaskRequest
from rectification.words import LEFT, PARTY_TURN, LookBackResult, RequestKind, RequestState, TaskState
from rectification.workflow import Part
from scorecards.indicators.facts import FED_BACK, not_referred, tasks
from scorecards.indicators.month import Month
from scorecards.indicators.rows import rows, text
from scorecards.words import Kind, Reason

SEND_BACKS = ("return", "overturn")
VERDICTS = ("pass", "draw", "return")
"""Of the verifier; ``draw`` is whichever of two independent looks passes first."""
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


def on_time(month: Month) -> list[QuerySet]:
    """Closed on time ÷ (closed on time + closed late + still open and overdue), design 4."""
    in_time = Q(state_then=TaskState.PASSED, fed_back_then__lte=F("due_then"))
    judged = tasks(month).filter(closed(month) | still_overdue(month))
    reason = Case(
        When(in_time, then=text(Reason.ON_TIME)),
        When(state_then=TaskState.PASSED, then=text(Reason.LATE)),
        default=text(Reason.STILL_OVERDUE),
        output_field=CharField(),
    )
    return [_row(month, judged, is_hit=Case(When(in_time, then=True), default=False), reason=reason, done_at=_fed_back_if_counted())]


def _fed_back_if_counted():
    """A feedback that was sent back has ended nobody's clock."""
    return Case(When(state_then__in=FED_BACK, then=F("fed_back_then")), default=None, output_field=DateTimeField())


def own_field_on_time(month: Month) -> list[QuerySet]:
    """The same over the tasks in the fields that the department leads."""
    return [each.filter(row_leader=F("organisation_id")) for each in _with_leader(month)]


def other_field_on_time(month: Month) -> list[QuerySet]:
    return [each.filter(Q(row_leader=None) | ~Q(row_leader=F("organisation_id"))) for each in _with_leader(month)]


def _with_leader(month: Month) -> list[QuerySet]:
    return [
        each.filter(organisation_id__in=month.units_of(Kind.DEPARTMENT)).annotate(row_leader=month.department_of_field(finding="finding__"))
        for each in on_time(month)
    ]


def with_duties(month: Month, units: list[int]) -> set[int]:
    """Those of ``units`` that had a task to answer for in the month, be it not due yet."""
    left = Q(state_then__in=LEFT) | Q(state_then=TaskState.PASSED, passed_then__lt=month.start)
    return set(tasks(month).filter(organisation_id__in=units).exclude(left).order_by().values_list("organisation_id", flat=True).distinct())


# --- of the tasks judged there ------------------------------------------------------------------------------------------------------
def sent_back_before(month: Month) -> QuerySet:
    """Moments, newest first, at which the task of an outer row was sent back before the cut-off."""
    return TaskEvent.objects.filter(task=OuterRef("task_id"), action__in=SEND_BACKS, at__lt=month.end).order_by("-at").values("at")


def extended_before(month: Month) -> QuerySet:
    """The same for extensions granted."""
    granted = TaskRequest.objects.filter(kind=RequestKind.EXTENSION, state=RequestState.APPROVED, decided_at__lt=month.end)
    return granted.filter(task=OuterRef("task_id")).order_by("-decided_at").values("decided_at")


# --- at the cut-off -----------------------------------------------------------------------------------------------------------------
def open_overdue(month: Month) -> list[QuerySet]:
    return [
        _row(month, tasks(month).filter(still_overdue(month)), reason=text(Reason.STILL_OVERDUE), done_at=Value(None, output_field=DateTimeField()))
    ]


def suspended(month: Month) -> list[QuerySet]:
    return [_row(month, tasks(month).filter(state_then=TaskState.SUSPENDED), reason=text(Reason.SUSPENDED), at=F("suspended_at"))]


# --- deductions ---------------------------------------------------------------------------------------------------------------------
def overdue(month: Month) -> list[QuerySet]:
    """Tasks whose clock ran past the date during the month; how many units, ``marks`` counts from due to stop."""
    stopped = Q(state_then__in=FED_BACK, fed_back_then__gt=F("due_then")) & Q(fed_back_then__gt=month.start)
    late = tasks(month).filter(stopped | Q(state_then__in=PARTY_TURN, due_then__lt=month.end)).filter(not_referred(month))
    return [_row(month, late, reason=text(Reason.OVERDUE), done_at=_fed_back_if_counted(), event_key=key("overdue", "pk"))]


def _sent_back(month: Month, reason: str) -> QuerySet:
    sent = TaskEvent.objects.filter(month.within("at"), action__in=SEND_BACKS, task__district_id=month.district_id, task__must_feed_back=True)
    sent = sent.exclude(task__state__in=LEFT, task__ended_at__lt=month.end)
    return rows(
        sent.filter(task__organisation_id__in=list(month.units)),
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
    parties = Task.objects.filter(back, organisation_id__in=list(month.units), must_feed_back=True, passed_at__lt=F("finding__look_backs__done_at"))
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
    parties = Task.objects.filter(district_id=month.district_id, organisation_id__in=list(month.units), must_feed_back=True, state=TaskState.PASSED)
    return [
        rows(
            parties.filter(finding_id__in=struck.filter(finding__district_id=month.district_id).order_by().values("finding_id")),
            unit=F("organisation_id"),
            finding=F("finding_id"),
            task=F("pk"),
            is_hit=Case(When(back, then=True), default=False),
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
    late = Task.objects.filter(unsigned & month.within("accept_due_at"), district_id=month.district_id, organisation_id__in=list(month.units))
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


# --- checks the unit owes the other party -------------------------------------------------------------------------------------------
def checks(month: Month) -> list[QuerySet]:
    """Low-risk problems are verified by the other party: each verification that fell due in the month, by the unit that owed it.

    Given ones are read from their verdicts, which note the limit they had; owed ones from the feedbacks the other party had not answered by the
    cut-off. The blind second look comes in either order: it answers for nobody else, but sending back before the limit takes the check away.
    """
    of_feedback = TaskEvent.objects.filter(task=OuterRef("task_id"), action="feedback", at__lte=OuterRef("at")).order_by("-at", "-id")
    given = _verdicts(month).annotate(
        check_due=Coalesce(_moment("verify_due_at"), Subquery(of_feedback.annotate(stated=_moment("verify_due_at")).values("stated")[:1]))
    )
    column = Case(When(task__fed_back_at=F("at"), then=F("task__verify_due_at")), default=None, output_field=DateTimeField())
    owed = TaskEvent.objects.filter(action="feedback", at__lt=month.end).annotate(check_due=Coalesce(_moment("verify_due_at"), column))
    in_time = Q(at__lte=F("check_due"))
    verdict = Case(When(in_time, then=text(Reason.CHECK_ON_TIME)), default=text(Reason.CHECK_LATE), output_field=CharField())
    return [
        _check(month, given, is_hit=Case(When(in_time, then=True), default=False), reason=verdict, done_at=F("at")),
        _check(month, _missed(owed, month), is_hit=Value(False), reason=text(Reason.CHECK_MISSED)),
    ]


def _verdicts(month: Month) -> QuerySet:
    """Verdicts of those who had to look in any case, not of the blind second look."""
    return TaskEvent.objects.filter(action__in=VERDICTS, at__lt=month.end).exclude(part=Part.SECOND_LOOKER)


def _missed(owed: QuerySet, month: Month) -> QuerySet:
    """Of feedbacks with ``check_due`` those that got no answer before the cut-off, or first a second looker's sending back after the limit."""
    answers = _verdicts(month) | TaskEvent.objects.filter(action="overturn", at__lt=month.end)
    first = answers.filter(task=OuterRef("task_id"), at__gte=OuterRef("at")).order_by("at", "id")
    owed = owed.annotate(answer=Subquery(first.values("action")[:1]), answered_at=Subquery(first.values("at")[:1]))
    return owed.filter(Q(answer=None) | Q(answer="overturn", answered_at__gt=F("check_due")))


def _moment(name: str):
    """A moment noted in the event's details; nothing when it is missing or empty."""
    return Cast(NullIf(KeyTextTransform(name, "details"), Value("")), DateTimeField())


def _check(month: Month, events: QuerySet, **columns) -> QuerySet:
    events = events.filter(task__district_id=month.district_id).annotate(
        source_then=month.then("source", finding="task__finding__"), risk_then=month.then("risk", finding="task__finding__")
    )
    due = events.filter(month.within("check_due"), risk_then=Risk.LOW).exclude(source_then__in=FROM_ABOVE).filter(_other_party(month))
    return rows(
        due,
        unit=F("task__finding__tasks__organisation_id"),
        finding=F("task__finding_id"),
        task=F("task_id"),
        source=F("source_then"),
        assigned_at=F("task__assigned_at"),
        due_at=F("check_due"),
        **columns,
    )


def _other_party(month: Month) -> Q:
    """Joins the tasks of the other units that shared the finding while the check was owed."""
    other = "task__finding__tasks"
    another = Q(**{f"{other}__organisation_id__lt": F("task__organisation_id")}) | Q(**{f"{other}__organisation_id__gt": F("task__organisation_id")})
    present = Q(**{f"{other}__ended_at": None}) | Q(**{f"{other}__ended_at__gte": F("check_due")})
    return another & present & Q(**{f"{other}__organisation_id__in": month.units_of(Kind.TOWNSHIP), f"{other}__assigned_at__lte": F("at")})
