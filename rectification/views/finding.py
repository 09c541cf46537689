"""The page of one finding, and the steps people take from it."""

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_http_methods
from django_htmx.http import HttpResponseClientRedirect

from common import clock
from common.errors import Conflict
from common.forms import add_refusal
from inspections.models import Finding, ProblemType
from rectification import case, links
from rectification.forms import STEP_FORMS
from rectification.models import Task
from rectification.services import advance, clocks, gate, photos
from rectification.workflow import FINDING_STEPS, HIDDEN, TASK_STEPS


@require_GET
def finding(request, uuid):
    """A problem whole: state, the clocks of each party, the steps open to me, evidence, timeline."""
    found = case.read(request.user, uuid=uuid)
    if found is None:
        raise Http404
    return render(request, "rectification/finding.html", {"case": found, "finding": found.finding})


@require_GET
def case_file(request, uuid):
    """一案一档: the whole case as one page to be printed."""
    found = case.read(request.user, uuid=uuid)
    if found is None:
        raise Http404
    return render(request, "rectification/case_file.html", {"case": found, "finding": found.finding})


@require_GET
def limits(request):
    """The clocks of a problem type if it were assigned now, for the registering form."""
    key = request.GET.get("problem_type", "")
    chosen = ProblemType.objects.visible_to(request.user).filter(pk=key if key.isdigit() and len(key) < 19 else 0).first()
    dates = clocks.task_clocks(chosen, clock.now()) if chosen else None
    return render(request, "rectification/_limits.html", {"limits": dates, "problem_type": chosen})


# --- steps ----------------------------------------------------------------------------------------------------------------------------
@require_http_methods(["GET", "POST"])
def finding_step(request, uuid, action):
    subject = get_object_or_404(case.for_page(Finding.objects.visible_to(request.user)), uuid=uuid)
    return take_step(request, subject, action, FINDING_STEPS)


@require_http_methods(["GET", "POST"])
def task_step(request, pk, action):
    return take_step(request, task_subject(request, pk), action, TASK_STEPS)


def task_subject(request, pk) -> Task:
    tasks = Task.objects.visible_to(request.user).select_related(
        "finding__problem_type", "finding__field__headquarters", "finding__grid", "organisation", "transferred_from"
    )
    return get_object_or_404(tasks.prefetch_related("requests__asked_by", "requests__organisation", "finding__photos__photo"), pk=pk)


def take_step(request, subject, action: str, steps: dict):
    """Show the form of a step, or take it. With htmx the form is a dialog that comes back filled (422); without, a page of its own."""
    step = steps.get(action)
    if step is None or action in HIDDEN:
        raise Http404
    if request.method == "GET":
        gate.check_role(subject, step, by=request.user)
        return shown(request, subject, action, step, form_of(step, subject, action, request.user))
    form = form_of(step, subject, action, request.user, data=request.POST, files=request.FILES)
    keep_photos(form, request)
    if not form.is_valid():
        gate.check_role(subject, step, by=request.user)
        return shown(request, subject, action, step, form, status=422)
    try:
        advance(subject, action, by=request.user, version=form.cleaned_data["version"], note=form.cleaned_data["note"], **form.details())
    except ValidationError as refused:
        add_refusal(form, refused)
        return shown(request, subject, action, step, form, status=422)
    except Conflict as lost:
        return shown(request, subject, action, step, form, status=409, conflict=str(lost))
    return gone(request, destination(request, subject))


def form_of(step, subject, action, user, **given):
    return STEP_FORMS[step.form](subject=subject, action=action, step=step, by=user, **given)


def keep_photos(form, request) -> None:
    """Photos of a feedback are stored before its words are checked, so that none is lost to an error in the form."""
    if form.step.form != "feedback":
        return
    for file in request.FILES.getlist("photos"):
        try:
            photos.upload(form.subject, file, by=request.user)
        except ValidationError as refused:
            form.errors  # noqa: B018 - bind the form's own errors first
            form.add_error("photos", refused.messages)


def shown(request, subject, action, step, form, *, status: int = 200, conflict: str = ""):
    context = {
        "subject": subject,
        "finding": form.finding,
        "action": action,
        "step": step,
        "form": form,
        "conflict": conflict,
        "is_task": isinstance(subject, Task),
        "next": request.POST.get("next") or request.GET.get("next", ""),
        **pictures(form, request.user),
    }
    return render(request, template_of(request), context, status=status)


def on_the_phone(request) -> bool:
    return request.resolver_match.namespace == "mobile_tasks"


def template_of(request) -> str:
    if on_the_phone(request):
        return "mobile/step.html"
    return "rectification/_step.html" if request.htmx else "rectification/step.html"


def pictures(form, user) -> dict:
    """Before and after for those who verify, the uploaded photos for those who feed back."""
    if form.step.form == "feedback":
        return {"waiting": [links.after_photo(photo) for photo in photos.waiting(form.subject, by=user).select_related("photo", "event")]}
    if form.step.form in ("verify", "return"):
        whole = case.Case(form.finding, user)
        return {"before": whole.before, "after": [links.after_photo(photo) for photo in whole.after if photo.task_id == form.subject.pk]}
    return {}


def destination(request, subject) -> str:
    asked = request.POST.get("next", "")
    inside = url_has_allowed_host_and_scheme(asked, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    if asked and inside:
        return asked
    return reverse("mobile_tasks:task", args=[subject.pk]) if on_the_phone(request) else subject.get_absolute_url()


def gone(request, address: str) -> HttpResponse:
    return HttpResponseClientRedirect(address) if request.htmx else redirect(address)
