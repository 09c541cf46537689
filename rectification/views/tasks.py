"""Lists of work: tasks, verification by pairs, requests, look-backs; and steps on many rows."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from common import clock
from grids import scope
from inspections import access, keyset
from inspections.models import Finding
from inspections.views.ledger import address, capped
from rectification import case, exports, fires, links, wanted
from rectification.filters import BOXES, MORE_BOXES, TaskFilter, in_box
from rectification.forms import AssigneeFormSet, organisations_of
from rectification.models import Task
from rectification.rows import TaskRow, for_rows
from rectification.services import bulk, parts, reminders, routing
from rectification.words import PARTY_TURN

PAGE_SIZE, PAIRS, MOST_PICKED = 20, 20, 100
SORTED_BY = ("due_at", "-due_at", "id", "-id")
TICKS, SHOWN_BOXES = ("mine",), [*BOXES, ("passed", MORE_BOXES[0][1])]


@require_GET
@scope.for_the_campaign
def tasks(request):
    found = filtered(request)
    ordering = request.GET.get("ordering") if request.GET.get("ordering") in SORTED_BY else "due_at"
    page = keyset.cut(for_rows(found.qs), ordering=ordering, cursor=request.GET.get("cursor", ""), size=PAGE_SIZE)
    now = clock.now()
    context = {
        "rows": [TaskRow(task, now=now) for task in page.rows],
        "ordering": ordering,
        "previous": address(request, cursor=page.previous) if page.previous else "",
        "next": address(request, cursor=page.next) if page.next else "",
        "chips": chips(request, counts=None),
        "query": address(request, cursor=None)[1:],
        "may_urge": access.may_urge(request.user),
        "form": found.form,
        "keep": [(name, value) for name in ("box", "ordering") if (value := request.GET.get(name))],
        "verifying": request.GET.get("box") == "to_verify",
    }
    return render(request, "rectification/tasks.html", context)


def filtered(request, *, data=None) -> TaskFilter:
    """Without any word about the range: what is at work; of one's own organisation for those who have one."""
    data = (data if data is not None else request.GET).copy()
    if not any(data.get(name) for name in ("box", "state", "q")):
        data["box"] = "open"
    return TaskFilter(data, queryset=Task.objects.visible_to(request.user), request=request)


def chips(request, *, counts) -> list[dict]:
    chosen = request.GET.get("box") or ("" if request.GET.get("state") or request.GET.get("q") else "open")
    return [
        {
            "label": label,
            "count": counts[code] if counts else None,
            "url": address(request, box=code, cursor=None),
            "active": code == chosen,
            "late": code == "overdue" and bool(counts) and counts[code] != 0,
        }
        for code, label in SHOWN_BOXES
    ]


@require_GET
@scope.for_the_campaign
def counts(request):
    """Fetched after the list, capped."""
    rest = request.GET.copy()
    rest["box"] = "all"
    others = filtered(request, data=rest).qs
    figures = {code: capped(in_box(others, code, user=request.user)) for code, _label in SHOWN_BOXES}
    return render(request, "rectification/_chips.html", {"chips": chips(request, counts=figures)})


@require_POST
@scope.for_the_campaign
def export(request) -> HttpResponse:
    return exports.answer(filtered(request), query=request.GET, by=request.user, form="csv" if request.POST.get("format") == "csv" else "xlsx")


@require_POST
@scope.for_the_campaign
def export_fires(request) -> HttpResponse:
    """The fires among the findings that the ledger's filter shows."""
    form = "csv" if request.POST.get("format") == "csv" else "xlsx"
    return fires.answer(request.GET, by=request.user, form=form)


@require_GET
@scope.for_the_campaign
def late_text(request):
    """The late items of this filter as text for a chat group."""
    data = request.GET.copy()
    data["box"] = "overdue"
    late = for_rows(filtered(request, data=data).qs).order_by("organisation__position", "organisation_id", "due_at")[:200]
    return render(request, "rectification/_late_text.html", {"text": reminders.late_text(late, now=clock.now())})


# --- urging -----------------------------------------------------------------------------------------------------------------------------
@require_POST
def bulk_urge(request):
    """Urge the parties of the picked findings (``pick``) or the picked tasks (``task``), each as a step of its own."""
    access.insist(access.may_urge(request.user), _("催办由攻坚办、督查局和指挥部办理。"))
    picked = Task.objects.visible_to(request.user).filter(state__in=PARTY_TURN)
    chosen = picked.filter(pk__in=keys(request, "task")) | picked.filter(finding_id__in=keys(request, "pick"))
    outcomes = bulk.urge(chosen.select_related("finding", "organisation").order_by("pk"), by=request.user, note=request.POST.get("note", ""))
    tell_outcomes(request, outcomes, done=_("已催办%(n)s项。"))
    return redirect(back(request, "rectification:tasks"))


def keys(request, name: str) -> list[int]:
    return [int(key) for key in request.POST.getlist(name)[:MOST_PICKED] if key.isascii() and key.isdigit() and len(key) < 19]


def tell_outcomes(request, outcomes, *, done: str) -> None:
    good = sum(each.is_done for each in outcomes)
    if good or not outcomes:
        messages.success(request, done % {"n": good})
    for each in [each for each in outcomes if each.reason][:10]:
        messages.warning(request, _("%(row)s：%(reason)s") % {"row": each.row, "reason": each.reason})


