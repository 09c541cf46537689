"""Settings of rectification: routing, the reminder ladder, clocks and figures of the procedure."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from common.errors import NotYourRole
from common.forms import add_refusal
from grids import scope
from grids.roles import SETTINGS_KEEPERS
from rectification.forms_rules import ClockForm, PolicyForm, ReminderForm, RouteForm
from rectification.models import Clock, Policy, ReminderRule, RoutingRule
from rectification.services import clocks, rules


def district_of(request) -> int:
    mine = scope.rights(request.user).districts_with(SETTINGS_KEEPERS)
    if not mine:
        raise NotYourRole(_("办理规则由攻坚办主任和系统管理员维护。"))
    return min(mine)


def posted(request):
    """What a form is bound to: an empty POST is a form with nothing filled in, not a page asked for."""
    return request.POST if request.method == "POST" else None


# --- routing ------------------------------------------------------------------------------------------------------------------------
@require_http_methods(["GET", "POST"])
def routing(request):
    district_id = district_of(request)
    form = RouteForm(posted(request), district_id=district_id)
    if form.is_valid():
        try:
            rules.add_route(**form.cleaned_data, by=request.user)
        except ValidationError as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("已保存。"))
            return redirect("rectification:routing")
    rows = RoutingRule.objects.visible_to(request.user).filter(district_id=district_id).select_related("field", "problem_type", "organisation")
    context = {"form": form, "rules": rows.order_by("field__position", "problem_type__position", "position", "pk")}
    return render(request, "rectification/routing.html", context, status=422 if form.errors else 200)


@require_POST
def remove_route(request, pk):
    rule = get_object_or_404(RoutingRule.objects.visible_to(request.user), pk=pk)
    rules.remove_route(rule, by=request.user)
    return redirect("rectification:routing")


# --- the ladder ---------------------------------------------------------------------------------------------------------------------
@require_http_methods(["GET", "POST"])
def reminders(request):
    rows = list(ReminderRule.objects.visible_to(request.user).filter(district_id=district_of(request)))
    return edit_rows(request, rows, ReminderForm, "rectification/reminders.html", "rectification:reminders")


@require_http_methods(["GET", "POST"])
def clock_rules(request):
    """Clocks of the steps that are not the party's, and the figures of the procedure."""
    district_id = district_of(request)
    rows = list(Clock.objects.visible_to(request.user).filter(district_id=district_id))
    policy = Policy.objects.visible_to(request.user).filter(district_id=district_id).first()
    if policy is None:
        raise Http404
    form = PolicyForm(posted(request), instance=policy, prefix="policy")
    return edit_rows(request, rows, ClockForm, "rectification/clocks.html", "rectification:clocks", also=form)


def edit_rows(request, rows, kind, template: str, name: str, *, also=None):
    """One form for each row, saved together; a refused one keeps everything that was typed."""
    forms = [kind(posted(request), instance=row, prefix=f"row{row.pk}") for row in rows]
    every = [*forms, *([also] if also else [])]
    if request.method == "POST" and all([form.is_valid() for form in every]):  # noqa: C419 - every form shows its errors at once
        changed = sum(rules.edit(form.instance, form.cleaned_data, by=request.user) for form in every)
        messages.success(request, _("已保存，%(n)s项有改动；已下达的期限不变。") % {"n": changed})
        return redirect(name)
    context = {"forms": forms, "policy": also, "defaults": clocks.DEFAULT_CLOCKS}
    return render(request, template, context, status=422 if request.method == "POST" else 200)
