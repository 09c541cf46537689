"""Plausibility of a visit: marks that are shown and may be answered, never an obstacle and never a penalty (design 4, domain 2.5)."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

import evidence.services
from audit.services import record
from common import clock
from common.errors import NotYourRole
from evidence.models import Photo
from evidence.plausibility import bits_apart
from grids import geometry
from inspections.models import FindingPhoto, Visit, VisitPhoto
from inspections.services import rounds
from inspections.words import Flag

AHEAD_BY = dt.timedelta(minutes=5)
LATE_AFTER = dt.timedelta(hours=24)
ONE_MINUTE = dt.timedelta(minutes=1)
MANY = 5
"""Objects within one minute."""
FASTEST = 150 / 3.6
"""Metres a second; nobody drives faster between two objects."""
NEAR = 500
"""Metres below which a speed says nothing: places jump about that far."""
WORDS = 8
"""Characters from which the same words again are worth a look."""
MEMORY = dt.timedelta(days=90)
OLD_PHOTO = dt.timedelta(minutes=10)
ALIKE = 6
"""Bits of 64 in which the likenesses of two photos may differ."""
LONGEST_ANSWER = 300
EVIDENCE_FLAGS = {"far_from_place": Flag.PHOTO_FAR, "time_differs": Flag.PHOTO_TIME}


def distance(visit: Visit) -> int | None:
    """Metres between the phone and the object; None when one of the places is unknown."""
    site = visit.site
    if None in (visit.lon, visit.lat, site.lon, site.lat):
        return None
    return round(geometry.distance_m(visit.lon, visit.lat, site.lon, site.lat))


def flags(visit: Visit, *, now: dt.datetime) -> list[dict]:
    """Marks the visit itself earns; photos add theirs when they arrive."""
    checks = {
        Flag.CLOCK_AHEAD: visit.arrived_at - now > AHEAD_BY,
        Flag.LATE_ARRIVAL: now - visit.arrived_at > LATE_AFTER,
        Flag.NO_PLACE: visit.lon is None,
        Flag.FAR_FROM_SITE: is_far(visit),
        Flag.SAME_WORDS: _same_words(visit),
        **_of_movement(visit),
    }
    return [{"code": code} for code, earned in checks.items() if earned]


def is_far(visit: Visit) -> bool:
    if visit.distance is None:
        return False
    return visit.distance - (visit.accuracy or 0) > rounds.settings_of(visit.district_id).far_m


def _same_words(visit: Visit) -> bool:
    if len(visit.text.strip()) < WORDS:
        return False
    before = Visit.objects.done().filter(person=visit.person, text=visit.text, arrived_at__gte=visit.arrived_at - MEMORY)
    return before.exclude(uuid=visit.uuid).exists()


def _of_movement(visit: Visit) -> dict[str, bool]:
    around = Visit.objects.done().filter(person=visit.person).exclude(uuid=visit.uuid)
    at_once = around.filter(arrived_at__range=(visit.arrived_at - ONE_MINUTE, visit.arrived_at)).exclude(site=visit.site_id)
    before = around.filter(arrived_at__lt=visit.arrived_at, arrived_at__gte=visit.arrived_at - dt.timedelta(hours=2), lon__isnull=False)
    last = before.order_by("-arrived_at").first() if visit.lon is not None else None
    return {
        Flag.MANY_AT_ONCE: at_once.values("site").distinct().count() >= MANY - 1,
        Flag.TOO_FAST: last is not None and _is_too_fast(last, visit),
    }


def _is_too_fast(last: Visit, visit: Visit) -> bool:
    metres = geometry.distance_m(last.lon, last.lat, visit.lon, visit.lat) - (last.accuracy or 0) - (visit.accuracy or 0)
    return metres > NEAR and metres > FASTEST * (visit.arrived_at - last.arrived_at).total_seconds()


# --- photos -----------------------------------------------------------------------------------------------------------------------------
def of_photo(visit: Visit, slot: VisitPhoto, photo: Photo) -> list[Flag]:
    """Marks a photo earns beside this visit."""
    codes = evidence.services.plausibility(photo, lon=visit.lon, lat=visit.lat, at=visit.arrived_at)
    found = [EVIDENCE_FLAGS[code] for code in codes]
    if slot.from_album:
        found.append(Flag.FROM_ALBUM)
    if photo.stated_taken_at and visit.arrived_at - photo.stated_taken_at > OLD_PHOTO and Flag.PHOTO_TIME not in found:
        found.append(Flag.PHOTO_OLD)
    if _others(visit).filter(sha256=photo.sha256).exists() or _of_findings(visit).filter(sha256=photo.sha256).exists():
        found.append(Flag.PHOTO_REUSED)
    elif _has_double(visit, photo):
        found.append(Flag.PHOTO_ALIKE)
    return found


def _others(visit: Visit):
    return VisitPhoto.objects.exclude(visit=visit.pk)


def _of_findings(visit: Visit):
    """Photos of problems, but not of those found on this very visit."""
    return FindingPhoto.objects.exclude(finding__visit=visit.pk).exclude(finding__visit_key=visit.uuid)


def _has_double(visit: Visit, photo: Photo) -> bool:
    """Whether another photo of the district's last ninety days looks nearly the same."""
    if photo.likeness is None:
        return False
    since = {"photo__likeness__isnull": False, "photo__received_at__gte": clock.now() - MEMORY}
    of_visits = _others(visit).filter(visit__district=visit.district_id, **since)
    of_findings = _of_findings(visit).filter(finding__district=visit.district_id, **since)
    for rows in (of_visits, of_findings):
        for other in rows.exclude(sha256=photo.sha256).order_by().values_list("photo__likeness", flat=True).iterator():
            if bits_apart(photo.likeness, other) <= ALIKE:
                return True
    return False


def add(visit: Visit, found: list[Flag]) -> None:
    """Add marks that are not there yet. The caller holds the row."""
    there = {each["code"] for each in visit.flags}
    fresh = [{"code": code} for code in dict.fromkeys(found) if code not in there]
    if fresh:
        visit.flags = [*visit.flags, *fresh]
        visit.save(update_fields=["flags"])


@transaction.atomic
def answer(visit: Visit, code: str, *, text: str, by) -> Visit:
    """The person's own explanation of a mark; it stays visible beside it. The same again changes nothing."""
    if visit.person_id != by.pk:
        raise NotYourRole(_("由巡查人本人说明。"))
    text = text.strip()
    if not text:
        raise ValidationError({"answer": _("请写明情况。")})
    if len(text) > LONGEST_ANSWER:
        raise ValidationError({"answer": _("说明最多 %(n)s 字，请缩短。") % {"n": LONGEST_ANSWER}})
    visit = Visit.objects.select_for_update(of=("self",)).get(pk=visit.pk)
    marks = [each for each in visit.flags if each["code"] == code]
    if not marks:
        raise ValidationError(_("这次到访没有这项提示。"), code="no_flag")
    if all(each.get("answer") == text for each in marks):
        return visit
    for each in marks:
        each |= {"answer": text, "answered_at": clock.now().isoformat()}
    visit.save(update_fields=["flags"])
    record("visit.flag_answer", visit, by=by, district_id=visit.district_id, payload={"code": code, "answer": text})
    return visit
