"""Figures of lines: counted by the database once over the rows just written, then dealt out to units, headquarters and grids."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Sum

from grids.models import Grid
from scorecards.indicators import Month, Shape
from scorecards.indicators.flags import meets
from scorecards.models import Scorecard, ScoreLine, ScoreRow


@dataclass(frozen=True)
class Heap:
    """So many rows of one line that are alike."""

    flags: int
    is_hit: bool
    count: int
    amount: int


@dataclass
class Figures:
    hits: int = 0
    total: int = 0
    amount: int = 0


class Heaps:
    def __init__(self, cards: list[Scorecard], month: Month):
        self.of_card: dict[tuple[str, int], list[Heap]] = defaultdict(list)
        self.of_field: dict[tuple[str, int], list[Heap]] = defaultdict(list)
        self.of_grid: dict[tuple[str, int], list[Heap]] = defaultdict(list)
        units = {card.pk for card in cards if card.grid_id is None}
        codes = dict(ScoreLine.objects.filter(scorecard__in=units).values_list("pk", "indicator"))
        rows = ScoreRow.objects.filter(line_id__in=codes).order_by()
        grouped = rows.values_list("scorecard_id", "line_id", "flags", "is_hit", "grid_id", "field_id")
        for card, line, flags, is_hit, grid, field, count, amount in grouped.annotate(count=Count("pk"), amount=Sum("amount")):
            heap, code = Heap(flags, is_hit, count, amount), codes[line]
            self.of_card[code, card].append(heap)
            self.of_field[code, field].append(heap)
            self.of_grid[code, grid].append(heap)
        self._fields = month.fields_of_headquarters
        self._grids = _grids([card for card in cards if card.grid_id])

    def figures(self, line: ScoreLine) -> Figures:
        return _counted(line, self._seen(line))

    def _seen(self, line: ScoreLine) -> Iterable[Heap]:
        code, card = line.definition.base or line.indicator, line.scorecard
        if not line.is_view:
            return self.of_card.get((code, card.pk), ())
        if card.grid_id:
            return [heap for grid in self._grids[card.grid_id] for heap in self.of_grid.get((code, grid), ())]
        return [heap for field in self._fields.get(card.organisation_id, ()) for heap in self.of_field.get((code, field), ())]


def _grids(cards: list[Scorecard]) -> dict[int, list[int]]:
    """Grid → itself and those below it."""
    if not cards:
        return {}
    tree = list(Grid.objects.filter(district_id=cards[0].district_id).values_list("pk", "path"))
    return {card.grid_id: [pk for pk, path in tree if path.startswith(card.grid.path)] for card in cards}


def _counted(line: ScoreLine, heaps: Iterable[Heap]) -> Figures:
    known, found = line.definition, Figures()
    for heap in heaps:
        if known.of and not meets(heap.flags, known.of):
            continue
        hit = meets(heap.flags, known.hit) if known.hit else heap.is_hit
        found.total += heap.count
        found.hits += heap.count * hit
        found.amount += heap.amount
    if known.shape == Shape.TALLY:
        found.amount = -line.per_event * found.hits
    return found
