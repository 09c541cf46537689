"""How much of the list was looked at on a day, by township and grid, and how far the day's rounds are (domain 8.3, step 7)."""

import datetime as dt
import math
from collections import Counter
from dataclasses import dataclass, field

from django.db.models import Count, Q

from common import clock
from emergency.models import Episode, Inspection, ListedEnterprise, Order, rule_of
from emergency.words import Party
from grids.models import Grid
from inspections.models import Visit
from inspections.words import PatrolKind, VisitState


@dataclass
class Line:
    """One township or grid. ``listed`` enterprises of the list, ``seen`` of them looked at that day; ``planned`` and ``done`` visits of rounds."""

    grid: Grid | None
    listed: int = 0
    seen: int = 0
    planned: int = 0
    done: int = 0
    grids: list["Line"] = field(default_factory=list)

    @property
    def busy(self) -> list["Line"]:
        """Of a township: grids in which something was to be looked at."""
        return [line for line in self.grids if line.listed or line.planned]


@dataclass
class Coverage:
    day: dt.date
    share: int
    listed: int
    seen: set[int]
    towns: list[Line]

    @property
    def needed(self) -> int:
        """Of three at 50 % two are to be looked at."""
        return math.ceil(self.listed * self.share / 100)

    @property
    def is_met(self) -> bool:
        return len(self.seen) >= self.needed

    @property
    def percent(self) -> int:
        return round(100 * len(self.seen) / self.listed) if self.listed else 0

    @property
    def planned(self) -> int:
        return sum(town.planned for town in self.towns)

    @property
    def done(self) -> int:
        return sum(town.done for town in self.towns)


def seen_on(episode: Episode, day: dt.date) -> set[int]:
    """Enterprises of the list with a visit of a round or a quick entry that day."""
    entries = Inspection.objects.filter(order__episode=episode, day=day).values_list("order__enterprise", flat=True)
    return {*entries, *_visited(episode, day)} - {None}


def _visited(episode: Episode, day: dt.date) -> set[int]:
    begin = clock.at(day)
    sites = dict(ListedEnterprise.objects.filter(reduction_list=episode.reduction_list, is_active=True, site__isnull=False).values_list("site", "pk"))
    there = Visit.objects.done().filter(site__in=sites, arrived_at__gte=begin, arrived_at__lt=begin + dt.timedelta(days=1))
    return {sites[site] for site in there.values_list("site", flat=True)}


def of_day(episode: Episode, day: dt.date) -> Coverage:
    """Six queries, however many grids."""
    listed = list(ListedEnterprise.objects.filter(reduction_list=episode.reduction_list, is_active=True).values_list("pk", "grid_path"))
    seen = seen_on(episode, day) & {pk for pk, _path in listed}
    grids = list(Grid.objects.active(day).below_root().filter(district_id=episode.district_id).order_by("path"))
    planned, done = _rounds(episode.district_id, day)
    lines = {grid.pk: Line(grid, planned=planned[grid.pk], done=done[grid.pk]) for grid in grids}
    for pk, path in listed:
        for grid in grids:
            if path.startswith(grid.path):
                lines[grid.pk].listed += 1
                lines[grid.pk].seen += pk in seen
    return Coverage(day, rule_of(episode.district_id).share_of(level_on(episode, day)), len(listed), seen, _towns(grids, lines))


def level_on(episode: Episode, day: dt.date) -> str:
    """The gravest level published for a day."""
    published = episode.decisions.filter(state="published", published_at__lte=clock.end_of(day)).exclude(kind="lift").order_by("published_at")
    levels = [each.level for each in published]
    return levels[-1] if levels else episode.level or "yellow"


def _towns(grids: list[Grid], lines: dict[int, Line]) -> list[Line]:
    towns = []
    for grid in grids:
        if grid.level == 2:
            town = lines[grid.pk]
            town.grids = [lines[other.pk] for other in grids if other.pk != grid.pk and other.path.startswith(grid.path)]
            town.planned += sum(line.planned for line in town.grids)
            town.done += sum(line.done for line in town.grids)
            towns.append(town)
    return towns


def _rounds(district_id: int, day: dt.date) -> tuple[Counter, Counter]:
    """Visits of rounds under the warning, by grid of the round."""
    due = Visit.objects.filter(district_id=district_id, patrol__kind=PatrolKind.EMERGENCY, patrol__planned_on=day).exclude(state=VisitState.DROPPED)
    counted = due.values("patrol__grid").order_by().annotate(planned=Count("pk"), done=Count("pk", filter=Q(state=VisitState.DONE)))
    planned: Counter = Counter()
    done: Counter = Counter()
    for row in counted:
        planned[row["patrol__grid"]], done[row["patrol__grid"]] = row["planned"], row["done"]
    return planned, done


def enterprise_orders(episode: Episode):
    """The orders by which enterprises go now."""
    return Order.objects.filter(episode=episode, party=Party.ENTERPRISE).exclude(state="superseded").for_list()
