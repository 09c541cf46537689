"""Spoken memos: kept byte by byte like photos, told by their content, given out as sound and nothing else."""

import filetype
from django.db import IntegrityError, transaction

from common import clock
from evidence import names, storage
from evidence.models import Recording
from evidence.refusals import MEGABYTE, refusal

MAX_BYTES = 3 * MEGABYTE
MAX_SECONDS = 120
KINDS = {
    "audio/webm": "audio/webm",
    "video/webm": "audio/webm",
    "audio/mp4": "audio/mp4",
    "video/mp4": "audio/mp4",
    "audio/x-m4a": "audio/mp4",
    "video/x-m4v": "audio/mp4",
    "audio/ogg": "audio/ogg",
    "application/ogg": "audio/ogg",
    "audio/aac": "audio/aac",
    "audio/amr": "audio/amr",
}
"""What ``filetype`` says → what we call it. A container does not tell sound from pictures; it is only ever played as sound."""
EXTENSIONS = {"audio/webm": ".webm", "audio/mp4": ".m4a", "audio/ogg": ".ogg", "audio/aac": ".aac", "audio/amr": ".amr"}


def recognise(path) -> str:
    mime = KINDS.get(filetype.guess_mime(str(path)) or "")
    if mime is None:
        raise refusal("not_a_recording")
    return mime


def create(received: storage.Received, mime: str, *, by) -> Recording:
    try:
        with transaction.atomic():
            return Recording.objects.create(sha256=received.sha256, size=received.size, mime=mime, received_at=clock.now(), uploaded_by=by)
    except IntegrityError:
        return Recording.objects.get(sha256=received.sha256)


def file_name(recording: Recording, name: str) -> str:
    return names.clean(name, EXTENSIONS[recording.mime])
