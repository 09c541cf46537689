"""Figures of settled months by which rules compare units: read from the frozen cards and lines, with the card they stand on."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from fractions import Fraction

from django.db.models import Count, F, Q, Sum

from inspections.models import ProblemType
from inspections.words import FROM_ABOVE, FROM_SUPERVISION
from scorecards.indicators import INDICATORS, Month
from scorecards.models import Scorecard, ScoreLine, ScoreRow, Settlement, UnitCard
from scorecards.rule_words import AIR, MORE_IS_BETTER
from scorecards.words import Colour, Metric, SettlementState, Side

FOUND = ("found_state", "found_city", "found_supervision", "missed", "scattered_found", "fire_found")
WHICH = {
    Metric.FROM_ABOVE: Q(source__in=FROM_ABOVE | FROM_SUPERVISION),
    Metric.FIRES: Q(line__indicator="fire_found") | Q(type_then__in=ProblemType.objects.filter(field__code="straw").values("pk")),
}
"""A problem has one row on a card, under the heaviest of the lines that name it: what it is counted for here does not hang on which that was."""


@dataclass(frozen=True)
class Measure:
    """One unit in one month. ``value`` is in the metric's unit; None where there is nothing to compare by."""

    unit: int
    month: str
    card: int
    digest: str
    rank: int
    of: int
    share: int
    value: int | None = None

    @property
    def figures(self) -> dict:
        return {name: value for name, value in asdict(self).items() if name != "unit"}


def settled_months(district_id: int, months: Collection[str]) -> set[str]:
    found = Settlement.objects.filter(district_id=district_id, month__in=months, state=SettlementState.SETTLED)
    return set(found.values_list("month", flat=True))


def measured(district_id: int, *, unit_kind: str, metric: str, months: Collection[str]) -> dict[str, dict[int, Measure]]:
    """Month → unit → measure, of settled months and units that were ranked."""
    settled = settled_months(district_id, months)
    cards = Scorecard.objects.filter(district_id=district_id, month__in=settled, scheme__kind=unit_kind, rank__isnull=False)
    cards = cards.filter(organisation__isnull=False)
    rows: list[dict] = list(cards.values("pk", "month", "digest", "rank", "share", unit=F("organisation_id"), of=F("group_size")))  # type: ignore[arg-type]
    values = _values(metric, rows, district_id)
    found: dict[str, dict[int, Measure]] = {month: {} for month in settled}
    for row in rows:
        card = row.pop("pk")
        found[row["month"]][row["unit"]] = Measure(card=card, value=values.get(card), **row)
    return found


def _values(metric: str, rows: list[dict], district_id: int) -> dict[int, int]:
    """Card → value."""
    if metric in (Metric.RANK, Metric.SHARE):
        return {row["pk"]: row[metric] for row in rows}
    if metric == Metric.CHANGE:
        return _changes(rows, district_id)
    if metric in AIR:
        return _air(Metric(metric), rows)
    counts = COUNTS[Metric(metric)](metric, rows, district_id)
    return {row["pk"]: 0 for row in rows} | counts


def _changes(rows: list[dict], district_id: int) -> dict[int, int]:
    """Share less the share of the same month a year earlier; nothing without one."""
    before = {f"{int(row['month'][:4]) - 1}{row['month'][4:]}" for row in rows}
    earlier = Scorecard.objects.filter(district_id=district_id, month__in=before & settled_months(district_id, before), share__isnull=False)
    shares = {(unit, month): share for unit, month, share in earlier.values_list("organisation_id", "month", "share")}
    keyed = {row["pk"]: (row["unit"], f"{int(row['month'][:4]) - 1}{row['month'][4:]}") for row in rows}
    return {row["pk"]: row["share"] - shares[keyed[row["pk"]]] for row in rows if keyed[row["pk"]] in shares}


OF_AIR = {
    Metric.PM25: ("pm25", "measured"), Metric.PM10: ("pm10", "measured"), Metric.GOOD_DAYS: ("good_ratio", "measured"),
    Metric.AIR_INDEX: ("composite", "measured"), Metric.PM25_DIFFERENCE: ("pm25", "difference"), Metric.PM10_DIFFERENCE: ("pm10", "difference"),
    Metric.GOOD_DIFFERENCE: ("good_ratio", "difference"), Metric.PM25_CHANGE: ("pm25", "change"), Metric.PM10_CHANGE: ("pm10", "change"),
    Metric.INDEX_CHANGE: ("composite", "change"),
}  # fmt: skip


