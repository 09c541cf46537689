"""What units dispute on their sheets, and the office's decisions."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

import evidence.services
from audit.services import record
from common.errors import Conflict, NotYourRole
from common.forms import add_refusal
from scorecards import access
from scorecards.forms_reconciling import DecideForm
from scorecards.models import Dispute
from scorecards.services import reconciling
from scorecards.views.reconciling import insist_takes_part
from scorecards.views.steps import taken_from
from scorecards.words import DisputeState

PAGE_SIZE = 30
RELATED = ("reconciliation__organisation", "finding__problem_type", "finding__grid", "task", "filed_by", "decided_by", "withdrawn_by", "evidence")


@require_GET
def disputes(request):
    insist_takes_part(request.user, access.district_of(request))
    seen = Dispute.objects.visible_to(request.user)
    state = request.GET.get("state", DisputeState.OPEN)
    counts = dict(seen.order_by().values_list("state").annotate(n=Count("pk")))
    chosen = seen.filter(state=state) if state in DisputeState.values else seen
    page = Paginator(chosen.select_related(*RELATED).order_by("-filed_at", "-pk"), PAGE_SIZE).get_page(request.GET.get("page"))
    chips = [
        {"label": label, "count": counts.get(value, 0), "url": f"?state={value}", "active": state == value} for value, label in DisputeState.choices
    ]
    chips.append({"label": _("全部"), "count": sum(counts.values()), "url": "?state=all", "active": state not in DisputeState.values})
    return render(request, "scorecards/reconcile_disputes.html", {"page": page, "chips": chips})


def the_dispute(request, pk: int) -> Dispute:
    access.district_of(request)
    return get_object_or_404(Dispute.objects.visible_to(request.user).select_related(*RELATED), pk=pk)


@require_http_methods(["GET", "POST"])
def dispute(request, pk):
    """One dispute; for the office with the form that decides it."""
    found = the_dispute(request, pk)
    if request.method == "POST":
        return decided(request, found)
    form = DecideForm(dispute=found) if may_decide(request.user, found) else None
    return shown(request, found, form)


def may_decide(user, found: Dispute) -> bool:
    if found.state != DisputeState.OPEN:
        return False
    try:
        reconciling.insist_may_decide(user, found)
    except NotYourRole:
        return False
    return True


def decided(request, found: Dispute):
    reconciling.insist_may_decide(request.user, found)
    form = DecideForm(request.POST, dispute=found)
    status, conflict = 422, ""
    if form.is_valid():
        given = {"accept": form.cleaned_data["verdict"] == "accept", "decision": form.cleaned_data["decision"], "corrected": form.corrected}
        try:
            reconciling.decide(found, by=request.user, **given)
        except ValidationError as refused:
            add_refusal(form, refused)
        except Conflict as lost:
            status, conflict = 409, str(lost)
        else:
            messages.success(request, _("已答复，承办单位会收到通知。"))
            return redirect("scorecards:disputes")
    return shown(request, found, form, status=status, conflict=conflict)


def shown(request, found: Dispute, form, *, status: int = 200, conflict: str = ""):
    sheet = found.reconciliation
    may_withdraw = found.state == DisputeState.OPEN and reconciling.may_answer(request.user, sheet)
    context = {"dispute": found, "sheet": sheet, "finding": found.finding, "form": form, "may_withdraw": may_withdraw, "conflict": conflict}
    return render(request, "scorecards/reconcile_dispute.html", context, status=status)


@taken_from("scorecards:dispute", "pk")
def withdraw(request, pk):
    try:
        reconciling.withdraw(the_dispute(request, pk), by=request.user)
    except Conflict as lost:
        return shown(request, the_dispute(request, pk), None, status=409, conflict=str(lost))
    messages.success(request, _("异议已撤回。"))
    return redirect("scorecards:dispute", pk)


@require_GET
def paper(request, pk):
    """The evidence of a dispute, as a download."""
    found = the_dispute(request, pk)
    if found.evidence is None:
        raise Http404
    record("dispute.download", found, by=request.user, district_id=found.reconciliation.district_id, payload={"sha256": found.evidence.sha256})
    return evidence.services.serve_file(found.evidence)
