"""Tasks as a sheet, equal to the screen. Long lists become a background job."""

from types import SimpleNamespace

from django.contrib.auth import get_user_model
from django.http import QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _

import sheets.services
from common import clock
from grids import scope
from inspections.exports import in_words
from rectification.rows import TaskRow, for_rows
from sheets.models import Job
from sheets.writing import Col, Workbook, csv_bytes

DIRECT_ROWS, CHUNK = 2_000, 500


def columns() -> list[Col]:
    return [
        Col(_("序号"), 6, "int"),
        Col(_("问题编号"), 14),
        Col(_("问题描述"), 40),
        Col(_("专项领域"), 14),
        Col(_("问题类型"), 20),
        Col(_("责任"), 8),
        Col(_("承办单位"), 16),
        Col(_("经办人"), 10),
        Col(_("整改类型"), 10),
        Col(_("交办日期"), 12, "date"),
        Col(_("签收日期"), 12, "date"),
        Col(_("原定期限"), 12, "date"),
        Col(_("整改期限"), 12, "date"),
        Col(_("反馈日期"), 12, "date"),
        Col(_("核查通过日期"), 12, "date"),
        Col(_("状态"), 10),
        Col(_("时限状态"), 14),
        Col(_("逾期天数"), 9, "int"),
        Col(_("返工次数"), 9, "int"),
        Col(_("延期次数"), 9, "int"),
    ]


def lines(queryset, *, by, tick=None):
    now = clock.now()
    for n, task in enumerate(for_rows(queryset.order_by("due_at", "pk")).iterator(chunk_size=CHUNK), 1):
        yield line(n, TaskRow(task, now=now))
        if tick and n % CHUNK == 0:
            tick(n)


def line(n: int, row: TaskRow) -> list:
    task, finding = row.task, row.finding
    return [
        n, finding.number or "", finding.text, finding.field.name, finding.problem_type.name, task.get_role_display(), str(task.organisation),
        str(task.handler or ""), task.get_kind_display(), _day(task.assigned_at), _day(task.accepted_at), _day(task.original_due_at), _day(task.due_at),
        _day(task.fed_back_at), _day(task.passed_at), row.state_label, row.clock, row.late_days, task.returns, task.extensions,
    ]  # fmt: skip


def _day(moment):
    return clock.beijing(moment).date() if moment else None


def content(queryset, *, by, form: str, tick=None):
    rows = lines(queryset, by=by, tick=tick)
    if form == "csv":
        return csv_bytes(columns(), rows)
    as_of = _("截至 %(moment)s") % {"moment": f"{clock.beijing(clock.now()):%Y-%m-%d %H:%M}"}
    return Workbook(_("大气污染防治整改任务清单")).sheet(_("整改任务"), columns=columns(), rows=rows, as_of=as_of)


def file_name(form: str) -> str:
    return f"{_('整改任务')}-{clock.today():%Y%m%d}.{form}"


def is_long(queryset) -> bool:
    return queryset.order_by().values("pk")[: DIRECT_ROWS + 1].count() > DIRECT_ROWS


def district_of(by) -> int:
    return min(scope.rights(by).district_ids, default=0)


def start(query: QueryDict, *, by, form: str) -> Job:
    params = {"query": query.urlencode(), "format": form}
    return sheets.services.start("tasks", params=params, by=by, district_id=district_of(by), title=_("导出整改任务"))


def sheet(found, *, by, form: str):
    out = content(found.qs, by=by, form=form)
    count = found.qs.count()
    return sheets.services.export_response(
        out, file_name(form), by=by, kind="tasks", filters=in_words(found), row_count=count, district_id=district_of(by)
    )


def answer(found, *, query: QueryDict, by, form: str):
    """The file at once, or the page of the job that makes it."""
    if is_long(found.qs):
        return redirect("sheets:job", start(query, by=by, form=form).pk)
    return sheet(found, by=by, form=form)


def run_task_export(job: Job) -> sheets.services.Result:
    """Runner of the background job: the person's rights are those of the moment it runs."""
    from rectification.views.tasks import filtered  # noqa: PLC0415 - the page's own reading of an address

    by = get_user_model().objects.get(pk=job.requested_by_id)
    found = filtered(SimpleNamespace(user=by, GET=QueryDict(job.params["query"])))
    form, total = job.params["format"], found.qs.count()
    out = content(found.qs, by=by, form=form, tick=lambda n: sheets.services.progress(job, n, total))
    return sheets.services.Result(out, file_name(form), row_count=total, filters=in_words(found), message=_("共 %(n)s 条") % {"n": total})
