"""A month as it is shown: one shape for the page, the workbook and the API, so that they cannot differ."""

from collections import defaultdict
from dataclasses import dataclass, field

from common import clock
from grids.models import Field, Organisation
from scorecards import marks
from scorecards.indicators import JUDGED
from scorecards.indicators.flags import meets
from scorecards.models import Scorecard, ScoreLine, ScoreRow
from scorecards.words import PART_NAMES, Kind, LineState, Part, Unranked

SCORED = (Part.A, Part.B, Part.C, Part.D)


@dataclass(frozen=True)
class Cell:
    """One part of one unit: marks obtained and counted, of a full mark; ``points`` is None while nothing of the part counts."""

    part: str
    points: int | None
    counted: int
    full: int
    has_source: bool = True
    """False: nothing of the part is measured yet. True without points: measured, but nothing fell due (无数据)."""

    @property
    def is_partial(self) -> bool:
        return self.points is not None and self.counted < self.full


@dataclass
class Standing:
    """A card with its lines, cells and the ranks it gained (+) or lost since the month before."""

    card: Scorecard
    lines: list[ScoreLine]
    cells: list[Cell] = field(default_factory=list)
    bonus: int = 0
    carried: int = 0
    """From corrections of earlier months; may be below zero."""
    moved: int | None = None

    def line(self, indicator: str) -> ScoreLine | None:
        return next((line for line in self.lines if line.indicator == indicator), None)

    @property
    def is_ranked(self) -> bool:
        """False: nothing to answer for that month, or too little to judge by; neither marked nor ranked."""
        return self.card.rank is not None

    @property
    def note(self) -> str:
        """Why it has no rank."""
        return str(Unranked(self.card.unranked).label) if self.card.unranked else ""

    @property
    def overdue(self):
        return self.line("open_overdue")

    @property
    def on_time(self) -> int | None:
        """On-time rate over all tasks of the unit, in hundredths of a percent; None without a denominator."""
        judged = [line for line in self.lines if line.indicator in JUDGED]
        return marks.share(sum(line.numerator or 0 for line in judged), sum(line.denominator or 0 for line in judged))

    @property
    def rose(self) -> int:
        return max(0, self.moved or 0)

    @property
    def fell(self) -> int:
        return max(0, -(self.moved or 0))


@dataclass
class Group:
    kind: str
    heads: list[tuple[str, str, int]]
    """Part, short name, full mark in the scheme."""
    standings: list[Standing]
    township: Organisation | None = None
    """Of grids: they are shown by township."""

    @property
    def label(self):
        return self.township or Kind(self.kind).label

    @property
    def first(self) -> Scorecard:
        return self.standings[0].card


def groups(cards) -> list[Group]:
    """The groups of one month; ``cards`` a queryset of Scorecards. A constant number of queries."""
    found = defaultdict(list)
    for each in _standings(cards):
        found[each.card.scheme.kind].append(each)
    return [_group(kind, found[kind]) for kind in Kind.values if found[kind]]


def grid_groups(cards) -> list[Group]:
    """Grids by township, in the order of the ranking; ranks are those of the whole district."""
    found: dict[Organisation, list[Standing]] = defaultdict(list)
    for each in sorted(_standings(cards), key=lambda each: each.card.grid.path):
        found[each.card.grid.organisation].append(each)
    return [_group(Kind.GRID, each, township=township) for township, each in found.items()]


def _standings(cards) -> list[Standing]:
    cards = list(cards.select_related("organisation", "grid__organisation", "scheme", "district"))
    lines = defaultdict(list)
    for line in ScoreLine.objects.filter(scorecard__in=cards).order_by("position", "id"):
        lines[line.scorecard_id].append(line)
    before = _ranks_before(cards)
    return [standing(card, lines[card.pk], before.get((card.organisation_id, card.grid_id, card.scheme.kind))) for card in cards]


