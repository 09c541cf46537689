"""The month's checklist, and its closing by two persons."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from common import clock
from common.errors import Conflict
from common.forms import add_refusal
from grids import scope
from scorecards import access
from scorecards.forms_settling import ProposeForm, RuleForm, SendBackForm, VersionForm
from scorecards.models import Scorecard, Settlement
from scorecards.services import closing, recomputing, settling
from scorecards.services.air import papers
from scorecards.views.ranking import WELL_FORMED, month_switch
from scorecards.views.steps import clean_of, taken_from, typed
from scorecards.words import SettlementState, month_words


def months_of(district) -> list[str]:
    """Months that are settled, on the way, or have cards; last month in any case. Newest first."""
    cards = Scorecard.objects.filter(district=district).order_by().values_list("month", flat=True).distinct()
    known = Settlement.objects.filter(district=district).values_list("month", flat=True)
    return sorted({*cards, *known, clock.previous_month(clock.today())}, reverse=True)


def chosen(request, month: str):
    """The district and the month; 404 for a month nobody has heard of."""
    district = access.district_of(request)
    months = months_of(district)
    month = month or request.GET.get("month", "") or months[0]
    if not WELL_FORMED.fullmatch(month) or month not in months:
        raise Http404
    return district, month, months


@require_GET
def settling_page(request, month=""):
    district, month, months = chosen(request, month)
    return shown(request, district, month, months)


def shown(request, district, month, months, *, propose_form=None, back_form=None, found=None, conflict="", lost=(), status=200):
    settlement = closing.settlement_of(district, month)
    stands = {each.month: each for each in Settlement.objects.visible_to(request.user).filter(district=district)}
    is_leader = closing.may_approve(request.user, district.pk)
    proposed = settlement.state == SettlementState.PROPOSED
    context = month_switch(month, months) | {
        "settlement": settlement,
        "items": closing.checklist(district, month) if settlement.state != SettlementState.SETTLED else [],
        "events": settlement.events.all() if settlement.pk else [],
        "settling_on": settling.settling_on(district.pk, month),
        "until": settling.last_appeals_until(district.pk, month),
        "months": [{"month": each, "label": month_words(each), "settlement": stands.get(each)} for each in months],
        "may_run": settling.may_run(request.user, district.pk),
        "may_set_rules": settling.may_set_rules(request.user, district.pk),
        "may_check": scope.rights(request.user).in_district(district.pk, recomputing.CHECKERS),
        "may_approve": is_leader and proposed and settlement.proposed_by_id != request.user.pk,
        "is_own": proposed and settlement.proposed_by_id == request.user.pk and is_leader,
        "propose_form": propose_form or ProposeForm(initial={"version": settlement.version if settlement.pk else None}),
        "back_form": back_form or SendBackForm(initial={"version": settlement.version}),
        "found": found,
        "air_changed": _air_changed(settlement),
        "conflict": conflict,
        "lost": lost,
    }
    context["stopping"] = [item for item in context["items"] if item.is_met is False]
    return render(request, "scorecards/settling.html", context, status=status)


def _air_changed(settlement: Settlement) -> int:
    """Days of stations corrected since the month was settled: they change nothing but may be a reason for an entry."""
    return papers.changed_in(settlement.district, settlement.month) if settlement.state == SettlementState.SETTLED else 0


# --- steps --------------------------------------------------------------------------------------------------------------------------
def step(request, month: str, form, name: str, act):
    """One step with a form: back to the page, or the page again with the reason, at the form called ``name`` or without one on top."""
    district, month, months = chosen(request, month)
    try:
        act(district, month)
    except ValidationError as refused:
        if not name:
            return shown(request, district, month, months, conflict=_("；").join(refused.messages), status=400)
        add_refusal(form, refused)
        return shown(request, district, month, months, status=400, **{name: form})
    except Conflict as lost:
        return shown(request, district, month, months, conflict=str(lost), lost=typed(form), status=409)
    return redirect("scorecards:settling_of", month)


@taken_from("scorecards:settling_of", "month")
def propose(request, month):
    form = ProposeForm(request.POST)

    def act(district, month):
        closing.propose(district, month, by=request.user, **clean_of(form))
        messages.success(request, _("已提请结账，待区领导批准。"))

    return step(request, month, form, "propose_form", act)


@taken_from("scorecards:settling_of", "month")
def approve(request, month):
    form = VersionForm(request.POST)

    def act(district, month):
        closing.approve(closing.settlement_of(district, month), by=request.user, version=_version(form))
        messages.success(request, _("已批准结账，本月不再改动。"))

    return step(request, month, form, "", act)


@taken_from("scorecards:settling_of", "month")
def send_back(request, month):
    form = SendBackForm(request.POST)
    form.is_valid()

    def act(district, month):
        closing.send_back(closing.settlement_of(district, month), by=request.user, version=_version(form), note=form.cleaned_data.get("note", ""))
        messages.success(request, _("已退回攻坚办。"))

    return step(request, month, form, "back_form", act)


def _version(form) -> int:
    form.is_valid()
    return form.cleaned_data.get("version") or 0


@taken_from("scorecards:settling_of", "month")
def recompute(request, month):
    district, month, months = chosen(request, month)
    try:
        found = closing.compare(closing.settlement_of(district, month), by=request.user)
    except ValidationError as refused:
        return shown(request, district, month, months, conflict=_("；").join(refused.messages), status=400)
    return shown(request, district, month, months, found=found)


@require_http_methods(["GET", "HEAD", "POST"])
def rules(request):
    district = access.district_of(request)
    settling.insist_set_rules(request.user, district.pk)
    form = RuleForm(request.POST if request.method == "POST" else None, instance=settling.rule_of(district.pk))
    if form.is_valid():
        settling.save_rule(form.instance, by=request.user)
        messages.success(request, _("已保存。"))
        return redirect("scorecards:settling")
    return render(request, "scorecards/settling_rules.html", {"form": form}, status=400 if form.errors else 200)
