"""Entering a problem at a desk."""

import uuid

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from inspections import access
from inspections.forms import ReportForm
from inspections.models import Finding
from inspections.views import intake
from inspections.words import FROM_ABOVE, Source


@require_http_methods(["GET", "HEAD", "POST"])
def new(request):
    access.insist_reporter(request.user)
    kept = intake.keep_photos(request) if request.method == "POST" else intake.Kept()
    form = ReportForm(request.POST or None, request.FILES or None, user=request.user)
    if request.method == "POST" and (submission := intake.submit_form(form, kept, by=request.user)):
        messages.success(request, _("已登记，待受理。"))
        return redirect(submission.finding)
    return render(request, "inspections/new.html", page(form, kept), status=400 if form.errors else 200)


def page(form, kept) -> dict:
    return {
        "form": form,
        "kept": list(zip(kept.tokens, kept.photos, strict=True)),
        "from_above": " ".join(sorted(FROM_ABOVE)),
        "covert": Source.COVERT_VISIT.value,
        "fresh_uuid": uuid.uuid4() if _is_taken(form) else None,
    }


def _is_taken(form) -> bool:
    """The form's ``uuid`` already stands for another content: one more press enters it as a new problem."""
    value = form.cleaned_data.get("uuid") if form.is_bound and hasattr(form, "cleaned_data") else None
    return value is not None and Finding.objects.filter(uuid=value).exists()
