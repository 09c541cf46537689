"""火点台账 (domain 3.6.1): findings of the fire types, with the minutes of alarm, acceptance, arrival and putting out from the tasks' history."""

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import CharField, OuterRef, Subquery
from django.db.models.functions import Cast
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

import sheets.services
from common import clock
from inspections import exports as ledger
from inspections.exports import Line
from inspections.filters import FindingFilter, filtered
from inspections.words import FindingState
from notices.models import Channel, Notice
from rectification.exports import district_of
from rectification.models import Task
from rectification.words import Conclusion, TaskState
from sheets.models import Job
from sheets.writing import Col, Workbook, csv_bytes

FIRE_TYPES = ("straw-fire", "straw-satellite")


def fires(found: FindingFilter):
    return found.qs.filter(problem_type__code__in=FIRE_TYPES)


def with_texted(queryset):
    """Adds ``texted_at``: when the first short message about one of its tasks went out."""
    tasks = Task.objects.filter(finding=OuterRef(OuterRef("pk"))).annotate(key=Cast("pk", CharField())).order_by()
    texts = Notice.objects.filter(channel=Channel.SMS, sent_at__isnull=False, subject_type=Task._meta.label, subject_id__in=tasks.values("key"))
    return queryset.annotate(texted_at=Subquery(texts.order_by("sent_at").values("sent_at")[:1]))


# --- columns ------------------------------------------------------------------------------------------------------------------------
def _nothing(_line: Line) -> str:
    """Columns of the print that have no source here."""
    return ""


def _first(moments):
    return min(filter(None, moments), default=None)


def _called(line: Line):
    return _first(event.at for task in line.row.tasks for event in task.events.all() if event.action == "call")


def _put_out(line: Line):
    """When the first party reported the fire out; of one that was not found nothing."""
    return _first(task.fed_back_at for task in line.row.tasks if task.conclusion != Conclusion.NOT_FOUND)


def _is_real(line: Line):
    passed = {task.conclusion for task in line.row.tasks if task.state == TaskState.PASSED}
    if line.finding.state == FindingState.REJECTED or passed == {Conclusion.NOT_FOUND}:
        return False
    return True if passed else ""


def _place(line: Line) -> str:
    town, grid = line.row.township, line.finding.grid
    return "/".join(dict.fromkeys(filter(None, (town, grid.name if grid else ""))))


def _handled(line: Line) -> str:
    return _("、").join(dict.fromkeys(str(task.get_conclusion_display()) for task in line.row.tasks if task.conclusion))


PRINTED: list[tuple[str, int, str, Callable[[Line], Any]]] = [
    (gettext_noop("火点编号"), 14, "text", lambda line: line.finding.number or ""),
    (gettext_noop("来源"), 12, "text", lambda line: line.finding.get_source_display()),
    (gettext_noop("报警时间"), 16, "datetime", lambda line: line.finding.received_at),
    (gettext_noop("位置"), 26, "text", lambda line: line.finding.address),
    (gettext_noop("乡办/村"), 18, "text", _place),
    (gettext_noop("值守员"), 10, "text", _nothing),
    (gettext_noop("短信时间"), 16, "datetime", lambda line: line.finding.texted_at),  # type: ignore[attr-defined]  # by with_texted
    (gettext_noop("电话时间"), 16, "datetime", _called),
    (gettext_noop("接单时间"), 16, "datetime", lambda line: _first(task.accepted_at for task in line.row.tasks)),
    (gettext_noop("到场时间"), 16, "datetime", lambda line: _first(task.arrived_at for task in line.row.tasks)),
    (gettext_noop("扑灭时间"), 16, "datetime", _put_out),
    (gettext_noop("是否属实"), 9, "text", _is_real),
    (gettext_noop("焚烧物"), 12, "text", _nothing),
    (gettext_noop("过火面积（㎡）"), 12, "text", _nothing),
    (gettext_noop("责任人"), 12, "text", lambda line: line.duty.handler),
    (gettext_noop("处理"), 18, "text", _handled),
    (gettext_noop("反馈"), 30, "text", lambda line: line.duty.progress),
    (gettext_noop("扣款"), 9, "text", _nothing),
]
CARRIED = ("行政区划", "所属网格", "经度", "纬度", "照片", "状态", "录入时间", "更新时间", "备注")
COLUMNS = PRINTED + [next(column for column in ledger.COLUMNS if column[0] == title) for title in CARRIED]
"""The print, then what every ledger carries."""


def columns() -> list[Col]:
    return [Col(_(title), width, kind) for title, width, kind, _value in COLUMNS]


def lines(queryset, *, by, tick=None) -> Iterator[list]:
    return ledger.lines(with_texted(queryset), by=by, tick=tick, columns=COLUMNS)


# --- ways out -----------------------------------------------------------------------------------------------------------------------
def content(queryset, *, by, form: str, tick=None):
    rows = lines(queryset, by=by, tick=tick)
    if form == "csv":
        return csv_bytes(columns(), rows)
    as_of = _("截至 %(moment)s") % {"moment": f"{clock.beijing(clock.now()):%Y-%m-%d %H:%M}"}
    return Workbook(_("秸秆、垃圾焚烧火点台账")).sheet(_("火点台账"), columns=columns(), rows=rows, as_of=as_of)


def file_name(form: str) -> str:
    return f"{_('火点台账')}-{clock.today():%Y%m%d}.{form}"


def answer(query: QueryDict, *, by, form: str) -> HttpResponse:
    """The file at once, or the page of the job that makes it."""
    found = asked(query, by=by)
    rows = fires(found)
    if ledger.is_long(rows):
        params = {"query": query.urlencode(), "format": form}
        return redirect("sheets:job", sheets.services.start("fires", params=params, by=by, district_id=district_of(by), title=_("导出火点台账")).pk)
    facts = {"kind": "fires", "filters": ledger.in_words(found), "row_count": rows.count(), "district_id": district_of(by)}
    return sheets.services.export_response(content(rows, by=by, form=form), file_name(form), by=by, **facts)


def asked(query: QueryDict, *, by) -> FindingFilter:
    """The ledger's filter; without any word about the range all fires, because most of them are out."""
    data = query.copy()
    if not any(data.get(name) for name in ("box", "state", "q")):
        data["box"] = "all"
    return filtered(SimpleNamespace(user=by, GET=data))


def run(job: Job) -> sheets.services.Result:
    """Runner of the background job: the person's rights are those of the moment it runs."""
    by, form = get_user_model().objects.get(pk=job.requested_by_id), job.params["format"]
    found = asked(QueryDict(job.params["query"]), by=by)
    rows = fires(found)
    total = rows.count()
    out = content(rows, by=by, form=form, tick=lambda n: sheets.services.progress(job, n, total))
    return sheets.services.Result(out, file_name(form), row_count=total, filters=ledger.in_words(found), message=_("共 %(n)s 条") % {"n": total})
