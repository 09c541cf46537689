"""Rounds as a workbook, in the columns of the 巡查台账 (domain 3.6.1): one line for each object of a round."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Prefetch
from django.http import HttpResponse, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

import sheets.services
from common import clock
from grids import geometry, scope
from inspections import access
from inspections.exports import in_words
from inspections.models import Visit
from inspections.patrol_filters import PatrolFilter, filtered
from inspections.services import checklists
from sheets.models import Job
from sheets.writing import Col, Workbook, csv_bytes

DIRECT_ROUNDS = 500
CHUNK = 200


@dataclass(frozen=True)
class Line:
    n: int
    visit: Visit
    is_open: bool
    """Whether what was found may stand beside the name."""

    @property
    def patrol(self):
        return self.visit.patrol

    @property
    def result(self) -> checklists.Result:
        visit = self.visit
        if not (self.is_open and visit.checklist_id):
            return checklists.Result()
        return checklists.result(visit.checklist.scoring, visit.checklist.items.all(), visit.answers, visit.site.attributes)

    @property
    def findings(self) -> list:
        return list(self.visit.findings.all()) if self.is_open else []


def _time(moment):
    return clock.beijing(moment).strftime("%H:%M") if moment else ""


def kilometres(track: list) -> float | str:
    """Length of a track, where one was recorded."""
    steps = zip(track, track[1:], strict=False)
    return round(sum(geometry.distance_m(a[1], a[2], b[1], b[2]) for a, b in steps) / 1000, 2) if len(track) > 1 else ""


def _degrees(angle) -> str:
    return "" if angle is None else f"{angle:.6f}"


COLUMNS: list[tuple[str, int, str, Callable[[Line], Any]]] = [
    (gettext_noop("序号"), 6, "int", lambda line: line.n),
    (gettext_noop("巡查编号"), 24, "text", lambda line: line.patrol.number),
    (gettext_noop("网格"), 14, "text", lambda line: line.patrol.grid.name),
    (gettext_noop("网格级别"), 9, "int", lambda line: line.patrol.grid.level),
    (gettext_noop("巡查人"), 10, "text", lambda line: str(line.visit.person)),
    (gettext_noop("巡查日期"), 12, "date", lambda line: line.patrol.planned_on),
    (gettext_noop("开始时间"), 9, "text", lambda line: _time(line.patrol.started_at)),
    (gettext_noop("结束时间"), 9, "text", lambda line: _time(line.patrol.finished_at)),
    (gettext_noop("巡查类型"), 12, "text", lambda line: line.patrol.get_kind_display()),
    (gettext_noop("巡查对象"), 26, "text", lambda line: line.visit.site.name),
    (gettext_noop("对象类型"), 12, "text", lambda line: line.visit.site.kind.name),
    (gettext_noop("检查项数"), 9, "int", lambda line: line.result.applicable or None),
    (gettext_noop("合格项数"), 9, "int", lambda line: line.result.passed if line.result.applicable else None),
    (gettext_noop("发现问题数"), 10, "int", lambda line: len(line.findings) if line.is_open else None),
    (gettext_noop("问题简述"), 30, "text", lambda line: line.visit.text if line.is_open else ""),
    (gettext_noop("现场处置"), 12, "text", lambda line: _("、").join({each.get_outcome_display() for each in line.findings if each.outcome})),
    (gettext_noop("是否上报"), 9, "text", lambda line: bool(line.findings) if line.is_open and line.visit.conclusion else ""),
    (gettext_noop("问题编号"), 16, "text", lambda line: _("、").join(each.number or "" for each in line.findings)),
    (gettext_noop("里程（km）"), 9, "text", lambda line: str(kilometres(line.patrol.track))),
    (gettext_noop("天气状态"), 10, "text", lambda line: line.patrol.get_weather_display()),
    (gettext_noop("备注"), 20, "text", lambda line: line.patrol.note),
    (gettext_noop("行政区划"), 14, "text", lambda line: line.patrol.grid.district.name),
    (gettext_noop("经度"), 12, "text", lambda line: _degrees(line.visit.lon) if line.is_open else ""),
    (gettext_noop("纬度"), 12, "text", lambda line: _degrees(line.visit.lat) if line.is_open else ""),
    (gettext_noop("到访时间"), 9, "text", lambda line: _time(line.visit.arrived_at)),
    (gettext_noop("状态"), 10, "text", lambda line: line.visit.get_state_display()),
]
"""Title, width, kind and what stands there."""


def columns() -> list[Col]:
    return [Col(_(title), width, kind) for title, width, kind, _value in COLUMNS]


def lines(patrols, *, by, tick=None) -> Iterator[list]:
    related = ("patrol__grid__district", "person", "site__kind", "checklist")
    visits = Visit.objects.filter(patrol__in=patrols.values("pk")).exclude(state="dropped").select_related(*related)
    found = visits.prefetch_related("checklist__items", Prefetch("findings")).order_by("-patrol__planned_on", "-patrol_id", "position", "pk")
    for n, visit in enumerate(found.iterator(chunk_size=CHUNK), 1):
        line = Line(n, visit, access.sees_finder(by, visit))
        yield [value(line) for _title, _width, _kind, value in COLUMNS]
        if tick and n % CHUNK == 0:
            tick(n)


def content(patrols, *, by, form: str, tick=None):
    rows = lines(patrols, by=by, tick=tick)
    if form == "csv":
        return csv_bytes(columns(), rows)
    as_of = _("截至 %(moment)s") % {"moment": f"{clock.beijing(clock.now()):%Y-%m-%d %H:%M}"}
    return Workbook(_("大气污染防治巡查台账")).sheet(_("巡查台账"), columns=columns(), rows=rows, as_of=as_of)


def file_name(form: str) -> str:
    return f"{_('巡查台账')}-{clock.today():%Y%m%d}.{form}"


def is_long(patrols) -> bool:
    return patrols.order_by().values("pk")[: DIRECT_ROUNDS + 1].count() > DIRECT_ROUNDS


def answer(found: PatrolFilter, *, by, form: str) -> HttpResponse:
    out, district_id = content(found.qs, by=by, form=form), min(scope.rights(by).district_ids, default=0)
    count = Visit.objects.filter(patrol__in=found.qs.values("pk")).exclude(state="dropped").count()
    return sheets.services.export_response(
        out, file_name(form), by=by, kind="patrols", filters=in_words(found), row_count=count, district_id=district_id
    )


def start(query: QueryDict, *, by, form: str) -> Job:
    district_id = min(scope.rights(by).district_ids, default=0)
    params = {"query": query.urlencode(), "format": form}
    return sheets.services.start("patrols", params=params, by=by, district_id=district_id, title=_("导出巡查台账"))


def run(job: Job) -> sheets.services.Result:
    """Runner of the background job: the person's rights are those of the moment it runs."""
    by = get_user_model().objects.get(pk=job.requested_by_id)
    found = filtered(SimpleNamespace(user=by, GET=QueryDict(job.params["query"])))
    total = Visit.objects.filter(patrol__in=found.qs.values("pk")).exclude(state="dropped").count()
    out = content(found.qs, by=by, form=job.params["format"], tick=lambda n: sheets.services.progress(job, n, total))
    name = file_name(job.params["format"])
    return sheets.services.Result(out, name, row_count=total, filters=in_words(found), message=_("共 %(n)s 条") % {"n": total})
