"""Pictures of devices. Their bytes are on the disk before a message is answered; they become evidence when somebody looks, or by the scan.

Decoding a picture costs more than everything else of an alarm, and a thousand alarms may come in a minute.
"""

import hashlib
import io
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

import evidence.services
from alarms.models import AlarmSignal, SignalPicture
from evidence import storage

LARGEST = 8 * 1024 * 1024
AT_ONCE = 50


def keep(contents) -> list[tuple[str, int]]:
    """Hash and size of each picture, once its bytes are safe."""
    return [_keep(content) for content in contents if len(content) <= LARGEST]


def _keep(content: bytes) -> tuple[str, int]:
    sha256 = hashlib.sha256(content).hexdigest()
    if not waiting_path(sha256).exists():
        with storage.received(io.BytesIO(content), limit=LARGEST) as received:
            storage.place(received.path, waiting_path(sha256))
    return sha256, len(content)


def waiting_path(sha256: str) -> Path:
    return Path(settings.MEDIA_ROOT) / "alarms" / sha256[:2] / sha256


def announce(signal: AlarmSignal, kept) -> None:
    rows = [SignalPicture(signal=signal, sha256=sha256, size=size, position=n) for n, (sha256, size) in enumerate(dict(kept).items())]
    SignalPicture.objects.bulk_create(rows)


def look_through(*, at_most: int = AT_ONCE) -> int:
    """Take the waiting pictures into evidence; how many were."""
    waiting = list(SignalPicture.objects.filter(photo=None, refused="").order_by("pk")[:at_most])
    for picture in waiting:
        take_in(picture)
    return len(waiting)


def take_in(picture: SignalPicture) -> SignalPicture:
    """As evidence, or with the reason why it is none. Whoever looks at a picture that still waits does it himself."""
    path = waiting_path(picture.sha256)
    try:
        with path.open("rb") as stream:
            picture.photo = evidence.services.store(stream, sha256=picture.sha256, size=picture.size, by=None)
    except ValidationError as refused:
        picture.refused = " ".join(refused.messages)[:200]
    except FileNotFoundError:
        picture.refused = str(_("图片文件已不在服务器上。"))
    SignalPicture.objects.filter(pk=picture.pk, photo=None).update(photo=picture.photo, refused=picture.refused)
    if not SignalPicture.objects.filter(sha256=picture.sha256, photo=None, refused="").exists():
        path.unlink(missing_ok=True)
    return picture
