"""Answers that carry a photo or paper. The caller has checked who asks."""

from pathlib import Path

from django.conf import settings
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

from evidence import names, recordings, storage
from evidence.documents import SIMPLE
from evidence.models import File, Photo, Recording
from evidence.rendering import VARIANTS, render

SAFETY = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cache-Control": "private, no-store",
}


def serve(photo: Photo, *, variant: str, filename: str = "") -> HttpResponseBase:
    """``variant``: "320", "1600" (display copies, shown in the page) or "original" (always a download, which the caller audits)."""
    if variant == "original":
        name = names.clean(filename or photo.sha256[:16], SIMPLE[photo.mime])
        return answer(storage.original_path(photo.sha256), mime=photo.mime, name=name, attachment=True)
    if variant not in VARIANTS:
        raise Http404
    path = storage.display_path(photo.sha256, variant)
    if not (photo.rendered_at and path.exists()) and not render(photo):
        raise Http404
    return answer(path, mime="image/jpeg", name=names.clean(filename or photo.sha256[:16], ".jpg"), attachment=False)


def serve_file(file: File, *, filename: str = "") -> HttpResponseBase:
    """A paper, always as a download."""
    extension = Path(file.name).suffix
    return answer(storage.file_path(file.sha256), mime=file.mime, name=names.clean(filename or file.name, extension), attachment=True)


def serve_recording(recording: Recording, *, filename: str) -> HttpResponseBase:
    """A spoken memo, to be played in the page."""
    return answer(storage.file_path(recording.sha256), mime=recording.mime, name=recordings.file_name(recording, filename), attachment=False)


def answer(path: Path, *, mime: str, name: str, attachment: bool) -> HttpResponseBase:
    if not path.exists():
        raise Http404
    if not settings.X_ACCEL_PREFIX:
        return FileResponse(path.open("rb"), content_type=mime, filename=name, as_attachment=attachment, headers=SAFETY)
    inside = path.relative_to(settings.MEDIA_ROOT).as_posix()
    headers = {"X-Accel-Redirect": f"{settings.X_ACCEL_PREFIX.rstrip('/')}/{inside}", **SAFETY}
    return HttpResponse(content_type=mime, headers=headers | {"Content-Disposition": content_disposition_header(attachment, name)})
