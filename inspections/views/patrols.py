"""Rounds: the list, one round, handing it over, what its marks are answered with, its photos, completion and coverage of grids."""

import datetime as dt

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

import evidence.services
from audit.services import record
from common import clock
from common.errors import Conflict, NotYourRole
from common.forms import add_refusal
from grids import geometry, scope
from inspections import access, coverage, patrol_exports
from inspections.forms_patrols import CoverageForm, HandOverForm
from inspections.models import Patrol, Visit, VisitPhoto
from inspections.patrol_filters import filtered, with_counts
from inspections.round_rows import visit_rows
from inspections.services import handing_over, rounds, visit_flags, weather
from inspections.views.ledger import address
from inspections.words import PatrolState

PAGE_SIZE = 20
STATES = (PatrolState.PLANNED, PatrolState.STARTED, PatrolState.FINISHED, PatrolState.MISSED)


@require_GET
@scope.for_the_campaign
def patrols(request):
    found = filtered(request)
    page = Paginator(with_counts(found.qs).order_by("-planned_on", "grid_path", "-pk"), PAGE_SIZE).get_page(request.GET.get("page"))
    district = min(scope.rights(request.user).district_ids, default=0)
    context = {
        "page": page,
        "form": found.form,
        "fields": [field for field in found.form if not field.is_hidden],
        "keep": [("grid", grid)] if (grid := request.GET.get("grid")) else [],
        "chips": chips(request),
        "query": address(request, page=None)[1:],
        "now": clock.now(),
        "warning": weather.current(district),
        "keeps_weather": access.is_office(request.user),
        "keeps_rules": access.keeps_types(request.user),
    }
    return render(request, "inspections/patrols.html", context)


def chips(request) -> list[dict]:
    """How many rounds of each state, by the other filters."""
    rest = request.GET.copy()
    rest.pop("state", None)
    others = filtered(Asked(request.user, rest)).qs
    counts = dict(others.order_by().values_list("state").annotate(Count("pk")))
    chosen = request.GET.get("state", "")
    rows = [{"label": _("全部"), "count": sum(counts.values()), "url": address(request, state=None, page=None), "active": not chosen, "late": False}]
    return rows + [
        {
            "label": state.label,
            "count": counts.get(state, 0),
            "url": address(request, state=state.value, page=None),
            "active": chosen == state,
            "late": state == PatrolState.MISSED and bool(counts.get(state)),
        }
        for state in STATES
    ]


class Asked:
    """The same person with other words in the address."""

    def __init__(self, user, query):
        self.user, self.GET = user, query


@require_POST
@scope.for_the_campaign
def export(request):
    found = filtered(request)
    form = "csv" if request.POST.get("format") == "csv" else "xlsx"
    if patrol_exports.is_long(found.qs):
        return redirect("sheets:job", patrol_exports.start(request.GET, by=request.user, form=form).pk)
    return patrol_exports.answer(found, by=request.user, form=form)


# --- one round --------------------------------------------------------------------------------------------------------------------------
def _patrol(request, uuid) -> Patrol:
    return get_object_or_404(Patrol.objects.visible_to(request.user).select_related("grid", "person", "handed_to"), uuid=uuid)


@require_GET
def patrol(request, uuid):
    return _page(request, _patrol(request, uuid), None)


def _page(request, found: Patrol, form, *, status: int = 200, typed: dict | None = None):
    """``typed``: visit → code of a mark → the answer to it that was refused."""
    rows = visit_rows(found, request.user)
    for row in rows:
        row.typed = (typed or {}).get(row.visit.pk, {})
    may_hand_over = handing_over.may_hand_over(found, request.user)
    context = {
        "patrol": found,
        "rows": rows,
        "seen": sum(bool(row.visit.received_at) for row in rows),
        "wanted": sum(row.visit.state != "dropped" for row in rows),
        "form": form or (HandOverForm(people=handing_over.candidates(found)) if may_hand_over else None),
        "kilometres": patrol_exports.kilometres(found.track) if access.sees_finder(request.user, found) else "",
        "far_m": rounds.settings_of(found.district_id).far_m,
        "longest_answer": visit_flags.LONGEST_ANSWER,
        "now": clock.now(),
    }
    return render(request, "inspections/patrol.html", context, status=status)


