"""Up to twelve months of one kind of unit: shares for the heat map, rates for the trend. Read from the cards as they were built."""

from collections import defaultdict
from dataclasses import dataclass, field

from common import clock
from grids.models import Grid, Organisation
from scorecards import marks
from scorecards.board import Standing
from scorecards.indicators import JUDGED
from scorecards.models import Scorecard, ScoreLine
from scorecards.words import month_words

LONGEST = 12
STEPS = (6000, 7000, 8000, 8500, 9000, 9500)
"""Where a shade of the heat map ends and the next darker one begins, in hundredths of a percent."""
SAME_TASKS = ("on_time_closing", "closing_rate")
"""Lines of one unit that look at all its judged tasks, where these are judged in two lines (departments)."""


@dataclass
class Cell:
    """A unit in a month; ``standing`` is None in a month in which it had no card."""

    month: str
    standing: Standing | None = None

    @property
    def share(self) -> int | None:
        return self.standing.card.share if self.standing and self.standing.is_ranked else None

    @property
    def rate(self) -> int | None:
        return self.standing.on_time if self.standing else None

    @property
    def shade(self) -> int:
        """0 (light) to 6 (dark)."""
        return shade(self.share or 0)

    @property
    def judged(self) -> tuple[int, int]:
        """On time, and all that is judged."""
        lines = [line for line in self.standing.lines if line.indicator in JUDGED] if self.standing else []
        return sum(line.numerator or 0 for line in lines), sum(line.denominator or 0 for line in lines)

    @property
    def url(self) -> str:
        return self.standing.card.get_absolute_url() if self.standing else ""

    @property
    def rate_url(self) -> str:
        """The rows of the rate: its line; of two lines the one that looks at all of them, or the card with both."""
        judged = [line for line in self.standing.lines if line.indicator in JUDGED] if self.standing else []
        whole = [line for name in SAME_TASKS for line in (self.standing.line(name) if self.standing else None,) if line]
        found = judged if len(judged) == 1 else whole
        return found[0].get_absolute_url() if found else self.url


@dataclass
class Row:
    """A unit through the months."""

    unit: Organisation
    cells: list[Cell]


@dataclass
class Year:
    kind: str
    months: list[str]
    """Oldest first."""
    rows: list[Row] = field(default_factory=list)

    @property
    def labels(self) -> list[str]:
        return [month_words(month) for month in self.months]

    @property
    def together(self) -> list[tuple[int, int, int | None]]:
        """Of all units: on time, judged, rate, for each month."""
        sums = []
        for place in range(len(self.months)):
            pairs = [row.cells[place].judged for row in self.rows]
            on_time, judged = sum(pair[0] for pair in pairs), sum(pair[1] for pair in pairs)
            sums.append((on_time, judged, marks.share(on_time, judged)))
        return sums

    @property
    def has_rates(self) -> bool:
        return any(judged for _on_time, judged, _rate in self.together)

    def row_of(self, unit: int | None) -> Row | None:
        return next((row for row in self.rows if row.unit.pk == unit), None)


def shade(share: int) -> int:
    """
    >>> shade(5999), shade(6000), shade(9499), shade(10500)
    (0, 1, 5, 6)
    """
    return sum(share >= step for step in STEPS)


def window(month: str, months: list[str]) -> list[str]:
    """Those of ``months`` that lie in the twelve calendar months up to ``month``, oldest first.

    >>> window("2026-10", ["2026-11", "2026-10", "2026-01", "2025-11", "2025-10"])
    ['2025-11', '2026-01', '2026-10']
    """
    first = month
    for _step in range(LONGEST - 1):
        first = clock.previous_month(clock.beijing(clock.month_bounds(first)[0]).date())
    return sorted(each for each in months if first <= each <= month)


def year(user, district: Grid, *, kind: str, months: list[str]) -> Year:
    """Two queries, whatever the number of units and months."""
    cards = Scorecard.objects.visible_to(user).filter(district=district, month__in=months, scheme__kind=kind, organisation__isnull=False)
    cards = list(cards.select_related("organisation", "scheme").order_by("organisation__position", "organisation_id"))
    lines = defaultdict(list)
    for line in ScoreLine.objects.filter(scorecard__in=cards, indicator__in=(*JUDGED, *SAME_TASKS)).order_by("position", "id"):
        lines[line.scorecard_id].append(line)
    return Year(kind, months, _rows(months, [_standing(card, lines[card.pk]) for card in cards]))


def _standing(card: Scorecard, lines: list[ScoreLine]) -> Standing:
    for line in lines:
        line.scorecard = card
    return Standing(card, lines)


def _rows(months: list[str], standings: list[Standing]) -> list[Row]:
    by_unit: dict[int, dict[str, Standing]] = defaultdict(dict)
    units = {}
    for each in standings:
        units[each.card.organisation_id] = each.card.organisation
        by_unit[each.card.organisation_id][each.card.month] = each
    return [Row(unit, [Cell(month, by_unit[pk].get(month)) for month in months]) for pk, unit in units.items()]
