import re

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from common import clock
from scorecards import access, board, charts, exports
from scorecards.forms import MonthForm, SchemeForm
from scorecards.indicators import ALL
from scorecards.models import WELL_FORMED_MONTH, Scheme, Scorecard, ScoreRow
from scorecards.services import defaults
from scorecards.services import schemes as scheme_services
from scorecards.words import NOT_RANKED, Kind, Part, month_words, part_label
from sheets.models import Job

PAGE_SIZE = 50
WELL_FORMED = re.compile(WELL_FORMED_MONTH)


# --- ranking ------------------------------------------------------------------------------------------------------------------------
@require_GET
def ranking(request, month=""):
    """The newest month, or the one in the address or chosen in the month switch."""
    district = access.district_of(request)
    months = months_of(request, district)
    month = chosen_month(request, month, months)
    groups = board.groups(access.cards_of(request, month))
    kind = request.GET.get("kind") or Kind.TOWNSHIP
    group = next((each for each in groups if each.kind == kind), None)
    context = month_switch(month, months) | {
        "not_ranked": NOT_RANKED,
        "tabs": [{"label": each.label, "url": f"?kind={each.kind}", "active": each.kind == kind, "count": len(each.standings)} for each in groups],
        "group": group,
        "kind": kind,
        "chart": charts.totals(group) if group else None,
        "may_edit": access.may_edit_schemes(request.user, district),
    }
    return render(request, "scorecards/ranking.html", context)


def chosen_month(request, month: str, months: list[str]) -> str:
    month = month or request.GET.get("month", "") or (months[0] if months else clock.previous_month(clock.today()))
    if month not in months and (months or not WELL_FORMED.fullmatch(month)):
        raise Http404
    return month


def month_switch(month: str, months: list[str]) -> dict:
    """The month, the form that chooses another, and its neighbours; ``months`` newest first."""
    earlier, later = [each for each in months if each < month], [each for each in months if each > month]
    return {
        "month": month,
        "month_label": month_words(month),
        "form": MonthForm({"month": month}, months=months),
        "earlier": neighbour(earlier[0]) if earlier else {},
        "later": neighbour(later[-1]) if later else {},
    }


def neighbour(month: str) -> dict:
    return {"month": month, "label": month_words(month)}


def months_of(request, district) -> list[str]:
    """Months with cards, newest first."""
    return list(Scorecard.objects.visible_to(request.user).filter(district=district).order_by("-month").values_list("month", flat=True).distinct())


@require_GET
def workbook(request, month):
    cards = access.cards_of(request, month)
    if not cards:
        raise Http404
    made = exports.response(cards, month=month, district=access.district_of(request), by=request.user)
    return redirect("sheets:job", made.pk) if isinstance(made, Job) else made


# --- one unit -----------------------------------------------------------------------------------------------------------------------
@require_GET
def card(request, month, organisation):
    found = access.card_of(request, month, organisation)
    standing = board.standing(found, list(found.lines.all()))
    marked = ScoreRow.objects.visible_to(request.user).filter(scorecard=found).exclude(amount=0)
    marked = marked.select_related("finding__problem_type", "task", "line").order_by("line__position", "at", "id")
    for row in marked:
        row.line.scorecard = found
    hidden = found.rows.exclude(amount=0).count() - len(marked)
    context = {"card": found, "month": month, "standing": standing, "parts": parts(standing), "marked": marked, "hidden": hidden}
    context |= {"marked_total": sum(row.amount for row in marked), "not_ranked": NOT_RANKED}
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
    """The rows stored with one figure; of those the person may not see, the number."""
    found = access.card_of(request, month, organisation)
    line = found.lines.filter(indicator=indicator).first()
    if line is None:
        raise Http404
    line.scorecard = found
    chosen = request.GET.get("hit", "")
    stored = line.behind(hit=chosen == "1" if chosen in ("0", "1") else None)
    seen = stored.visible_to(request.user).select_related("finding__problem_type", "finding__grid", "task__organisation")
    page = Paginator(seen.order_by("at", "id"), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "card": found,
        "month": month,
        "line": line,
        "page": page,
        "hidden": stored.count() - page.paginator.count,
        "chips": chips(line, chosen),
    }
    return render(request, "scorecards/rows.html", context)


def chips(line, chosen: str) -> list[dict]:
    if line.denominator is None:
        return []
    counts = [("", _("全部"), line.denominator), ("1", _("计入分子"), line.numerator), ("0", _("未计入分子"), line.denominator - line.numerator)]
    return [{"label": label, "count": count, "url": f"?hit={value}" if value else "?", "active": value == chosen} for value, label, count in counts]


# --- explanation and schemes --------------------------------------------------------------------------------------------------------
@require_GET
def indicators(request):
    district = access.district_of(request)
    current = {scheme.pk: scheme for scheme in in_force(request, district)}
    context = {"schemes": current.values(), "indicators": ALL, "may_edit": access.may_edit_schemes(request.user, district)}
    return render(request, "scorecards/indicators.html", context)


def in_force(request, district) -> list[Scheme]:
    """The version of each kind that will mark the running month."""
    found = Scheme.objects.visible_to(request.user).filter(district=district).in_force(clock.month_of(clock.today())).prefetch_related("lines")
    return list({scheme.kind: scheme for scheme in reversed(found)}.values())[::-1]


@require_http_methods(["GET", "POST"])
def schemes(request):
    district = access.district_of(request)
    access.check_may_edit_schemes(request.user, district)
    if request.method == "POST":
        defaults.load(district)
        return redirect("scorecards:schemes")
    versions = Scheme.objects.visible_to(request.user).filter(district=district).order_by("kind", "-version")
    return render(request, "scorecards/schemes.html", {"schemes": versions, "current": {each.pk for each in in_force(request, district)}})


@require_http_methods(["GET", "POST"])
def edit_scheme(request, pk):
    """Every change is a new version from a month that has not been marked yet."""
    district = access.district_of(request)
    access.check_may_edit_schemes(request.user, district)
    scheme = Scheme.objects.visible_to(request.user).filter(district=district, pk=pk).prefetch_related("lines").first()
    if scheme is None:
        raise Http404
    form = SchemeForm(request.POST or None, scheme=scheme, first_month=scheme_services.first_open_month(district))
    if form.is_valid():
        try:
            fresh = scheme_services.revise(scheme, by=request.user, **form.revision())
        except ValidationError as error:
            form.add_error(None, error)
        else:
            saved = {"version": fresh.version, "month": fresh.in_force_label}
            messages.success(request, _("已保存第 %(version)s 版，自 %(month)s 起适用。") % saved)
            return redirect("scorecards:schemes")
    return render(request, "scorecards/edit_scheme.html", {"scheme": scheme, "form": form})
