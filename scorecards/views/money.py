"""The money table of a settled month: lines with their figures, checked by the office, signed by a leader."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from common.errors import Conflict
from common.forms import add_refusal
from scorecards import access
from scorecards import consequence_pages as pages
from scorecards.forms_consequences import MONEY_FORMS, ReasonForm
from scorecards.models import MoneyLine, MoneyRule, MoneyTable
from scorecards.models.money import wan
from scorecards.services import money as services
from scorecards.views.steps import typed

BUTTONS = {"check": lambda: _("核对无误，提请签批"), "send_back": lambda: _("退回核对"), "sign": lambda: _("签批")}


@require_GET
def money(request):
    district = access.district_of(request)
    months = pages.months_of(request, district)
    return shown(request, district, months, pages.chosen_month(request, months))


def shown(request, district, months: list[str], month: str, *, bound=None, conflict: str = "", lost=(), status: int = 200):
    table = MoneyTable.objects.visible_to(request.user).filter(district=district, month=month).select_related("checked_by", "signed_by").first()
    found = lines_of(request, district, month)
    context = pages.switch(month, months) | {
        "tabs": pages.tabs(request.user, district, "money"),
        "table": table,
        "lines": [{"line": line, "figure": pages.figure(line.figures, line.rule.metric, line.organisation_id)} for line in found],
        "units": totals(found),
        "total": wan(sum(line.amount for line in found if not line.is_dropped)),
        "steps": steps(request.user, table, bound or {}),
        "may_drop": bool(table) and services.may(request.user, table, "check"),
        "has_rules": MoneyRule.objects.visible_to(request.user).filter(district=district).in_force(month or "9999-12").exists(),
        "reads_all": access.reads_all(request.user, district.pk),
        "conflict": conflict,
        "lost": lost,
    }
    return render(request, "scorecards/money.html", context, status=status)


def lines_of(request, district, month: str) -> list[MoneyLine]:
    rows = MoneyLine.objects.visible_to(request.user).filter(table__district=district, table__month=month)
    return list(rows.select_related("organisation", "rule", "dropped_by").order_by("organisation__position", "organisation_id", "rule_id"))


def totals(found: list[MoneyLine]) -> list[tuple]:
    """Unit and its sum in 万元, of lines that stand."""
    sums: dict = {}
    for line in found:
        if not line.is_dropped:
            sums[line.organisation] = sums.get(line.organisation, 0) + line.amount
    return [(unit, wan(amount)) for unit, amount in sums.items()]


def steps(user, table: MoneyTable | None, bound: dict) -> list[dict]:
    return [
        {"step": step, "label": BUTTONS[step](), "form": bound.get(step) or MONEY_FORMS[step](prefix=step, initial={"version": table.version})}
        for step in services.STEPS
        if table is not None and services.may(user, table, step)
    ]


@require_http_methods(["GET", "HEAD", "POST"])
def money_step(request, pk, step):
    """The page of a table is called by its month: the step's address, opened, leads there (``views.steps``)."""
    district = access.district_of(request)
    table = get_object_or_404(MoneyTable.objects.visible_to(request.user).filter(district=district), pk=pk)
    if step not in MONEY_FORMS:
        raise Http404
    if request.method != "POST":
        return redirect(table)
    services.insist(request.user, table, step)
    form, conflict = MONEY_FORMS[step](request.POST, prefix=step), ""
    if form.is_valid():
        try:
            services.decide(table, step, by=request.user, **form.cleaned_data)
        except ValidationError as refused:
            add_refusal(form, refused)
        except Conflict as lost:
            conflict = str(lost)
        else:
            messages.success(request, _("已登记。"))
            return redirect(table)
    how = {"conflict": conflict, "lost": typed(form), "status": 409} if conflict else {"bound": {step: form}, "status": 422}
    return shown(request, district, pages.months_of(request, district), table.month, **how)


@require_http_methods(["GET", "POST"])
def drop_line(request, pk):
    """Leaving a line out is a small page of its own: it needs a reason."""
    district = access.district_of(request)
    rows = MoneyLine.objects.visible_to(request.user).filter(table__district=district).select_related("table", "organisation", "rule")
    line = get_object_or_404(rows, pk=pk)
    services.insist(request.user, line.table, "drop")
    form, conflict = ReasonForm(request.POST if request.method == "POST" else None), ""
    if request.method == "POST" and form.is_valid():
        try:
            services.drop_line(line, by=request.user, reason=form.cleaned_data["note"])
        except Conflict as lost:
            conflict = str(lost)
        else:
            return redirect(line.table)
    context = {"line": line, "form": form, "conflict": conflict, "tabs": pages.tabs(request.user, district, "money")}
    return render(request, "scorecards/drop_line.html", context, status=409 if conflict else 422 if form.errors else 200)
