"""Jobs from waiting to done, and the audited way out for every export."""

import logging
import uuid
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import DateTimeField, ExpressionWrapper, F
from django.db.models.functions import Now
from django.http import HttpResponse
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit import services as audit
from common import clock, language
from common.errors import Conflict
from common.media_types import XLSX
from notices import services as notices
from sheets import files, tasks
from sheets.models import Job
from sheets.writing import Workbook

log = logging.getLogger(__name__)
LEASE = timedelta(seconds=180)
"""A job whose worker has not called progress() for so long is given to another worker."""
MAX_ATTEMPTS = 3
MIME = {".xlsx": XLSX, ".csv": "text/csv; charset=utf-8"}


class LostClaim(Conflict):
    """Another worker has the job now; this one stops without a trace."""


@dataclass(frozen=True)
class Result:
    """What a runner gives back: a workbook or bytes to download, or only a message (imports)."""

    content: Workbook | bytes | None = None
    filename: str = ""
    row_count: int = 0
    filters: str = ""
    message: str = ""


# --- jobs ---------------------------------------------------------------------------------------------------------------------------
def start(kind: str, *, params: dict, by, district_id: int = 0, title: str = "") -> Job:
    """Put a job in the queue. ``settings.SHEET_JOBS[kind]`` is the dotted path of ``runner(job) -> Result | None``."""
    if kind not in runners():
        raise ValueError(f"{kind!r} is not in settings.SHEET_JOBS")
    job = Job.objects.create(
        kind=kind, title=str(title or kind)[:120], params=params, requested_by=by, district_id=district_id or 0, created_at=clock.now()
    )
    transaction.on_commit(nudge, robust=True)
    return job


def runners() -> dict[str, str]:
    return getattr(settings, "SHEET_JOBS", {})


def nudge() -> None:
    """May fail: the scan finds the job."""
    tasks.run_waiting_jobs.apply_async(retry=False, ignore_result=True)


def run_waiting(*, at_most: int = 20) -> int:
    """Run what is waiting or was left behind; how many were run."""
    count = 0
    while count < at_most and (job := claim_next()):
        run(job)
        count += 1
    files.clear_old()
    return count


def claim_next() -> Job | None:
    for pk in Job.objects.claimable().order_by("pk").values_list("pk", flat=True)[:20]:
        if job := claim(pk):
            return job
    return None


def claim(pk: int) -> Job | None:
    """Take the job, unless somebody else was faster."""
    token = uuid.uuid4().hex
    taken = Job.objects.claimable().filter(pk=pk)
    if taken.update(state=Job.State.RUNNING, claimed_by=token, lease_until=_lease_end(), attempts=F("attempts") + 1, progress=0):
        return Job.objects.get(pk=pk)
    return None


def run(job: Job) -> Job:
    """Run one job to its end; its outcome is in the row that comes back. An error that is not the person's fault is raised after it is noted."""
    claimed = job if job.state == Job.State.RUNNING else claim(job.pk)
    if claimed is None:
        raise Conflict(_("这项任务已由别处处理"))
    if claimed.attempts > MAX_ATTEMPTS:
        return fail(claimed, _("处理多次中断，请缩小范围后再试，或联系管理员"))
    try:
        with language.of(claimed.requested_by):
            finish(claimed, import_string(runners()[claimed.kind])(claimed) or Result())
    except LostClaim:
        log.warning("job %s was taken by another worker", claimed.pk)
    except ValidationError as refused:
        fail(claimed, _("；").join(refused.messages))
    except Exception:
        fail(claimed, _("处理时出错，管理员可在运行日志中查看原因（任务 %(number)s）") % {"number": claimed.pk})
        raise
    claimed.refresh_from_db()
    return claimed


def progress(job: Job, done: int, total: int) -> None:
    """Show how far the job is and keep the claim. Call it outside transactions, every few hundred rows. Raises LostClaim."""
    _own(job, progress=done, total=total, lease_until=_lease_end())
    job.progress, job.total = done, total


def finish(job: Job, result: Result) -> None:
    path = ""
    if result.content is not None:
        content = audited(
            result.content, by=job.requested_by, kind=job.kind, filters=result.filters, row_count=result.row_count, district_id=job.district_id
        )
        path = files.store_export(content, job=job, filename=result.filename)
    try:
        _end(job, Job.State.DONE, result_path=path, result_name=result.filename, message=result.message)
    except LostClaim:
        files.remove(path)
        raise


def fail(job: Job, reason: str) -> Job:
    try:
        _end(job, Job.State.FAILED, error=reason)
    except LostClaim:
        log.warning("job %s was taken by another worker", job.pk)
    return job


@transaction.atomic
def _end(job: Job, state: str, **fields) -> None:
    _own(job, state=state, finished_at=clock.now(), lease_until=None, **fields)
    for name, value in {"state": state, **fields}.items():
        setattr(job, name, value)
    text = gettext_lazy("“%(title)s”已完成") if state == Job.State.DONE else gettext_lazy("“%(title)s”没有完成")
    notices.queue(
        to=[job.requested_by],
        title=lambda: text % {"title": job.title},
        body=job.error or job.message,
        url=reverse("sheets:job", args=[job.pk]),
        dedup_key=f"sheet-job:{job.pk}",
        kind="job",
        district_id=job.district_id,
    )


def _own(job: Job, **fields) -> None:
    if not Job.objects.filter(pk=job.pk, state=Job.State.RUNNING, claimed_by=job.claimed_by).update(**fields):
        raise LostClaim(_("这项任务已由别处处理"))


def _lease_end():
    return ExpressionWrapper(Now() + LEASE, output_field=DateTimeField())


# --- exports ------------------------------------------------------------------------------------------------------------------------
def export_response(content: Workbook | bytes, filename: str, *, by, kind: str, filters: str, row_count: int, district_id: int) -> HttpResponse:
    """The file as a download, after the export is in the audit chain. Given a Workbook, its footer gets who, filter and audit number."""
    content = audited(content, by=by, kind=kind, filters=filters, row_count=row_count, district_id=district_id)
    return attachment(content.bytes() if isinstance(content, Workbook) else content, filename)


def audited(content: Workbook | bytes, *, by, kind: str, filters: str, row_count: int, district_id: int) -> Workbook | bytes:
    """Audited before the file is written: the footer shows the number, and a chain is not locked while a long sheet is written."""
    payload = {"kind": kind, "filters": str(filters), "rows": row_count}
    event = audit.record("export", "sheets.export", by=by, district_id=district_id or 0, payload=payload)
    if isinstance(content, Workbook):
        content.by, content.filters, content.audit_no = str(by or _("系统")), str(filters), f"{event.district_id}-{event.seq}"
    return content


def attachment(content: bytes, filename: str) -> HttpResponse:
    name = files.safe_name(filename)
    headers = {
        "Content-Disposition": content_disposition_header(True, name),
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
    }
    return HttpResponse(content, content_type=MIME.get(Path(name).suffix, "application/octet-stream"), headers=headers)


def download(job: Job, *, by) -> Path:
    """Where the finished file lies; the download goes into the audit chain. Raises ValidationError when it has been cleared away."""
    path = files.path_of(job.result_path)
    if path is None:
        raise ValidationError(_("文件已过保留期（7 天），请重新导出"), code="gone")
    audit.record("download", job, by=by, district_id=job.district_id, payload={"kind": job.kind, "name": job.result_name})
    return path
