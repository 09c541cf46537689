"""Rules, templates of measures, thresholds, forecasts."""

import datetime as dt

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from common import clock
from common.forms import add_refusal
from common.seen import look_again
from emergency import access
from emergency.forms import EmergencyRuleForm, ForecastForm, MeasureForm, ThresholdForm
from emergency.models import Forecast, ThresholdRule, UnitMeasure, rule_of
from emergency.services import rules
from emergency.views.steps import READ, attempt
from emergency.words import COLOUR_NAMES, ORDER, Colour, Party
from grids.scope import for_the_campaign


def sent(request):
    return request.POST if request.method == "POST" else None


def _saved(request, form, save) -> bool:
    """The form has filled its instance; the service checks and writes it."""
    if not form.is_valid():
        return False
    try:
        save(form.instance, by=request.user, stood=form.stood)
    except ValidationError as refused:
        add_refusal(form, refused)
        return False
    messages.success(request, _("已保存。"))
    return True


def _form(request, form, *, title: str, back: str, back_label: str):
    context = {"form": form, "title": title, "back": back, "back_label": back_label, "button": _("保存")}
    return render(request, "emergency/form.html", context, status=400 if form.errors else 200)


# --- limits and measures ------------------------------------------------------------------------------------------------------------------
@require_http_methods(READ)
@look_again
def rule(request):
    district = access.settings_district_of(request)
    access.insist_set_rules(request.user, district.pk)
    form = EmergencyRuleForm(sent(request), instance=rule_of(district.pk))
    if _saved(request, form, rules.save_rule):
        return redirect("emergency:measures")
    return _form(request, form, title=_("应急响应规则"), back="emergency:measures", back_label=_("措施与规则"))


@require_GET
def measures(request):
    """Everybody may read what is asked of whom; one colour at a time."""
    district = access.settings_district_of(request)
    colour = request.GET.get("colour") if request.GET.get("colour") in Colour.values else Colour.YELLOW
    rows = UnitMeasure.objects.visible_to(request.user).filter(district=district, colour=colour).select_related("organisation")
    groups: dict[str, list] = {}
    for row in rows.order_by("organisation__position", "party", "position", "pk"):
        groups.setdefault(_target(row), []).append(row)
    context = {
        "groups": [{"label": label, "rows": lines} for label, lines in groups.items()],
        "tabs": [{"label": COLOUR_NAMES[Colour(each)], "url": f"?colour={each}", "active": each == colour, "count": None} for each in ORDER],
        "rule": rule_of(district.pk),
        "may_set": access.may_set_rules(request.user, district.pk),
        "colour": colour,
    }
    return render(request, "emergency/measures.html", context)


def _target(row: UnitMeasure) -> str:
    if row.organisation:
        return str(row.organisation)
    return _("全部网格") if row.party == Party.GRID else _("全部乡办")


@require_http_methods(READ)
def new_measure(request):
    district = access.settings_district_of(request)
    access.insist_set_rules(request.user, district.pk)
    colour = request.GET.get("colour") if request.GET.get("colour") in Colour.values else Colour.YELLOW
    return _measure(request, UnitMeasure(district=district, colour=colour), _("增加措施"))


@require_http_methods(READ)
@look_again
def measure(request, pk):
    found = get_object_or_404(UnitMeasure.objects.visible_to(request.user), pk=pk)
    access.insist_set_rules(request.user, found.district_id)
    return _measure(request, found, _("修改措施"))


def _measure(request, found: UnitMeasure, title: str):
    form = MeasureForm(sent(request), instance=found)
    if _saved(request, form, rules.save_measure):
        return redirect(f"{reverse('emergency:measures')}?colour={found.colour}")
    return _form(request, form, title=title, back="emergency:measures", back_label=_("措施与规则"))


