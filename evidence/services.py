"""Taking in, rendering and serving photos and papers. Owners check who may see what before they call ``serve``."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import filetype
from django.db import IntegrityError, transaction
from django.db.models import Sum

from common import clock
from evidence import documents, guard, names, recordings, storage
from evidence.models import File, Photo, Recording
from evidence.plausibility import plausibility
from evidence.refusals import MEGABYTE, refusal
from evidence.rendering import render, render_missing, set_caption
from evidence.serving import serve, serve_file, serve_recording

__all__ = [
    "plausibility",
    "render",
    "render_missing",
    "serve",
    "serve_file",
    "serve_recording",
    "set_caption",
    "store",
    "store_file",
    "store_recording",
]

MAX_PHOTO_BYTES = 15 * MEGABYTE
MAX_FILE_BYTES = 20 * MEGABYTE
MAX_BYTES_PER_DAY = 300 * MEGABYTE
PHOTO_TYPES = {"image/jpeg", "image/png", "image/webp", "image/heic"}


def store(stream, *, sha256: str, size: int, by) -> Photo:
    """Keep a photo and say which row it is; the same content twice is one row, whoever sends it.

    The bytes are on the disk before the row is written. ``ValidationError`` with a code of ``evidence.refusals``; ``StorageFull``.
    """
    if not storage.SHA256.fullmatch(sha256):
        raise refusal("bad_sha256")
    with taken_in(stream, limit=MAX_PHOTO_BYTES, size=size, sha256=sha256) as received:
        known = Photo.objects.filter(sha256=sha256).first()
        if known and storage.original_path(sha256).exists():
            return known
        check_quota(by, received.size)
        details = inspect(received.path)
        storage.place(received.path, storage.original_path(sha256))
        return known or create_photo(received, details, by=by)


@contextmanager
def taken_in(stream, *, limit: int, size: int | None = None, sha256: str | None = None) -> Iterator[storage.Received]:
    """What arrived, once it is complete: neither empty nor too big, of the stated length and hash."""
    if size is not None and size > limit:
        raise refusal("too_big", limit=limit // MEGABYTE)
    try:
        with storage.received(stream, limit=limit) as received:
            check_complete(received, size=size, sha256=sha256)
            yield received
    except storage.TooLong:
        raise refusal("too_big", limit=limit // MEGABYTE) from None


def check_complete(received: storage.Received, *, size: int | None, sha256: str | None) -> None:
    if size is not None and received.size != size:
        raise refusal("size_mismatch", received=received.size, stated=size)
    if sha256 is not None and received.sha256 != sha256:
        raise refusal("sha256_mismatch")
    if not received.size:
        raise refusal("empty")


def check_quota(by, size: int) -> None:
    """Photos and papers that one person has sent this Beijing day, together with what is coming."""
    if by is None:
        return
    begin = clock.at(clock.today())
    sent = {"uploaded_by": by, "received_at__gte": begin, "received_at__lt": begin + dt.timedelta(days=1)}
    total = sum(model.objects.filter(**sent).aggregate(total=Sum("size"))["total"] or 0 for model in (Photo, File, Recording))
    if total + size > MAX_BYTES_PER_DAY:
        raise refusal("daily_limit", limit=MAX_BYTES_PER_DAY // MEGABYTE)


def inspect(path: Path) -> dict:
    """What the picture is and what its device states, as fields of a ``Photo``; it has been decoded to its last byte."""
    mime = filetype.guess_mime(str(path))
    if mime == "image/apng":
        raise refusal("animated")
    if mime not in PHOTO_TYPES:
        raise refusal("not_a_photo")
    found = guard.decode("check", path=str(path), mime=mime)
    if "error" in found:
        raise refusal(found["error"])
    taken_at, (lon, lat) = found.get("taken_at"), found.get("place") or (None, None)
    return {
        "mime": mime,
        "width": found["width"],
        "height": found["height"],
        "stated_taken_at": dt.datetime.fromisoformat(taken_at) if taken_at else None,
        "stated_lon": lon,
        "stated_lat": lat,
        "stated_model": found.get("model", ""),
        "likeness": found.get("likeness"),
    }


def create_photo(received: storage.Received, details: dict, *, by) -> Photo:
    try:
        with transaction.atomic():
            return Photo.objects.create(sha256=received.sha256, size=received.size, received_at=clock.now(), uploaded_by=by, **details)
    except IntegrityError:
        return Photo.objects.get(sha256=received.sha256)


def store_file(stream, *, name: str, by, size: int | None = None, sha256: str | None = None) -> File:
    """Keep a paper or sheet (佐证材料). ``name`` is what the sender calls it; the type is told from the content."""
    with taken_in(stream, limit=MAX_FILE_BYTES, size=size, sha256=sha256) as received:
        check_quota(by, received.size)
        mime, extension = documents.recognise(received.path, name)
        storage.place(received.path, storage.file_path(received.sha256))
        return File.objects.create(
            sha256=received.sha256, size=received.size, mime=mime, name=names.clean(name, extension), received_at=clock.now(), uploaded_by=by
        )


def store_recording(stream, *, sha256: str, size: int, by) -> Recording:
    """Keep a spoken memo; the same content twice is one row. Refusals as for photos."""
    if not storage.SHA256.fullmatch(sha256):
        raise refusal("bad_sha256")
    with taken_in(stream, limit=recordings.MAX_BYTES, size=size, sha256=sha256) as received:
        known = Recording.objects.filter(sha256=sha256).first()
        if known and storage.file_path(sha256).exists():
            return known
        check_quota(by, received.size)
        mime = recordings.recognise(received.path)
        storage.place(received.path, storage.file_path(sha256))
        return known or recordings.create(received, mime, by=by)
