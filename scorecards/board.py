"""A month as it is shown: one shape for the page, the workbook and the API, so that they cannot differ."""

from collections import defaultdict
from dataclasses import dataclass, field

from common import clock
from scorecards import marks
from scorecards.indicators import JUDGED
from scorecards.models import Scorecard, ScoreLine, ScoreRow
from scorecards.words import PART_NAMES, Kind, LineState, Part

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
    moved: int | None = None

    def line(self, indicator: str) -> ScoreLine | None:
        return next((line for line in self.lines if line.indicator == indicator), None)

    @property
    def is_ranked(self) -> bool:
        """False: nothing to answer for that month, neither marked nor ranked."""
        return self.card.rank is not None

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

    @property
    def label(self):
        return Kind(self.kind).label

    @property
    def first(self) -> Scorecard:
        return self.standings[0].card


def groups(cards) -> list[Group]:
    """The groups of one month; ``cards`` a queryset of Scorecards. A constant number of queries."""
    cards = list(cards.select_related("organisation", "scheme", "district"))
    lines = defaultdict(list)
    for line in ScoreLine.objects.filter(scorecard__in=cards).order_by("position", "id"):
        lines[line.scorecard_id].append(line)
    before = _ranks_before(cards)
    found = defaultdict(list)
    for card in cards:
        found[card.scheme.kind].append(standing(card, lines[card.pk], before.get((card.organisation_id, card.scheme.kind))))
    return [_group(kind, found[kind]) for kind in Kind.values if found[kind]]


def standing(card: Scorecard, lines: list[ScoreLine], rank_before: int | None = None) -> Standing:
    for line in lines:
        line.scorecard = card
    made = Standing(card, lines, cells=[cell(part, lines) for part in SCORED])
    praised = [line.points for line in lines if line.part == Part.BONUS and line.points is not None]
    made.bonus = min(sum(praised), card.scheme.bonus_cap)
    made.moved = rank_before - card.rank if rank_before and card.rank else None
    return made


def cell(part: str, lines: list[ScoreLine]) -> Cell:
    mine = [line for line in lines if line.part == part]
    counted = [line for line in mine if line.state == LineState.COUNTED]
    points = marks.part_total(line.points for line in counted) if counted else None
    measured = any(line.state != LineState.NOT_COUNTED for line in mine)
    return Cell(part, points, sum(line.full for line in counted), sum(line.full for line in mine), has_source=measured)


def _group(kind: str, standings: list[Standing]) -> Group:
    standings.sort(key=lambda each: (each.card.rank or 10_000, each.card.organisation.position, each.card.organisation_id))
    heads = [(str(part), str(PART_NAMES[Kind(kind)][part]), standings[0].cells[index].full) for index, part in enumerate(SCORED)]
    return Group(kind, heads, standings)


def _ranks_before(cards: list[Scorecard]) -> dict[tuple[int, str], int]:
    if not cards:
        return {}
    start, _end = clock.month_bounds(cards[0].month)
    earlier = Scorecard.objects.filter(month=clock.previous_month(clock.beijing(start).date()), district_id=cards[0].district_id, rank__isnull=False)
    return {(unit, kind): rank for unit, kind, rank in earlier.values_list("organisation_id", "scheme__kind", "rank")}


# --- rows behind the figures --------------------------------------------------------------------------------------------------------
def ids_by_line(lines: list[ScoreLine], *, user) -> dict[int, list[int]]:
    """Line → findings of its rows that the person may see, each once; of a rate the denominator."""
    found: dict[int, dict[int, None]] = defaultdict(dict)
    seen = ScoreRow.objects.visible_to(user).filter(line__in=lines).order_by("line_id", "finding_id")
    for line_id, finding_id in seen.values_list("line_id", "finding_id").iterator(chunk_size=20_000):
        found[line_id][finding_id] = None
    return {line.pk: _ids(line, lines, found) for line in lines}


def _ids(line: ScoreLine, lines: list[ScoreLine], found: dict[int, dict[int, None]]) -> list[int]:
    if not line.definition.basis:
        return list(found[line.pk])
    basis = [each.pk for each in lines if each.scorecard_id == line.scorecard_id and each.indicator in line.definition.basis]
    return sorted({pk for each in basis for pk in found[each]})