@require_GET
def round_map(request, uuid):
    """Outline of the grid, the objects of the round, and the way that was taken where it was recorded and this person may know it."""
    found = _patrol(request, uuid)
    rows = [row for row in visit_rows(found, request.user) if row.visit.site.lon is not None]
    shapes = geometry.feature_collection([found.grid])
    shapes["features"] += [_point(row) for row in rows]
    if found.track and access.sees_finder(request.user, found):
        way = {"type": "LineString", "coordinates": [[point[1], point[2]] for point in found.track]}
        shapes["features"].append({"type": "Feature", "geometry": way, "properties": {"name": _("轨迹"), "quiet": True}})
    return JsonResponse(shapes)


def _point(row) -> dict:
    site = row.visit.site
    properties = {"name": site.name, "text": row.conclusion, "tone": row.tone if row.tone in ("late", "soon", "done") else ""}
    return {"type": "Feature", "geometry": {"type": "Point", "coordinates": [site.lon, site.lat]}, "properties": properties}


@require_POST
def hand_over(request, uuid):
    found = _patrol(request, uuid)
    if not handing_over.may_hand_over(found, request.user) and found.state in handing_over.OPEN:
        raise NotYourRole(_("由巡查人、网格长、乡办或攻坚办移交。"))
    form = HandOverForm(request.POST, people=handing_over.candidates(found))
    if not form.is_valid():
        return _page(request, found, form, status=400)
    try:
        target = handing_over.hand_over(found, **form.cleaned_data, by=request.user)
    except ValidationError as refused:
        add_refusal(form, refused)
        return _page(request, found, form, status=400)
    except Conflict as lost:
        messages.error(request, str(lost))
        return redirect("patrols:round", found.uuid)
    messages.success(request, _("已移交给%(person)s。") % {"person": target.person})
    return redirect("patrols:round", target.uuid)


@require_POST
def answer_flag(request, uuid):
    visit = get_object_or_404(Visit.objects.visible_to(request.user), uuid=uuid)
    code, text = request.POST.get("code", ""), request.POST.get("answer", "").replace("\x00", "")
    try:
        visit_flags.answer(visit, code, text=text, by=request.user)
    except ValidationError as refused:
        messages.error(request, _("；").join(refused.messages))
        if visit.patrol:
            return _page(request, _patrol(request, visit.patrol.uuid), None, status=400, typed={visit.pk: {code: text}})
    else:
        messages.success(request, _("已记下说明。"))
    return redirect("patrols:round", visit.patrol.uuid) if visit.patrol else redirect("patrols:list")


@require_GET
def photo(request, uuid, sha256, variant):
    visit = get_object_or_404(Visit.objects.visible_to(request.user), uuid=uuid)
    slot = get_object_or_404(VisitPhoto.objects.exclude(photo=None).select_related("photo"), visit=visit, sha256=sha256)
    access.insist(access.sees_finder(request.user, visit), _("巡查照片只由攻坚办、督查局和巡查人本人查看。"))
    if variant == "original":
        record("photo.original", slot.photo, by=request.user, district_id=visit.district_id, payload={"visit": str(uuid)})
    return evidence.services.serve(slot.photo, variant=variant, filename=f"{visit.uuid}-{slot.position + 1}")


# --- completion and coverage ------------------------------------------------------------------------------------------------------------
@require_http_methods(["GET", "HEAD"])
@scope.for_the_campaign
def grids(request):
    form = CoverageForm(request.GET or None)
    today = clock.today()
    first, last = today - dt.timedelta(days=29), today
    if form.is_valid():
        first, last = form.cleaned_data["first"] or first, form.cleaned_data["last"] or last
    found = coverage.rows(request.user, first=first, last=last)
    context = {"form": form, "rows": found, "total": coverage.total(found), "first": first, "last": last, "now": clock.now()}
    return render(request, "inspections/coverage.html", context)
