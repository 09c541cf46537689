"""A file of the published feed: looked at first, then taken in."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from airquality import access
from airquality.forms import FileForm
from airquality.services import importing, intake
from airquality.views.frame import page_or_form
from airquality.words import Source, Status
from sheets import files

REFUSALS_SHOWN = 200


@page_or_form
def import_readings(request):
    district = access.kept_district(request)
    if request.method != "POST":
        return _page(request, FileForm())
    if not request.POST.get("token"):
        return _look(request, district)
    if request.POST.get("action") != "import":
        files.discard_upload(request.POST["token"], by=request.user)
        return redirect("airquality:import_readings")
    return _take(request, district)


def _look(request, district):
    """What would happen; the file waits for an hour."""
    form = FileForm(request.POST, request.FILES)
    if form.is_valid():
        upload, asked = form.cleaned_data["file"], {name: form.cleaned_data[name] for name in ("status", "known_only")}
        try:
            result = importing.import_file(upload.read(), district=district, sender=_sender(request, upload.name), dry_run=True, **asked)
        except ValidationError as wrong:
            form.add_error("file", wrong.messages)
        else:
            upload.seek(0)
            token = files.keep_upload(upload, by=request.user)
            return _page(request, None, result=result, token=token, name=upload.name[:100], asked=asked)
    return _page(request, form, status=422)


def _take(request, district):
    token, name = request.POST["token"], request.POST.get("name", "")[:100]
    status = request.POST.get("status") if request.POST.get("status") in Status.values else Status.REAL_TIME
    asked = {"status": status, "known_only": request.POST.get("known_only") == "1"}
    try:
        content = files.kept_upload(token, by=request.user).read_bytes()
        result = importing.import_file(content, district=district, sender=_sender(request, name), **asked)
    except ValidationError as gone:
        messages.error(request, _("；").join(gone.messages))
        return redirect("airquality:import_readings")
    files.discard_upload(token, by=request.user)
    counts = {"new": result.outcome.new, "corrected": result.outcome.corrected, "unchanged": result.outcome.unchanged}
    messages.success(request, _("已导入：新增 %(new)d 行，更正 %(corrected)d 行，没有变化 %(unchanged)d 行。") % counts)
    return _page(request, None, result=result, name=name, asked=asked) if result.outcome.refused else redirect("airquality:import_readings")


def _sender(request, name: str) -> intake.Sender:
    return intake.Sender(Source.FILE, name, by=request.user)


def _page(request, form, *, status: int = 200, **context):
    result = context.get("result")
    refused = result.outcome.refused if result else []
    context = {"result": None, "token": "", "form": form} | context | {"refused": refused[:REFUSALS_SHOWN], "all_refused": len(refused)}
    return render(request, "airquality/import.html", context, status=status)
