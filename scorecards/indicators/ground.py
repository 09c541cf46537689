"""Findings of the month as they stood at the cut-off and whose they were, as a table of their own: worked out once, by both cores, for every indicator."""

from django.apps.registry import Apps
from django.db import models
from django.db.models import BooleanField, Case, F, IntegerField, Q, QuerySet, Value, When

from grids.models import Post
from inspections.models import Finding
from inspections.words import FindingState, Source
from scorecards.indicators.frozen import columns_of
from scorecards.indicators.month import Month

COVERT = Q(source=Source.COVERT_VISIT, rebound_of_id=None)
"""Known once it is assigned. A problem that a look-back found back keeps the source of the first, and is known like any other."""


class FindingThen(models.Model):
    """Received, registered, assigned or refused in the month."""

    ground_id = models.BigIntegerField(null=True)  # type: ignore[misc]
    """The marked township in whose grids it lay."""
    leader_id = models.BigIntegerField(null=True)  # type: ignore[misc]
    """The marked department that leads its field."""
    home_id = models.BigIntegerField(null=True)  # type: ignore[misc]
    """The marked township in whose grids the reporter held a post."""
    grid_id = models.BigIntegerField(null=True)  # type: ignore[misc]
    problem_type_id = models.BigIntegerField()
    source = models.CharField(max_length=25)
    severity = models.CharField(max_length=10)
    rebound_of_id = models.BigIntegerField(null=True)  # type: ignore[misc]
    assigned_at = models.DateTimeField(null=True)  # type: ignore[misc]
    received_at = models.DateTimeField()
    registered_at = models.DateTimeField(null=True)  # type: ignore[misc]
    ended_at = models.DateTimeField(null=True)  # type: ignore[misc]
    is_live = models.BooleanField()
    """Not refused, merged or voided before the cut-off."""
    is_taken = models.BooleanField()
    """Registered in the month, and live."""
    is_refused = models.BooleanField()
    """In the month."""

    objects: models.Manager["FindingThen"] = models.Manager()

    class Meta:
        app_label = "scorecards"
        apps = Apps()
        managed = False
        db_table = "finding_then"

    def __str__(self):
        return str(self.pk)

    @classmethod
    def beneath(cls, month: Month) -> list[QuerySet]:
        live = Q(ended_at=None) | Q(ended_at__gte=month.end)
        standing = {"is_live": live, "is_taken": month.within("registered_at") & live, "is_refused": _refused(month)}
        same = ("id", "rebound_of_id", "assigned_at", "received_at", "registered_at", "ended_at")
        facts = {
            "ground_id": month.township_of_ground(),
            "leader_id": month.department_of_field(),
            "home_id": _township_of_reporter(month),
            **{f"{name}_id": month.then(name) for name in ("grid", "problem_type")},
            **{name: month.then(name) for name in ("source", "severity")},
            **{name: F(name) for name in same},
            **{name: Case(When(condition, then=True), default=False, output_field=BooleanField()) for name, condition in standing.items()},
        }
        return [columns_of(cls, _of_month(month), facts)]


def _of_month(month: Month) -> QuerySet:
    moments = month.within("received_at") | month.within("registered_at") | month.within("assigned_at")
    return Finding.objects.filter(moments | _refused(month), district_id=month.district_id)


def _refused(month: Month) -> Q:
    return Q(state=FindingState.REJECTED) & month.within("ended_at")


def _township_of_reporter(month: Month):
    """The township in whose grids the reporter held a post during the month; of several, the first in the tree."""
    township = {grid: unit for unit, grids in month.grids_of_township.items() for grid in grids if unit in month.units}
    held = Post.objects.filter(grid__district_id=month.district_id, starts_on__lt=month.end.date()).filter(
        Q(ends_on=None) | Q(ends_on__gte=month.start.date())
    )
    people: dict[int, set[int]] = {}
    seen: set[int] = set()
    for user, grid in held.order_by("grid__path", "id").values_list("user_id", "grid_id"):
        if grid in township and user not in seen:
            seen.add(user)
            people.setdefault(township[grid], set()).add(user)
    whens = [When(reporter_id__in=sorted(users), then=Value(unit)) for unit, users in sorted(people.items())]
    return Case(*whens, default=Value(None), output_field=IntegerField())
