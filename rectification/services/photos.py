"""After-photos: uploaded to a task, kept until their feedback is sent, flagged where in doubt."""

import hashlib

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

import evidence.services
from audit.services import record
from common import clock
from common.errors import NotYourRole
from inspections.models import FindingPhoto
from rectification.models import Task, TaskPhoto
from rectification.services import parts
from rectification.words import TaskFlag

MAX_WAITING = 12


def upload(task: Task, stream, *, by) -> TaskPhoto:
    """Store a photo that a form has brought; its hash is ours to work out."""
    digest, size = hashlib.sha256(), 0
    for chunk in iter(lambda: stream.read(65536), b""):
        digest.update(chunk)
        size += len(chunk)
    stream.seek(0)
    return attach(task, stream, sha256=digest.hexdigest(), size=size, by=by)


def attach(task: Task, stream, *, sha256: str, size: int | None, by) -> TaskPhoto:
    """Keep a photo for this person's next feedback. The same again is one row. Raises ``NotYourRole`` and ``ValidationError``."""
    if not parts.is_party(by, task):
        raise NotYourRole(_("整改照片由承办单位上传。"))
    if waiting(task, by=by).count() >= MAX_WAITING:
        raise ValidationError({"photos": _("一次反馈最多%(n)s张照片。") % {"n": MAX_WAITING}})
    photo = evidence.services.store(stream, sha256=sha256, size=size, by=by)
    try:
        with transaction.atomic():
            return _link(task, photo, by=by)
    except IntegrityError:
        return TaskPhoto.objects.get(task=task, photo=photo, event=None)


def _link(task: Task, photo, *, by) -> TaskPhoto:
    flags = [{"code": code} for code in doubts(task, photo)]
    linked, created = TaskPhoto.objects.get_or_create(task=task, photo=photo, event=None, defaults={"uploaded_by": by, "flags": flags})
    if created:
        if not photo.caption:
            evidence.services.set_caption(photo, caption(task, photo))
        record("task.photo", task, by=by, district_id=task.district_id, payload={"sha256": photo.sha256})
    return linked


def doubts(task: Task, photo) -> list[str]:
    """Far from the place, taken at another time, or seen before in any finding or feedback."""
    finding = task.finding
    found = evidence.services.plausibility(photo, lon=finding.lon, lat=finding.lat, at=clock.now())
    before = FindingPhoto.objects.filter(sha256=photo.sha256).exists() or TaskPhoto.objects.filter(photo=photo).exists()
    return [*found, TaskFlag.REUSED] if before else found


def waiting(task: Task, *, by):
    """Photos this person has uploaded for a feedback not sent yet."""
    return TaskPhoto.objects.filter(task=task, event=None, uploaded_by=by).select_related("photo")


def discard(photo: TaskPhoto, *, by) -> None:
    """Take back a photo before its feedback is sent; the original stays in the store."""
    if photo.event_id or photo.uploaded_by_id != by.pk:
        raise NotYourRole(_("已提交的照片不能删除。"))
    photo.delete()


@transaction.atomic
def answer(photo: TaskPhoto, *, text: str, by) -> None:
    """The party's explanation of a doubt; it stays beside the photo."""
    if not parts.is_party(by, photo.task):
        raise NotYourRole(_("由承办单位说明。"))
    if not text.strip():
        raise ValidationError({"answer": _("请写明情况。")})
    locked = TaskPhoto.objects.select_for_update(of=("self",)).get(pk=photo.pk)
    for flag in locked.flags:
        flag |= {"answer": text.strip()[:300], "by": str(by), "answered_at": clock.now().isoformat()}
    locked.save(update_fields=["flags"])
    record("task.flag_answer", photo.task, by=by, district_id=photo.task.district_id, payload={"photo": photo.pk, "answer": text.strip()[:300]})


def caption(task: Task, photo) -> str:
    moment = clock.beijing(photo.stated_taken_at or photo.received_at)
    number = task.finding.number or ""
    return "\n".join(part for part in (_("%(number)s 整改后") % {"number": number}, f"{moment:%Y-%m-%d %H:%M}", str(task.organisation)) if part)
