"""From a posted form to a finding: photos are stored first, so that a form that comes back has lost nothing."""

import hashlib
from dataclasses import dataclass, field

from django.core import signing
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

import evidence.services
from common.errors import Conflict, StorageFull
from common.forms import add_refusal
from evidence.models import Photo
from inspections.services.photos import MAX_PHOTOS
from inspections.services.submit import Submission, take_in

SALT = "inspections.kept-photo"


@dataclass
class Kept:
    """Photos of this form that the server already holds. ``tokens`` go into hidden fields and prove whose they are.

    ``owed``: entries of photos that are still on the phone and follow by themselves.
    """

    photos: list[Photo] = field(default_factory=list)
    owed: list[dict] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def add(self, photo: Photo, *, by) -> None:
        if photo.sha256 not in {each.sha256 for each in self.photos}:
            self.photos.append(photo)
            self.tokens.append(signing.dumps([photo.sha256, by.pk], salt=SALT))

    @property
    def announced(self) -> list[dict]:
        here = [{"sha256": photo.sha256, "size": photo.size} for photo in self.photos]
        return (here + [each for each in self.owed if each["sha256"] not in {photo.sha256 for photo in self.photos}])[: max(len(here), MAX_PHOTOS)]


def keep_photos(request) -> Kept:
    """Photos kept by an earlier round of this form, and those that come with it now."""
    kept = Kept()
    for photo in _kept_before(request):
        kept.add(photo, by=request.user)
    stated = set(request.POST.getlist("photos_sha256"))
    for file in request.FILES.getlist("photos")[: MAX_PHOTOS + 1]:
        try:
            kept.add(_store(file, stated, by=request.user), by=request.user)
        except (ValidationError, StorageFull) as refused:
            reason = _("；").join(refused.messages) if isinstance(refused, ValidationError) else str(refused)
            kept.errors.append(_("“%(name)s”没有收下：%(reason)s") % {"name": file.name[:60], "reason": reason})
    if len(kept.photos) > MAX_PHOTOS:
        kept.errors.append(_("照片最多 %(n)s 张。") % {"n": MAX_PHOTOS})
    return kept


def _kept_before(request) -> list[Photo]:
    hashes = []
    for token in request.POST.getlist("kept")[: MAX_PHOTOS + 1]:
        try:
            sha256, owner = signing.loads(token, salt=SALT)
        except (signing.BadSignature, ValueError, TypeError):
            continue
        if owner == request.user.pk:
            hashes.append(sha256)
    found = {photo.sha256: photo for photo in Photo.objects.filter(sha256__in=hashes)}
    return [found[sha256] for sha256 in hashes if sha256 in found]


def _store(file, stated: set[str], *, by) -> Photo:
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    if stated and digest.hexdigest() not in stated:
        raise ValidationError(_("收到的内容与选中的照片不一致，请重新选择。"), code="sha256_mismatch")
    file.seek(0)
    return evidence.services.store(file, sha256=digest.hexdigest(), size=file.size, by=by)


def submit_form(form, kept: Kept, *, by) -> Submission | None:
    """The stored finding; None with the reasons in the form."""
    for error in kept.errors:
        form.add_error("photos", error)
    if not form.is_valid():
        return None
    try:
        shown = {photo.sha256 for photo in kept.photos}
        return take_in(form.report() | {"photos": kept.announced}, by=by, shown=shown)
    except ValidationError as refused:
        add_refusal(form, refused)
    except Conflict as conflict:
        form.add_error(None, str(conflict))
    return None
