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
from registers import access, exports, schema
from registers.filters import BOXES, ORDERINGS, counts_by_kind, filtered, kinds, problems, with_last_visit, with_signs
from registers.models import Site, SiteKind

PAGE_SIZE = 20
MAX_POINTS = 4_000
CODES_AT_ONCE = 120
"""Ten sheets of paper; drawing one takes some ten milliseconds."""
NOBODY = UUID(int=0)


@require_GET
@scope.for_the_campaign
def sites(request):
    found = filtered(request)
    ordering = known(request.GET.get("ordering", ""))
    rows = with_last_visit(found.qs) if ordering.endswith("last_visit") else found.qs
    page = Paginator(rows.order_by(*ordered(ordering)).values_list("pk", flat=True), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": with_facts(list(page), request.user),
        "ordering": ordering,
        "chips": chips(request),
        "boxes": boxes(request),
        "query": address(request, csrfmiddlewaretoken=None)[1:],
        "saved": list(request.user.saved_views.filter(page="sites")),
        "total": page.paginator.count,
        "now": clock.now(),
        "may_add": access.may_add(request.user),
        "keeps_kinds": access.keeps_kinds(request.user),
        **filter_form(found, request),
    }
    return render(request, "registers/sites.html", context)


def with_facts(keys: list[int], user) -> list[Site]:
    """The rows of one page with what the list says of each; asked for these alone, not for all that the sorting goes through."""
    read = with_signs(Site.objects.filter(pk__in=keys), user).select_related("kind", "grid__parent", "organisation")
    found = {site.pk: site for site in read}
    return [found[key] for key in keys]


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
    masks = {kind.pk: schema.mask_of(kind.schema, "name") for kind in SiteKind.objects.visible_to(request.user)}
    rows = _located(request).order_by("-pk").values_list("uuid", "code", "name", "kind_id", "lon", "lat", "pk")[:MAX_POINTS]
    points = [[str(uuid), code, schema.mask(name, masks.get(kind, "name")), lon, lat, pk in late] for uuid, code, name, kind, lon, lat, pk in rows]
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
    rows = filtered(request).qs.select_related("kind", "grid__parent").order_by("kind__position", "kind", "code")
    page = Paginator(rows, CODES_AT_ONCE).get_page(request.GET.get("page"))
    labels = [{"site": site, "code": qr.picture(f"{settings.BASE_URL}/m/site/{site.uuid}/", border=1), "township": township(site)} for site in page]
    context = {"labels": labels, "query": address(request)[1:], "page": page, "limit": CODES_AT_ONCE}
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
