"""One unit's card and the rows behind each figure."""

from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from scorecards import access, board
from scorecards.indicators.air import PARTICLES
from scorecards.models import ScoreRow
from scorecards.services.air import rows as air_rows
from scorecards.views.appeals import on_card
from scorecards.words import Part, part_label

PAGE_SIZE = 50
BEFORE = "before"
SHOWN = (
    "finding__problem_type",
    "finding__grid",
    "task__organisation",
    "site__kind",
    "grid",
    "reconciliation__organisation",
    "adjustment",
    "station",
)


@require_GET
def card(request, month, organisation):
    return _card(request, month, access.card_of(request, month, organisation))


@require_GET
def grid_card(request, month, grid):
    return _card(request, month, access.grid_card_of(request, month, grid))


def _card(request, month, found):
    standing = board.standing(found, list(found.lines.all()))
    shown = ScoreRow.objects.visible_to(request.user).filter(scorecard=found).marked().select_related(*SHOWN, "line")
    shown = shown.order_by("line__position", "at", "id")
    for row in shown:
        row.line.scorecard = found
    hidden = found.rows.marked().count() - len(shown)
    context = {"card": found, "month": month, "standing": standing, "parts": parts(standing), "marked": shown, "hidden": hidden}
    context |= {"marked_total": sum(row.amount for row in shown)} | on_card(request.user, found, shown)
    return render(request, "scorecards/card.html", context)


def parts(standing) -> list[dict]:
    cells = {cell.part: cell for cell in standing.cells}
    lines = {part: [line for line in standing.lines if line.part == part] for part in Part.values}
    return [
        {"part": part, "label": part_label(standing.card.scheme.kind, part), "lines": lines[part], "cell": cells.get(part)}
        for part in Part.values
        if lines[part]
    ]


@require_GET
def rows(request, month, organisation, indicator):
    return _rows(request, month, access.card_of(request, month, organisation), indicator)


@require_GET
def grid_rows(request, month, grid, indicator):
    return _rows(request, month, access.grid_card_of(request, month, grid), indicator)


def _rows(request, month, found, indicator):
    """The rows stored with one figure; of those the person may not see, the number."""
    line = found.lines.filter(indicator=indicator).first()
    if line is None:
        raise Http404
    line.scorecard = found
    chosen = request.GET.get("hit", "")
    stored = line.behind_before() if line.air and chosen == BEFORE else line.behind(hit=chosen == "1" if chosen in ("0", "1") else None)
    seen = stored.visible_to(request.user).select_related(*SHOWN)
    page = Paginator(seen.order_by("at", "id"), PAGE_SIZE).get_page(request.GET.get("page"))
    is_index = bool(line.definition.air) and line.definition.air.measure.code not in PARTICLES
    context = {
        "card": found,
        "month": month,
        "line": line,
        "page": page,
        "hidden": stored.count() - page.paginator.count,
        "chips": chips(line, chosen),
        "concentrations": _concentrations(page, line, by=request.user),
        "value_head": "AQI" if is_index else _("浓度（μg/m³）"),
        "is_index": is_index,
    }
    return render(request, "scorecards/air_rows.html" if line.definition.air else "scorecards/rows.html", context)


def _concentrations(page, line, *, by) -> dict[int, list[tuple[str, str]]]:
    """Row → what a figure made of several items rests on."""
    if not air_rows.explained_by(line):
        return {}
    days = air_rows.days_behind(line.scorecard, by=by)
    return {row.pk: air_rows.concentrations(row, line, days) for row in page.object_list}


def chips(line, chosen: str) -> list[dict]:
    if line.denominator is None:
        return []
    if line.definition.air:
        return _chips_of_air(line, chosen)
    counts = [("", _("全部"), line.denominator), ("1", _("计入分子"), line.numerator), ("0", _("未计入分子"), line.denominator - line.numerator)]
    return [{"label": label, "count": count, "url": f"?hit={value}" if value else "?", "active": value == chosen} for value, label, count in counts]


def _chips_of_air(line, chosen: str) -> list[dict]:
    counts = [("", _("全部"), line.denominator), ("1", _("计入"), line.numerator), ("0", _("不计"), line.denominator - line.numerator)]
    counts.append((BEFORE, _("上年同月"), line.behind_before().count()))
    return [{"label": label, "count": count, "url": f"?hit={value}" if value else "?", "active": value == chosen} for value, label, count in counts]