def _air(metric: Metric, rows: list[dict]) -> dict[int, int]:
    """From any line of the card that measures it; a card without one, or without data, has no value."""
    code, figure = OF_AIR[metric]
    codes = [each.code for each in INDICATORS.values() if each.air and each.air.measure.code == code]
    lines = ScoreLine.objects.filter(scorecard__in=[row["pk"] for row in rows], indicator__in=codes, air__isnull=False).order_by("indicator")
    places = INDICATORS[codes[0]].air.measure.places
    found = {card: _figure(air, figure, places) for card, air in lines.values_list("scorecard_id", "air")}
    return {card: value for card, value in found.items() if value is not None}


def _figure(air: dict, figure: str, places: int) -> int | None:
    """Hundredths."""
    if air["measured"] is None or figure == "change":
        return air["change"]
    if figure == "difference":
        return None if air["before"] is None else air["measured"] - air["before"]
    return round(Fraction(air["measured"], 10 ** (places - 2)))


def _overdue(_metric: str, rows: list[dict], _district_id: int) -> dict[int, int]:
    lines = ScoreLine.objects.filter(scorecard__in=[row["pk"] for row in rows], indicator="open_overdue", numerator__isnull=False)
    return dict(lines.values_list("scorecard_id", "numerator"))


def _found(metric: str, rows: list[dict], district_id: int) -> dict[int, int]:
    """Problems that others found and no appeal has taken off the card; their type as it was at the month's cut-off."""
    counts: dict[int, int] = {}
    for month in sorted({row["month"] for row in rows}):
        found = ScoreRow.objects.filter(scorecard__in=[row["pk"] for row in rows if row["month"] == month], line__indicator__in=FOUND, is_hit=True)
        found = found.annotate(type_then=Month(month, district_id, {}).then("problem_type", finding="finding__"))
        counts.update(found.filter(WHICH[Metric(metric)]).order_by().values_list("scorecard_id").annotate(Count("pk")))
    return counts


def _lateness(_metric: str, rows: list[dict], _district_id: int) -> dict[int, int]:
    """Begun spells of three days, as the line ``overdue`` counts them, but for what an appeal has taken off the card."""
    spells = ScoreRow.objects.filter(scorecard__in=[row["pk"] for row in rows], line__indicator="overdue", is_hit=True)
    return dict(spells.order_by().values_list("scorecard_id").annotate(Sum("units")))


def _yellow_cards(_metric: str, rows: list[dict], district_id: int) -> dict[int, int]:
    given = UnitCard.objects.filter(district_id=district_id, colour=Colour.YELLOW, month__in={row["month"] for row in rows})
    counts = {(unit, month): number for unit, month, number in given.order_by().values_list("organisation_id", "month").annotate(Count("pk"))}
    return {row["pk"]: counts.get((row["unit"], row["month"]), 0) for row in rows}


COUNTS = {Metric.OVERDUE: _overdue, Metric.FROM_ABOVE: _found, Metric.FIRES: _found, Metric.LATENESS: _lateness, Metric.YELLOW: _yellow_cards}


# --- who stands at an end -----------------------------------------------------------------------------------------------------------
def better(metric: str, value):
    """The value turned so that more is better."""
    return value if metric in MORE_IS_BETTER else -value


def outwards(found: Iterable[Measure], *, metric: str, side: str) -> dict[int, int]:
    """Unit → how far it stands towards this end; more is further."""
    turn = 1 if side == Side.TOP else -1
    return {each.unit: turn * better(metric, each.value) for each in found if each.value is not None}


def at_the_end(found: Iterable[Measure], *, metric: str, side: str, n: int) -> set[int]:
    """The first or last ``n``; ties at the cut are kept. Who is tied with the other end stands at neither: all equal, nobody is last."""
    far = outwards(found, metric=metric, side=side)
    if not far:
        return set()
    order = sorted(far.values(), reverse=True)
    cut = order[min(n, len(order)) - 1]
    return {unit for unit, reach in far.items() if reach >= cut and reach > order[-1]}


def beyond(found: Iterable[Measure], *, metric: str, side: str, threshold: int) -> set[int]:
    turn = 1 if side == Side.TOP else -1
    bound = turn * better(metric, threshold)
    return {unit for unit, reach in outwards(found, metric=metric, side=side).items() if reach >= bound}


def by_place(found: Iterable[Measure], *, metric: str, side: str) -> list[tuple[int, list[int]]]:
    """``(first place, units tied there)`` from this end inwards."""
    tied: dict[int, list[int]] = defaultdict(list)
    for unit, reach in outwards(found, metric=metric, side=side).items():
        tied[reach].append(unit)
    places, place = [], 1
    for reach in sorted(tied, reverse=True):
        places.append((place, tied[reach]))
        place += len(tied[reach])
    return places
