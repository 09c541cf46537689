"""The year (纳入年度考核): the months' shares of each unit or grid, their mean and its rank. One shape for page, workbook and API; nothing is stored."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from grids.scope import rights
from scorecards import marks
from scorecards.models import Proposal, Scorecard, UnitCard
from scorecards.models.settling import READERS
from scorecards.services.settling import settled_months
from scorecards.words import Action, Colour, Kind, ProposalState

MEASURES = (Colour.YELLOW, Colour.RED, Action.PRAISE)
LAST_RANK = 10_000


@dataclass(frozen=True)
class Month:
    name: str
    is_settled: bool
    counts: bool
    """Settled, or open months were asked for."""

    @property
    def label(self) -> str:
        return _("%(month)d月") % {"month": int(self.name[5:])}


@dataclass(frozen=True)
class Cell:
    """A unit's month; without a card it had none, without a share nothing to be marked by."""

    month: Month
    card: Scorecard | None = None

    @property
    def share(self) -> int | None:
        return self.card.share if self.card else None

    @property
    def counts(self) -> bool:
        return self.month.counts and self.share is not None


@dataclass
class Standing:
    """A unit's year. ``measures``: yellow cards, red cards, praise; None where the reader may not see them."""

    card: Scorecard
    """Its newest of the year: who it is."""
    cells: list[Cell]
    firsts: int = 0
    lasts: int = 0
    measures: list[int] | None = None
    rank: int | None = None

    @property
    def counted(self) -> list[Cell]:
        return [cell for cell in self.cells if cell.counts]

    @property
    def mean(self) -> int | None:
        """Mean share of the months that count, hundredths of a percent, half to even."""
        shares = [cell.card.share for cell in self.counted]
        return marks.rated(1, sum(shares), len(shares)) if shares else None

    @property
    def best(self) -> Cell | None:
        return max(self.counted, key=lambda cell: cell.card.share, default=None)

    @property
    def worst(self) -> Cell | None:
        return min(self.counted, key=lambda cell: cell.card.share, default=None)


@dataclass
class Group:
    kind: str
    months: list[Month]
    standings: list[Standing]

    @property
    def label(self):
        return Kind(self.kind).label

    @property
    def ranked(self) -> int:
        return sum(each.rank is not None for each in self.standings)


@dataclass
class Year:
    year: int
    district_id: int
    with_open: bool
    groups: list[Group] = field(default_factory=list)
    sees_measures: bool = False

    def group(self, kind: str) -> Group | None:
        return next((group for group in self.groups if group.kind == kind), None)

    @property
    def heads(self) -> list[str]:
        """Of the measures, where they are shown."""
        return [str(Colour.YELLOW.label), str(Colour.RED.label), _("表扬")] if self.sees_measures else []


def years(cards: QuerySet) -> list[int]:
    """Years with cards, newest first."""
    return sorted({int(month[:4]) for month in cards.order_by().values_list("month", flat=True).distinct()}, reverse=True)


def of_year(year: int, *, district_id: int, by, with_open: bool = False) -> Year:
    """The year of every kind of unit, as ``by`` may see it. A constant number of queries."""
    cards = (
        Scorecard.objects.visible_to(by)
        .filter(district_id=district_id, month__startswith=f"{year:04}-")
        .select_related("organisation", "grid", "scheme")
    )
    settled = set(settled_months(district_id))
    found = Year(year, district_id, with_open, sees_measures=rights(by).in_district(district_id, READERS))
    taken = _measures(year, district_id=district_id, by=by) if found.sees_measures else None
    of_kind = defaultdict(list)
    for card in cards.order_by("month"):
        of_kind[card.scheme.kind].append(card)
    for kind in Kind.values:
        if of_kind[kind]:
            names = dict.fromkeys(card.month for card in of_kind[kind])
            months = [Month(name, name in settled, with_open or name in settled) for name in names]
            found.groups.append(Group(kind, months, _standings(of_kind[kind], months, taken)))
    return found


def _standings(cards: list[Scorecard], months: list[Month], taken: dict[int | None, Counter] | None) -> list[Standing]:
    last = {month.name: max((card.rank or 0 for card in cards if card.month == month.name), default=0) for month in months}
    mine: dict[tuple, dict[str, Scorecard]] = defaultdict(dict)
    for card in cards:
        mine[card.organisation_id, card.grid_id][card.month] = card
    standings = [_standing(each, months, last) for each in mine.values()]
    for each, rank in zip(standings, marks.ranks([each.mean for each in standings]), strict=True):
        each.rank = rank
        each.measures = None if taken is None else [taken[each.card.organisation_id][measure] for measure in MEASURES]
    return sorted(standings, key=_order)


def _order(each: Standing) -> tuple:
    """By rank; without one, or with the same, in the usual order of units and grids."""
    unit, grid = each.card.organisation, each.card.grid
    return each.rank or LAST_RANK, unit.position if unit else 0, each.card.organisation_id or 0, grid.path if grid else ""


def _standing(of_unit: dict[str, Scorecard], months: list[Month], last: dict[str, int]) -> Standing:
    made = Standing(list(of_unit.values())[-1], [Cell(month, of_unit.get(month.name)) for month in months])
    ranked = [(cell.card.rank, last[cell.month.name]) for cell in made.counted]
    made.firsts = sum(rank == 1 for rank, _last in ranked)
    made.lasts = sum(rank == lowest > 1 for rank, lowest in ranked)
    return made


def _measures(year: int, *, district_id: int, by) -> dict[int | None, Counter]:
    """Unit → how many cards of each colour and how much praise it got for months of the year."""
    of_year = {"district_id": district_id, "month__startswith": f"{year:04}-"}
    cards = UnitCard.objects.visible_to(by).filter(**of_year).values_list("organisation_id", "colour")
    praise = Proposal.objects.visible_to(by).filter(**of_year, action=Action.PRAISE, state=ProposalState.ISSUED)
    found: dict[int | None, Counter] = defaultdict(Counter)
    for unit, measure in [*cards, *praise.values_list("organisation_id", "action")]:
        found[unit][measure] += 1
    return found
