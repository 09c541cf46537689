"""Where bytes lie below MEDIA_ROOT, and how they get there so that an acknowledged file survives a power cut.

``tmp/`` receives, ``orig/ab/cd/<sha256>`` keeps originals, ``files/ab/cd/<sha256>`` papers, ``display/ab/cd/<sha256>-<variant>.jpg`` copies.
"""

import errno
import hashlib
import os
import re
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from common.errors import StorageFull

CHUNK = 256 * 1024
FULL = {errno.ENOSPC, errno.EFBIG, errno.EDQUOT}
SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Received:
    path: Path
    size: int
    sha256: str


class TooLong(Exception):
    """The stream goes on beyond the limit."""


def original_path(sha256: str) -> Path:
    return _place("orig", sha256)


def file_path(sha256: str) -> Path:
    return _place("files", sha256)


def display_path(sha256: str, variant: str) -> Path:
    return _place("display", sha256).with_name(f"{sha256}-{variant}.jpg")


def _place(folder: str, sha256: str) -> Path:
    if not SHA256.fullmatch(sha256):
        raise ValueError("Not a sha256 in lower-case hexadecimal digits.")
    return Path(settings.MEDIA_ROOT) / folder / sha256[:2] / sha256[2:4] / sha256


@contextmanager
def full_disk_named() -> Iterator[None]:
    """A disk, quota or file-size limit that is reached becomes ``StorageFull``; other errors stay what they are."""
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise StorageFull() from error
        raise


@contextmanager
def received(stream, *, limit: int) -> Iterator[Received]:
    """The stream as a synced temporary file with its size and hash; removed at the end unless it was placed. ``TooLong``, ``StorageFull``."""
    folder = Path(settings.MEDIA_ROOT) / "tmp"
    folder.mkdir(mode=0o750, parents=True, exist_ok=True)
    with full_disk_named():
        handle, name = tempfile.mkstemp(dir=folder)
    path = Path(name)
    try:
        with full_disk_named(), os.fdopen(handle, "wb") as out:
            size, digest = _copy(stream, out, limit)
            out.flush()
            os.fchmod(out.fileno(), 0o640)
            os.fsync(out.fileno())
        yield Received(path, size, digest)
    finally:
        path.unlink(missing_ok=True)


def _copy(stream, out, limit: int) -> tuple[int, str]:
    size, digest = 0, hashlib.sha256()
    while chunk := stream.read(CHUNK):
        size += len(chunk)
        if size > limit:
            raise TooLong
        digest.update(chunk)
        out.write(chunk)
    return size, digest.hexdigest()


def place(source: Path, target: Path) -> None:
    """Move a synced file to its name and sync the folders, so that the name survives as well as the bytes."""
    with full_disk_named():
        fresh = [folder for folder in target.parents if not folder.exists()]
        target.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
        source.replace(target)
        for folder in {target.parent, *(folder.parent for folder in fresh)}:
            _sync(folder)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def digest_of(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def sweep_temporary(*, older_than_seconds: int = 3600) -> int:
    """Remove what killed processes have left in ``tmp/``; how many."""
    folder = Path(settings.MEDIA_ROOT) / "tmp"
    old = [path for path in folder.glob("*") if path.stat().st_mtime < time.time() - older_than_seconds]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)
