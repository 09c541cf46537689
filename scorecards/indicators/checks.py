"""Verifications that fell due in the month, given in time or not."""

import datetime as dt

from django.db.models import BooleanField, Case, CharField, DateTimeField, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce, NullIf

from inspections.words import FROM_ABOVE, Risk
from rectification.models import TaskEvent
from rectification.workflow import Part
from scorecards.indicators.month import Month
from scorecards.indicators.rows import rows, text
from scorecards.words import Kind, Reason

LONGEST = dt.timedelta(days=92)
"""No check has a longer limit."""
NO = Value(False, output_field=BooleanField())
VERDICTS = ("pass", "draw", "return")
"""Of the verifier; ``draw`` is whichever of two independent looks passes first."""


def owed_to_other_party(month: Month) -> list[QuerySet]:
    """Low-risk problems are verified by the other party: each check by the township that owed it."""
    return _due(month, Risk.LOW, owing=_other_party(month), unit=F("task__finding__tasks__organisation_id"))


def owed_in_field(month: Month) -> list[QuerySet]:
    """Problems of medium risk are verified by the office or the headquarters: each check by the headquarters of the field."""
    return _due(month, Risk.MEDIUM, owing=Q(), unit=month.headquarters_of_field(finding="task__finding__"))


def _due(month: Month, risk: Risk, *, owing: Q, unit) -> list[QuerySet]:
    """Each verification of problems of a risk that fell due in the month.

    Given ones are read from their verdicts, which note the limit they had; owed ones from the feedbacks the other party had not answered by the
    cut-off. The blind second look comes in either order: it answers for nobody else, but sending back before the limit takes the check away.
    """
    of_feedback = TaskEvent.objects.filter(task=OuterRef("task_id"), action="feedback", at__lte=OuterRef("at")).order_by("-at", "-id")
    given = _verdicts(month).annotate(
        check_due=Coalesce(_moment("verify_due_at"), Subquery(of_feedback.annotate(stated=_moment("verify_due_at")).values("stated")[:1]))
    )
    column = Case(When(task__fed_back_at=F("at"), then=F("task__verify_due_at")), default=None, output_field=DateTimeField())
    owed = _lately(month).filter(action="feedback").annotate(check_due=Coalesce(_moment("verify_due_at"), column))
    in_time = Q(at__lte=F("check_due"))
    verdict = Case(When(in_time, then=text(Reason.CHECK_ON_TIME)), default=text(Reason.CHECK_LATE), output_field=CharField())
    return [
        _check(month, given, risk, owing, unit=unit, is_hit=Case(When(in_time, then=True), default=False), reason=verdict, done_at=F("at")),
        *(_check(month, each, risk, owing, unit=unit, is_hit=NO, reason=text(Reason.CHECK_MISSED)) for each in _missed(owed, month)),
    ]


def _lately(month: Month) -> QuerySet:
    """Events that a check falling due in the month can rest on, however long the history."""
    return TaskEvent.objects.filter(at__gte=month.start - LONGEST, at__lt=month.end)


def _verdicts(month: Month) -> QuerySet:
    """Verdicts of those who had to look in any case, not of the blind second look."""
    return _lately(month).filter(action__in=VERDICTS).exclude(part=Part.SECOND_LOOKER)


def _missed(owed: QuerySet, month: Month) -> list[QuerySet]:
    """Of feedbacks with ``check_due`` those that got no answer before the cut-off, or first a second looker's sending back after the limit."""
    verdicts, overturns = _verdicts(month), _lately(month).filter(action="overturn")
    later = {"task": OuterRef("task_id"), "at__gte": OuterRef("at")}
    first = (verdicts | overturns).filter(**later).order_by("at", "id")
    never = owed.filter(~Exists(verdicts.filter(**later)), ~Exists(overturns.filter(**later, at__lte=OuterRef("check_due"))))
    if not overturns.filter(task__district_id=month.district_id).exists():
        return [never]
    after = owed.filter(task__in=overturns.order_by().values("task_id")).filter(Exists(verdicts.filter(**later)))
    after = after.annotate(answer=Subquery(first.values("action")[:1]), answered_at=Subquery(first.values("at")[:1]))
    return [never, after.filter(answer="overturn", answered_at__gt=F("check_due"))]


def _moment(name: str):
    """A moment noted in the event's details; nothing when it is missing or empty."""
    return Cast(NullIf(KeyTextTransform(name, "details"), Value("")), DateTimeField())


def _check(month: Month, events: QuerySet, risk: Risk, owing: Q, **columns) -> QuerySet:
    events = events.filter(task__district_id=month.district_id).annotate(
        source_then=month.then("source", finding="task__finding__"), risk_then=month.then("risk", finding="task__finding__")
    )
    due = events.filter(month.within("check_due"), risk_then=risk).exclude(source_then__in=FROM_ABOVE).filter(owing)
    return rows(
        due,
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