def back(request, name: str) -> str:
    """Where the person came from, when that is one of our pages."""
    came = request.POST.get("next") or request.headers.get("Referer", "")
    inside = url_has_allowed_host_and_scheme(came, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return came if came and inside else reverse(name)


# --- assigning many ---------------------------------------------------------------------------------------------------------------------
@require_POST
def bulk_assign(request):
    """Proposals for each picked finding, to be adjusted; assigned together, each with its own outcome."""
    access.insist(access.is_office(request.user) or access.keeps_order(request.user), _("交办由攻坚办办理。"))
    rows = list(case.for_page(Finding.objects.visible_to(request.user)).filter(pk__in=keys(request, "pick")).order_by("pk"))
    confirmed = "confirm" in request.POST
    lines = [Assignment(finding, request.POST if confirmed else None) for finding in rows]
    if confirmed and all(line.is_valid() for line in lines):
        outcomes = [line.take(by=request.user) for line in lines]
        return render(request, "rectification/outcomes.html", {"outcomes": outcomes})
    return render(request, "rectification/bulk_assign.html", {"lines": lines}, status=422 if confirmed else 200)


class Assignment:
    """One finding of a bulk assignment with its proposed parties."""

    def __init__(self, finding: Finding, data):
        self.finding = finding
        organisations = {each.pk: each for each in organisations_of(finding.district_id)}
        initial = [{"organisation": str(party.organisation.pk), "role": party.role} for party in routing.propose(finding)]
        self.lines = AssigneeFormSet(data, initial=initial, prefix=f"f{finding.pk}", form_kwargs={"organisations": organisations})
        self.version = (data.get(f"version-{finding.pk}") if data else None) or finding.version

    def is_valid(self) -> bool:
        return self.lines.is_valid()

    def take(self, *, by) -> bulk.Outcome:
        assignees = [found for line in self.lines.forms if (found := line.assignee())]
        return bulk.take(self.finding, "assign", by=by, version=int(self.version), assignees=assignees)


# --- verifying pairs --------------------------------------------------------------------------------------------------------------------
@require_http_methods(["GET", "POST"])
@scope.for_the_campaign
def verify(request):
    """Before and after side by side, passed or returned one by one or many at once."""
    outcomes = decide_pairs(request) if request.method == "POST" else []
    if outcomes and not any(each.reason for each in outcomes):
        messages.success(request, _("已核查%(n)s件。") % {"n": len(outcomes)})
        return redirect("rectification:verify")
    waiting = wanted.to_verify(request.user)
    rows = list(
        for_rows(waiting)
        .order_by("verify_due_at", "pk")
        .prefetch_related("finding__photos__photo", "photos__photo", "photos__event", "events")[:PAIRS]
    )
    refused = {each.row.pk: each.reason for each in outcomes if each.reason}
    pairs = [Pair(task, request, refused.get(task.pk, "")) for task in rows]
    context = {"pairs": pairs, "total": capped(waiting), "outcomes": outcomes, "done": sum(each.is_done for each in outcomes)}
    return render(request, "rectification/verify.html", context, status=409 if refused else 200)


def decide_pairs(request) -> list[bulk.Outcome]:
    chosen = {
        int(name.removeprefix("decision-")): value
        for name, value in request.POST.items()
        if name.startswith("decision-") and name[9:].isdigit() and value
    }
    rows = Task.objects.visible_to(request.user).filter(pk__in=list(chosen)[:MOST_PICKED]).select_related("finding", "organisation").order_by("pk")
    return [decide_pair(task, chosen[task.pk], request) for task in rows]


def decide_pair(task: Task, decision: str, request) -> bulk.Outcome:
    second = parts.Part.SECOND_LOOKER in parts.towards_task(request.user, task)
    action = {"pass": "confirm" if second else "pass", "return": "overturn" if second else "return"}.get(decision, "")
    version = request.POST.get(f"version-{task.pk}", "")
    return bulk.take(
        task,
        action,
        by=request.user,
        version=int(version) if version.isdigit() and len(version) < 10 else None,
        note=request.POST.get(f"note-{task.pk}", ""),
    )


class Pair(TaskRow):
    """A task to be verified with its photos and the feedback's words; ``reason`` says why a decision was refused."""

    def __init__(self, task: Task, request, reason: str):
        super().__init__(task, now=clock.now())
        self.user, self.reason = request.user, reason
        self.note = request.POST.get(f"note-{task.pk}", "") if reason else ""

    @property
    def before(self) -> list[dict]:
        return case.Case(self.finding, self.user).before

    @property
    def after(self) -> list[dict]:
        sent = [photo for photo in self.task.photos.all() if photo.event_id]
        last = max((photo.event_id for photo in sent), default=None)
        return [links.after_photo(photo) for photo in sent if photo.event_id == last]

    @property
    def feedback(self):
        return next((event for event in reversed(self.task.events.all()) if event.action == "feedback"), None)

    @property
    def verify_clock(self):
        return self.task.verify_due_at


# --- requests and look-backs ------------------------------------------------------------------------------------------------------------
@require_GET
@scope.for_the_campaign
def requests(request):
    related = ("task__finding__problem_type", "task__finding__field", "task__organisation", "asked_by", "organisation")
    rows = wanted.to_decide(request.user).select_related(*related).order_by("decide_due_at", "pk")[:200]
    return render(request, "rectification/requests.html", {"requests": rows, "now": clock.now()})


@require_GET
def look_backs(request):
    access.insist(access.may_urge(request.user), _("回头看由攻坚办、督查局和指挥部办理。"))
    related = ("finding__problem_type", "finding__grid", "finding__field")
    rows = wanted.look_backs(request.user).select_related(*related).order_by("planned_on", "pk")[:200]
    rechecks = wanted.to_recheck(request.user).select_related("problem_type", "grid", "field").order_by("recheck_on", "pk")[:200]
    return render(request, "rectification/look_backs.html", {"look_backs": rows, "rechecks": rechecks, "today": clock.today()})
