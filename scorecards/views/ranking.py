"""The ranking of a month and the switch between months."""

import re

from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from common import clock
from scorecards import access, board, charts, exports
from scorecards.forms import MonthForm
from scorecards.models import WELL_FORMED_MONTH, Scorecard
from scorecards.words import Kind, month_words
from sheets.models import Job

WELL_FORMED = re.compile(WELL_FORMED_MONTH)


@require_GET
def ranking(request, month=""):
    """The newest month, or the one in the address or chosen in the month switch."""
    district = access.district_of(request)
    months = months_of(request, district)
    month = chosen_month(request, month, months)
    groups, grids = board.groups(access.cards_of(request, month)), access.grid_cards_of(request, month)
    kind = request.GET.get("kind") or Kind.TOWNSHIP
    shown = board.grid_groups(grids) if kind == Kind.GRID else [each for each in groups if each.kind == kind]
    context = month_switch(month, months) | {
        "tabs": tabs(groups, grids.count(), kind),
        "groups": shown,
        "group": shown[0] if shown else None,
        "kind": kind,
        "title": title(month, kind),
        "chart": charts.totals(shown[0]) if len(shown) == 1 else None,
        "may_edit": access.may_edit_schemes(request.user, district),
        "may_try": access.may_try(request.user, district),
    }
    return render(request, "scorecards/ranking.html", context)


def tabs(groups, grids: int, kind: str) -> list[dict]:
    counts = [(each.kind, each.label, len(each.standings)) for each in groups] + [(Kind.GRID, Kind.GRID.label, grids)] * bool(grids)
    return [{"label": label, "url": f"?kind={each}", "active": each == kind, "count": count} for each, label, count in counts]


def title(month: str, kind: str) -> str:
    titles = {
        Kind.DEPARTMENT: _("%(month)s部门督导考核排名"),
        Kind.HEADQUARTERS: _("%(month)s专项指挥部督导考核排名"),
        Kind.GRID: _("%(month)s网格工作评价"),
    }
    return titles.get(kind, _("%(month)s乡办督导考核排名")) % {"month": month_words(month)}


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
