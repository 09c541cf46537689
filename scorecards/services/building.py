"""A month's scorecards, built from what was recorded before its end: today, on the 10th or next year with the same figures (docs/decisions/005)."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from audit.services import record
from common import clock
from grids.models import Grid, Organisation
from inspections.models import Finding
from scorecards import marks
from scorecards.indicators import Month, Shape
from scorecards.indicators.tasks import with_duties
from scorecards.models import MONTH, Scheme, Scorecard, ScoreLine, ScoreRow
from scorecards.services import telling
from scorecards.services.sealing import COPIED, seal
from scorecards.services.writing import counts, give_room, write_rows
from scorecards.words import LineState, Part

BUILD_TIME = dt.time(2)
RATES = (Shape.RATE, Shape.PART_OF)


@dataclass(frozen=True)
class Built:
    cards: list[Scorecard]
    changed: bool
    """False: the month stood there already with exactly these figures, and nothing was written."""


class _SameFigures(Exception):
    """Rolls the recomputation back."""


def build(month: str, *, district: Grid, by=None, rebuild: bool = False) -> Built:
    """The month's cards of every township and department of the district.

    Cards that exist are left alone; with ``rebuild`` they are worked out anew, and written only when a figure or a row differs.
    ``ValidationError`` when the month is malformed, not over, or has no scheme.
    """
    MONTH(month)
    _start, end = clock.month_bounds(month)
    if clock.now() < end:
        raise ValidationError(_("%(month)s 尚未结束，月末之后才能生成计分卡。") % {"month": month}, code="not_over")
    with transaction.atomic():
        Grid.objects.select_for_update(no_key=True).get(pk=district.pk)
        before = {card.organisation_id: card for card in Scorecard.objects.filter(district=district, month=month)}
        if before and not rebuild:
            return Built(list(before.values()), changed=False)
        try:
            with transaction.atomic():
                cards = _build(month, district=district, before=before)
        except _SameFigures:
            return Built(list(before.values()), changed=False)
        telling.ready(month, cards=cards, district=district)
        for card in cards:
            record("scorecard.build", card, by=by, district_id=district.pk, payload={"month": month, "digest": card.digest})
    return Built(cards, changed=True)


def build_last_month(*, now: dt.datetime) -> list[Built]:
    """Level-triggered: whichever district's cards of last month are missing after the 1st 02:00 Beijing time are built now."""
    today = clock.beijing(now).date()
    if now < clock.at(today.replace(day=1), BUILD_TIME):
        return []
    month = clock.previous_month(today)
    built = Scorecard.objects.filter(month=month).values("district_id")
    marked = Grid.objects.districts().filter(pk__in=Scheme.objects.in_force(month).order_by().values("district_id")).exclude(pk__in=built)
    began = Finding.objects.filter(district=OuterRef("pk"), received_at__lt=clock.month_bounds(month)[1])
    return [build(month, district=district) for district in marked.filter(Exists(began)).order_by("pk")]


# --- one build ----------------------------------------------------------------------------------------------------------------------
def _build(month: str, *, district: Grid, before: dict[int, Scorecard]) -> list[Scorecard]:
    give_room()
    old = {unit: card.digest for unit, card in before.items()}
    cards = _cards(month, district=district, before=before)
    lines = _lines(cards)
    units = {card.organisation_id: card.scheme.kind for card in cards}
    bounds = Month(month, district.pk, units)
    write_rows(bounds, lines)
    _mark(cards, lines, bounds)
    seal(cards, list(lines.values()))
    if old and old == {card.organisation_id: card.digest for card in cards}:
        raise _SameFigures
    Scorecard.objects.bulk_update(cards, ["obtained", "counted", "share", "rank", "group_size", "grade", "built_at", "digest"])
    return cards


def _cards(month: str, *, district: Grid, before: dict[int, Scorecard]) -> list[Scorecard]:
    """Fresh empty cards; a rebuilt month keeps its units and its scheme."""
    if before:
        ScoreRow.objects.filter(scorecard__in=before.values()).delete()
        ScoreLine.objects.filter(scorecard__in=before.values()).delete()
        cards = list(Scorecard.objects.filter(pk__in=[card.pk for card in before.values()]).select_related("scheme", "organisation"))
        for card in cards:
            card.built_at = clock.now()
        return cards
    schemes = _schemes(month, district=district)
    units = _units(month, district=district, kinds=list(schemes))
    start = {"district": district, "month": month, "built_at": clock.now(), "cut_off": clock.month_bounds(month)[1]}
    return Scorecard.objects.bulk_create(Scorecard(organisation=unit, scheme=schemes[unit.kind], **start) for unit in units)


def _schemes(month: str, *, district: Grid) -> dict[str, Scheme]:
    found: dict[str, Scheme] = {}
    for scheme in Scheme.objects.filter(district=district).in_force(month):
        found.setdefault(scheme.kind, scheme)
    if not found:
        raise ValidationError(
            _("%(district)s 还没有适用于 %(month)s 的考核方案，请先在“考核方案”中设置。") % {"district": district, "month": month}, code="no_scheme"
        )
    return found


def _units(month: str, *, district: Grid, kinds: list[str]) -> list[Organisation]:
    """Units in force on the month's last day."""
    last = clock.beijing(clock.month_bounds(month)[1]).date() - dt.timedelta(days=1)
    return list(
        Organisation.objects.filter(district=district, kind__in=kinds).filter(_not_merged_before(last)).active(last).order_by("position", "id")
    )


