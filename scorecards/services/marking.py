"""From figures to marks, totals, ranks and grades."""

from collections import defaultdict

from scorecards import marks
from scorecards.indicators import Month, Shape
from scorecards.indicators.tasks import with_duties
from scorecards.models import Scorecard, ScoreLine
from scorecards.services.air import marking as air_marking
from scorecards.services.counting import Figures, Heaps
from scorecards.words import PARTIES, LineState, Part, Unranked

OUTSIDE = (Part.BONUS, Part.CARRIED)
"""Parts that add to the marks obtained, and nothing to what they are counted against."""


def mark(cards: list[Scorecard], lines: list[ScoreLine], month: Month, *, heaps: Heaps | None = None) -> None:
    """Fills in the figures of cards and lines; saves neither. ``heaps``: other rows than those stored."""
    heaps, of_card = heaps or Heaps(cards, month), defaultdict(list)
    for line in lines:
        _mark_line(line, heaps.figures(line))
        of_card[line.scorecard_id].append(line)
    air_marking.mark(lines)
    _leave_out(cards, of_card, month)
    for card in cards:
        _total(card, of_card[card.pk])
    _rank(cards)


# --- lines --------------------------------------------------------------------------------------------------------------------------
def _mark_line(line: ScoreLine, found: Figures) -> None:
    known = line.definition
    if known.shape == Shape.NO_SOURCE:
        line.state = LineState.NOT_COUNTED
        return
    if known.shape != Shape.START:
        line.numerator = found.hits
    if known.is_rate or known.air:
        line.denominator = found.total
    if known.air:
        return
    if known.is_rate and not line.denominator:
        line.state = LineState.NO_DATA
    elif line.part == Part.INFORMATION:
        line.state = LineState.INFORMATION
    else:
        line.state, line.points = LineState.COUNTED, points(line, found.amount)


def points(line: ScoreLine, amount: int) -> int:
    """Marks of a line with its figures; ``amount`` is what its rows give or take."""
    if line.definition.shape == Shape.START:
        return line.full
    if line.definition.is_rate:
        return marks.of_rate(line.full, line.numerator, line.denominator, threshold=line.threshold, slope=line.slope, inverse=line.inverse)
    taken = marks.capped(amount, line.cap)
    return max(0, line.full + taken) if line.full else taken


# --- who is not ranked --------------------------------------------------------------------------------------------------------------
def _leave_out(cards: list[Scorecard], of_card: dict[int, list[ScoreLine]], month: Month) -> None:
    """Who had nothing to do is 无数据 and not ranked, instead of first with full marks; whose rows are too few keeps the marks of its lines only."""
    empty = {card for card in cards if not any(_has_figure(line) for line in of_card[card.pk])}
    busy = with_duties(month, [card.organisation_id for card in empty if card.scheme.kind in PARTIES]) if empty else set()
    for card in cards:
        card.unranked = ""
        if card in empty and card.organisation_id not in busy:
            card.unranked = Unranked.IDLE if card.scheme.kind in PARTIES else Unranked.NO_DATA
            _unmark(of_card[card.pk])
        elif _judged(of_card[card.pk]) < card.scheme.fewest:
            card.unranked = Unranked.TOO_FEW


def _has_figure(line: ScoreLine) -> bool:
    """Lines for information are no duty of their own: they look at tasks, which are asked for apart, or back at what was struck off months ago.
    Nor is an entry: it says what two people signed, not that there was work to judge.
    """
    is_duty = line.part != Part.INFORMATION and line.definition.shape != Shape.ENTRY
    return is_duty and bool(line.numerator or line.denominator)


def _unmark(lines: list[ScoreLine]) -> None:
    for line in lines:
        if line.state == LineState.COUNTED:
            line.state, line.points = LineState.NO_DATA, None


def _judged(lines: list[ScoreLine]) -> int:
    """Rows that the marks of a card rest on: those its rates are counted over."""
    return sum(line.denominator or 0 for line in lines if line.state == LineState.COUNTED and line.definition.is_rate)


# --- totals -------------------------------------------------------------------------------------------------------------------------
def _total(card: Scorecard, lines: list[ScoreLine]) -> None:
    """Points obtained ÷ points counted: lines without a source or without data stand on neither side."""
    marked = [line for line in lines if line.state == LineState.COUNTED and not card.unranked]
    card.counted = sum(line.full for line in marked if line.part not in OUTSIDE)
    card.obtained = obtained(card, marked) if card.counted else 0
    card.share = marks.share(card.obtained, card.counted)
    if card.share is None and not card.unranked:
        card.unranked = Unranked.NO_DATA


def obtained(card: Scorecard, lines: list[ScoreLine]) -> int:
    totals = part_totals(lines, floor=card.scheme.parts_floor)
    carried, bonus = totals.pop(Part.CARRIED, 0), min(totals.pop(Part.BONUS, 0), card.scheme.bonus_cap)
    return max(0, sum(totals.values()) + bonus + carried)


def part_totals(lines: list[ScoreLine], *, floor: bool = True) -> dict[str, int]:
    """Part → its points, of the lines that count; with ``floor`` never below zero, but for what is carried over from earlier months."""
    found = defaultdict(list)
    for line in lines:
        if line.state == LineState.COUNTED:
            found[line.part].append(line.points)
    return {part: sum(each) if part == Part.CARRIED or not floor else marks.part_total(each) for part, each in found.items()}


# --- ranks --------------------------------------------------------------------------------------------------------------------------
def _rank(cards: list[Scorecard]) -> None:
    groups = defaultdict(list)
    for card in cards:
        groups[card.scheme_id].append(card)
    for group in groups.values():
        size = sum(card.share is not None for card in group)
        for card, rank in zip(group, marks.ranks([card.share for card in group]), strict=True):
            card.rank, card.group_size, card.grade = rank, size, _grade(card)


def _grade(card: Scorecard) -> str:
    scheme = card.scheme
    lines = {"excellent_from": scheme.excellent_from, "good_from": scheme.good_from, "pass_from": scheme.pass_from}
    return "" if card.share is None else marks.grade(card.share, **lines)
