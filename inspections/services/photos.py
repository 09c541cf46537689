"""Photos of a finding: bytes arrive after the row, each by its hash, as often as it takes."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

import evidence.services
from audit.services import record
from common import clock
from inspections.models import FindingPhoto
from inspections.words import Flag

MAX_PHOTOS = 9
EVIDENCE_FLAGS = {"far_from_place": Flag.PHOTO_FAR, "time_differs": Flag.PHOTO_TIME}


def attach(finding, stream, *, sha256: str, size: int, by) -> FindingPhoto:
    """Store the bytes of an announced photo. Idempotent; raises ``ValidationError`` for a photo never announced or bytes that do not match."""
    slot = finding.photos.filter(sha256=sha256).first()
    if slot is None:
        raise ValidationError(_("这张照片不在上报内容里，请检查后重新上报。"), code="not_announced")
    if slot.photo_id:
        return slot
    photo = evidence.services.store(stream, sha256=sha256, size=size, by=by)
    with transaction.atomic():
        return _link(finding, slot, photo, by=by)


def _link(finding, slot, photo, *, by) -> FindingPhoto:
    if not FindingPhoto.objects.filter(pk=slot.pk, photo=None).update(photo=photo):
        return FindingPhoto.objects.get(pk=slot.pk)
    slot.photo = photo
    flag(finding, photo_flags(finding, photo))
    evidence.services.set_caption(photo, caption(finding))
    record("finding.photo", finding, by=by, district_id=finding.district_id, payload={"sha256": photo.sha256})
    return slot


def photo_flags(finding, photo) -> list[Flag]:
    """Marks a photo earns beside this finding: far away, taken at another time, used for another problem."""
    codes = evidence.services.plausibility(photo, lon=finding.lon, lat=finding.lat, at=finding.captured_at)
    flags = [EVIDENCE_FLAGS[code] for code in codes if code in EVIDENCE_FLAGS]
    if FindingPhoto.objects.filter(sha256=photo.sha256).exclude(finding=finding).exists():
        flags.append(Flag.PHOTO_REUSED)
    return flags


def flag(finding, flags) -> None:
    """Add marks that are not there yet."""
    there = {each["code"] for each in finding.flags}
    fresh = [{"code": code} for code in flags if code not in there]
    if fresh:
        finding.flags = [*finding.flags, *fresh]
        finding.save(update_fields=["flags"])


def answer_flag(finding, code: str, *, answer: str, by) -> None:
    """The reporter's or party's explanation of a mark; it stays visible beside it."""
    if not answer.strip():
        raise ValidationError({"answer": _("请写明情况。")})
    for each in finding.flags:
        if each["code"] == code:
            each |= {"answer": answer.strip(), "by": str(by), "answered_at": clock.now().isoformat()}
    finding.save(update_fields=["flags"])
    record("finding.flag_answer", finding, by=by, district_id=finding.district_id, payload={"code": code, "answer": answer.strip()})


def caption(finding) -> str:
    """Lines burnt into display copies: number, Beijing time of the find, grid."""
    moment = clock.beijing(finding.captured_at)
    return "\n".join(part for part in (finding.number or "", f"{moment:%Y-%m-%d %H:%M}", finding.grid.name if finding.grid_id else "") if part)


def recaption(finding) -> None:
    """After registration the number goes onto the copies."""
    for slot in finding.photos.exclude(photo=None).select_related("photo"):
        evidence.services.set_caption(slot.photo, caption(finding))
