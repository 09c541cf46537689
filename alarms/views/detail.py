"""One alarm: its page, its steps, its pictures, and a call taken down."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods
from django_htmx.http import HttpResponseClientRedirect

import evidence.services
from alarms import case
from alarms.forms import FORMS, SmokeForm
from alarms.models import Alarm, AlarmPhoto, AlarmSource, SignalPicture
from alarms.services import advance as advancing
from alarms.services import intake, photos, pictures
from alarms.views.frame import alarm_of, insist_operator
from alarms.workflow import STEPS
from audit.services import record
from common.errors import Conflict, StorageFull
from common.forms import add_refusal
from grids.models import Grid


@require_GET
def alarm(request, uuid):
    """State, clocks side by side, the steps open to me, pictures, one timeline with every call."""
    found = case.read(request.user, uuid=uuid)
    if found is None:
        raise Http404
    return render(request, "alarms/alarm.html", {"case": found, "alarm": found.alarm, "now": found.now})


@require_http_methods(["GET", "POST"])
def step(request, uuid, action):
    return take_step(request, alarm_of(request, uuid), action)


def take_step(request, found: Alarm, action: str):
    """Show the form of a step, or take it. With htmx the form is a dialog that comes back filled (422); without, a page of its own."""
    taken = STEPS.get(action)
    if taken is None:
        raise Http404
    advancing.check_role(found, taken, by=request.user)
    if request.method == "GET":
        return shown(request, found, action, form_of(taken, found, request.user))
    form = form_of(taken, found, request.user, data=request.POST)
    keep_photos(form, request)
    if not form.is_valid():
        return shown(request, found, action, form, status=422)
    try:
        clean = form.cleaned_data
        advancing.advance(found, action, by=request.user, version=clean["version"], note=clean["note"], **form.details())
    except ValidationError as refused:
        add_refusal(form, refused)
        return shown(request, found, action, form, status=422)
    except Conflict as lost:
        return shown(request, found, action, with_fresh_version(form, lost), status=409, conflict=str(lost))
    return gone(request, reverse("mobile_alarms:alarm", args=[found.uuid]) if on_the_phone(request) else found.get_absolute_url())


def form_of(taken, found: Alarm, user, **given):
    return FORMS[taken.form](alarm=found, by=user, **given)


def with_fresh_version(form, lost: Conflict):
    """Whoever has read what is in the way may press again."""
    form.data = form.data.copy()
    form.data["version"] = lost.extra.get("version", "")
    return form


def keep_photos(form, request) -> None:
    """Photos of a feedback are stored before its words are checked, so that none is lost to an error in the form."""
    if "photos" not in form.fields:
        return
    for file in request.FILES.getlist("photos"):
        try:
            photos.upload(form.alarm, file, by=request.user)
        except (ValidationError, StorageFull) as refused:
            form.errors  # noqa: B018 - bind the form's own errors first
            form.add_error("photos", getattr(refused, "messages", None) or str(refused))


def shown(request, found: Alarm, action: str, form, *, status: int = 200, conflict: str = ""):
    phone = on_the_phone(request)
    template = "alarms/mobile_step.html" if phone else "alarms/_step.html" if request.htmx else "alarms/step.html"
    back = reverse("mobile_alarms:alarm", args=[found.uuid]) if phone else found.get_absolute_url()
    waiting = photos.waiting(found, by=request.user) if "photos" in form.fields else ()
    context = {"alarm": found, "action": action, "step": STEPS[action], "form": form, "conflict": conflict, "back": back, "waiting": waiting}
    return render(request, template, context, status=status)


def on_the_phone(request) -> bool:
    return request.resolver_match.namespace == "mobile_alarms"


def gone(request, address: str):
    return HttpResponseClientRedirect(address) if request.htmx else redirect(address)


# --- pictures ---------------------------------------------------------------------------------------------------------------------------
@require_GET
def picture(request, pk, variant):
    """What a device has sent; looked through now where it still waits."""
    seen = Alarm.objects.visible_to(request.user)
    sources = AlarmSource.objects.visible_to(request.user)
    row = get_object_or_404(SignalPicture.objects.select_related("photo", "signal__source", "signal__alarm"), pk=pk)
    signal = row.signal
    mine = seen.filter(pk=signal.alarm_id).exists() if signal.alarm_id else sources.filter(pk=signal.source_id).exists()
    if not mine:
        raise Http404
    if row.is_waiting:
        row = pictures.take_in(row)
    if row.photo is None:
        raise Http404
    return served(request, row.photo, variant, district_id=signal.source.district_id, name=f"{signal.source.slug}-{row.pk}")


@require_GET
def photo(request, pk, variant):
    mine = AlarmPhoto.objects.filter(alarm__in=Alarm.objects.visible_to(request.user)).select_related("photo", "alarm")
    row = get_object_or_404(mine, pk=pk)
    if row.step_id is None and row.uploaded_by_id != request.user.pk:
        raise Http404
    return served(request, row.photo, variant, district_id=row.alarm.district_id, name=f"{row.alarm.number}-{row.pk}")


def served(request, found, variant: str, *, district_id: int, name: str):
    if variant == "original":
        record("photo.original", found, by=request.user, district_id=district_id, payload={"alarm": name})
    return evidence.services.serve(found, variant=variant, filename=name)


# --- a call taken down --------------------------------------------------------------------------------------------------------------------
@never_cache
@require_http_methods(["GET", "POST"])
def new(request):
    """Each opening has a key of its own, so that pressing twice is one report; a page from the browser's memory would carry an old one."""
    district = Grid.objects.get(pk=insist_operator(request))
    form = SmokeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        found = intake.report_smoke(district, form.cleaned_data, by=request.user)
        messages.success(request, _("已登记，编号 %(number)s。请马上研判。") % {"number": found.number})
        return redirect(found)
    return render(request, "alarms/new.html", {"form": form}, status=422 if form.errors else 200)
