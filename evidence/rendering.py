"""Display copies: small, without metadata, with the caption burnt in. Made by a scan, or at the first look when that comes earlier."""

import os
import tempfile
import time
from pathlib import Path

from django.conf import settings
from django.db.models import F

from common import clock
from common.errors import StorageFull
from evidence import guard, storage
from evidence.models import Photo

VARIANTS = {"1600": {"pixels": 1600, "lines": 4}, "320": {"pixels": 320, "lines": 1}}
SCAN_SECONDS = 45


def set_caption(photo: Photo, caption: str) -> None:
    """Burn other text into the display copies (lines: number, time, grid). Called by the owner when it links the photo."""
    caption = caption[: Photo._meta.get_field("caption").max_length]
    changed = Photo.objects.filter(pk=photo.pk).exclude(caption=caption)
    changed.update(caption=caption, rendered_at=None, render_error="", render_attempts=0)
    photo.refresh_from_db(fields=["caption", "rendered_at", "render_error", "render_attempts"])


def render(photo: Photo) -> bool:
    """Make the display copies anew; whether it worked. Safe to run twice and at the same time."""
    folder = Path(settings.MEDIA_ROOT) / "tmp"
    folder.mkdir(mode=0o750, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        error = _draw(photo, Path(scratch))
        if not error:
            _place(photo, Path(scratch))
    _note(photo, error)
    return not error


def _draw(photo: Photo, scratch: Path) -> str:
    source = storage.original_path(photo.sha256)
    if not source.exists():
        return "original_missing"
    targets = [{"path": str(scratch / variant), **details} for variant, details in VARIANTS.items()]
    lines = photo.caption.splitlines()
    return guard.decode("render", path=str(source), mime=photo.mime, targets=targets, caption=lines, font=guard.chinese_font()).get("error", "")


def _place(photo: Photo, scratch: Path) -> None:
    for variant in VARIANTS:
        os.chmod(scratch / variant, 0o640)
        storage.place(scratch / variant, storage.display_path(photo.sha256, variant))


def _note(photo: Photo, error: str) -> None:
    """Only while the caption is still the one that was drawn: a newer one must be drawn again."""
    same = Photo.objects.filter(pk=photo.pk, caption=photo.caption)
    if error:
        same.update(render_error=error, render_attempts=F("render_attempts") + 1)
    else:
        same.update(render_error="", render_attempts=0, rendered_at=clock.now())
    photo.refresh_from_db(fields=["caption", "rendered_at", "render_error", "render_attempts"])


def render_missing(*, seconds: float = SCAN_SECONDS) -> int:
    """Render what waits, oldest first, for about ``seconds``; how many. What is left waits for the next scan."""
    end, made = time.monotonic() + seconds, 0
    for photo in Photo.objects.unrendered().order_by("pk")[:500]:
        if time.monotonic() > end:
            break
        try:
            made += render(photo)
        except StorageFull:
            break
    storage.sweep_temporary()
    return made
