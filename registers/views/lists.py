"""The list of supervised objects, its map, its sheet of QR codes and its export."""

from uuid import UUID

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import F
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from common import clock, qr
from grids import geometry, scope
from grids.models import Grid
from registers import access, exports
from registers.filters import BOXES, ORDERINGS, counts_by_kind, filtered, kinds, problems, with_signs

PAGE_SIZE = 20
MAX_POINTS = 4_000
MAX_CODES = 400
NOBODY = UUID(int=0)


@require_GET
@scope.for_the_campaign
def sites(request):
    found = filtered(request)
    ordering = known(request.GET.get("ordering", ""))
    rows = with_signs(found.qs, request.user).select_related("kind", "grid__parent", "organisation").order_by(*ordered(ordering))
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "ordering": ordering,
        "chips": chips(request),
        "boxes": boxes(request),
        "query": address(request)[1:],
        "total": page.paginator.count,
        "now": clock.now(),
        "may_add": access.may_add(request.user),
        "keeps_kinds": access.keeps_kinds(request.user),
        **filter_form(found, request),
    }
    return render(request, "registers/sites.html", context)


def known(ordering: str) -> str:
    return ordering if ordering.removeprefix("-") in ORDERINGS else "-updated_at"


def ordered(ordering: str) -> list:
    column = F(ORDERINGS[ordering.removeprefix("-")])
    return [column.desc(nulls_last=True) if ordering.startswith("-") else column.asc(nulls_first=True), "-pk"]


def filter_form(found, request) -> dict:
    form = found.form
    hidden = [(name, value) for name in ("box", "q", "grid", "ordering") if (value := request.GET.get(name))]
    return {"form": form, "fields": [field for field in form if not field.is_hidden], "keep": hidden, "words": request.GET.get("q", "")}


def address(request, **changes) -> str:
    """The list's address with some words changed; ``None`` takes a word away."""
    query = request.GET.copy()
    query.pop("page", None)
    for name, value in changes.items():
        query.pop(name, None)
        if value is not None:
            query[name] = value
    return f"?{query.urlencode()}"


def chips(request) -> list[dict]:
    """Every kind of which there is something, and how many."""
    counts, chosen = counts_by_kind(request), request.GET.get("kind", "")
    rows = [{"label": _("全部类型"), "count": sum(counts.values()), "url": address(request, kind=None, status=None), "active": not chosen}]
    for kind in kinds(request):
        active = chosen in (str(kind.pk), kind.code)
        if active or counts.get(kind.pk):
            rows.append(
                {
                    "label": kind.name,
                    "count": counts.get(kind.pk, 0),
                    "url": address(request, kind=kind.code, status=None),
                    "active": active,
                }
            )
    return rows


def boxes(request) -> list[dict]:
    chosen = request.GET.get("box") or ("all" if request.GET.get("q") or request.GET.get("status") else "open")
    return [{"label": label, "url": address(request, box=code), "active": code == chosen} for code, label in BOXES]


# --- map ----------------------------------------------------------------------------------------------------------------------------
@require_GET
@scope.for_the_campaign
def sites_map(request):
    context = {"query": address(request)[1:], "limit": MAX_POINTS, "total": _located(request).order_by().values("pk")[: MAX_POINTS + 1].count()}
    return render(request, "registers/map.html", context)


def _located(request):
    return filtered(request).qs.filter(lon__isnull=False)


@require_GET
@scope.for_the_campaign
def map_data(request):
    """Outlines of the visible grids and up to 4,000 points, ``[uuid, code, name, lon, lat, late]`` each: late where a problem is past its date."""
    outlines = Grid.objects.visible_to(request.user).active(clock.today()).exclude(polygon=None)
    late = set(problems(request.user).overdue(clock.now()).values_list("site", flat=True))
    rows = _located(request).select_related("kind").order_by("-pk")[:MAX_POINTS]
    points = [[str(site.uuid), site.code, site.shown_name, site.lon, site.lat, site.pk in late] for site in rows]
    where = reverse("rectification:site", args=[NOBODY]).replace(str(NOBODY), "%s")
    return JsonResponse(geometry.feature_collection(outlines) | {"points": points, "address": where})


@require_GET
def outlines(request):
    """Grid outlines for choosing a point: quiet, so that a click reaches the map."""
    shapes = Grid.objects.visible_to(request.user).active(clock.today()).exclude(polygon=None)
    return JsonResponse(geometry.feature_collection(shapes, quiet=lambda _grid: True))


# --- QR codes -----------------------------------------------------------------------------------------------------------------------
@require_GET
@scope.for_the_campaign
def qr_sheet(request):
    """The filtered objects as labels to be cut out; the code opens the object in the field app."""
    rows = list(filtered(request).qs.select_related("kind", "grid__parent").order_by("kind__position", "code")[: MAX_CODES + 1])
    labels = [
        {"site": site, "code": qr.picture(f"{settings.BASE_URL}/m/site/{site.uuid}/", border=1), "township": township(site)}
        for site in rows[:MAX_CODES]
    ]
    context = {"labels": labels, "query": address(request)[1:], "limit": MAX_CODES, "more": len(rows) > MAX_CODES}
    return render(request, "registers/qr.html", context)


def township(site) -> str:
    """Township and village; a township alone where the grid is one."""
    grid = site.grid
    if grid is None:
        return ""
    return f"{grid.parent.name} {grid.name}" if grid.level > 2 and grid.parent_id else grid.name


# --- export -------------------------------------------------------------------------------------------------------------------------
@require_POST
@scope.for_the_campaign
def export(request) -> HttpResponse:
    """The filtered list as a file at once, or as a background job when it is long."""
    found = filtered(request)
    form = "csv" if request.POST.get("format") == "csv" else "xlsx"
    if exports.is_long(found.qs):
        return redirect("sheets:job", exports.start(request.GET, by=request.user, form=form).pk)
    return exports.answer(found, by=request.user, form=form)