# --- thresholds and forecasts ---------------------------------------------------------------------------------------------------------------
@require_http_methods(READ)
def forecasts(request):
    """The rule by date, and a forecast judged by it."""
    district = access.settings_district_of(request)
    access.insist_read_forecasts(request.user, district.pk)
    if request.method == "POST":
        access.insist_run(request.user, district.pk)
    form = ForecastForm(sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            made = rules.judge(district, text=form.cleaned_data["table"], source=form.cleaned_data["source"], by=request.user)
        except ValidationError as refused:
            add_refusal(form, refused)
        else:
            return redirect(made)
    today = rules.thresholds_on(district.pk, clock.today())
    found = ThresholdRule.objects.visible_to(request.user).filter(district=district)
    context = {
        "form": form,
        "rules": [{"rule": each, "levels": _levels(each.levels), "is_now": today is not None and each.pk == today.pk} for each in found],
        "forecasts": Forecast.objects.visible_to(request.user).filter(district=district).select_related("by", "rule")[:10],
        "may_run": access.may_run(request.user, district.pk),
        "may_set": access.may_set_rules(request.user, district.pk),
    }
    return render(request, "emergency/forecasts.html", context, status=400 if form.errors else 200)


def _levels(levels: dict) -> list[dict]:
    joined = [
        {"colour": colour, "label": COLOUR_NAMES[Colour(colour)], "words": _("，或 ").join(_conditions(each) for each in levels.get(colour, []))}
        for colour in ORDER
    ]
    return joined


def _conditions(alternative: list[dict]) -> str:
    words = [_("AQI 大于 %(above)s 持续 %(hours)s 小时") % condition for condition in alternative]
    return _(" 且 ").join(words)


@require_GET
@for_the_campaign
def forecast(request, pk):
    found = get_object_or_404(Forecast.objects.visible_to(request.user).select_related("rule", "by", "district"), pk=pk)
    access.insist_read_whole(request.user, found.district_id)
    levels = _levels(found.proposal.get("levels", found.rule.levels))  # as they were when it was judged
    context = {"forecast": found, "rows": _rows(found), "may_run": access.may_run(request.user, found.district_id), "levels": levels}
    return render(request, "emergency/forecast.html", context)


def _rows(found: Forecast) -> list[dict]:
    """Each day or hour, and whether it belongs to what led to the level."""
    spans = [(dt.datetime.fromisoformat(first), dt.datetime.fromisoformat(last)) for first, last in found.proposal.get("windows", [])]
    rows = [(dt.datetime.fromisoformat(text), value) for text, value in found.rows]
    return [{"at": moment, "value": value, "counts": any(first <= moment < last for first, last in spans)} for moment, value in rows]


@require_http_methods(READ)
def new_thresholds(request):
    district = access.settings_district_of(request)
    access.insist_set_rules(request.user, district.pk)
    now = rules.thresholds_on(district.pk, clock.today())
    return _thresholds(request, ThresholdRule(district=district, effective_from=clock.today(), levels=now.levels if now else {}), _("新的分级条件"))


@require_http_methods(READ)
@look_again
def thresholds(request, pk):
    found = get_object_or_404(ThresholdRule.objects.visible_to(request.user), pk=pk)
    access.insist_set_rules(request.user, found.district_id)
    return _thresholds(request, found, _("修改分级条件"))


def _thresholds(request, found: ThresholdRule, title: str):
    form = ThresholdForm(sent(request), instance=found)
    if _saved(request, form, rules.save_thresholds):
        return redirect("emergency:forecasts")
    return _form(request, form, title=title, back="emergency:forecasts", back_label=_("预报与分级"))


@require_http_methods(READ)
def load_defaults(request):
    district = access.settings_district_of(request)
    access.insist_set_rules(request.user, district.pk)
    if request.method == "POST":
        attempt(request, lambda: rules.load_defaults(district, by=request.user), done=_("默认措施和分级条件已载入，已有的没有改动。"))
    return redirect("emergency:measures")
