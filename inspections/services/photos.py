"""Photos of a finding: bytes arrive after the row, each by its hash, as often as it takes."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

import evidence.services
from audit.services import record
from common import clock
from evidence.models import Photo
from inspections.models import Finding, FindingEvent, FindingPhoto
from inspections.words import Flag

MAX_PHOTOS = 9
MAX_SUPPLEMENTED = 60
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
        return _link(finding.pk, slot, photo, by=by)


def link_sent(finding, *, by, shown=()) -> None:
    """Fill the slots whose bytes the same person has already sent: with a form that came back, or with a submission kept for repair.

    ``shown`` are hashes of bytes this person has proved to hold, also when somebody else sent the same picture first.
    """
    slots = {slot.sha256: slot for slot in finding.photos.filter(photo=None)}
    sent = list(Photo.objects.filter(sha256__in=slots).filter(Q(uploaded_by=by) | Q(sha256__in=shown))) if slots else []
    with transaction.atomic():
        for photo in sent:
            _link(finding.pk, slots[photo.sha256], photo, by=by)
    if sent:
        finding.refresh_from_db(fields=["flags"])


def supplement(finding, sent: list[Photo], *, note: str, by) -> None:
    """More photos for a problem that is already on the ledger (就是这个，补充照片), by whoever sees it. The same again changes nothing."""
    with transaction.atomic():
        finding = _locked(finding.pk)
        known = set(finding.photos.values_list("sha256", flat=True))
        fresh = [photo for photo in sent if photo.sha256 not in known]
        if not fresh and (not note or finding.events.filter(action="supplement", by=by, note=note).exists()):
            return
        if len(known) + len(fresh) > MAX_SUPPLEMENTED:
            raise ValidationError(_("这个问题的照片已经很多，最多 %(n)s 张。") % {"n": MAX_SUPPLEMENTED}, code="too_many")
        now = clock.now()
        for n, photo in enumerate(fresh, len(known)):
            FindingPhoto.objects.create(finding=finding, sha256=photo.sha256, size=photo.size, photo=photo, position=n, announced_at=now)
            flag(finding, photo_flags(finding, photo, at=now))
            evidence.services.set_caption(photo, caption(finding))
        details = {"photos": [photo.sha256 for photo in fresh]}
        FindingEvent.objects.create(
            finding=finding, action="supplement", by=by, by_name="", version=finding.version, note=note, details=details, at=now
        )
        record("finding.supplement", finding, by=by, district_id=finding.district_id, payload=details | {"note": note})


def _locked(pk: int) -> Finding:
    """The row as it is now, held until commit: what goes into the audit chain must be what the table holds."""
    return Finding.objects.select_for_update(of=("self",)).select_related("grid").get(pk=pk)


def _link(finding_id: int, slot, photo, *, by) -> FindingPhoto:
    finding = _locked(finding_id)
    if not FindingPhoto.objects.filter(pk=slot.pk, photo=None).update(photo=photo):
        return FindingPhoto.objects.get(pk=slot.pk)
    slot.photo = photo
    flag(finding, photo_flags(finding, photo))
    evidence.services.set_caption(photo, caption(finding))
    record("finding.photo", finding, by=by, district_id=finding.district_id, payload={"sha256": photo.sha256})
    return slot


def photo_flags(finding, photo, *, at=None) -> list[Flag]:
    """Marks a photo earns beside this finding: far away, taken at another time, used for another problem."""
    codes = evidence.services.plausibility(photo, lon=finding.lon, lat=finding.lat, at=at or finding.captured_at)
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


@transaction.atomic
def answer_flag(finding, code: str, *, answer: str, by) -> Finding:
    """The reporter's or party's explanation of a mark; it stays visible beside it. The same again changes nothing."""
    answer = answer.strip()
    if not answer:
        raise ValidationError({"answer": _("请写明情况。")})
    finding = _locked(finding.pk)
    marks = [each for each in finding.flags if each["code"] == code]
    if not marks:
        raise ValidationError(_("这个问题没有这项提示。"), code="no_flag")
    if all(each.get("answer") == answer for each in marks):
        return finding
    for each in marks:
        each |= {"answer": answer, "answered_at": clock.now().isoformat()}
    finding.save(update_fields=["flags"])
    record("finding.flag_answer", finding, by=by, district_id=finding.district_id, payload={"code": code, "answer": answer})
    return finding


def caption(finding) -> str:
    """Lines burnt into display copies: number, Beijing time of the find, grid."""
    moment = clock.beijing(finding.captured_at)
    return "\n".join(part for part in (finding.number or "", f"{moment:%Y-%m-%d %H:%M}", finding.grid.name if finding.grid_id else "") if part)


def recaption(finding) -> None:
    """After registration the number goes onto the copies."""
    for slot in finding.photos.exclude(photo=None).select_related("photo"):
        evidence.services.set_caption(slot.photo, caption(finding))
