"""The ledger as a workbook, in the columns of the 整改台账 (domain 3.6.1). The reporter is in none of them: a sheet is forwarded."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from types import SimpleNamespace
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Prefetch
from django.http import HttpResponse, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

import sheets.services
from common import clock
from common.templatetags.ui import mask_phone
from grids import scope
from grids.roles import OFFICE, Role
from inspections.filters import VERIFYING, FindingFilter, filtered
from inspections.models import Finding
from inspections.rows import LedgerRow, township_names
from inspections.words import CLOSED_STATES
from sheets.models import Job
from sheets.writing import Col, Workbook, csv_bytes

DIRECT_ROWS = 2_000
CHUNK = 500
FEEDBACK, VERDICTS = ("feedback", "progress"), ("pass", "confirm", "draw")


@dataclass(frozen=True)
class Line:
    """What one row of the sheet is written from."""

    n: int
    row: LedgerRow
    duty: SimpleNamespace
    telephones: bool
    """Whether telephone numbers are shown whole."""

    @property
    def finding(self) -> Finding:
        return self.row.finding

    @property
    def is_closed(self) -> bool:
        return self.finding.state in CLOSED_STATES

    @property
    def is_rectified(self) -> bool:
        return bool(self.finding.rectified_at) or self.is_closed

    @cached_property
    def looked_back(self) -> list:
        return [each for each in self.finding.look_backs.all() if each.done_at]


def _filled_by_hand(_line: Line) -> str:
    """Columns of the common form that have no source here yet."""
    return ""


COLUMNS: list[tuple[str, int, str, Callable[[Line], Any]]] = [
    (gettext_noop("序号"), 6, "int", lambda line: line.n),
    (gettext_noop("问题编号"), 14, "text", lambda line: line.finding.number or ""),
    (gettext_noop("问题来源"), 12, "text", lambda line: line.finding.get_source_display()),
    (gettext_noop("交办文号"), 12, "text", _filled_by_hand),
    (gettext_noop("交办日期"), 12, "date", lambda line: _day(line.finding.assigned_at)),
    (gettext_noop("问题描述"), 40, "text", lambda line: line.finding.text),
    (gettext_noop("问题位置"), 24, "text", lambda line: line.finding.address),
    (gettext_noop("专项领域"), 14, "text", lambda line: line.finding.field.name),
    (gettext_noop("问题类型"), 20, "text", lambda line: line.finding.problem_type.name),
    (gettext_noop("严重程度"), 10, "text", lambda line: line.finding.get_severity_display()),
    (gettext_noop("整改目标"), 24, "text", lambda line: line.finding.problem_type.closing_condition),
    (gettext_noop("整改措施"), 30, "text", lambda line: line.duty.measure),
    (gettext_noop("整改类型"), 10, "text", lambda line: line.finding.get_kind_display()),
    (gettext_noop("整改时限"), 12, "date", lambda line: _day(line.duty.due_at)),
    (gettext_noop("责任单位（属地）"), 16, "text", lambda line: line.row.territorial),
    (gettext_noop("责任单位（行业）"), 16, "text", lambda line: line.row.of_role("sector")),
    (gettext_noop("牵头单位"), 14, "text", lambda line: line.row.of_role("lead")),
    (gettext_noop("责任领导"), 10, "text", _filled_by_hand),
    (gettext_noop("责任人"), 10, "text", lambda line: line.duty.handler),
    (gettext_noop("联系电话"), 14, "text", lambda line: line.duty.phone if line.telephones else mask_phone(line.duty.phone)),
    (gettext_noop("整改进展"), 30, "text", lambda line: line.duty.progress),
    (gettext_noop("完成率"), 9, "text", lambda line: "100%" if line.is_rectified else ""),
    (gettext_noop("完成日期"), 12, "date", lambda line: _day(line.finding.rectified_at)),
    (gettext_noop("核查单位"), 14, "text", _filled_by_hand),
    (gettext_noop("核查人"), 10, "text", lambda line: line.duty.verifier),
    (gettext_noop("核查日期"), 12, "date", lambda line: _day(line.duty.verified_at)),
    (gettext_noop("核查意见"), 24, "text", lambda line: line.duty.verdict),
    (gettext_noop("是否办结"), 9, "text", lambda line: line.is_rectified),
    (gettext_noop("是否销号"), 9, "text", lambda line: line.is_closed),
    (gettext_noop("销号日期"), 12, "date", lambda line: _day(line.finding.struck_off_at)),
    (gettext_noop("公示起止"), 14, "text", _filled_by_hand),
    (gettext_noop("回头看日期"), 12, "date", lambda line: _day(line.looked_back[-1].done_at) if line.looked_back else None),
    (gettext_noop("回头看结果"), 12, "text", lambda line: line.looked_back[-1].get_result_display() if line.looked_back else ""),
    (gettext_noop("是否反弹"), 9, "text", lambda line: any(each.result == "rebound" for each in line.looked_back) if line.looked_back else ""),
    (gettext_noop("延期次数"), 9, "int", lambda line: line.duty.extensions),
    (gettext_noop("返工次数"), 9, "int", lambda line: line.duty.returns),
    (gettext_noop("扣分"), 8, "text", _filled_by_hand),
    (gettext_noop("问责情况"), 14, "text", _filled_by_hand),
    (gettext_noop("备注"), 24, "text", _filled_by_hand),
    (gettext_noop("上级编号"), 16, "text", lambda line: line.finding.superior_number),
    (gettext_noop("行政区划"), 14, "text", lambda line: line.finding.district.name),
    (gettext_noop("所属网格"), 16, "text", lambda line: line.finding.grid.name if line.finding.grid_id else ""),
    (gettext_noop("经度"), 12, "text", lambda line: "" if line.finding.lon is None else f"{line.finding.lon:.6f}"),
    (gettext_noop("纬度"), 12, "text", lambda line: "" if line.finding.lat is None else f"{line.finding.lat:.6f}"),
    (gettext_noop("照片"), 7, "int", lambda line: len(line.finding.photos.all())),
    (gettext_noop("状态"), 10, "text", lambda line: line.row.state_label),
    (gettext_noop("时限状态"), 12, "text", lambda line: "" if line.row.limit is None else line.row.clock),
    (gettext_noop("录入时间"), 16, "datetime", lambda line: line.finding.received_at),
    (gettext_noop("更新时间"), 16, "datetime", lambda line: line.duty.updated_at),
]
"""Title, width, kind and what stands there."""


def columns() -> list[Col]:
    return [Col(_(title), width, kind) for title, width, kind, _value in COLUMNS]


def with_history(queryset):
    task = Finding._meta.get_field("tasks").related_model
    duties = task.objects.select_related("organisation", "handler").prefetch_related("events")
    return queryset.select_related("problem_type", "field", "grid", "district").prefetch_related(Prefetch("tasks", duties), "look_backs", "photos")


def lines(queryset, *, by, tick=None, columns=None) -> Iterator[list]:
    """One list of values per finding; ``columns``: those of another ledger written from the same lines."""
    for line in read(queryset, by=by):
        yield [value(line) for _title, _width, _kind, value in columns or COLUMNS]
        if tick and line.n % CHUNK == 0:
            tick(line.n)


def read(queryset, *, by) -> Iterator[Line]:
    """Newest first, in chunks."""
    now, townships = clock.now(), township_names(scope.rights(by).district_ids)
    telephones = scope.rights(by).has(*OFFICE, Role.SUPERVISION)
    for n, finding in enumerate(with_history(queryset.order_by("-pk")).iterator(chunk_size=CHUNK), 1):
        row = LedgerRow(finding, now=now, townships=townships)
        yield Line(n, row, _duty_of(row), telephones)


def _day(moment):
    return clock.beijing(moment).date() if moment else None


def _duty_of(row: LedgerRow) -> SimpleNamespace:
    """What the parties have done, taken together: the latest date, the sums, the last words."""
    events = sorted((event for task in row.tasks for event in task.events.all()), key=lambda event: (event.at, event.pk))
    waiting = {task.pk for task in row.tasks if task.state in VERIFYING}  # one of two blind looks may be in: it is nobody's to read yet
    said = [event for event in events if event.action in FEEDBACK]
    judged = [event for event in events if event.action in VERDICTS and event.task_id not in waiting]
    handlers = [task.handler for task in row.tasks if task.handler_id]
    return SimpleNamespace(
        due_at=max((task.due_at for task in row.tasks), default=None),
        measure=_("；").join(dict.fromkeys(task.measure for task in row.tasks if task.measure)),
        handler=_("、").join(dict.fromkeys(str(handler) for handler in handlers)),
        phone=handlers[0].phone if handlers else "",
        progress=said[-1].note if said else "",
        verifier=judged[-1].by_name if judged else "",
        verified_at=judged[-1].at if judged else None,
        verdict=judged[-1].note if judged else "",
        extensions=sum(task.extensions for task in row.tasks),
        returns=sum(task.returns for task in row.tasks),
        updated_at=max(filter(None, (*_moments(row.finding), *(event.at for event in (*said, *judged))))),
    )


def _moments(finding: Finding) -> tuple:
    return finding.received_at, finding.registered_at, finding.assigned_at, finding.rectified_at, finding.struck_off_at, finding.ended_at


# --- ways out -----------------------------------------------------------------------------------------------------------------------
def is_long(queryset) -> bool:
    return queryset.order_by().values("pk")[: DIRECT_ROWS + 1].count() > DIRECT_ROWS


def content(queryset, *, by, form: str, tick=None):
    rows = lines(queryset, by=by, tick=tick)
    if form == "csv":
        return csv_bytes(columns(), rows)
    as_of = _("截至 %(moment)s") % {"moment": f"{clock.beijing(clock.now()):%Y-%m-%d %H:%M}"}
    return Workbook(title()).sheet(_("整改台账"), columns=columns(), rows=rows, as_of=as_of)


def title() -> str:
    return _("大气污染防治问题整改台账")


def file_name(form: str) -> str:
    return f"{_('整改台账')}-{clock.today():%Y%m%d}.{form}"


def answer(found: FindingFilter, *, by, form: str) -> HttpResponse:
    district_id = _district_of(by)
    out = content(found.qs, by=by, form=form)
    return sheets.services.export_response(
        out, file_name(form), by=by, kind="ledger", filters=in_words(found), row_count=found.qs.count(), district_id=district_id
    )


def in_words(found: FindingFilter) -> str:
    """The filter as people read it, for the footer and the audit chain."""
    if not found.is_bound:
        return ""
    parts = []
    for name, value in found.form.cleaned_data.items() if found.form.is_valid() else ():
        if value not in (None, "", False):
            field = found.form.fields[name]
            label = dict(getattr(field, "choices", ())).get(value, value) if isinstance(value, str) else value
            parts.append(f"{field.label} {_('是') if label is True else label}")
    return _("；").join(parts)


def _district_of(by) -> int:
    return min(scope.rights(by).district_ids, default=0)


def start(query: QueryDict, *, by, form: str) -> Job:
    return sheets.services.start(
        "ledger", params={"query": query.urlencode(), "format": form}, by=by, district_id=_district_of(by), title=_("导出整改台账")
    )


def run_ledger_export(job: Job) -> sheets.services.Result:
    """Runner of the background job: the person's rights are those of the moment it runs."""
    by = get_user_model().objects.get(pk=job.requested_by_id)
    form = job.params["format"]
    found = filtered(SimpleNamespace(user=by, GET=QueryDict(job.params["query"])))
    total = found.qs.count()
    out = content(found.qs, by=by, form=form, tick=lambda n: sheets.services.progress(job, n, total))
    return sheets.services.Result(out, file_name(form), row_count=total, filters=in_words(found), message=_("共 %(n)s 条") % {"n": total})
