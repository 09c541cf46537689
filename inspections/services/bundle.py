"""What a field person carries: own grids, their objects, checklists in force, rounds, tasks, own reports. A constant number of queries."""

import datetime as dt
from collections.abc import Iterable

from django.conf import settings
from django.db.models import Prefetch, Q
from django.utils.module_loading import import_string

from common import clock
from grids import scope
from grids.models import Grid, Post
from inspections import access
from inspections.models import Checklist, Finding, HeldSubmission, Patrol, ProblemType, Visit
from inspections.services import checklists, rounds
from inspections.words import PatrolState
from registers import schema
from registers.models import Site, SiteKind

RECENT = 10
MOST_SITES = 1_500
UNFINISHED = (PatrolState.PLANNED, PatrolState.STARTED)


def of(user) -> dict:
    """The bundle's content without its version and time: equal while nothing has changed."""
    rights, today = scope.rights(user), clock.today()
    paths = own_paths(user, rights, today)
    grids = list(Grid.objects.visible_to(user).active(today).filter(scope.under(paths, "path"))) if paths else []
    patrols = list(_patrols(user, today))
    lists = list(_checklists(rights.district_ids, today))
    by_kind, offered = _by_kind(each for each in lists if each.is_default), _by_kind(lists)
    return {
        "person": _person(user, rights, grids),
        "settings": _settings(rights, lists),
        "grids": [{"id": each.pk, "code": each.code, "name": each.name, "path": each.path, "polygon": each.polygon} for each in grids],
        "problem_types": [_type(each) for each in ProblemType.objects.visible_to(user).offered().order_by("position", "pk")],
        "site_kinds": [
            {"code": each.code, "name": each.name, "icon": each.icon}
            for each in SiteKind.objects.visible_to(user).filter(is_active=True).order_by("position", "pk")
        ],
        "sites": [_site(each, by_kind, offered) for each in _sites(user, paths, patrols)],
        "checklists": [_checklist(each) for each in lists],
        "patrols": [_patrol(each, by_kind) for each in patrols],
        "tasks": import_string(settings.FIELD_TASKS)(user),
        "orders": [order for name in settings.FIELD_ORDERS for order in import_string(name)(user)],
        "recent": [_recent(each) for each in Finding.objects.filter(reporter=user).select_related("problem_type").order_by("-pk")[:RECENT]],
        "held": [{"uuid": each.uuid, "kind": each.kind, "errors": each.errors} for each in HeldSubmission.objects.visible_to(user).waiting()],
    }


def own_paths(user, rights, today: dt.date) -> tuple[str, ...]:
    """Paths of the grids one walks in: by post or township; a whole district is not carried about."""
    if not rights.whole_district_ids:
        return rights.paths
    standing_in = Q(handovers__substitute=user, handovers__starts_on__lte=today, handovers__ends_on__gte=today, handovers__revoked_at=None)
    return tuple(Post.objects.current(today).filter(Q(user=user) | standing_in).values_list("grid__path", flat=True).distinct())


def _person(user, rights, grids: list[Grid]) -> dict:
    district = min(rights.district_ids, default=None)
    return {
        "id": user.pk,
        "name": str(user),
        "role": scope.role_label(rights),
        "place": "、".join(each.name for each in grids[:3]),
        "may_report": access.may_report(user),
        "phones": {"fire": "119", "squad": rounds.settings_of(district).squad_phone if district else ""},
    }


def _settings(rights, lists: list[Checklist]) -> dict:
    district = min(rights.district_ids, default=None)
    found = rounds.settings_of(district) if district else None
    addons = [each.code for each in lists if not each.is_default]
    tiles = {"tiles": settings.MAP_TILES, "tiles_attribution": settings.MAP_TILES_ATTRIBUTION} if settings.MAP_TILES else {}
    return {"track": bool(found and found.track), "far_m": found.far_m if found else 100, "addons": addons} | tiles


def _type(each: ProblemType) -> dict:
    return {
        "id": each.pk, "code": each.code, "name": each.name, "field": each.field.code, "icon": each.icon, "severity": each.severity,
    }  # fmt: skip


# --- objects ----------------------------------------------------------------------------------------------------------------------------
def _sites(user, paths, patrols: list[Patrol]):
    """Objects on one's rounds, also one that is over meanwhile, and those of one's own grids: key objects first when there are too many to carry."""
    planned = {visit.site_id for patrol in patrols for visit in patrol.visits.all()}
    seen = Site.objects.visible_to(user).select_related("kind").order_by("-risk", "pk")
    first = list(seen.filter(pk__in=planned))
    mine = seen.active().filter(scope.under(paths, "grid_path")).exclude(pk__in=planned)
    return [*first, *mine[: max(0, MOST_SITES - len(first))]]


