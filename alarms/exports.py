"""Alarms as a workbook: one line each, with the minutes of every clock."""

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

from django.contrib.auth import get_user_model
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

import sheets.services
from alarms.filters import AlarmFilter, filtered
from alarms.models import Alarm
from common import clock
from grids import scope
from inspections.exports import in_words
from sheets.models import Job
from sheets.writing import Col, Workbook, csv_bytes

DIRECT_ROWS = 2000
CHUNK = 500


def _minutes(alarm: Alarm, until) -> float | None:
    """From the dispatch, or the alarm, to what was done."""
    since = alarm.dispatched_at or alarm.first_signal_at
    return round((until - since).total_seconds() / 60, 1) if until else None


def _late(alarm: Alarm) -> str:
    return _("、").join(str(row.get_name_display()) for row in alarm.clocks.all() if row.is_late)


COLUMNS: list[tuple[str, int, str, Callable[[Alarm], Any]]] = [
    (gettext_noop("报警编号"), 16, "text", lambda alarm: alarm.number),
    (gettext_noop("报警类型"), 10, "text", lambda alarm: alarm.get_kind_display()),
    (gettext_noop("来源"), 22, "text", lambda alarm: alarm.source.name),
    (gettext_noop("报警时间"), 16, "datetime", lambda alarm: alarm.first_signal_at),
    (gettext_noop("网格"), 14, "text", lambda alarm: alarm.grid.name if alarm.grid else ""),
    (gettext_noop("位置"), 26, "text", lambda alarm: alarm.address or alarm.source.address),
    (gettext_noop("经度"), 12, "text", lambda alarm: "" if alarm.lon is None else f"{alarm.lon:.6f}"),
    (gettext_noop("纬度"), 12, "text", lambda alarm: "" if alarm.lat is None else f"{alarm.lat:.6f}"),
    (gettext_noop("内容"), 30, "text", lambda alarm: alarm.text),
    (gettext_noop("信号数"), 8, "int", lambda alarm: alarm.signal_count),
    (gettext_noop("研判"), 10, "text", lambda alarm: alarm.get_judgement_display()),
    (gettext_noop("误报原因"), 12, "text", lambda alarm: alarm.get_false_reason_display()),
    (gettext_noop("研判人"), 10, "text", lambda alarm: str(alarm.judged_by or "")),
    (gettext_noop("研判时间"), 16, "datetime", lambda alarm: alarm.judged_at),
    (gettext_noop("派出时间"), 16, "datetime", lambda alarm: alarm.dispatched_at),
    (gettext_noop("接单人"), 10, "text", lambda alarm: str(alarm.accepted_by or "")),
    (gettext_noop("接单（分钟）"), 9, "text", lambda alarm: _text(_minutes(alarm, alarm.accepted_at))),
    (gettext_noop("到场（分钟）"), 9, "text", lambda alarm: _text(_minutes(alarm, alarm.arrived_at))),
    (gettext_noop("控制（分钟）"), 9, "text", lambda alarm: _text(_minutes(alarm, alarm.controlled_at))),
    (gettext_noop("反馈（分钟）"), 9, "text", lambda alarm: _text(_minutes(alarm, alarm.fed_back_at))),
    (gettext_noop("超时环节"), 14, "text", _late),
    (gettext_noop("现场结论"), 14, "text", lambda alarm: alarm.get_on_site_display()),
    (gettext_noop("原因类型"), 10, "text", lambda alarm: alarm.get_cause_display()),
    (gettext_noop("过火面积（㎡）"), 10, "int", lambda alarm: alarm.area_m2),
    (gettext_noop("问题编号"), 14, "text", lambda alarm: alarm.finding.number or "" if alarm.finding else ""),
    (gettext_noop("办结时间"), 16, "datetime", lambda alarm: alarm.closed_at),
    (gettext_noop("状态"), 10, "text", lambda alarm: alarm.get_state_display()),
]
"""Title, width, kind and what stands there. Who called in is left out."""


def _text(figure) -> str:
    return "" if figure is None else f"{figure:g}"


def columns() -> list[Col]:
    return [Col(_(title), width, kind) for title, width, kind, _value in COLUMNS]


def lines(queryset, *, tick=None) -> Iterator[list]:
    found = queryset.order_by("-pk").select_related("source", "grid", "judged_by", "accepted_by", "finding").prefetch_related("clocks")
    for n, alarm in enumerate(found.iterator(chunk_size=CHUNK), 1):
        yield [value(alarm) for _title, _width, _kind, value in COLUMNS]
        if tick and n % CHUNK == 0:
            tick(n)


def content(queryset, *, form: str, tick=None):
    rows = lines(queryset, tick=tick)
    if form == "csv":
        return csv_bytes(columns(), rows)
    as_of = _("截至 %(moment)s") % {"moment": f"{clock.beijing(clock.now()):%Y-%m-%d %H:%M}"}
    return Workbook(_("报警台账")).sheet(_("报警台账"), columns=columns(), rows=rows, as_of=as_of)


def file_name(form: str) -> str:
    return f"{_('报警台账')}-{clock.today():%Y%m%d}.{form}"


def answer(found: AlarmFilter, *, by, form: str) -> HttpResponse:
    district_id = min(scope.rights(by).district_ids, default=0)
    if found.qs.order_by().values("pk")[: DIRECT_ROWS + 1].count() > DIRECT_ROWS:
        params = {"query": found.data.urlencode(), "format": form}
        return redirect("sheets:job", sheets.services.start("alarms", params=params, by=by, district_id=district_id, title=_("导出报警台账")).pk)
    facts = {"kind": "alarms", "filters": in_words(found), "row_count": found.qs.count(), "district_id": district_id}
    return sheets.services.export_response(content(found.qs, form=form), file_name(form), by=by, **facts)


def run(job: Job) -> sheets.services.Result:
    """Runner of the background job: the person's rights are those of the moment it runs."""
    by, form = get_user_model().objects.get(pk=job.requested_by_id), job.params["format"]
    found = filtered(SimpleNamespace(user=by, GET=QueryDict(job.params["query"])))
    total = found.qs.count()
    out = content(found.qs, form=form, tick=lambda n: sheets.services.progress(job, n, total))
    return sheets.services.Result(out, file_name(form), row_count=total, filters=in_words(found), message=_("共 %(n)s 条") % {"n": total})
