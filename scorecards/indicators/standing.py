"""Tasks as they stood at the cut-off, as a table of their own for as long as rows are looked for.

Repeated in every condition of every indicator, their histories would be searched a hundred times. The table is temporary and private to the connection.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.apps.registry import Apps
from django.db import connection, models
from django.db.models import BooleanField, Case, F, Q, QuerySet, When

from rectification.models import TaskEvent, TaskRequest
from rectification.words import RequestKind, RequestState
from scorecards.indicators.facts import not_referred, tasks
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


TABLE = TaskThen._meta.db_table
NAMES = [field.attname for field in TaskThen._meta.local_fields]


@contextmanager
def frozen(month: Month) -> Iterator[None]:
    """Inside, ``TaskThen`` has the tasks of this month; in a transaction of the caller's."""
    sql, parameters = _beneath(month).query.sql_with_params()
    named = ", ".join(f"found.column_{name} AS {name}" for name in NAMES)
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {TABLE}")
        cursor.execute(f"CREATE TEMPORARY TABLE {TABLE} AS SELECT {named} FROM ({sql}) AS found", parameters)
    yield
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {TABLE}")


def _beneath(month: Month) -> QuerySet:
    """The columns of ``TaskThen``, in their order."""
    same = {name: F(name) for name in ("id", "finding_id", "organisation_id", "assigned_at", "suspended_at")}
    then = {"state": F("state_then"), **{f"{name}_at": F(f"{name}_then") for name in ("due", "fed_back", "passed")}}
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
    columns = {**same, **then, **of_finding, **facts}
    return tasks(month).order_by().annotate(**{f"column_{name}": columns[name] for name in NAMES}).values_list(*(f"column_{name}" for name in NAMES))


def _sent_back(month: Month) -> QuerySet:
    return TaskEvent.objects.filter(action__in=SEND_BACKS, at__lt=month.end, task__district_id=month.district_id).order_by().values("task_id")


def _extended(month: Month) -> QuerySet:
    granted = TaskRequest.objects.filter(kind=RequestKind.EXTENSION, state=RequestState.APPROVED, decided_at__lt=month.end)
    return granted.filter(task__district_id=month.district_id).order_by().values("task_id")
