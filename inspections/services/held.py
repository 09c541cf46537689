"""Reports from an offline queue that cannot become rows yet are kept, never refused (design 5: 202)."""

import datetime as dt
import hashlib
import math
import re

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

import evidence.services
from audit import canonical
from audit.services import record
from common import clock
from common.errors import Conflict
from evidence.models import Photo, Recording
from inspections.models import Finding, HeldSubmission
from inspections.words import HeldKind

SHA256 = re.compile(r"[0-9a-f]{64}")


@transaction.atomic
def hold(payload: dict, *, uuid, errors: dict, by, kind: HeldKind = HeldKind.FINDING) -> HeldSubmission:
    """Keep a submission word for word with the reasons it needs repair. Sent again, the newest wording and reasons stand.

    A report that its author has repaired meanwhile is a row: nothing is kept beside it (``Conflict``, with what is stored).
    """
    payload, errors = _storable(payload), _storable(errors)
    held, _created = HeldSubmission.objects.update_or_create(
        author=by,
        uuid=uuid,
        defaults={
            "kind": kind,
            "payload": payload,
            "payload_sha256": _digest(payload),
            "errors": errors,
            "received_at": clock.now(),
            "resolved_at": None,
        },
    )
    if kind == HeldKind.FINDING and (finding := Finding.objects.filter(uuid=uuid, reporter=by).first()):
        raise Conflict(_("这一条已经在服务器上，手机上的内容没有再收一次，请核对。"), code="payload_conflict", finding=finding)
    record(f"{kind}.held", held, by=by, payload={"errors": list(errors)})
    return held


def _digest(payload) -> str:
    return hashlib.sha256(canonical.dumps(_jsonable(payload)).encode()).hexdigest()


def resolve(*, uuid, by) -> list[str]:
    """The repaired report has become a row. Gives back the photos that its author has shown with it."""
    kept = HeldSubmission.objects.filter(author=by, uuid=uuid).first() if by else None
    if kept is None:
        return []
    if kept.resolved_at is None:
        HeldSubmission.objects.waiting().filter(pk=kept.pk).update(resolved_at=clock.now())
    return kept.shown


def store_photo(kept: HeldSubmission, stream, *, sha256: str, size: int, by, replaces: str = "") -> None:
    """Bytes of a photo that a kept submission announces: linked when the submission becomes a row.

    ``replaces``: an announced photo that was too big for the way and has not arrived; this smaller picture takes its place (trust B13).
    """
    if sha256 not in announced(kept) and replaces not in photos_missing(kept):
        raise ValidationError(_("这张照片不在上报内容里，请检查后重新上报。"), code="not_announced")
    evidence.services.store(stream, sha256=sha256, size=size, by=by)
    with transaction.atomic():
        fresh = HeldSubmission.objects.select_for_update(of=("self",)).get(pk=kept.pk)
        if sha256 not in fresh.shown:
            fresh.shown = [*fresh.shown, sha256]
        is_new = sha256 not in announced(fresh) and replaces in announced(fresh)
        if is_new:
            _swap(fresh, replaces, sha256=sha256, size=size)
        fresh.save(update_fields=["shown", "payload", "payload_sha256"])
        if is_new:
            record(f"{fresh.kind}.photo_smaller", fresh, by=by, payload={"from": replaces, "to": sha256})
    kept.shown, kept.payload = fresh.shown, fresh.payload


def _swap(kept: HeldSubmission, old: str, *, sha256: str, size: int) -> None:
    entries = kept.payload["photos"]
    swapped = [each | {"sha256": sha256, "size": size} if isinstance(each, dict) and each.get("sha256") == old else each for each in entries]
    kept.payload = kept.payload | {"photos": swapped}
    kept.payload_sha256 = _digest(kept.payload)


def store_voice(kept: HeldSubmission, stream, *, sha256: str, size: int, by) -> None:
    if sha256 not in announced(kept, "voices"):
        raise ValidationError(_("这段录音不在上报内容里，请检查后重新上报。"), code="not_announced")
    evidence.services.store_recording(stream, sha256=sha256, size=size, by=by)


def announced(kept: HeldSubmission, name: str = "photos") -> list[str]:
    """sha256 of the photos (or ``voices``) in a kept submission, however broken the rest of it is."""
    entries = kept.payload.get(name) if isinstance(kept.payload, dict) else None
    found = [entry.get("sha256") for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []
    return [sha256 for sha256 in found if isinstance(sha256, str) and SHA256.fullmatch(sha256)]


def photos_missing(kept: HeldSubmission) -> list[str]:
    wanted = announced(kept)
    there = {photo.sha256 for photo in photos_there(kept)}
    return [sha256 for sha256 in wanted if sha256 not in there]


def voices_missing(kept: HeldSubmission) -> list[str]:
    wanted = announced(kept, "voices")
    there = set(Recording.objects.filter(sha256__in=wanted).values_list("sha256", flat=True))
    return [sha256 for sha256 in wanted if sha256 not in there]


def photos_there(kept: HeldSubmission) -> list[Photo]:
    """Announced photos whose bytes its author has sent."""
    theirs = Q(uploaded_by=kept.author_id) | Q(sha256__in=kept.shown)
    return list(Photo.objects.filter(theirs, sha256__in=announced(kept)))


def times_of(kept: HeldSubmission) -> dict:
    """Device, sequence number and moments of the first sending, as far as they can be read: a repair does not make a find younger."""
    payload = kept.payload if isinstance(kept.payload, dict) else {}
    found: dict = {}
    for name in ("captured_at", "saved_at"):
        moment = parse_moment(payload.get(name))
        if moment:
            found[name] = moment
    if isinstance(payload.get("device_id"), str):
        found["device_id"] = payload["device_id"][:64]
    if isinstance(payload.get("seq"), int) and 0 <= payload["seq"] <= 2_147_483_647:
        found["seq"] = payload["seq"]
    return found


def parse_moment(text) -> dt.datetime | None:
    try:
        moment = parse_datetime(text) if isinstance(text, str) else None
    except ValueError:
        return None
    if moment is None:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=clock.BEIJING)
    return moment if 1970 < moment.year < 2100 else None


def _storable(value):
    """What no JSON column takes is replaced: NUL and half characters by U+FFFD, figures beyond all bounds by their text."""
    if isinstance(value, dict):
        return {_storable(str(key)): _storable(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_storable(each) for each in value]
    if isinstance(value, str):
        return value.replace("\x00", "\ufffd").encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, float) and not math.isfinite(value):
        return repr(value)
    return value


def _jsonable(value):
    if isinstance(value, dict):
        return {str(key): _jsonable(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_jsonable(each) for each in value]
    return repr(value) if isinstance(value, float) else value
