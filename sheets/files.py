"""Files of this app below MEDIA_ROOT: ``exports/<job>-<secret>/`` for a week, ``imports/<person>/<token>`` for an hour."""

import re
import shutil
import time
import uuid
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from common import clock
from sheets.cells import INVISIBLE
from sheets.models import Job
from sheets.opening import content_of
from sheets.writing import Workbook

EXPORTS_KEPT = timedelta(days=7)
IMPORTS_KEPT = timedelta(hours=1)


def root(name: str) -> Path:
    return Path(settings.MEDIA_ROOT) / name


def safe_name(name: str) -> str:
    """A file name every system takes."""
    return re.sub(r'[\\/:*?"<>|\n\t]', "_", INVISIBLE.sub("", str(name))).strip(" .")[-120:] or "export.xlsx"


# --- exports ------------------------------------------------------------------------------------------------------------------------
def store_export(content: Workbook | bytes, *, job: Job, filename: str) -> str:
    """Path below MEDIA_ROOT. Written by rename, so that nobody downloads half a file; a workbook as it grows, so that it never lies in memory."""
    folder = root("exports") / f"{job.pk}-{uuid.uuid4().hex}"
    folder.mkdir(parents=True)
    target = folder / ("result" + Path(safe_name(filename)).suffix)
    fresh = target.with_suffix(".new")
    with ExitStack() as undo:
        undo.callback(shutil.rmtree, folder)
        with fresh.open("wb") as file:
            content.write(file) if isinstance(content, Workbook) else file.write(content)
        undo.pop_all()
    fresh.replace(target)
    return target.relative_to(settings.MEDIA_ROOT).as_posix()


def path_of(relative: str) -> Path | None:
    path = Path(settings.MEDIA_ROOT) / relative
    return path if relative and path.is_file() else None


def remove(relative: str) -> None:
    if path := path_of(relative):
        path.unlink()
        path.parent.rmdir()


def clear_old() -> None:
    """Personal data does not lie about: exports go after a week, uploads nobody confirmed after an hour."""
    for job in Job.objects.exclude(result_path="").filter(finished_at__lt=clock.now() - EXPORTS_KEPT):
        remove(job.result_path)
        Job.objects.filter(pk=job.pk).update(result_path="")
    for file in root("imports").glob("*/*"):
        if not _fresh(file):
            file.unlink(missing_ok=True)


# --- uploads between preview and confirmation ---------------------------------------------------------------------------------------
def keep_upload(upload, *, by) -> str:
    """Lay the upload aside and return its token."""
    token = uuid.uuid4().hex
    folder = root("imports") / str(by.pk)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / token).write_bytes(content_of(upload))
    return token


def kept_upload(token: str, *, by) -> Path:
    """The person's own upload of the last hour. Raises ValidationError."""
    path = root("imports") / str(by.pk) / token
    if not re.fullmatch(r"[0-9a-f]{32}", token) or not path.is_file() or not _fresh(path):
        raise ValidationError(_("上传的文件已过期（保留 1 小时），请重新上传"), code="gone")
    return path


def discard_upload(token: str, *, by) -> None:
    if re.fullmatch(r"[0-9a-f]{32}", token):
        (root("imports") / str(by.pk) / token).unlink(missing_ok=True)


def _fresh(path: Path) -> bool:
    """By the file's own time: the demonstration clock must not end an upload."""
    return time.time() - path.stat().st_mtime < IMPORTS_KEPT.total_seconds()
