"""Photos taken on the spot: stored before their words, linked once however often they are sent."""

import hashlib

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

import evidence.services
from alarms import access
from alarms.models import Alarm, AlarmPhoto
from common import clock
from common.errors import NotYourRole

MOST = 9


def upload(alarm: Alarm, file, *, by) -> AlarmPhoto:
    if not access.is_crew(by, alarm):
        raise NotYourRole(_("现场照片由处置人员上传。"))
    if alarm.photos.filter(step=None, uploaded_by=by).count() >= MOST:
        raise ValidationError(_("照片最多 %(n)s 张。") % {"n": MOST}, code="too_many")
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    photo = evidence.services.store(file, sha256=digest.hexdigest(), size=file.size, by=by)
    return AlarmPhoto.objects.get_or_create(alarm=alarm, photo=photo, defaults={"uploaded_by": by, "at": clock.now()})[0]


def waiting(alarm: Alarm, *, by):
    return alarm.photos.filter(step=None, uploaded_by=by)
