"""Photos and spoken memos of a finding, after the check who sees the finding."""

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

import evidence.services
from audit.services import record
from inspections import access
from inspections.models import Finding, FindingPhoto, FindingVoice


@require_GET
def photo(request, uuid, sha256, variant):
    finding = get_object_or_404(Finding.objects.visible_to(request.user), uuid=uuid)
    slot = get_object_or_404(FindingPhoto.objects.exclude(photo=None).select_related("photo"), finding=finding, sha256=sha256)
    if variant == "original":
        access.insist(access.sees_reporter(request.user, finding), _("原图只向攻坚办、督查局和上报人提供。"))
        record("photo.original", slot.photo, by=request.user, district_id=finding.district_id, payload={"finding": str(uuid)})
    return evidence.services.serve(slot.photo, variant=variant, filename=f"{finding.number or finding.uuid}-{slot.position + 1}")


@require_GET
def voice(request, uuid, sha256):
    """To be played in the page. A voice gives its speaker away: only for those who may know the reporter."""
    finding = get_object_or_404(Finding.objects.visible_to(request.user), uuid=uuid)
    slot = get_object_or_404(FindingVoice.objects.exclude(recording=None).select_related("recording"), finding=finding, sha256=sha256)
    access.insist(access.sees_reporter(request.user, finding), _("语音会暴露上报人，只由攻坚办、督查局和上报人收听。"))
    return evidence.services.serve_recording(slot.recording, filename=f"{finding.number or finding.uuid}-{slot.position + 1}")
