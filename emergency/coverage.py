"""How much of the list was looked at on a day, by township and grid, and how far the day's rounds are (domain 8.3, step 7)."""

import datetime as dt
import math
from collections import Counter
from dataclasses import dataclass, field

from django.db.models import Count, Q

from common import clock
from emergency.models import Episode, Inspection, ListedEnterprise, Order, rule_of
from emergency.words import Colour, Party, Seen
from grids.models import Grid
from inspections.models import Visit
from inspections.words import PatrolKind, VisitState, Weather

UNDER_WARNING = Q(patrol__kind=PatrolKind.EMERGENCY) | Q(patrol__kind=PatrolKind.NIGHT) & ~Q(patrol__weather=Weather.ORDINARY)
"""Visits of rounds that a warning asked for: its night checks are rounds of the night."""


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
    def planned(self) -> int:
        return sum(town.planned for town in self.towns)

    @property
    def done(self) -> int:
        return sum(town.done for town in self.towns)


def seen_on(episode: Episode, day: dt.date) -> set[int]:
    """Enterprises of the list with a visit of a round or a quick entry that day. Where nobody got in, nothing was looked at."""
    entries = Inspection.objects.filter(order__episode=episode, day=day).exclude(seen=Seen.UNREACHABLE)
    return {*entries.values_list("order__enterprise", flat=True), *_visited(episode, day)} - {None}


def _visited(episode: Episode, day: dt.date) -> set[int]:
    begin, end = clock.at(day), clock.at(day + dt.timedelta(days=1))
    if episode.starts_at:
        begin = max(begin, episode.starts_at)
    sites = dict(ListedEnterprise.objects.filter(reduction_list=episode.reduction_list, is_active=True, site__isnull=False).values_list("site", "pk"))
    there = Visit.objects.done().filter(site__in=sites, arrived_at__gte=begin, arrived_at__lt=end)
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
    """The level that was in force when the day ended; before the first step begins, the one it will be."""
    step = episode.step_on(day)
    return step.level if step else episode.level or Colour.YELLOW


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
    due = Visit.objects.filter(UNDER_WARNING, district_id=district_id, patrol__planned_on=day).exclude(state=VisitState.DROPPED)
    counted = due.values("patrol__grid").order_by().annotate(planned=Count("pk"), done=Count("pk", filter=Q(state=VisitState.DONE)))
    planned: Counter = Counter()
    done: Counter = Counter()
    for row in counted:
        planned[row["patrol__grid"]], done[row["patrol__grid"]] = row["planned"], row["done"]
    return planned, done


def enterprises_on(episode: Episode, day: dt.date) -> list[dict]:
    """Each enterprise with the order by which it went that day, and the day's entries on whichever of its orders they were made."""
    entries: dict[int | None, list[Inspection]] = {}
    for entry in Inspection.objects.filter(order__episode=episode, day=day).select_related("order", "by", "finding"):
        entries.setdefault(entry.order.enterprise_id, []).append(entry)
    orders = Order.objects.filter(decision=episode.step_on(day), party=Party.ENTERPRISE, is_lift=False).for_list().order_by("pk")
    seen = seen_on(episode, day)
    return [{"order": order, "seen": order.enterprise_id in seen, "entries": entries.get(order.enterprise_id, [])} for order in orders]
