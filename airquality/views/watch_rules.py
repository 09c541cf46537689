"""Rules of watching and their figures: everybody reads them, the office's director and the administrator keep them."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from airquality import access
from airquality.models import AnomalyRule
from airquality.services import stations
from airquality.views.frame import form_page, given, page_or_form
from airquality.watch import keeping
from airquality.watch.figures import EXPLAINED, RULES, defaults, watched
from airquality.watch.forms import RuleForm, SettingsForm
from airquality.watch.words import RuleCode
from airquality.words import SYMBOLS
from common.seen import look_again


@require_GET
def rules(request):
    district = access.district_of(request)
    rows = AnomalyRule.objects.visible_to(request.user).of(district)
    context = {
        "rows": [_told(rule) for rule in rows],
        "kept": keeping.settings_of(district),
        "may_keep": keeping.may_keep_rules(request.user, district.pk),
        "may_edit": stations.may_edit(request.user, district.pk),
    }
    return render(request, "airquality/watch/rules.html", context)


def _told(rule: AnomalyRule) -> dict:
    kept = defaults(rule.code) | rule.figures
    figures = [(str(figure.label), kept[figure.name], str(figure.unit), kept[figure.name] != figure.default) for figure in RULES[rule.code]]
    pollutants = [SYMBOLS[name] for name in watched(rule.code) if name in rule.pollutants]
    return {"rule": rule, "figures": figures, "pollutants": pollutants, "explained": EXPLAINED[RuleCode(rule.code)]}


@require_POST
def load(request):
    keeping.load_rules(access.district_of(request), by=request.user)
    messages.success(request, _("默认规则已载入，已有的没有改动。"))
    return redirect("airquality:watch_rules")


@page_or_form
@look_again
def rule(request, pk):
    found = get_object_or_404(AnomalyRule.objects.visible_to(request.user), pk=pk)
    keeping.insist_rules(request.user, found.district_id)
    form = RuleForm(*given(request), rule=found)

    def save(form):
        on = form.cleaned_data["is_active"]
        keeping.save_rule(found, figures=form.figures, pollutants=form.pollutants, is_active=on, by=request.user, seen=found.version)

    context = {"title": _("修改规则：%(rule)s") % {"rule": found}, "explained": EXPLAINED[RuleCode(found.code)], "crumb": _("站点异常规则")}
    return form_page(request, form, save=save, back=reverse("airquality:watch_rules"), template="airquality/watch/form.html", **context)


@page_or_form
@look_again
def settings(request):
    district = access.district_of(request)
    keeping.insist_rules(request.user, district.pk)
    form = SettingsForm(*given(request), instance=keeping.settings_of(district))

    def save(form):
        keeping.save_settings(form.instance, by=request.user, stood=form.stood)

    context = {"title": _("监视设置"), "crumb": _("站点异常规则")}
    return form_page(request, form, save=save, back=reverse("airquality:watch_rules"), template="airquality/watch/form.html", **context)
