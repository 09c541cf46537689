"""Papers handed in with a form that came back: the server holds them already, the form names them by a signed word."""

from dataclasses import dataclass, field

from django.core import signing
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

import evidence.services
from common.errors import StorageFull
from evidence.models import File

SALT = "scorecards.kept-file"


@dataclass
class Kept:
    files: list[File] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def tell(self, form) -> None:
        """Why some were not taken, at the form's field."""
        for error in self.errors:
            form.add_error("evidence", error)

    @property
    def words(self) -> list[tuple[str, File]]:
        """Fields of the form that comes back."""
        return [(signing.dumps([file.pk, file.uploaded_by_id], salt=SALT), file) for file in self.files]


def keep_files(request, *, most: int) -> Kept:
    """Papers that an earlier round of this form left here, and those that come with it now; equal bytes once. Of a single one the newest."""
    kept, fresh = Kept(), []
    for upload in request.FILES.getlist("evidence")[: most + 1]:
        try:
            file = evidence.services.store_file(upload, name=upload.name, size=upload.size, by=request.user)
        except (ValidationError, StorageFull) as refused:
            reason = _("；").join(refused.messages) if isinstance(refused, ValidationError) else str(refused)
            kept.errors.append(_("“%(name)s”没有收下：%(reason)s") % {"name": upload.name[:60], "reason": reason})
        else:
            fresh.append(file)
    earlier = [] if most == 1 and fresh else _before(request, most)
    kept.files = list({each.sha256: each for each in (*earlier, *fresh)}.values())
    if len(kept.files) > most:
        kept.errors.append(_("佐证材料最多 %(n)s 份。") % {"n": most})
    return kept


def _before(request, most: int) -> list[File]:
    keys = []
    for word in request.POST.getlist("kept")[: most + 1]:
        try:
            key, owner = signing.loads(word, salt=SALT)
        except (signing.BadSignature, ValueError, TypeError):
            continue
        if owner == request.user.pk:
            keys.append(key)
    found = File.objects.in_bulk(keys)
    return [found[key] for key in dict.fromkeys(keys) if key in found]
