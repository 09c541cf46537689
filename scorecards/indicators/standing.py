"""Tasks as they stood at the cut-off, as a table of their own: repeated in every condition of every indicator, their histories would be searched
a hundred times."""

from django.apps.registry import Apps
from django.db import models
from django.db.models import BooleanField, Case, F, Q, QuerySet, When

from rectification.models import TaskEvent, TaskRequest
from rectification.words import RequestKind, RequestState
from scorecards.indicators.facts import not_referred, tasks
from scorecards.indicators.frozen import columns_of
from scorecards.indicators.month import Month

SEND_BACKS = ("return", "overturn")


class TaskThen(models.Model):
    finding_id = models.BigIntegerField()
    organisation_id = models.BigIntegerField()
    field_id = models.BigIntegerField()
    leader_id = models.BigIntegerField(null=True)  # type: ignore[misc]
    """The marked department that leads the field."""
    state = models.CharField(max_length=15)
    source = models.CharField(max_length=25)
    assigned_at = models.DateTimeField()
    due_at = models.DateTimeField()
    fed_back_at = models.DateTimeField(null=True)  # type: ignore[misc]
    passed_at = models.DateTimeField(null=True)  # type: ignore[misc]
    suspended_at = models.DateTimeField(null=True)  # type: ignore[misc]
    was_referred = models.BooleanField()
    was_sent_back = models.BooleanField()
    was_extended = models.BooleanField()

    objects: models.Manager["TaskThen"] = models.Manager()

    class Meta:
        app_label = "scorecards"
        apps = Apps()
        managed = False
        db_table = "task_then"

    def __str__(self):
        return str(self.pk)

    @classmethod
    def beneath(cls, month: Month) -> list[QuerySet]:
        same = {name: F(name) for name in ("id", "finding_id", "assigned_at", "suspended_at")}
        then = {
            "organisation_id": F("unit_then"),
            "state": F("state_then"),
            **{f"{name}_at": F(f"{name}_then") for name in ("due", "fed_back", "passed")},
        }
        of_finding = {
            "field_id": month.then("field", finding="finding__"),
            "leader_id": month.department_of_field(finding="finding__"),
            "source": month.then("source", finding="finding__"),
        }
        said = {
            "was_referred": ~not_referred(month),
            "was_sent_back": Q(pk__in=_sent_back(month)),
            "was_extended": Q(pk__in=_extended(month)),
        }
        facts = {name: Case(When(condition, then=True), default=False, output_field=BooleanField()) for name, condition in said.items()}
        return [columns_of(cls, tasks(month), {**same, **then, **of_finding, **facts})]


def _sent_back(month: Month) -> QuerySet:
    return TaskEvent.objects.filter(action__in=SEND_BACKS, at__lt=month.end, task__district_id=month.district_id).order_by().values("task_id")


def _extended(month: Month) -> QuerySet:
    granted = TaskRequest.objects.filter(kind=RequestKind.EXTENSION, state=RequestState.APPROVED, decided_at__lt=month.end)
    return granted.filter(task__district_id=month.district_id).order_by().values("task_id")