def standing(card: Scorecard, lines: list[ScoreLine], rank_before: int | None = None) -> Standing:
    for line in lines:
        line.scorecard = card
    made = Standing(card, lines, cells=[cell(part, lines, floor=card.scheme.parts_floor) for part in SCORED])
    made.bonus = min(_points(lines, Part.BONUS), card.scheme.bonus_cap)
    made.carried = _points(lines, Part.CARRIED)
    made.moved = rank_before - card.rank if rank_before and card.rank else None
    return made


def _points(lines: list[ScoreLine], part: str) -> int:
    return sum(line.points for line in lines if line.part == part and line.points is not None)


def cell(part: str, lines: list[ScoreLine], *, floor: bool = True) -> Cell:
    mine = [line for line in lines if line.part == part]
    counted = [line for line in mine if line.state == LineState.COUNTED]
    points = None
    if counted:
        total = sum(line.points for line in counted)
        points = max(0, total) if floor else total
    measured = any(line.state != LineState.NOT_COUNTED for line in mine)
    return Cell(part, points, sum(line.full for line in counted), sum(line.full for line in mine), has_source=measured)


def _group(kind: str, standings: list[Standing], *, township: Organisation | None = None) -> Group:
    standings.sort(key=lambda each: (each.card.rank or 10_000, *_place(each.card)))
    heads = [(str(part), str(PART_NAMES[Kind(kind)][part]), standings[0].cells[index].full) for index, part in enumerate(SCORED)]
    return Group(kind, heads, standings, township)


def _place(card: Scorecard) -> tuple:
    return (0, card.grid.path) if card.grid else (card.organisation.position, card.organisation_id)


def _ranks_before(cards: list[Scorecard]) -> dict[tuple[int | None, int | None, str], int]:
    if not cards:
        return {}
    start, _end = clock.month_bounds(cards[0].month)
    earlier = Scorecard.objects.filter(month=clock.previous_month(clock.beijing(start).date()), district_id=cards[0].district_id, rank__isnull=False)
    columns = earlier.values_list("organisation_id", "grid_id", "scheme__kind", "rank")
    return {(unit, grid, kind): rank for unit, grid, kind, rank in columns}


# --- rows behind the figures --------------------------------------------------------------------------------------------------------
Alike = dict[int, list[int]]
"""Flags → findings of the rows that have just these."""


def ids_by_line(lines: list[ScoreLine], *, user) -> dict[int, list[int]]:
    """Line of a unit → findings of its rows that the person may see, each once; of a rate the denominator."""
    cards = {line.scorecard_id for line in lines}
    of_card: dict[tuple[str, int], Alike] = defaultdict(lambda: defaultdict(list))
    of_field: dict[tuple[str, int | None], Alike] = defaultdict(lambda: defaultdict(list))
    seen = ScoreRow.objects.visible_to(user).filter(scorecard__in=cards, finding__isnull=False).order_by()
    for card, code, field_id, flags, finding in seen.values_list("scorecard_id", "line__indicator", "field_id", "flags", "finding_id").iterator(
        20_000
    ):
        of_card[code, card][flags].append(finding)
        of_field[code, field_id][flags].append(finding)
    fields = _fields()
    found = {}
    for line in lines:
        code, card = line.definition.base or line.indicator, line.scorecard
        heaps = [of_field[code, pk] for pk in fields[card.organisation_id]] if line.is_view else [of_card[code, card.pk]]
        found[line.pk] = _ids(line, heaps)
    return found


def _fields() -> dict[int, list[int]]:
    """Organisation of a headquarters → its fields."""
    found = defaultdict(list)
    for pk, unit in Field.objects.filter(headquarters__isnull=False).values_list("pk", "headquarters__organisation_id"):
        found[unit].append(pk)
    return found


def _ids(line: ScoreLine, heaps: list[Alike]) -> list[int]:
    masks = line.definition.of or line.definition.hit
    return sorted({pk for heap in heaps for flags, ids in heap.items() if not masks or meets(flags, masks) for pk in ids})
