"""After-photos: shown after the check who sees the task, taken back before they are sent, explained when in doubt."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

import evidence.services
from audit.services import record
from common.errors import NotYourRole
from inspections import access
from rectification.models import TaskPhoto
from rectification.services import photos


def _photo(request, pk) -> TaskPhoto:
    rows = TaskPhoto.objects.visible_to(request.user).select_related("photo", "task__finding__field__headquarters", "task__organisation")
    return get_object_or_404(rows, pk=pk)


@require_GET
def task_photo(request, pk, variant):
    found = _photo(request, pk)
    if variant == "original":
        if not (access.keeps_order(request.user) or found.uploaded_by_id == request.user.pk):
            raise NotYourRole(_("原图只向攻坚办、督查局和上传人提供。"))
        record("photo.original", found.photo, by=request.user, district_id=found.task.district_id, payload={"task": found.task_id})
    return evidence.services.serve(found.photo, variant=variant, filename=f"{found.task.finding.number}-{found.pk}")


@require_POST
def discard(request, pk):
    found = _photo(request, pk)
    photos.discard(found, by=request.user)
    return HttpResponse("") if request.htmx else redirect("rectification:task-step", found.task_id, "feedback")


@require_POST
def answer(request, pk):
    found = _photo(request, pk)
    try:
        photos.answer(found, text=request.POST.get("answer", ""), by=request.user)
    except ValidationError as refused:
        messages.error(request, _("；").join(refused.messages))
    return redirect(found.task.finding)
