"""A month's scorecards, built from what was recorded before its end: today, on the 10th or next year with the same figures (docs/decisions/005)."""

import datetime as dt
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from audit.services import record_many
from common import clock
from common.apart import Apart
from grids.models import Grid, Organisation
from inspections.models import Finding
from scorecards.indicators import BASES_OF_KIND, Month
from scorecards.models import MONTH, Adjustment, Scheme, Scorecard, ScoreLine, ScoreRow
from scorecards.services import adjustments, appeals, marking, telling
from scorecards.services.air import rows as air_rows
from scorecards.services.sealing import COPIED, seal
from scorecards.services.settling import hold, is_settled
from scorecards.services.writing import give_room, save_fields, take_back, write_entries, write_rows
from scorecards.words import PART_OF_ENTRY, AdjustmentKind, Kind, Part, month_words

BUILD_TIME = dt.time(2)
FIGURES_OF_LINE = ("state", "numerator", "denominator", "points", "air")
FIGURES = ("obtained", "counted", "share", "rank", "group_size", "grade", "unranked", "built_at", "digest")


@dataclass(frozen=True)
class Built:
    cards: list[Scorecard]
    changed: bool
    """False: the month stood there already with exactly these figures, and nothing was written."""


class _SameFigures(Exception):
    """Rolls the recomputation back."""


def build(month: str, *, district: Grid, by=None, rebuild: bool = False) -> Built:
    """The month's cards of every unit and grid that a scheme of the district marks.

    Cards that exist are left alone; with ``rebuild`` they are worked out anew, and written only when a figure or a row differs.
    ``ValidationError`` when the month is malformed, not over, settled, or has no scheme.
    """
    MONTH(month)
    _start, end = clock.month_bounds(month)
    if clock.now() < end:
        raise ValidationError(_("%(month)s 尚未结束，月末之后才能生成计分卡。") % {"month": month}, code="not_over")
    with transaction.atomic():
        hold(district.pk)
        before = list(Scorecard.objects.filter(district=district, month=month))
        if before and not rebuild:
            return Built(before, changed=False)
        _refuse_settled(month, district)
        try:
            with transaction.atomic():
                cards = work_out(month, district=district)
                if before and {card.pk: card.digest for card in before} == {card.pk: card.digest for card in cards}:
                    raise _SameFigures
        except _SameFigures:
            return Built(before, changed=False)
        telling.ready(month, cards=cards, district=district)
        record_many("scorecard.build", ((card, {"month": month, "digest": card.digest}) for card in cards), by=by, district_id=district.pk)
    return Built(cards, changed=True)


def _refuse_settled(month: str, district: Grid) -> None:
    if is_settled(district.pk, month):
        words = _("%(month)s已结账，不能重新生成。发现的差错请作为“更正以前月份”的分录计入以后的月份。")
        raise ValidationError(words % {"month": month_words(month)}, code="settled")


def build_last_month(*, now: dt.datetime) -> list[Built]:
    """Level-triggered: whichever district's cards of last month are missing after the 1st 02:00 Beijing time are built now."""
    today = clock.beijing(now).date()
    if now < clock.at(today.replace(day=1), BUILD_TIME):
        return []
    month = clock.previous_month(today)
    built = Scorecard.objects.filter(month=month).values("district_id")
    marked = Grid.objects.districts().filter(pk__in=Scheme.objects.in_force(month).order_by().values("district_id")).exclude(pk__in=built)
    began = Finding.objects.filter(district=OuterRef("pk"), received_at__lt=clock.month_bounds(month)[1])
    with Apart("scorecards.build_last_month") as each:
        return each(marked.filter(Exists(began)).order_by("pk"), lambda district: build(month, district=district))


# --- one build ----------------------------------------------------------------------------------------------------------------------
def work_out(month: str, *, district: Grid) -> list[Scorecard]:
    """The month's cards, lines and rows written anew, settled or not: whoever calls it in a settled month takes everything back again."""
    give_room()
    cards = _cards(month, district=district)
    entries = adjustments.signed(district.pk, month)
    lines = _lines(cards, entries)
    known = Month(month, district.pk, {card.organisation_id: card.scheme.kind for card in cards if card.organisation_id})
    write_rows(known, lines)
    air_rows.write(known, lines)
    _write_decisions(cards, lines, entries, granted=appeals.granted(district.pk, month))
    marking.mark(cards, lines, known)
    save_fields(lines, FIGURES_OF_LINE)
    seal(cards, lines)
    save_fields(cards, FIGURES)
    return cards


