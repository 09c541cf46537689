"""The orders of an episode and one order: received, in force, called after, looked at, made a problem of."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

import evidence.services
from common import clock
from common.errors import Conflict, insist
from common.forms import add_refusal
from emergency import access, board, power
from emergency.filters import OrderFilter
from emergency.forms import CallForm, EvidenceForm, InspectionForm, ProblemForm, ReasonForm, UnitEvidenceForm
from emergency.models import Decision, Episode, Evidence, Inspection, Order
from emergency.services import answers, links, problems, telling
from emergency.views.overview import episode_of
from emergency.views.steps import attempt, step
from emergency.words import OrderState, Party
from grids.scope import for_the_campaign

PAGE = 50


def order_of(request, pk) -> Order:
    found = Order.objects.visible_to(request.user).select_related(
        "episode", "decision", "district", "organisation", "grid__organisation", "enterprise__site", "enterprise__reduction_list", "finding"
    )
    return get_object_or_404(found, pk=pk)


# --- the list -----------------------------------------------------------------------------------------------------------------------------
@require_GET
@for_the_campaign
def orders(request, pk):
    episode, now = episode_of(request, pk), clock.now()
    seen = Order.objects.visible_to(request.user).filter(episode=episode)
    chosen = OrderFilter(request.GET, queryset=seen, request=request)
    rows = chosen.qs.for_list().order_by("pk")
    figures = board.counts(seen, now)
    box = request.GET.get("box", "")
    chips = [
        {
            "label": label,
            "count": figures[name or "current"],
            "url": _address(request, box=name or None, page=None),
            "active": name == box,
            "late": name in ("late", "overdue") and figures[name] > 0,
        }
        for name, (label, _condition) in board.boxes(now).items()
    ]
    page_ = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {
        "episode": episode, "form": chosen.form, "chips": chips, "page": page_, "query": request.GET.urlencode(), "now": now,
        "keep": [("box", box)] if box else [], "reads_whole": access.reads_whole(request.user, episode.district_id),
    }  # fmt: skip
    return render(request, "emergency/orders.html", context)


def _address(request, **changes) -> str:
    query = request.GET.copy()
    for name, value in changes.items():
        query.pop(name, None)
        if value is not None:
            query[name] = value
    return f"?{query.urlencode()}"


# --- one order ----------------------------------------------------------------------------------------------------------------------------
@require_GET
@for_the_campaign
def order(request, pk):
    return shown(request, order_of(request, pk))


def shown(request, found: Order, *, status=200, **forms):
    user = request.user
    mine = access.answers_for(user, found)
    may_run = access.may_run(user, found.district_id)
    open_ = found.is_running and not found.is_lift
    is_enterprise = found.party == Party.ENTERPRISE
    context = {
        "order": found,
        "receipt": getattr(found, "receipt", None),
        "evidence": found.evidence.select_related("photo", "by", "refused_by"),
        "calls": found.calls.select_related("by"),
        "inspections": found.inspections.select_related("by", "finding"),
        "mine": mine,
        "may_run": may_run,
        "may_acknowledge": mine and found.state == OrderState.ISSUED,
        "may_show": mine and open_ and found.party == Party.UNIT,
        "sees_phones": may_run or answers.may_call(user, found),
        "may_call": found.state == OrderState.ISSUED and answers.may_call(user, found) and not mine,
        "may_inspect": open_ and access.may_inspect(user, found),
        "may_file": may_run and open_ and not found.finding_id,
        "may_decline": may_run and found.proposed_at is not None and not found.finding_id and not found.declined_note,
        "link": links.url_of(found) if may_run and is_enterprise and not links.has_ended(found) else "",
        "may_send": may_run and is_enterprise and answers.may_send(found),
        "message": telling.last_text(found) if may_run and is_enterprise else None,
        "power": power.lines_of(found) if is_enterprise else [],
        "evidence_form": forms.get("evidence_form") or UnitEvidenceForm(),
        "call_form": forms.get("call_form") or CallForm(),
        "inspection_form": forms.get("inspection_form") or InspectionForm(initial={"unit_name": _unit_of(user)}),
        "problem_form": forms.get("problem_form") or ProblemForm(initial={"text": problems.words_of(found)}),
        "decline_form": forms.get("decline_form") or ReasonForm(),
        "open_form": next(iter(forms), ""),
        "now": clock.now(),
    }
    return render(request, "emergency/order.html", context, status=status)


def _unit_of(user) -> str:
    seat = user.memberships.current(clock.today()).select_related("organisation").first()
    return str(seat.organisation) if seat else ""


@step
def acknowledge(request, pk):
    found = order_of(request, pk)
    attempt(request, lambda: answers.acknowledge_own(found, by=request.user), done=_("已签收。"))
    return redirect(_back(request, found))


@step
def acknowledge_grids(request, pk):
    """A township receives one step for its grids that have not answered."""
    decision = get_object_or_404(Decision.objects.filter(episode__in=Episode.objects.visible_to(request.user)), pk=pk)
    done = []
    if attempt(request, lambda: done.append(answers.acknowledge_grids(decision, by=request.user))):
        attempt(request, lambda: None, done=_received(*done))
    return redirect("emergency:overview")


def _received(count: int) -> str:
    if not count:
        return _("所辖网格都已签收，不用再签。")
    return ngettext("已代所辖 %(n)s 个网格签收。", "已代所辖 %(n)s 个网格签收。", count) % {"n": count}


def _back(request, found: Order):
    return "emergency:overview" if request.POST.get("next") == "overview" else found


def _with_form(request, found: Order, name: str, form, act, done: str):
    """One step with a form on the order's page: back to it, or the page again with the reason at the form."""
    if form.is_valid():
        try:
            act()
        except ValidationError as refused:
            add_refusal(form, refused)
        except Conflict as lost:
            form.add_error(None, str(lost))
        else:
            attempt(request, lambda: None, done=done)
            return redirect(found)
    return shown(request, found, status=400, **{name: form})


