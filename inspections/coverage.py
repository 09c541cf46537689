"""Completion and coverage of grids (domain 2.8): never of persons. Rates in percent with two decimals; nothing planned is 无数据, neither 0 nor 100."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

from django.db.models import F, Q
from django.utils.translation import gettext as _

from common import clock
from grids import scope
from grids.models import Grid
from inspections.models import Visit
from inspections.words import VisitState
from registers.models import Site


@dataclass(frozen=True)
class Row:
    """``planned`` visits whose window ended in the period, ``done`` within it; ``objects`` of the grid, ``visited`` at least once."""

    grid: Grid
    planned: int
    done: int
    objects: int
    visited: int

    @property
    def completion(self) -> str:
        return rate(self.done, self.planned)

    @property
    def coverage(self) -> str:
        return rate(self.visited, self.objects)


def rate(part: int, whole: int) -> str:
    """
    >>> rate(2, 3), rate(0, 4)
    ('66.67%', '0.00%')
    """
    if not whole:
        return _("无数据")
    return f"{(Decimal(part * 100) / whole).quantize(Decimal('0.01'), ROUND_HALF_EVEN)}%"


def rows(user, *, first: dt.date, last: dt.date, under: Grid | None = None) -> list[Row]:
    """Grids the person looks after, in tree order, over the Beijing days ``first`` to ``last``. Four queries, however many grids."""
    begin, end = clock.at(first), clock.at(last + dt.timedelta(days=1))
    area = scope.rights(user).paths
    grids = Grid.objects.visible_to(user).active(last).below_root().filter(scope.under(area, "path"))
    grids = list((grids.filter(path__startswith=under.path) if under else grids).order_by("path"))
    planned, done = _visits(grids, begin, min(end, clock.now()))
    objects = list(Site.objects.active().filter(scope.under(area, "grid_path")).values_list("pk", "grid_path"))
    seen = set(Visit.objects.done().filter(scope.under(area, "grid_path"), arrived_at__gte=begin, arrived_at__lt=end).values_list("site", flat=True))
    return [_row(grid, planned, done, objects, seen) for grid in grids]


def _visits(grids: list[Grid], begin: dt.datetime, end: dt.datetime) -> tuple[Counter, Counter]:
    """By grid of the round. A visit counts at the phone's time, but never later than ours."""
    due = Visit.objects.filter(patrol__grid__in=grids, is_planned=True, due_to__gte=begin, due_to__lt=end).exclude(state=VisitState.DROPPED)
    in_time = Q(state=VisitState.DONE) & (Q(arrived_at__range=(F("due_from"), F("due_to"))) | Q(received_at__range=(F("due_from"), F("due_to"))))
    planned = Counter(due.order_by().values_list("patrol__grid", flat=True))
    return planned, Counter(due.filter(in_time).order_by().values_list("patrol__grid", flat=True))


def _row(grid: Grid, planned: Counter, done: Counter, objects: list, seen: set) -> Row:
    own = [pk for pk, path in objects if path.startswith(grid.path)]
    return Row(grid, planned[grid.pk], done[grid.pk], len(own), sum(pk in seen for pk in own))


def total(found: list[Row]) -> dict:
    """Over rows of the lowest level, so that nothing counts twice."""
    lowest = [row for row in found if not any(other.grid.parent_id == row.grid.pk for other in found)]
    planned, done = sum(row.planned for row in found), sum(row.done for row in found)
    objects, visited = sum(row.objects for row in lowest), sum(row.visited for row in lowest)
    return {
        "planned": planned,
        "done": done,
        "completion": rate(done, planned),
        "objects": objects,
        "visited": visited,
        "coverage": rate(visited, objects),
    }
