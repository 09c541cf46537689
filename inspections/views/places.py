"""Small questions of the two report forms about a point, answered in JSON; and the map of the ledger."""

from uuid import UUID

from django.http import JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from common import clock
from grids import geometry, scope
from grids.models import Grid
from inspections.filters import filtered
from inspections.forms import NearbyForm, PointForm
from inspections.models import Finding
from inspections.services import places

MAX_POINTS = 4_000
NOBODY = UUID(int=0)


@require_GET
def where(request):
    """Which grid a point lies in: none, one, or two on a border."""
    form = PointForm(request.GET)
    if not form.is_valid():
        return JsonResponse({"errors": form.errors}, status=400)
    point = form.cleaned_data
    grids = [grid for district in sorted(scope.rights(request.user).district_ids) for grid in geometry.locate(district, point["lon"], point["lat"])]
    return JsonResponse({"grids": [{"id": grid.pk, "code": grid.code, "name": grid.name} for grid in grids]})


@require_GET
def nearby(request):
    """Open problems of the same type within 250 metres that this person may see."""
    form = NearbyForm(request.GET, user=request.user)
    if not form.is_valid():
        return JsonResponse({"errors": form.errors}, status=400)
    clean = form.cleaned_data
    found = places.around(Finding.objects.visible_to(request.user), problem_type_id=clean["problem_type"].pk, lon=clean["lon"], lat=clean["lat"])
    return JsonResponse({"findings": [_brief(each) for each in found[:3]]})


def _brief(finding) -> dict:
    return {"uuid": finding.uuid, "number": finding.number, "state": finding.get_state_display(), "distance": round(finding.distance)}


@require_GET
def outlines(request):
    """Grid outlines for choosing a point: quiet, so that a click reaches the map."""
    return JsonResponse(geometry.feature_collection(visible_grids(request.user), quiet=lambda _grid: True))


def visible_grids(user):
    return Grid.objects.visible_to(user).active(clock.today()).exclude(polygon=None)


@require_GET
@scope.for_the_campaign
def ledger_map(request):
    context = {"query": request.GET.urlencode(), "limit": MAX_POINTS, "total": _located(request).order_by().values("pk")[: MAX_POINTS + 1].count()}
    return render(request, "inspections/map.html", context)


def _located(request):
    return filtered(request).qs.filter(lon__isnull=False)


@require_GET
@scope.for_the_campaign
def map_data(request):
    """Outlines of the visible grids and up to 4,000 points of the filtered ledger, ``[uuid, number, type, lon, lat, late]`` each: a third of GeoJSON."""
    shapes = geometry.feature_collection(visible_grids(request.user))
    now, unnumbered = clock.now(), _("待编号")
    rows = _located(request).order_by("-pk").values_list("uuid", "number", "problem_type__name", "lon", "lat", "due_at")[:MAX_POINTS]
    points = [[str(uuid), number or unnumbered, name, lon, lat, bool(due_at and due_at < now)] for uuid, number, name, lon, lat, due_at in rows]
    address = reverse("rectification:finding", args=[NOBODY]).replace(str(NOBODY), "%s")
    return JsonResponse(shapes | {"points": points, "address": address})
