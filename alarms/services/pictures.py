"""Pictures of devices. Their bytes are on the disk before a message is answered; they become evidence when somebody looks, or by the scan.

Decoding a picture costs more than everything else of an alarm, and a thousand alarms may come in a minute.
"""

import hashlib
import io
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

import evidence.services
from alarms.models import AlarmSignal, SignalPicture
from common import language
from common.errors import StorageFull
from evidence import storage
from evidence.models import Photo

LARGEST = 8 * 1024 * 1024
AT_ONCE = 50


@dataclass(frozen=True)
class Kept:
    """A picture whose bytes are safe, or ``refused`` with the reason: the alarm does not wait for it."""

    sha256: str
    size: int
    refused: str = ""


def keep(contents) -> list[Kept]:
    """Each picture once, however often the message has it."""
    with language.official():
        return list({each.sha256: each for each in map(_keep, contents)}.values())


def _keep(content: bytes) -> Kept:
    sha256 = hashlib.sha256(content).hexdigest()
    if len(content) > LARGEST:
        return Kept(sha256, len(content), refused=_("图片超过 %(n)s MB，没有保存。") % {"n": LARGEST // 1024 // 1024})
    try:
        if not waiting_path(sha256).exists():
            with storage.received(io.BytesIO(content), limit=LARGEST) as received:
                storage.place(received.path, waiting_path(sha256))
    except StorageFull:
        return Kept(sha256, len(content), refused=_("服务器存储空间不足，图片没有保存。"))
    return Kept(sha256, len(content))


def waiting_path(sha256: str) -> Path:
    return Path(settings.MEDIA_ROOT) / "alarms" / sha256[:2] / sha256


def announce(signal: AlarmSignal, kept: list[Kept]) -> None:
    rows = [SignalPicture(signal=signal, sha256=each.sha256, size=each.size, refused=each.refused, position=n) for n, each in enumerate(kept)]
    SignalPicture.objects.bulk_create(rows)


def look_through(*, at_most: int = AT_ONCE) -> int:
    """Take the waiting pictures into evidence; how many were. Those for which the disk has no room wait on."""
    waiting = SignalPicture.objects.filter(photo=None, refused="").order_by("pk")[:at_most]
    return sum(not take_in(picture).is_waiting for picture in list(waiting))


def take_in(picture: SignalPicture) -> SignalPicture:
    """As evidence, or with the reason why it is none; on a full disk it waits on. Whoever looks at a picture that still waits does it himself.

    Whoever took in the same picture of another signal may have removed the file without having seen this one, which was not committed yet.
    """
    path = waiting_path(picture.sha256)
    try:
        with path.open("rb") as stream:
            picture.photo = evidence.services.store(stream, sha256=picture.sha256, size=picture.size, by=None)
    except ValidationError as refused:
        picture.refused = " ".join(refused.messages)[:200]
    except FileNotFoundError:
        picture.photo = Photo.objects.filter(sha256=picture.sha256).first()
        picture.refused = "" if picture.photo else str(_("图片文件已不在服务器上。"))
    except StorageFull:
        return picture
    SignalPicture.objects.filter(pk=picture.pk, photo=None).update(photo=picture.photo, refused=picture.refused)
    if not SignalPicture.objects.filter(sha256=picture.sha256, photo=None, refused="").exists():
        path.unlink(missing_ok=True)
    return picture
