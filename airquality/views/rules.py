"""Composite rules, and days that do not count in assessments."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from airquality import access
from airquality.forms import ExcludeForm, RuleForm
from airquality.models import CompositeIndexRule, ExcludedDay
from airquality.services import exclusions, stations
from airquality.services import rules as service
from airquality.views.frame import form_page, given, page_or_form, show
from airquality.words import POLLUTANTS
from common import clock
from common.seen import look_again


@require_GET
def rules(request):
    district = access.kept_district(request)
    rows = list(CompositeIndexRule.objects.visible_to(request.user).of(district))
    standing = next((row for row in rows if row.effective_from <= clock.today()), None)
    return show(request, "airquality/rules.html", district, rules=rows, standing=standing, items=POLLUTANTS)


@page_or_form
@look_again
def new(request):
    district = access.kept_district(request)
    model = CompositeIndexRule.objects.visible_to(request.user).of(district).first()
    row = CompositeIndexRule(district=district, limits=model.limits if model else {}, weights=model.weights if model else {})
    return _edit(request, row, title=_("新增综合指数规则"))


@page_or_form
@look_again
def edit(request, pk):
    row = get_object_or_404(CompositeIndexRule.objects.visible_to(request.user), pk=pk)
    stations.insist(request.user, row.district_id)
    return _edit(request, row, title=_("修改综合指数规则"))


def _edit(request, row: CompositeIndexRule, *, title: str):
    form = RuleForm(*given(request), instance=row)
    back = reverse("airquality:rules")
    return form_page(
        request,
        form,
        save=lambda form: service.save_rule(form.instance, by=request.user),
        back=back,
        template="airquality/rule_form.html",
        title=title,
    )


@page_or_form
def excluded(request):
    district = access.kept_district(request)
    rows = ExcludedDay.objects.visible_to(request.user).of(district).select_related("station", "by")
    form = ExcludeForm(*given(request), instance=ExcludedDay(district=district), initial={"day": request.GET.get("day", "")})
    back = reverse("airquality:excluded")
    return form_page(
        request, form, save=lambda form: _exclude(form, district, request.user), back=back, template="airquality/excluded.html", rows=rows
    )


def _exclude(form: ExcludeForm, district, user) -> None:
    clean = form.cleaned_data
    exclusions.exclude(district, clean["day"], reason=clean["reason"], approval=clean["approval"], station=clean["station"], by=user)


@require_POST
def restore(request, pk):
    row = get_object_or_404(ExcludedDay.objects.visible_to(request.user).select_related("district", "station"), pk=pk)
    exclusions.restore(row, by=request.user)
    still = exclusions.still_out(row)
    messages.success(request, _("已取消这条剔除。这一天另有剔除记录，仍按该记录不参与评价。") if still else _("这一天重新参与评价。"))
    return redirect("airquality:excluded")
