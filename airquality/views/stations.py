"""A station's own page, and the office's list of them."""

from django.core.paginator import Page, Paginator
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from airquality import access, charts, figures
from airquality.boards import course
from airquality.forms import StationForm
from airquality.forms_pages import SpanForm
from airquality.models import Correction, FeedState, Station
from airquality.services import stations as service
from airquality.views.frame import form_page, given, page_or_form, show
from common import clock
from common.seen import look_again

CORRECTIONS = 20
"""The newest stand on a station's page, all of them on pages of their own."""


@require_GET
def station(request, pk):
    found = get_object_or_404(Station.objects.visible_to(request.user).select_related("grid", "district"), pk=pk)
    form = SpanForm(request.GET)
    span, hours = form.chosen["span"], course.readings(request.user, found)
    by_day = span == "30"
    days = course.of_days(found)
    points = days if by_day else course.of_hours(hours, course.SPANS[span])
    context = {
        "station": found,
        "span": span,
        "tabs": [{"label": label, "url": f"?span={key}", "active": key == span} for key, label in _spans().items()],
        "by_day": by_day,
        "points": points[::-1],
        "has_points": any(point.index for point in points),
        "latest": next((point for point in course.of_hours(hours, 24)[::-1] if point.index), None),
        "days": days[::-1],
        "quality": course.quality(found, hours),
        "chart": charts.course(points),
        "indexes": charts.indexes(points),
        "calibrated_days": (clock.today() - found.calibrated_on).days if found.calibrated_on else None,
        "is_counted": found.is_counted,
        "statuses": figures.status_of({point.status for point in points if point.index}),
        "corrections": _corrections(request.user, found),
    }
    return show(request, "airquality/station.html", found.district, **context)


@require_GET
def corrections(request, pk):
    found = get_object_or_404(Station.objects.visible_to(request.user).select_related("district"), pk=pk)
    page = _corrections(request.user, found, request.GET.get("page"))
    return show(request, "airquality/corrections.html", found.district, station=found, page=page)


def _corrections(user, found: Station, number: str | None = None) -> Page:
    rows = Correction.objects.visible_to(user).filter(reading__station=found).select_related("reading", "by")
    return Paginator(rows, CORRECTIONS).get_page(number)


def _spans() -> dict[str, str]:
    return {"24": _("近24小时"), "72": _("近72小时"), "30": _("近30天")}


@require_GET
def stations(request):
    district = access.kept_district(request)
    rows = Station.objects.visible_to(request.user).of(district).select_related("grid")
    state = FeedState.objects.visible_to(request.user).of(district).first()
    return show(request, "airquality/stations.html", district, stations=rows, feed=state)


@page_or_form
@look_again
def new(request):
    district = access.kept_district(request)
    row = Station(district=district)
    return _edit(request, row, title=_("登记站点"), back=reverse("airquality:stations"))


@page_or_form
@look_again
def edit(request, pk):
    row = get_object_or_404(Station.objects.visible_to(request.user), pk=pk)
    service.insist(request.user, row.district_id)
    return _edit(request, row, title=_("修改站点"), back=reverse("airquality:station", args=[row.pk]))


def _edit(request, row: Station, *, title: str, back: str):
    form = StationForm(*given(request), instance=row)
    return form_page(
        request, form, save=lambda form: service.save(form.instance, by=request.user), back=back, template="airquality/station_form.html", title=title
    )
