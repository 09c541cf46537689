"""The ranking of a month and the switch between months."""

import re

from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from common import clock
from scorecards import access, board, charts, exports
from scorecards.forms import MonthForm
from scorecards.models import WELL_FORMED_MONTH, Scorecard
from scorecards.words import NOT_RANKED, Kind, month_words
from sheets.models import Job

WELL_FORMED = re.compile(WELL_FORMED_MONTH)


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
        "may_try": access.may_try(request.user, district),
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
