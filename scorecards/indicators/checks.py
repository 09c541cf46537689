"""Verifications that fell due in the month, given in time or not."""

from django.apps.registry import Apps
from django.db import models
from django.db.models import BooleanField, Case, CharField, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.lookups import In

from inspections.words import FROM_ABOVE, Risk
from rectification.models import TaskEvent
from rectification.workflow import Part
from scorecards.indicators.frozen import columns_of
from scorecards.indicators.month import Month
from scorecards.indicators.rows import NEVER, rows, text
from scorecards.words import Kind, Reason

NO = Value(False, output_field=BooleanField())
VERDICTS = ("pass", "draw", "return")
"""Of the verifier; ``draw`` is whichever of two independent looks passes first."""


class CheckThen(models.Model):
    """A verification that fell due in the month, for a unit that owed it. A check that several units owed is there for each of them."""

    unit_id = models.BigIntegerField()
    risk = models.CharField(max_length=10)
    finding_id = models.BigIntegerField()
    task_id = models.BigIntegerField()
    source = models.CharField(max_length=25)
    reason = models.CharField(max_length=20)
    is_hit = models.BooleanField()
    assigned_at = models.DateTimeField()
    due_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)  # type: ignore[misc]

    objects: models.Manager["CheckThen"] = models.Manager()

    class Meta:
        app_label = "scorecards"
        apps = Apps()
        managed = False
        db_table = "check_then"

    def __str__(self):
        return str(self.pk)

    @classmethod
    def beneath(cls, month: Month) -> list[QuerySet]:
        """Given ones are read from their verdicts, which note the limit they had; owed ones from the feedbacks the other party had not answered by the
        cut-off. The blind second look comes in either order: it answers for nobody else, but sending back before the limit takes the check away.
        """
        in_time = Q(at__lte=F("check_due_at"))
        verdict = Case(When(in_time, then=text(Reason.CHECK_ON_TIME)), default=text(Reason.CHECK_LATE), output_field=CharField())
        given = {"reason": verdict, "is_hit": Case(When(in_time, then=True), default=False), "done_at": F("at")}
        missed = {"reason": text(Reason.CHECK_MISSED), "is_hit": NO, "done_at": NEVER}
        return [_due(month, _verdicts(), given), *(_due(month, each, missed) for each in _missed(month))]


def owed_to_other_party(month: Month) -> list[QuerySet]:
    """Low-risk problems are verified by the other party: each check by the township that owed it."""
    return _checks(Risk.LOW)


def owed_in_field(month: Month) -> list[QuerySet]:
    """Problems of medium risk are verified by the office or the headquarters: each check by the headquarters of the field."""
    return _checks(Risk.MEDIUM)


def _checks(risk: Risk) -> list[QuerySet]:
    same = {name: F(name) for name in ("source", "reason", "is_hit", "assigned_at", "due_at", "done_at")}
    return [rows(CheckThen.objects.filter(risk=risk), unit=F("unit_id"), finding=F("finding_id"), task=F("task_id"), **same)]


# --- what lies beneath --------------------------------------------------------------------------------------------------------------
def _due(month: Month, events: QuerySet, columns: dict) -> QuerySet:
    """Of events with a limit those whose limit lies in the month, once for each unit that owed the check, as columns of ``CheckThen``."""
    events = events.filter(month.within("check_due_at"), at__lt=month.end, task__district_id=month.district_id).annotate(
        source_then=month.then("source", finding="task__finding__"), risk_then=month.then("risk", finding="task__finding__")
    )
    low, medium = Q(risk_then=Risk.LOW), Q(risk_then=Risk.MEDIUM)
    owing = low & _other_party(month) | medium & Q(task__finding__tasks=F("task_id"))
    due = events.exclude(source_then__in=FROM_ABOVE).filter(owing)
    unit = Case(When(low, then=month.unit_of_task(task="task__finding__tasks__")), default=month.headquarters_of_field(finding="task__finding__"))
    facts = {"id": F("pk"), "unit_id": F("unit"), "risk": F("risk_then"), "finding_id": F("task__finding_id"), "task_id": F("task_id")}
    facts |= {"source": F("source_then"), "assigned_at": F("task__assigned_at"), "due_at": F("check_due_at")}
    return columns_of(CheckThen, due.annotate(unit=unit).filter(unit__isnull=False), facts | columns)


def _verdicts() -> QuerySet:
    """Verdicts of those who had to look in any case, not of the blind second look."""
    return TaskEvent.objects.filter(action__in=VERDICTS).exclude(part=Part.SECOND_LOOKER)


def _missed(month: Month) -> list[QuerySet]:
    """Feedbacks that got no answer before the cut-off, or first a second looker's sending back after the limit."""
    owed, overturns = TaskEvent.objects.filter(action="feedback"), TaskEvent.objects.filter(action="overturn")
    later = {"task": OuterRef("task_id"), "at__gte": OuterRef("at"), "at__lt": month.end}
    answered = Exists(_verdicts().filter(**later))
    first = (_verdicts() | overturns).filter(**later).order_by("at", "id")
    never = owed.filter(~answered, ~Exists(overturns.filter(**later, at__lte=OuterRef("check_due_at"))))
    if not overturns.filter(task__district_id=month.district_id, at__lt=month.end).exists():
        return [never]
    after = owed.filter(answered, task__in=overturns.order_by().values("task_id"))
    after = after.annotate(answer=Subquery(first.values("action")[:1]), answered_at=Subquery(first.values("at")[:1]))
    return [never, after.filter(answer="overturn", answered_at__gt=F("check_due_at"))]


def _other_party(month: Month) -> Q:
    """Joins the tasks of the other units that shared the finding while the check was owed."""
    other = "task__finding__tasks"
    another = Q(**{f"{other}__organisation_id__lt": F("task__organisation_id")}) | Q(**{f"{other}__organisation_id__gt": F("task__organisation_id")})
    present = Q(**{f"{other}__ended_at": None}) | Q(**{f"{other}__ended_at__gte": F("check_due_at")})
    townships = In(month.unit_of_task(task=f"{other}__"), month.units_of(Kind.TOWNSHIP))
    return another & present & Q(townships) & Q(**{f"{other}__assigned_at__lte": F("at")})
