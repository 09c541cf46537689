"""Voice memos of a finding: announced with it, their bytes arrive afterwards, each by its hash. Only who may know the reporter hears them."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

import evidence.services
from audit.services import record
from evidence.models import Recording
from inspections.models import Finding, FindingVoice

MAX_VOICES = 3


def announce(finding: Finding, entries: list[dict], *, at: dt.datetime) -> None:
    FindingVoice.objects.bulk_create(
        FindingVoice(finding=finding, sha256=each["sha256"], size=each["size"], seconds=each.get("seconds") or 0, position=n, announced_at=at)
        for n, each in enumerate(entries)
    )


def attach(finding: Finding, stream, *, sha256: str, size: int, by) -> FindingVoice:
    """Store the bytes of an announced memo. Idempotent; ``ValidationError`` for one never announced or bytes that do not match."""
    slot = finding.voices.filter(sha256=sha256).first()
    if slot is None:
        raise ValidationError(_("这段录音不在上报内容里，请检查后重新上报。"), code="not_announced")
    if slot.recording_id:
        return slot
    recording = evidence.services.store_recording(stream, sha256=sha256, size=size, by=by)
    with transaction.atomic():
        return _link(finding.pk, slot, recording, by=by)


def link_sent(finding: Finding, *, by) -> None:
    """Fill the slots whose bytes came with a submission that was kept for repair."""
    slots = {slot.sha256: slot for slot in finding.voices.filter(recording=None)}
    with transaction.atomic():
        for recording in Recording.objects.filter(sha256__in=slots, uploaded_by=by):
            _link(finding.pk, slots[recording.sha256], recording, by=by)


def _link(finding_id: int, slot: FindingVoice, recording: Recording, *, by) -> FindingVoice:
    finding = Finding.objects.select_for_update(of=("self",)).get(pk=finding_id)
    if FindingVoice.objects.filter(pk=slot.pk, recording=None).update(recording=recording):
        record("finding.voice", finding, by=by, district_id=finding.district_id, payload={"sha256": recording.sha256})
    slot.recording = recording
    return slot


def missing(finding: Finding) -> list[str]:
    """sha256 of announced memos whose bytes have not arrived."""
    return list(finding.voices.filter(recording=None).values_list("sha256", flat=True))
