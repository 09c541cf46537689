"""What was open at the month's end, by unit and by days since it was assigned."""

import datetime as dt
from dataclasses import dataclass, field

from django.db.models import BooleanField, Case, Count, IntegerField, Q, QuerySet, Value, When
from django.utils.translation import gettext as _

from common import clock
from grids.models import Organisation
from grids.scope import rights
from rectification.models import Task
from rectification.words import PARTY_TURN, UNFINISHED
from scorecards.access import reads_all
from scorecards.charts.colours import BLUES, EDGE, LATE, NAMES, piece
from scorecards.indicators import facts
from scorecards.indicators.month import Month

AGES = ((0, 3), (4, 7), (8, 15), (16, 30), (31, None))
"""Days past the day of assignment, both included."""


@dataclass
class Heap:
    """Open tasks of one unit and one age."""

    count: int = 0
    late: int = 0

    @property
    def in_time(self) -> int:
        return self.count - self.late


@dataclass
class Row:
    """``unit`` is None for all together."""

    unit: Organisation | None
    heaps: list[Heap] = field(default_factory=lambda: [Heap() for _age in AGES])

    @property
    def count(self) -> int:
        return sum(heap.count for heap in self.heaps)

    @property
    def late(self) -> int:
        return sum(heap.late for heap in self.heaps)


def age_label(age: int) -> str:
    first, last = AGES[age]
    return _("%(first)d–%(last)d天") % {"first": first, "last": last} if last is not None else _("超过%(days)d天") % {"days": first - 1}


# --- which ---------------------------------------------------------------------------------------------------------------------------
def open_tasks(user, month: Month) -> QuerySet:
    """Tasks open at the cut-off that the person may have counted, with ``age`` and ``late``."""
    mine = facts.tasks(month).filter(_reach(user, month.district_id), state_then__in=UNFINISHED)
    mine = mine.filter(pk__in=Task.objects.visible_to(user).values("pk"))
    overdue = Q(state_then__in=PARTY_TURN, due_then__lt=month.end) & facts.not_referred(month)
    late = Case(When(overdue, then=True), default=False, output_field=BooleanField())
    return mine.annotate(age=_age(month.last_day), late=late)


def _reach(user, district_id: int) -> Q:
    """Everything for those who read all; else the own unit, and the tasks of fields that are theirs."""
    found = rights(user)
    if reads_all(user, district_id):
        return Q()
    return Q(organisation_id__in=[seat.organisation_id for seat in found.seats]) | Q(finding__field_id__in=found.field_ids)


def _age(last_day: dt.date):
    """Which of ``AGES``: the day of assignment itself is day 0."""
    whens = [
        When(assigned_at__gte=clock.at(last_day - dt.timedelta(days=last)), then=Value(n))
        for n, (_first, last) in enumerate(AGES)
        if last is not None
    ]
    return Case(*whens, default=Value(len(AGES) - 1), output_field=IntegerField())


# --- figures -------------------------------------------------------------------------------------------------------------------------
def ageing(user, month: Month, units: list[Organisation]) -> list[Row]:
    """A row for each of ``units`` of which the person may have anything counted; one query."""
    rows = {unit.pk: Row(unit) for unit in units}
    counted = open_tasks(user, month).filter(organisation_id__in=rows).order_by().values("organisation_id", "age", "late")
    for each in counted.annotate(count=Count("pk")):
        heap = rows[each["organisation_id"]].heaps[each["age"]]
        heap.count += each["count"]
        heap.late += each["count"] if each["late"] else 0
    mine = {seat.organisation_id for seat in rights(user).seats}
    everybody = reads_all(user, month.district_id)
    return [row for row in rows.values() if everybody or row.count or row.unit.pk in mine]


def together(rows: list[Row]) -> Row:
    """Each age over all units."""
    heaps = [Heap(sum(row.heaps[n].count for row in rows), sum(row.heaps[n].late for row in rows)) for n in range(len(AGES))]
    return Row(None, heaps)


# --- chart ---------------------------------------------------------------------------------------------------------------------------
def bars(rows: list[Row], *, addresses: dict[tuple[int, int | str], str]) -> dict:
    """A bar for each unit that has any: what is in time by age, then what is late. ``addresses``: (unit, age or "late") → the rows behind."""
    shown = [row for row in reversed(rows) if row.count]
    series = [_series(age_label(n), BLUES[n], shown, [row.heaps[n].in_time for row in shown], n, addresses) for n in range(len(AGES))]
    series.append(_series(_("逾期"), LATE, shown, [row.late for row in shown], "late", addresses))
    return {
        "grid": {"left": 8, "right": 24, "top": 56, "bottom": 8, "containLabel": True},
        "legend": {"top": 0, "left": 0, "itemWidth": 14, "itemHeight": 10},
        "xAxis": {"type": "value", "minInterval": 1},
        "yAxis": {
            "type": "category",
            "data": [str(row.unit) for row in shown],
            "axisTick": {"show": False},
            "axisLine": {"show": False},
            "axisLabel": NAMES,
        },
        "tooltip": {"trigger": "axis", "axisPointer": {"type": "shadow"}},
        "series": series,
    }


def _series(name: str, colour: str, rows: list[Row], counts: list[int], part: int | str, addresses) -> dict:
    data = [piece(count, addresses[row.unit.pk, part]) for row, count in zip(rows, counts, strict=True)]
    return {"type": "bar", "stack": "open", "name": name, "data": data, "barMaxWidth": 18, "itemStyle": {"color": colour, **EDGE}}