def _write_decisions(cards: list[Scorecard], lines: list[ScoreLine], entries: list[Adjustment], *, granted: dict[tuple[int, str], int]) -> None:
    of_unit = {card.organisation_id: card.pk for card in cards}
    places = {(line.scorecard_id, line.indicator): line for line in lines}
    write_entries([(entry, places[of_unit[entry.organisation_id], entry.kind]) for entry in entries if entry.organisation_id in of_unit])
    take_back({(of_unit[unit], event): amount for (unit, event), amount in granted.items() if unit in of_unit})


# --- cards --------------------------------------------------------------------------------------------------------------------------
def _cards(month: str, *, district: Grid) -> list[Scorecard]:
    """Fresh empty cards; a rebuilt month keeps its units and its scheme."""
    cards = list(Scorecard.objects.filter(district=district, month=month).select_related("scheme", "organisation", "grid"))
    if cards:
        ScoreRow.objects.filter(scorecard__in=cards).delete()
        ScoreLine.objects.filter(scorecard__in=cards).delete()
        for card in cards:
            card.built_at = clock.now()
        return cards
    schemes = _schemes(month, district=district)
    now = clock.now()
    start = {"district": district, "month": month, "built_at": now, "first_built_at": now, "cut_off": clock.month_bounds(month)[1]}
    fresh = [Scorecard(organisation=unit, scheme=schemes[unit.kind], **start) for unit in _units(month, district=district, kinds=list(schemes))]
    if Kind.GRID in schemes:
        fresh += [Scorecard(grid=grid, scheme=schemes[Kind.GRID], **start) for grid in _grids(month, district=district)]
    return Scorecard.objects.bulk_create(fresh)


def _schemes(month: str, *, district: Grid) -> dict[str, Scheme]:
    found: dict[str, Scheme] = {}
    for scheme in Scheme.objects.filter(district=district).in_force(month):
        found.setdefault(scheme.kind, scheme)
    if not found:
        raise ValidationError(
            _("%(district)s 还没有适用于 %(month)s 的考核方案，请先在“考核方案”中设置。") % {"district": district, "month": month}, code="no_scheme"
        )
    return found


def _last_day(month: str) -> dt.date:
    return clock.beijing(clock.month_bounds(month)[1]).date() - dt.timedelta(days=1)


def _in_force(rows, last: dt.date):
    """Those in force on the month's last day."""
    return rows.filter(Q(merged_into=None) | Q(valid_to__gt=last)).active(last)


def _units(month: str, *, district: Grid, kinds: list[str]) -> list[Organisation]:
    units = Organisation.objects.filter(district=district, kind__in=kinds)
    return list(_in_force(units, _last_day(month)).order_by("position", "id"))


def _grids(month: str, *, district: Grid) -> list[Grid]:
    """Grids below a township's own."""
    below = Grid.objects.filter(district=district, parent__parent__isnull=False)
    return list(_in_force(below, _last_day(month)).order_by("path"))


# --- lines --------------------------------------------------------------------------------------------------------------------------
def _lines(cards: list[Scorecard], entries: list[Adjustment]) -> list[ScoreLine]:
    """Those of the scheme; of a unit also the rows its rates rest on, and a line for each kind of entry that the scheme does not name."""
    schemes = {scheme.pk: list(scheme.lines.all()) for scheme in {card.scheme for card in cards}}
    wanted = {(entry.organisation_id, entry.kind) for entry in entries}
    fresh = []
    for card in cards:
        mine = [ScoreLine(scorecard=card, **{name: getattr(line, name) for name in COPIED}) for line in schemes[card.scheme_id]]
        fresh += mine + _added(card, mine, wanted)
    return ScoreLine.objects.bulk_create(fresh)


def _added(card: Scorecard, mine: list[ScoreLine], wanted: set[tuple[int | None, str]]) -> list[ScoreLine]:
    known = {line.indicator for line in mine}
    entered = [
        (PART_OF_ENTRY[AdjustmentKind(kind)], kind) for unit, kind in sorted(wanted, key=str) if unit == card.organisation_id and kind not in known
    ]
    beneath = [(Part.INFORMATION, code) for code in BASES_OF_KIND.get(Kind(card.scheme.kind), ())]
    last = max((line.position for line in mine), default=0)
    return [ScoreLine(scorecard=card, part=part, indicator=code, position=last + n) for n, (part, code) in enumerate(entered + beneath, 1)]
