"""Proposals of a settled month by action, one proposal with the figures that led there, and cards of units."""

from collections import defaultdict

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from common import clock
from common.errors import Conflict
from common.forms import add_refusal
from grids import scope
from scorecards import access, consequence_sheets
from scorecards import consequence_pages as pages
from scorecards.forms_consequences import PROPOSAL_FORMS, ReasonForm
from scorecards.models import ConsequenceRule, Proposal, UnitCard
from scorecards.services import consequences as services
from scorecards.views.steps import taken_from, typed
from scorecards.words import Action, Metric, ProposalState
from sheets.services import export_response

BUTTONS = {"approve": lambda: _("批准"), "drop": lambda: _("不采纳"), "issue": lambda: _("登记印发")}


@require_GET
def consequences(request):
    district = access.district_of(request)
    months = pages.months_of(request, district)
    month = pages.chosen_month(request, months)
    found = list(for_list(request, district, month))
    state = request.GET.get("state", "")
    cards = list(
        UnitCard.objects.visible_to(request.user).filter(district=district).standing(clock.today()).select_related("organisation", "proposal")
    )
    context = pages.switch(month, months) | {
        "tabs": pages.tabs(request.user, district, "consequences"),
        "chips": chips(found, month, state),
        "groups": groups([each for each in found if state in ("", each.state)], cards),
        "count": len(found),
        "cards": cards,
        "calls": Proposal.objects.calling(request.user).filter(district=district).select_related("organisation").order_by("-issued_at"),
        "may_clear": scope.rights(request.user).in_district(district.pk, services.LEADER),
        "has_rules": ConsequenceRule.objects.visible_to(request.user).filter(district=district).in_force(month or "9999-12").exists(),
        "reads_all": access.reads_all(request.user, district.pk),
    }
    return render(request, "scorecards/consequences.html", context)


def for_list(request, district, month: str):
    rows = Proposal.objects.visible_to(request.user).filter(district=district, month=month)
    return rows.select_related("organisation", "rule", "decided_by", "issued_by")


def chips(found: list[Proposal], month: str, chosen: str) -> list[dict]:
    counts = [("", _("全部"), len(found))] + [(value, label, sum(each.state == value for each in found)) for value, label in ProposalState.choices]
    return [
        {"label": label, "count": count, "url": f"?month={month}&state={value}", "active": value == chosen}
        for value, label, count in counts
        if count or not value
    ]


def groups(found: list[Proposal], cards: list[UnitCard]) -> list[dict]:
    """By action, each row with the months that count and the cards of its unit."""
    standing, rows = defaultdict(list), defaultdict(list)
    for card in cards:
        standing[card.organisation_id].append(card)
    for each in found:
        shown = figures(each)
        rows[each.action].append({"proposal": each, "figures": [line for line in shown if line["hit"]], "cards": standing[each.organisation_id]})
    return [{"action": action, "label": label, "rows": rows[action]} for action, label in Action.choices if rows[action]]


def figures(proposal: Proposal) -> list[dict]:
    return [pages.figure(entry, proposal.rule.metric, proposal.organisation_id) for entry in proposal.figures["months"]]


@require_GET
def workbook(request):
    district = access.district_of(request)
    month = pages.chosen_month(request, pages.months_of(request, district))
    found = list(for_list(request, district, month))
    book = consequence_sheets.proposals(found, month=month, district=district)
    told = sum(each.action != Action.INTERVIEW for each in found)  # the record of exports is read by people who must not know of interviews
    facts = {"kind": "scorecards.consequences", "filters": month, "row_count": told, "district_id": district.pk}
    return export_response(book, f"{book.title}.xlsx", by=request.user, **facts)


# --- one proposal -------------------------------------------------------------------------------------------------------------------
@require_GET
def proposal(request, pk):
    return shown(request, the_proposal(request, pk))


def the_proposal(request, pk) -> Proposal:
    access.district_of(request)
    rows = Proposal.objects.visible_to(request.user).select_related("organisation", "rule", "decided_by", "issued_by")
    return get_object_or_404(rows, pk=pk)


@taken_from("scorecards:proposal", "pk")
def proposal_step(request, pk, step):
    found = the_proposal(request, pk)
    if step not in PROPOSAL_FORMS:
        raise Http404
    services.insist(request.user, found, step)
    form = PROPOSAL_FORMS[step](request.POST, prefix=step)
    if form.is_valid():
        try:
            services.decide(found, step, by=request.user, **form.cleaned_data)
        except ValidationError as refused:
            add_refusal(form, refused)
        except Conflict as lost:
            return shown(request, the_proposal(request, pk), conflict=str(lost), lost=typed(form), status=409)
        else:
            messages.success(request, _("已登记。"))
            return redirect(found)
    return shown(request, found, bound={step: form}, status=422)


def shown(request, found: Proposal, *, bound=None, conflict: str = "", lost=(), status: int = 200):
    steps = [step for step in services.STEPS if services.may(request.user, found, step)]
    offered = [
        {
            "step": step,
            "label": BUTTONS[step](),
            "form": (bound or {}).get(step) or PROPOSAL_FORMS[step](prefix=step, initial={"version": found.version}),
        }
        for step in steps
    ]
    context = {
        "proposal": found,
        "tabs": pages.tabs(request.user, found.district, "consequences"),
        "figures": figures(found),
        "metric": "" if found.rule.metric in (Metric.RANK, Metric.SHARE) else found.rule.get_metric_display(),
        "steps": offered,
        "waits": services.waits_for(found),
        "conflict": conflict,
        "lost": lost,
    }
    return render(request, "scorecards/proposal.html", context, status=status)


# --- cards --------------------------------------------------------------------------------------------------------------------------
@require_http_methods(["GET", "POST"])
def clear_card(request, pk):
    """Taking a card back is a small page of its own: it needs a reason."""
    district = access.district_of(request)
    card = get_object_or_404(UnitCard.objects.visible_to(request.user).select_related("organisation"), pk=pk)
    services.insist_clearing(request.user, card)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    conflict = ""
    if request.method == "POST" and form.is_valid():
        try:
            services.clear_card(card, by=request.user, **form.cleaned_data)
        except Conflict as lost:
            conflict = str(lost)
        else:
            messages.success(request, _("已撤牌。"))
            return redirect("scorecards:consequences")
    context = {"card": card, "form": form, "conflict": conflict, "tabs": pages.tabs(request.user, district, "consequences")}
    return render(request, "scorecards/clear_card.html", context, status=409 if conflict else 422 if form.errors else 200)