def _site(site: Site, by_kind: dict[int, list[Checklist]], offered: dict[int, list[Checklist]]) -> dict:
    """``checklists`` are the usual ones of its kind; ``limits`` are of add-ons as well."""
    row = {
        "id": site.pk,
        "uuid": site.uuid,
        "code": site.code,
        "name": schema.mask(site.name, schema.mask_of(site.kind.schema, "name")),
        "kind": site.kind.code,
        "address": site.address,
        "lon": site.lon,
        "lat": site.lat,
        "grid": site.grid_id,
        "risk": site.risk,
        "status": site.status,
        "status_label": site.status_label,
        "checklists": [each.code for each in by_kind.get(site.kind_id, [])],
    }
    limits = own_limits(site, offered.get(site.kind_id, []))
    return row | {"limits": limits} if limits else row


def own_limits(site: Site, lists: list[Checklist]) -> dict:
    """``{item code: {"upper"}}`` where the object's own columns set another limit than the item (class of road, cleaning cycle)."""
    found = {}
    for item in (item for each in lists for item in each.items.all() if item.limits_by):
        upper = checklists.limits(item, site.attributes)[1]
        if upper is not None and upper != item.upper:
            found[item.code] = {"upper": float(upper)}
    return found


# --- checklists -------------------------------------------------------------------------------------------------------------------------
def _checklists(district_ids, today: dt.date):
    return Checklist.objects.filter(district_id__in=district_ids).in_force(today).prefetch_related("kinds", "items__problem_type")


def _by_kind(lists: Iterable[Checklist]) -> dict[int, list[Checklist]]:
    found: dict[int, list[Checklist]] = {}
    for each in lists:
        for kind in each.kinds.all():
            found.setdefault(kind.pk, []).append(each)
    return found


def _checklist(each: Checklist) -> dict:
    return {
        "code": each.code,
        "version": each.version,
        "name": each.name,
        "kind": [kind.code for kind in each.kinds.all()],
        "scoring": each.scoring,
        "default": each.is_default,
        "items": [_item(item) for item in each.items.all()],
    }


def _item(item) -> dict:
    row = {
        "code": item.code,
        "text": item.text,
        "guide": item.guide,
        "group": item.group,
        "type": item.answer_type,
        "unit": item.unit,
        "lower": _number(item.lower),
        "upper": _number(item.upper),
        "choices": item.choices,
        "passing": item.passing,
        "severity": item.severity,
        "photo": item.photo_required,
        "problem_type": item.problem_type.code if item.problem_type_id else None,
        "points": item.points,
    }
    return {name: value for name, value in row.items() if value not in ("", [], None) or name in ALWAYS}


ALWAYS = ("guide", "group", "unit", "lower", "upper", "choices", "problem_type")
"""Of the contract, empty or not."""


def _number(value) -> float | None:
    return None if value is None else float(value)


# --- rounds, reports --------------------------------------------------------------------------------------------------------------------
def _patrols(user, today: dt.date):
    """All of today's, and what is unfinished of yesterday: a night round goes over midnight."""
    wanted = Q(planned_on=today) | Q(planned_on=today - dt.timedelta(days=1), state__in=UNFINISHED)
    rows = Patrol.objects.filter(wanted, person=user).exclude(state=PatrolState.HANDED_OVER).select_related("grid")
    visits = Visit.objects.select_related("site__kind").exclude(state="dropped").order_by("position", "pk")
    return rows.prefetch_related(Prefetch("visits", queryset=visits)).order_by("starts_at", "pk")


def _patrol(patrol: Patrol, by_kind: dict[int, list[Checklist]]) -> dict:
    return {
        "uuid": patrol.uuid,
        "number": patrol.number,
        "kind": patrol.kind,
        "grid": patrol.grid_id,
        "on": patrol.planned_on,
        "window": [clock.hour(patrol.starts_at), clock.hour(patrol.ends_at)],
        "starts_at": patrol.starts_at,
        "ends_at": patrol.ends_at,
        "state": patrol.state,
        "weather": patrol.weather,
        "visits": [_visit(each, by_kind) for each in patrol.visits.all()],
    }


def _visit(visit: Visit, by_kind: dict[int, list[Checklist]]) -> dict:
    usual = next((each.code for each in by_kind.get(visit.site.kind_id, [])), None)
    return {"uuid": visit.uuid, "site": visit.site.uuid, "state": visit.state, "checklist": usual}


def _recent(finding: Finding) -> dict:
    return {
        "uuid": finding.uuid,
        "text": finding.short_text,
        "state": finding.state,
        "state_label": finding.get_state_display(),
        "received_at": finding.received_at,
    }