@step
def in_force(request, pk):
    found = order_of(request, pk)
    answers.insist_own(found, by=request.user)
    form = (UnitEvidenceForm if found.party == Party.UNIT else EvidenceForm)(request.POST, request.FILES)
    return _with_form(
        request, found, "evidence_form", form, lambda: answers.show_own(found, by=request.user, **form.given(request.FILES)), _("凭证已提交。")
    )


@step
def refuse_evidence(request, pk):
    piece = get_object_or_404(Evidence.objects.filter(order__in=Order.objects.visible_to(request.user)).select_related("order"), pk=pk)
    access.insist_run(request.user, piece.order.district_id)
    form = ReasonForm(request.POST)
    if form.is_valid():
        note = form.cleaned_data["note"]
        attempt(request, lambda: answers.refuse_evidence(piece, by=request.user, note=note), done=_("已退回这份凭证，请对方重新提交。"))
    else:
        messages.error(request, _("；").join(form.errors["note"]))
    return redirect(piece.order)


@step
def call(request, pk):
    found = order_of(request, pk)
    answers.insist_call(found, by=request.user)
    form = CallForm(request.POST)
    return _with_form(request, found, "call_form", form, lambda: answers.log_call(found, by=request.user, **form.cleaned_data), _("通话已登记。"))


@step
def send_again(request, pk):
    found = order_of(request, pk)
    attempt(request, lambda: answers.send_again(found, by=request.user), done=_("已重新发送签收链接，原链接失效。"))
    return redirect(found)


@step
def inspect(request, pk):
    found = order_of(request, pk)
    insist(access.may_inspect(request.user, found), _("检查由攻坚办、督查局、部门、乡办和网格人员登记。"))
    form = InspectionForm(request.POST)
    return _with_form(
        request, found, "inspection_form", form, lambda: problems.inspect(found, by=request.user, **form.cleaned_data), _("检查已登记。")
    )


@step
def file_problem(request, pk):
    found = order_of(request, pk)
    access.insist_run(request.user, found.district_id)
    form = ProblemForm(request.POST)
    act = lambda: problems.file_problem(found, by=request.user, text=form.cleaned_data["text"])  # noqa: E731 - named once for the line below
    return _with_form(request, found, "problem_form", form, act, _("已立案，进入问题台账。"))


@step
def decline(request, pk):
    found = order_of(request, pk)
    access.insist_run(request.user, found.district_id)
    form = ReasonForm(request.POST)
    act = lambda: problems.decline(found, by=request.user, note=form.cleaned_data["note"])  # noqa: E731
    return _with_form(request, found, "decline_form", form, act, _("已说明不立案的理由。"))


@step
def inspection_problem(request, pk):
    found = get_object_or_404(Inspection.objects.filter(order__in=Order.objects.visible_to(request.user)).select_related("order"), pk=pk)
    attempt(request, lambda: problems.file_problem_of(found, by=request.user), done=_("已立案，进入问题台账。"))
    return redirect(found.order)


@require_GET
@for_the_campaign
def photo(request, pk, variant):
    piece = Evidence.objects.filter(order__in=Order.objects.visible_to(request.user), photo__isnull=False).select_related("photo", "order")
    found = get_object_or_404(piece, pk=pk)
    if variant not in ("320", "1600"):
        raise Http404
    return evidence.services.serve(found.photo, variant=variant, filename=f"{found.order.number}-{found.pk}")
