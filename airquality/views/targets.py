"""Targets of the year: what is reached, what is left, who is on the way."""

import datetime as dt

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from airquality import access
from airquality.boards import yearly
from airquality.boards.aims import aims, without_target
from airquality.forms import TargetForm
from airquality.models import AirTarget
from airquality.services import rules as service
from airquality.services import stations
from airquality.views.frame import form_page, given, page_or_form, show
from common import clock
from common.seen import look_again


@require_GET
def targets(request):
    district, today = access.district_of(request), clock.today()
    years = [today.year + 1, *yearly.choices(today)]
    asked = request.GET.get("year", "")
    year = int(asked) if asked in map(str, years) else today.year
    rows = (
        AirTarget.objects.visible_to(request.user)
        .of(district)
        .filter(year=year)
        .select_related("grid", "district")
        .order_by("grid__level", "grid__code")
    )
    found = aims(rows, today=today)
    context = {
        "year": year,
        "years": years,
        "found": found,
        "without": without_target(district, found) if found else [],
        "through": min(today - dt.timedelta(days=1), dt.date(year, 12, 31)),
    }
    return show(request, "airquality/targets.html", district, **context)


@page_or_form
@look_again
def new(request):
    district = access.kept_district(request)
    asked = request.GET.get("year", "")
    row = AirTarget(district=district, year=int(asked) if asked.isdecimal() and len(asked) == 4 else clock.today().year)
    return _edit(request, row, title=_("下达目标"))


@page_or_form
@look_again
def edit(request, pk):
    row = _the_one(request, pk)
    stations.insist(request.user, row.district_id)
    return _edit(request, row, title=_("修改目标"))


def _the_one(request, pk) -> AirTarget:
    return get_object_or_404(AirTarget.objects.visible_to(request.user).select_related("grid", "district"), pk=pk)


def _edit(request, row: AirTarget, *, title: str):
    form = TargetForm(*given(request), instance=row)
    back = f"{reverse('airquality:targets')}?year={row.year}"
    return form_page(
        request,
        form,
        save=lambda form: service.save_target(form.instance, by=request.user),
        back=back,
        template="airquality/target_form.html",
        title=title,
    )


@require_POST
def remove(request, pk):
    row = _the_one(request, pk)
    service.remove_target(row, by=request.user)
    messages.success(request, _("已删除%(grid)s%(year)d年的目标。") % {"grid": row.grid, "year": row.year})
    return redirect(f"{reverse('airquality:targets')}?year={row.year}")
