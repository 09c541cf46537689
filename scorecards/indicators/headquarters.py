"""Indicators of a headquarters beside those it reads from the units' tasks in its field."""

from django.db.models import BooleanField, Case, CharField, F, Q, QuerySet, When

from rectification.models import LookBack, TaskRequest
from rectification.words import LookBackResult, RequestState
from scorecards.indicators import checks as verifications
from scorecards.indicators.month import Month
from scorecards.indicators.rows import rows, text
from scorecards.indicators.tasks import key
from scorecards.words import Reason

checks = verifications.owed_in_field


def requests(month: Month) -> list[QuerySet]:
    """Requests whose limit for a decision fell in the month: decided in time or not; what was withdrawn before the cut-off asks for nothing."""
    asked = TaskRequest.objects.filter(month.within("decide_due_at"), task__district_id=month.district_id, asked_at__lt=month.end)
    asked = asked.exclude(state=RequestState.WITHDRAWN, decided_at__lt=month.end)
    decided = Q(decided_at__lt=month.end)
    in_time = decided & Q(decided_at__lte=F("decide_due_at"))
    reason = Case(
        When(in_time, then=text(Reason.DECIDED_IN_TIME)),
        When(decided, then=text(Reason.DECIDED_LATE)),
        default=text(Reason.UNDECIDED),
        output_field=CharField(),
    )
    return [
        rows(
            asked,
            unit=month.headquarters_of_field(finding="task__finding__"),
            finding=F("task__finding_id"),
            task=F("task_id"),
            is_hit=Case(When(in_time, then=True), default=False, output_field=BooleanField()),
            reason=reason,
            source=month.then("source", finding="task__finding__"),
            assigned_at=F("asked_at"),
            due_at=F("decide_due_at"),
            done_at=Case(When(decided, then=F("decided_at")), default=None),
        )
    ]


def rebounds(month: Month) -> list[QuerySet]:
    """Problems of the field that a look-back of the month found back, each once."""
    back = LookBack.objects.filter(month.within("done_at"), district_id=month.district_id, result=LookBackResult.REBOUND)
    return [
        rows(
            back,
            unit=month.headquarters_of_field(finding="finding__"),
            finding=F("finding_id"),
            reason=text(Reason.REBOUND),
            source=month.then("source", finding="finding__"),
            at=F("done_at"),
            event_key=key("rebound", "finding_id"),
        )
    ]
