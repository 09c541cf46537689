"""Charts of a month, each with its table, and the rows behind their figures."""

from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from common import clock
from grids.models import Organisation
from grids.scope import rights
from inspections.words import FindingState
from scorecards import access
from scorecards.charts import ageing, flow, trend, years
from scorecards.forms_charts import FlowRowsForm, OpenRowsForm
from scorecards.indicators.month import Month
from scorecards.services import settling
from scorecards.views.ranking import chosen_month, month_switch, months_of
from scorecards.words import PARTIES, Kind, month_words

PAGE_SIZE = 50


@require_GET
def charts(request):
    district = access.district_of(request)
    months = months_of(request, district)
    month = chosen_month(request, "", months)
    kinds = _kinds(request, month)
    kind = request.GET.get("kind") if request.GET.get("kind") in kinds else next(iter(kinds), Kind.TOWNSHIP)
    context = month_switch(month, months) | {
        "kind": kind,
        "tabs": [{"label": Kind(each).label, "url": f"?{urlencode({'month': month, 'kind': each})}", "active": each == kind} for each in kinds],
        "is_settled": settling.is_settled(district.pk, month),
        "reads_all": access.reads_all(request.user, district.pk),
    }
    if kinds:
        found = years.year(request.user, district, kind=kind, months=years.window(month, months))
        context |= _through_the_year(request, found) | _month_itself(request, district, month, found)
    return render(request, "scorecards/charts.html", context)


def _kinds(request, month: str) -> list[str]:
    """Kinds of units with cards, in their order."""
    found = set(access.cards_of(request, month).order_by().values_list("scheme__kind", flat=True).distinct())
    return [kind for kind in Kind.values if kind in found]


def _through_the_year(request, found: years.Year) -> dict:
    own = {seat.organisation_id for seat in rights(request.user).seats}
    asked = request.GET.get("unit", "")
    mine = next((row.unit.pk for row in found.rows if row.unit.pk in own), None)
    unit = (int(asked) if asked.isdecimal() else None) if "unit" in request.GET else mine
    return {"year": found, "unit": unit, "trend": trend.trend(found, unit=unit), "levels": list(enumerate((0, *years.STEPS)))}


def _month_itself(request, district, month: str, found: years.Year) -> dict:
    units = [row.unit for row in found.rows if row.cells[-1].standing]
    of_month = Month(month, district.pk, {unit.pk: found.kind for unit in units})
    rows = ageing.ageing(request.user, of_month, units) if found.kind in PARTIES else []
    steps = flow.flow(request.user, of_month)
    return {
        "ages": [ageing.age_label(n) for n in range(len(ageing.AGES))],
        "has_duties": found.kind in PARTIES,
        "open_rows": rows,
        "open_together": ageing.together(rows),
        "open_url": reverse("scorecards:chart_open", args=[month]),
        "bars": ageing.bars(rows, addresses=_open_addresses(month, rows)),
        "steps": steps,
        "stairs": flow.stairs(steps, addresses=_flow_addresses(month)),
        "to_ledger": _ledger(of_month),
    }


def _open_addresses(month: str, rows: list[ageing.Row]) -> dict:
    base = reverse("scorecards:chart_open", args=[month])
    ages = {(row.unit.pk, n): f"{base}?unit={row.unit.pk}&age={n}&late=0" for row in rows for n in range(len(ageing.AGES))}
    return ages | {(row.unit.pk, "late"): f"{base}?unit={row.unit.pk}&late=1" for row in rows}


def _flow_addresses(month: str) -> dict:
    parts = ("", "onward", "stayed", "gone")
    return {(step, which): f"{reverse('scorecards:chart_flow', args=[month, step])}?which={which}" for step in flow.STEPS for which in parts}


def _ledger(month: Month) -> str:
    days = {"received_from": clock.beijing(month.start).date(), "received_to": month.last_day}
    return f"{reverse('inspections:ledger')}?{urlencode({'box': 'all', **days})}"


# --- rows behind the figures --------------------------------------------------------------------------------------------------------
@require_GET
def open_rows(request, month):
    form = OpenRowsForm(request.GET)
    found = _month(request, month)
    if not form.is_valid():
        raise Http404
    chosen = form.cleaned_data
    rows = ageing.open_tasks(request.user, found)
    if chosen["kind"]:
        rows = rows.filter(organisation_id__in=found.units_of(chosen["kind"]))
    for name, column in {"unit": "organisation_id", "age": "age", "late": "late"}.items():
        if chosen[name] is not None:
            rows = rows.filter(**{column: chosen[name]})
    rows = rows.select_related("finding__problem_type", "finding__grid", "organisation").order_by("assigned_at", "id")
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    for task in page.object_list:
        task.days = (found.last_day - clock.beijing(task.assigned_at).date()).days
    context = {"month": month, "month_label": month_words(month), "page": page, "cut_off": found.end, "heading": _open_heading(chosen, found)}
    return render(request, "scorecards/chart_open.html", context | {"back": _back(request, month)})


def _open_heading(chosen: dict, month: Month) -> list[str]:
    unit = Organisation.objects.filter(pk=chosen["unit"], pk__in=month.units).first() if chosen["unit"] else None
    late = {True: _("逾期"), False: _("未逾期"), None: ""}[chosen["late"]]
    whose = str(unit or (Kind(chosen["kind"]).label if chosen["kind"] else ""))
    return [words for words in (whose, ageing.age_label(chosen["age"]) if chosen["age"] is not None else "", late) if words]


@require_GET
def flow_rows(request, month, step):
    form = FlowRowsForm({**request.GET.dict(), "step": step})
    found = _month(request, month)
    if not form.is_valid():
        raise Http404
    which = form.cleaned_data["which"]
    rows = flow.part(flow.received(request.user, found), step=step, which=which)
    page = Paginator(rows.select_related("problem_type", "grid").order_by("received_at", "id"), PAGE_SIZE).get_page(request.GET.get("page"))
    for finding in page.object_list:
        finding.came_to = FindingState(finding.end).label if finding.end else flow.STEPS[flow.ORDER[finding.step]]
    context = {"month": month, "month_label": month_words(month), "page": page, "cut_off": found.end, "heading": _flow_heading(step, which)}
    return render(request, "scorecards/chart_flow.html", context | {"back": _back(request, month)})


def _flow_heading(step: str, which: str) -> list[str]:
    words = {"": "", "onward": _("进入下一步"), "stayed": _("停在这一步"), "gone": _("不予受理、并案、作废"), "returned": _("曾被退回")}
    return [each for each in (str(flow.STEPS[step]), str(words[which] if which in words else FindingState(which).label)) if each]


def _month(request, month: str) -> Month:
    """The month with the units it was built for."""
    cards = access.cards_of(request, month).order_by().values_list("organisation_id", "scheme__kind")
    units = dict(cards)
    if not units:
        raise Http404
    return Month(month, access.district_of(request).pk, units)


def _back(request, month: str) -> str:
    return f"{reverse('scorecards:charts')}?{urlencode({'month': month})}"
