"""The page of one supervised object: what it is, who looks after it, all rounds, problems and papers. Here, because it reads tasks."""

from django.db.models import Prefetch
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from common import clock
from inspections.models import Finding, Visit
from inspections.round_rows import VisitRow
from inspections.rows import ledger_rows
from inspections.words import VisitState
from rectification.models import Task
from rectification.rows import TaskRow, for_rows
from registers import access, schema, words
from registers.models import Site, SitePaper, SitePost
from registers.words import SitePostRole

SHOWN, AT_MOST = 20, 500
"""Rows of each kind at first, and when all are asked for."""
ACTIONS = {"new": "done", "close": "late"}


@require_GET
def site(request, uuid):
    papers = Prefetch("papers", SitePaper.objects.select_related("file", "by"))
    related = ("kind__field", "grid__parent", "organisation", "created_by")
    found = get_object_or_404(Site.objects.visible_to(request.user).select_related(*related).prefetch_related(papers), uuid=uuid)
    visits = Visit.objects.visible_to(request.user).filter(site=found, state=VisitState.DONE).select_related("person", "checklist")
    findings = Finding.objects.visible_to(request.user).filter(site=found).for_list().order_by("-pk")
    tasks = Task.objects.visible_to(request.user).filter(finding__site=found)
    most, now = AT_MOST if "all" in request.GET else SHOWN, clock.now()
    context = {
        "site": found,
        "facts": facts(found),
        "columns": columns(found),
        "trio": trio(found),
        "visits": [VisitRow(visit, request.user) for visit in visits.order_by("-received_at")[:most]],
        "visit_count": visits.count(),
        "rows": ledger_rows(findings[:most], now=now),
        "finding_count": findings.count(),
        "tasks": [TaskRow(task, now=now) for task in for_rows(tasks).order_by("-pk")[:most]],
        "task_count": tasks.count(),
        "most": most,
        "at_most": AT_MOST,
        "events": [line(event, found) for event in found.events.all()[:50]],
        "may_edit": access.may_edit(request.user, found),
        "may_see_personal": access.may_see_personal(request.user, found) and has_personal(found),
        "point": "" if found.lon is None else f"{found.lon:.6f},{found.lat:.6f}",
    }
    return render(request, "rectification/site.html", context)


def facts(site: Site) -> list[tuple[str, str]]:
    """The columns every object has, personal data covered up."""
    table = site.kind.schema
    rows = [
        (schema.title_of(table, name), schema.mask(getattr(site, name), schema.mask_of(table, name)))
        for name in ("address", "contact", "contact_phone")
    ]
    return [row for row in rows if row[1]]


def columns(site: Site) -> list[tuple[str, str]]:
    """The columns of its own, in the order of the printed ledger; empty ones too, so that what is missing is seen."""
    return [
        (line.title, schema.mask(value, line.mask) if line.mask else schema.shown(value, line))
        for line in schema.own_lines(site.kind.schema)
        for value in [site.attributes.get(line.key)]
    ]


def trio(site: Site) -> list[dict]:
    """Each post and who holds it; a vacancy is a fact."""
    if not site.kind.has_trio:
        return []
    held = {post.role: post for post in SitePost.objects.current(clock.today()).filter(site=site).order_by("starts_on")}
    return [{"role": role, "label": SitePostRole(role).label, "post": held.get(role)} for role in SitePostRole.values]


def has_personal(site: Site) -> bool:
    own = any(line.mask and site.attributes.get(line.key) for line in schema.own_lines(site.kind.schema))
    return own or bool(site.contact_phone or site.guarantor_phone or schema.mask_of(site.kind.schema, "name") or site.kind.has_trio)


def line(event, site: Site) -> dict:
    """One entry of the history: what was done, the columns that changed."""
    titles = {each.key: each.title for each in schema.own_lines(site.kind.schema, retired=True)}
    changed = [
        (titles.get(key) or schema.title_of(site.kind.schema, key), schema.shown(old), schema.shown(new))
        for key, (old, new) in event.changes.items()
        if event.action != "new"
    ]
    return {"event": event, "title": words.act(event.action), "tone": ACTIONS.get(event.action, ""), "changed": changed}
