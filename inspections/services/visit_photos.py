"""Photos of a visit: announced with it, their bytes arrive afterwards, each by its hash, as often as it takes."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

import evidence.services
from audit.services import record
from common import clock
from evidence.models import Photo
from inspections.models import Visit, VisitPhoto
from inspections.services import visit_flags

MAX_PHOTOS = 20


def announce(visit: Visit, entries: list[dict], *, at: dt.datetime) -> None:
    VisitPhoto.objects.bulk_create(
        VisitPhoto(visit=visit, sha256=each["sha256"], size=each["size"], from_album=each.get("source") == "album", position=n, announced_at=at)
        for n, each in enumerate(entries)
    )


def attach(visit: Visit, stream, *, sha256: str, size: int, by) -> VisitPhoto:
    """Store the bytes of an announced photo. Idempotent; ``ValidationError`` for one never announced or bytes that do not match."""
    slot = visit.photos.filter(sha256=sha256).first()
    if slot is None:
        raise ValidationError(_("这张照片不在巡查记录里，请检查后重新记录。"), code="not_announced")
    if slot.photo_id:
        return slot
    photo = evidence.services.store(stream, sha256=sha256, size=size, by=by)
    with transaction.atomic():
        return link(visit.pk, slot, photo, by=by)


def link_sent(visit: Visit, *, by, shown=()) -> None:
    """Fill the slots whose bytes this person has sent already, with a visit that was kept for repair; ``shown`` as with findings."""
    slots = {slot.sha256: slot for slot in visit.photos.filter(photo=None)}
    for photo in Photo.objects.filter(sha256__in=slots).filter(Q(uploaded_by=by) | Q(sha256__in=shown)) if slots else []:
        link(visit.pk, slots[photo.sha256], photo, by=by)


def link(visit_id: int, slot: VisitPhoto, photo: Photo, *, by) -> VisitPhoto:
    visit = Visit.objects.select_for_update(of=("self",)).select_related("site").get(pk=visit_id)
    if VisitPhoto.objects.filter(pk=slot.pk, photo=None).update(photo=photo):
        visit_flags.add(visit, visit_flags.of_photo(visit, slot, photo))
        evidence.services.set_caption(photo, caption(visit))
        record("visit.photo", visit, by=by, district_id=visit.district_id, payload={"sha256": photo.sha256})
    slot.photo = photo
    return slot


def missing(visit: Visit) -> list[str]:
    """sha256 of announced photos whose bytes have not arrived."""
    return list(visit.photos.filter(photo=None).values_list("sha256", flat=True))


def caption(visit: Visit) -> str:
    """Lines burnt into display copies: object, Beijing time of arrival. Never who."""
    return f"{visit.site.code} {visit.site.name}\n{clock.beijing(visit.arrived_at):%Y-%m-%d %H:%M}"
