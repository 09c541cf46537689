"""Rules of ladders and of money: everybody who is measured may read them, the office's director makes new versions."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from common.errors import Conflict
from common.forms import add_refusal
from scorecards import access
from scorecards import consequence_pages as pages
from scorecards.forms_consequences import ConsequenceRuleForm, MoneyRuleForm, PresetForm
from scorecards.models import ConsequenceRule, MoneyRule
from scorecards.services import presets
from scorecards.services import rules as services
from scorecards.views.steps import taken_from

HERE = {ConsequenceRule: "consequence_rules", MoneyRule: "money_rules"}
FORMS = {ConsequenceRule: ConsequenceRuleForm, MoneyRule: MoneyRuleForm}
TITLES = {ConsequenceRule: lambda: _("奖惩规则"), MoneyRule: lambda: _("奖惩资金规则")}


@require_GET
def consequence_rules(request):
    return listed(request, ConsequenceRule)


@require_GET
def money_rules(request):
    return listed(request, MoneyRule)


def listed(request, model):
    """The newest version of each rule; earlier ones below it when asked for."""
    district = access.district_of(request)
    rules = list(model.objects.visible_to(request.user).filter(district=district).newest().order_by("-is_active", *model._meta.ordering))
    context = frame(request, district, model) | {
        "active": [rule for rule in rules if rule.is_active],
        "waiting": [rule for rule in rules if not rule.is_active],
        "may_edit": services.may_edit(request.user, district.pk),
        "presets": presets.OF[model],
        "form": PresetForm(presets=presets.OF[model]),
        "first_month": services.first_open_month(district.pk),
    }
    return render(request, "scorecards/rules.html", context)


def frame(request, district, model) -> dict:
    here = HERE[model]
    return {
        "tabs": pages.tabs(request.user, district, here),
        "title": TITLES[model](),
        "list_url": f"scorecards:{here}",
        "new_url": f"scorecards:new_{here.removesuffix('s')}",
        "edit_url": f"scorecards:edit_{here.removesuffix('s')}",
        "load_url": f"scorecards:load_{here}",
        "is_money": model is MoneyRule,
    }


@taken_from("scorecards:consequence_rules")
def load_consequence_rules(request):
    return load(request, ConsequenceRule)


@taken_from("scorecards:money_rules")
def load_money_rules(request):
    return load(request, MoneyRule)


def load(request, model):
    district = access.district_of(request)
    services.insist(request.user, district.pk)
    form = PresetForm(request.POST, presets=presets.OF[model])
    if form.is_valid():
        made = presets.load_preset(model, form.cleaned_data["preset"], district=district, by=request.user)
        said = _("已载入 %(n)s 条规则，尚未启用。请对照本地文件核对后启用。") if made else _("这套规则已经载入过，没有重复载入。")
        messages.success(request, said % {"n": len(made)})
    else:
        messages.error(request, _("请选择一套现成规则。"))
    return redirect(f"scorecards:{HERE[model]}")


# --- one rule -----------------------------------------------------------------------------------------------------------------------
@require_http_methods(["GET", "POST"])
def new_consequence_rule(request):
    return edit(request, ConsequenceRule)


@require_http_methods(["GET", "POST"])
def new_money_rule(request):
    return edit(request, MoneyRule)


@require_http_methods(["GET", "POST"])
def edit_consequence_rule(request, pk):
    return edit(request, ConsequenceRule, pk)


@require_http_methods(["GET", "POST"])
def edit_money_rule(request, pk):
    return edit(request, MoneyRule, pk)


def edit(request, model, pk=None):
    """A new rule, or the version after the one in the address."""
    district = access.district_of(request)
    services.insist(request.user, district.pk)
    base = get_object_or_404(model.objects.visible_to(request.user).filter(district=district), pk=pk) if pk is not None else None
    first = services.first_open_month(district.pk)
    form = FORMS[model](request.POST if request.method == "POST" else None, instance=base or model(), first_month=first)
    conflict = ""
    if request.method == "POST" and form.is_valid():
        try:
            saved = services.save(form.draft(district), by=request.user, base=base)
        except ValidationError as refused:
            add_refusal(form, refused)
        except Conflict as lost:
            conflict = str(lost)
        else:
            messages.success(request, _("已保存“%(name)s”第 %(version)s 版。") % {"name": saved, "version": saved.version})
            return redirect(f"scorecards:{HERE[model]}")
    context = frame(request, district, model) | {"form": form, "base": base, "conflict": conflict, "versions": versions(request, model, base)}
    return render(request, "scorecards/edit_rule.html", context, status=409 if conflict else 422 if form.errors else 200)


def versions(request, model, base) -> list:
    return list(model.objects.visible_to(request.user).filter(key=base.key).select_related("made_by").order_by("-version")) if base else []
