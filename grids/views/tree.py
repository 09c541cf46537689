"""The 一长三员 tree, the headquarters, the map."""

from django.core.paginator import Paginator
from django.db.models import Prefetch, Q
from django.http import JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from common import clock, coordinates
from grids import board, geometry, people
from grids.forms import PointForm, TreeFilter, lacking_choices
from grids.models import Field, Grid, Headquarters, Membership, Organisation, Post
from grids.roles import COMMANDERS, REQUIRED_POSTS, OrganisationKind, PostRole, Role
from grids.views.frame import district_of, show_page

PAGE_SIZE = 100


@require_GET
def tree(request):
    district, today = district_of(request), clock.today()
    seen = Grid.objects.visible_to(request.user).filter(district=district).active(today)
    form = TreeFilter(request.GET, towns=seen.filter(level=2))
    page = Paginator(board.in_tree_order(narrowed(seen, form, today)), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "lines": board.lines(page.object_list, day=today, open_findings=board.open_findings(request.user, district)),
        "chips": chips(request, seen, today),
        "roles": [PostRole(role).label for role in REQUIRED_POSTS],
        "today": today,
    }
    return show_page(request, "grids/tree.html", district, **context)


def narrowed(grids, form: TreeFilter, day):
    """The grids that answer the filter."""
    form.full_clean()
    wanted = form.cleaned_data
    if wanted.get("town"):
        grids = grids.under(wanted["town"])
    if lacking := wanted.get("lacking"):
        grids = grids.below_root().lacking_posts(day, REQUIRED_POSTS if lacking == "any" else [lacking])
    if word := wanted.get("q"):
        held = Post.objects.current(day).filter(user__name__contains=word)
        grids = grids.filter(Q(name__contains=word) | Q(code__icontains=word) | Q(pk__in=held.values("grid_id")))
    return grids.select_related("organisation")


def chips(request, grids, day) -> list[dict]:
    """Counts that are filters: all grids, those with a vacancy, and by the post that is vacant."""
    below = grids.below_root().with_posts_held(day)
    rows = list(below.values_list(*(f"has_{role}" for role in REQUIRED_POSTS)))
    active = request.GET.get("lacking", "")
    kept = request.GET.copy()
    kept.pop("page", None)
    counts = {"": grids.count(), "any": sum(not all(row) for row in rows)}
    counts |= {role: sum(not row[index] for row in rows) for index, role in enumerate(REQUIRED_POSTS)}
    labels = dict(lacking_choices())
    found = []
    for value, count in counts.items():
        kept["lacking"] = value
        url = f"?{kept.urlencode()}"
        found.append({"label": labels[value], "count": count, "url": url, "active": value == active, "late": bool(value and count)})
    return found


# --- headquarters -------------------------------------------------------------------------------------------------------------------
@require_GET
def headquarters(request):
    district, today = district_of(request), clock.today()
    units = Organisation.objects.visible_to(request.user).filter(district=district).active(today)
    drawn = (OrganisationKind.LEADING_GROUP, OrganisationKind.OFFICE, OrganisationKind.SUPERVISION)
    context = {
        "upper": [unit_card(unit) for unit in with_members(units.filter(kind__in=drawn), today)],
        "cards": [headquarters_card(one) for one in headquarters_of(units, today)],
        "fields_without": Field.objects.visible_to(request.user).filter(district=district, headquarters=None),
    }
    return show_page(request, "grids/headquarters.html", district, **context)


def with_members(units, day):
    serving = Membership.objects.current(day).filter(user__is_active=True).select_related("user").order_by("pk")
    return units.prefetch_related(Prefetch("memberships", queryset=serving, to_attr="serving"))


def headquarters_of(units, day):
    return (
        Headquarters.objects.filter(organisation__in=units)
        .select_related("lead_unit")
        .prefetch_related("member_units", "fields", Prefetch("organisation", queryset=with_members(units, day)))
        .order_by("organisation__position", "pk")
    )


def unit_card(unit) -> dict:
    heads: dict[str, Role] = {OrganisationKind.LEADING_GROUP: Role.DISTRICT_LEADER, OrganisationKind.OFFICE: Role.OFFICE_DIRECTOR}
    first = heads.get(unit.kind)
    return {
        "unit": unit,
        "kind": unit.kind,
        "heads": [term for term in unit.serving if first is None or term.role == first],
        "count": len(unit.serving),
    }


def headquarters_card(one) -> dict:
    by_role = {role: [term for term in one.organisation.serving if term.role == role] for role in COMMANDERS}
    return {
        "headquarters": one,
        "commanders": by_role[Role.COMMANDER],
        "deputies": by_role[Role.DEPUTY_COMMANDER],
        "count": len(one.organisation.serving),
    }


# --- map ----------------------------------------------------------------------------------------------------------------------------
@require_GET
def grid_map(request):
    district, today = district_of(request), clock.today()
    seen = Grid.objects.visible_to(request.user).filter(district=district).active(today)
    context = {
        "form": PointForm(),
        "without": seen.below_root().filter(polygon=None),
        "drawn": seen.exclude(polygon=None).count(),
    }
    return show_page(request, "grids/map.html", district, **context)


@require_GET
def map_data(request):
    """GeoJSON of the grids the person may see; ``?under=`` one grid with what lies directly below it."""
    grids = Grid.objects.visible_to(request.user).filter(district=district_of(request)).active(clock.today()).exclude(polygon=None)
    under = request.GET.get("under", "")
    if under:
        key = int(under) if under.isdecimal() and len(under) < 19 else 0
        grids = grids.filter(Q(pk=key) | Q(parent_id=key))
    lacking = {grid.pk for grid, _roles in people.vacancies(district_of(request), clock.today())}
    data = geometry.feature_collection(
        grids.select_related("organisation"),
        url=lambda grid: reverse("grids:grid", args=[grid.pk]),
        tone=lambda grid: "late" if grid.pk in lacking else "",
        text=lambda grid: str(grid.organisation or ""),
    )
    return JsonResponse(data)


@require_GET
def locate(request):
    """Which grid a point lies in: one, none, or two on a border or where outlines overlap."""
    form = PointForm(request.GET)
    context = {"form": form}
    if form.is_valid():
        point = form.cleaned_data["lon"], form.cleaned_data["lat"]
        found = geometry.locate(district_of(request).pk, *point)
        context |= {"found": found, "point": point, "gcj02": coordinates.wgs84_to_gcj02(*point), "bd09": coordinates.wgs84_to_bd09(*point)}
    return render(request, "grids/_located.html", context, status=200 if form.is_valid() else 400)