def _not_merged_before(last: dt.date) -> Q:
    return Q(merged_into=None) | Q(valid_to__gt=last)


def _lines(cards: list[Scorecard]) -> dict[tuple[int, str], ScoreLine]:
    schemes = {scheme.pk: list(scheme.lines.all()) for scheme in {card.scheme for card in cards}}
    fresh = [ScoreLine(scorecard=card, **{name: getattr(line, name) for name in COPIED}) for card in cards for line in schemes[card.scheme_id]]
    return {(line.scorecard.organisation_id, line.indicator): line for line in ScoreLine.objects.bulk_create(fresh)}


# --- marks --------------------------------------------------------------------------------------------------------------------------
NOTHING = {"hits": 0, "total": 0, "amount": 0, "reasons": {}}


def _mark(cards: list[Scorecard], lines: dict[tuple[int, str], ScoreLine], month: Month) -> None:
    counted = counts([card.pk for card in cards])
    of_card = defaultdict(list)
    for (unit, _code), line in lines.items():
        basis = [lines[unit, code] for code in line.definition.basis if (unit, code) in lines]
        _mark_line(line, _part_of(line, basis, counted) if basis else counted.get(line.pk, NOTHING))
        of_card[line.scorecard_id].append(line)
    for card in _without_duties(cards, of_card, month):
        _leave_unmarked(of_card[card.pk])
    marked = ["state", "numerator", "denominator", "points"]
    ScoreLine.objects.bulk_create(lines.values(), update_conflicts=True, unique_fields=["id"], update_fields=marked)
    for card in cards:
        _total(card, of_card[card.pk])
    _rank(cards)


def _without_duties(cards: list[Scorecard], of_card: dict[int, list[ScoreLine]], month: Month) -> list[Scorecard]:
    """Cards without a figure that counts whose unit had no task in the month either, not even one that is not due yet.

    Lines for information are no duty of their own: they look at tasks, which are asked for here, or back at what was struck off months ago.
    """
    empty = [card for card in cards if not any(_has_figure(line) for line in of_card[card.pk])]
    busy = with_duties(month, [card.organisation_id for card in empty]) if empty else set()
    return [card for card in empty if card.organisation_id not in busy]


def _has_figure(line: ScoreLine) -> bool:
    return line.part != Part.INFORMATION and bool(line.numerator or line.denominator)


def _leave_unmarked(lines: list[ScoreLine]) -> None:
    """Who had nothing to do is 无数据 and not ranked, instead of first with full marks."""
    for line in lines:
        if line.state == LineState.COUNTED:
            line.state, line.points = LineState.NO_DATA, None


def _part_of(line: ScoreLine, basis: list[ScoreLine], counted: dict[int, dict]) -> dict:
    """Figures of a line that looks at the rows of others."""
    judged = [counted.get(each.pk, NOTHING) for each in basis]
    hits = counted.get(line.pk, NOTHING)["hits"]
    if not line.definition.happened:
        hits = sum(each["reasons"].get(reason, 0) for each in judged for reason in line.definition.reasons)
    return {"hits": hits, "total": sum(each["total"] for each in judged), "amount": 0}


def _mark_line(line: ScoreLine, found: dict) -> None:
    shape = line.definition.shape
    if shape == Shape.NO_SOURCE:
        line.state = LineState.NOT_COUNTED
        return
    if shape != Shape.START:
        line.numerator = found["hits"]
    if shape in RATES:
        line.denominator = found["total"]
    if shape in RATES and not line.denominator:
        line.state = LineState.NO_DATA
    elif line.part == Part.INFORMATION:
        line.state = LineState.INFORMATION
    else:
        line.state, line.points = LineState.COUNTED, _points(line, found)


def _points(line: ScoreLine, found: dict) -> int:
    match line.definition.shape:
        case Shape.START:
            return line.full
        case Shape.RATE:
            return marks.rated(line.full, line.numerator, line.denominator)
        case Shape.DEDUCTION if line.full:
            return marks.part_total([line.full, marks.capped(found["amount"], line.cap)])
    return marks.capped(found["amount"], line.cap)


def _total(card: Scorecard, lines: list[ScoreLine]) -> None:
    """Points obtained ÷ points counted: lines without a source or without data stand on neither side."""
    marked = [line for line in lines if line.state == LineState.COUNTED]
    totals = part_totals(marked)
    bonus = min(totals.pop(Part.BONUS, 0), card.scheme.bonus_cap)
    card.obtained = sum(totals.values()) + bonus
    card.counted = sum(line.full for line in marked if line.part != Part.BONUS)
    card.share = marks.share(card.obtained, card.counted)
    if card.share is None:
        card.obtained = 0


def part_totals(lines) -> dict[str, int]:
    """Part → its points, of the lines that count; never below zero."""
    points = defaultdict(list)
    for line in lines:
        if line.state == LineState.COUNTED:
            points[line.part].append(line.points)
    return {part: marks.part_total(each) for part, each in points.items()}


def _rank(cards: list[Scorecard]) -> None:
    groups = defaultdict(list)
    for card in cards:
        groups[card.scheme_id].append(card)
    for group in groups.values():
        size = sum(card.share is not None for card in group)
        for card, rank in zip(group, marks.ranks([card.share for card in group]), strict=True):
            scheme = card.scheme
            card.rank, card.group_size = rank, size
            grades = {"excellent_from": scheme.excellent_from, "good_from": scheme.good_from, "pass_from": scheme.pass_from}
            card.grade = "" if card.share is None else marks.grade(card.share, **grades)
