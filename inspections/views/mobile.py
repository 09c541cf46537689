"""The field pages: report a problem in one screen, see what became of it, repair what could not be taken in."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods
from rest_framework import serializers

from common import clock
from grids import scope
from inspections import access
from inspections.api.fields import KeyOrCodeField
from inspections.api.serializers import PhotoEntry, ReportSerializer
from inspections.forms import FieldReportForm
from inspections.models import Finding, HeldSubmission
from inspections.rows import LedgerRow
from inspections.services import held, photos
from inspections.services.submit import sources_for
from inspections.views import held_rounds, intake
from inspections.words import FROM_ABOVE, HeldKind, Outcome


@require_GET
def sent(request, uuid):
    finding = get_object_or_404(Finding.objects.filter(reporter=request.user).for_list().prefetch_related("photos"), uuid=uuid)
    slots = list(finding.photos.all())
    context = {"row": LedgerRow(finding, now=clock.now(), townships={}), "slots": slots, "missing": sum(slot.photo_id is None for slot in slots)}
    return render(request, "mobile/sent.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def supplement(request, uuid):
    """就是这个: photos for a problem that is already on the ledger, instead of a second row."""
    access.insist_reporter(request.user)
    finding = get_object_or_404(Finding.objects.visible_to(request.user).select_related("problem_type", "grid"), uuid=uuid)
    kept = intake.keep_photos(request) if request.method == "POST" else intake.Kept()
    if request.method == "POST" and kept.photos and not kept.errors:
        try:
            photos.supplement(finding, kept.photos, note=request.POST.get("note", "").replace("\x00", "")[:500], by=request.user)
        except ValidationError as refused:
            kept.errors += refused.messages
        else:
            messages.success(request, _("照片已补充到 %(finding)s。") % {"finding": finding})
            return redirect("mobile:supplement", finding.uuid)
    if request.method == "POST" and not kept.photos:
        kept.errors.append(_("请至少拍一张照片。"))
    context = {
        "finding": finding,
        "kept": list(zip(kept.tokens, kept.photos, strict=True)),
        "errors": kept.errors,
        "note": request.POST.get("note", ""),
    }
    return render(request, "mobile/supplement.html", context, status=400 if kept.errors else 200)


# --- submissions kept for repair ----------------------------------------------------------------------------------------------------
@require_GET
def held_list(request):
    return render(request, "mobile/held.html", {"waiting": HeldSubmission.objects.visible_to(request.user).waiting()[:50]})


@require_http_methods(["GET", "HEAD", "POST"])
def repair(request, uuid):
    """The author puts a kept submission right and sends it again; its photos have stayed."""
    kept_submission = get_object_or_404(HeldSubmission.objects.visible_to(request.user).waiting(), uuid=uuid)
    if kept_submission.kind != HeldKind.FINDING:
        return held_rounds.again(request, kept_submission)
    kept = intake.keep_photos(request) if request.method == "POST" else intake.Kept()
    for photo in held.photos_there(kept_submission):
        kept.add(photo, by=request.user)
    kept.owed = owed_of(kept_submission)
    if request.method != "POST":
        form = FieldReportForm(initial=initial_of(kept_submission, request.user), user=request.user)
        return render(request, "mobile/repair.html", repair_page(form, kept, errors=kept_submission.errors))
    data = request.POST.copy()
    data["uuid"] = str(kept_submission.uuid)
    form = FieldReportForm(data, request.FILES, user=request.user)
    form.carried = held.times_of(kept_submission) | carried_of(kept_submission, request.user)
    if submission := intake.submit_form(form, kept, by=request.user):
        messages.success(request, _("已重新提交。"))
        return redirect("mobile:sent", submission.finding.uuid)
    return render(request, "mobile/repair.html", repair_page(form, kept, errors={}), status=400)


def repair_page(form, kept, *, errors: dict) -> dict:
    types, chosen = list(form.fields["problem_type"].queryset), str(form["problem_type"].value() or "")
    there = list(zip(kept.tokens, kept.photos, strict=True))
    return {"form": form, "kept": there, "owed": len(kept.announced) - len(there), "types": types, "chosen": chosen, "errors": errors}


def owed_of(kept: HeldSubmission) -> list[dict]:
    """Photos the phone has announced and not sent yet: the repaired report announces them again, so that they can follow."""
    payload, missing = kept.payload if isinstance(kept.payload, dict) else {}, held.photos_missing(kept)
    entries = [PhotoEntry(data=each) for each in payload.get("photos") or []] if missing else []
    sound = {each.validated_data["sha256"]: dict(each.validated_data) for each in entries if each.is_valid()}
    return [sound[sha256] for sha256 in dict.fromkeys(missing) if sha256 in sound]


def initial_of(kept: HeldSubmission, user) -> dict:
    """What of the broken report can go into the form again."""
    payload = kept.payload if isinstance(kept.payload, dict) else {}
    found = {name: payload[name] for name in ("text", "address", "lon", "lat", "accuracy") if isinstance(payload.get(name), (str, int, float))}
    form = FieldReportForm(user=user)
    for name in ("problem_type", "grid"):
        if row := _named(form.fields[name].queryset, payload.get(name)):
            found[name] = row.pk
    return found | {"uuid": kept.uuid, "stopped": payload.get("outcome") == Outcome.DISSUADED}


def _named(rows, value):
    """The row that a phone names by its key or its code."""
    try:
        return KeyOrCodeField(lambda _context: rows).run_validation(value)
    except serializers.ValidationError:
        return None


CARRIED = ("field", "severity", "site", "visit", "checklist", "voices", "source", "superior_number", "superior_due_at")
OF_ABOVE = ("superior_number", "superior_due_at")


def carried_of(kept: HeldSubmission, user) -> dict:
    """What of the broken report the form does not show and nothing is wrong with: it goes on as it was said."""
    payload, found = kept.payload if isinstance(kept.payload, dict) else {}, {}
    context = {"district_ids": scope.rights(user).district_ids}
    for name in CARRIED:
        part = ReportSerializer(data={name: payload.get(name)}, partial=True, context=context)
        if payload.get(name) not in (None, "") and part.is_valid():
            found |= part.validated_data
    if found.get("source") not in sources_for(user):
        found.pop("source", None)
    if found.get("source") not in FROM_ABOVE:
        found = {name: value for name, value in found.items() if name not in OF_ABOVE}
    return found
