"""Anomalies as a workbook or CSV, with the filters of the list."""

from collections.abc import Iterator
from types import SimpleNamespace

from django.contrib.auth import get_user_model
from django.http import HttpResponse, QueryDict
from django.utils.translation import gettext as _

import sheets.services
from airquality.models import Anomaly
from airquality.watch import show
from airquality.watch.filters import AnomalyFilter, filtered
from airquality.words import SYMBOLS
from common import clock
from grids import scope
from sheets.models import Job
from sheets.writing import Col, Workbook, csv_bytes

DIRECT = 2_000
CHUNK = 200


def columns() -> list[Col]:
    return [
        Col(_("序号"), 6, "int"), Col(_("时间"), 17, "datetime"), Col(_("站点"), 18), Col(_("污染物"), 9), Col(_("规则"), 20), Col(_("级别"), 9),
        Col(_("特征"), 10), Col(_("说明"), 70), Col(_("未报警的原因"), 14), Col(_("发现时间"), 17, "datetime"), Col(_("报警编号"), 16), Col(_("原因类型"), 12),
    ]  # fmt: skip


def lines(queryset, *, by, tick=None) -> Iterator[list]:
    rows = queryset.select_related("station").order_by("-hour", "-pk")
    batch: list[Anomaly] = []
    done = 0
    for row in rows.iterator(chunk_size=CHUNK):
        batch.append(row)
        if len(batch) == CHUNK:
            yield from _lines(batch, by, done)
            done, batch = done + len(batch), []
            if tick:
                tick(done)
    yield from _lines(batch, by, done)


def _lines(batch: list[Anomaly], by, done: int) -> Iterator[list]:
    alarms = show.alarms_of(by, batch)
    for n, row in enumerate(batch, done + 1):
        alarm = alarms.get(row.pk, {})
        yield [
            n, row.hour, row.station.name, SYMBOLS.get(row.pollutant, ""), str(row.get_rule_display()), str(row.get_level_display()),
            str(row.get_hint_display()), show.sentence(row), str(row.why_quiet), row.found_at, alarm.get("label", ""),
            str(alarm.get("cause", "")),
        ]  # fmt: skip


def content(queryset, *, by, form: str, tick=None):
    rows = lines(queryset, by=by, tick=tick)
    if form == "csv":
        return csv_bytes(columns(), rows)
    as_of = _("截至 %(moment)s") % {"moment": f"{clock.beijing(clock.now()):%Y-%m-%d %H:%M}"}
    return Workbook(_("空气站点异常记录")).sheet(_("站点异常"), columns=columns(), rows=rows, as_of=as_of)


def file_name(form: str) -> str:
    return f"{_('空气站点异常记录')}-{clock.today():%Y%m%d}.{form}"


def is_long(queryset) -> bool:
    return queryset.order_by().values("pk")[: DIRECT + 1].count() > DIRECT


def in_words(found: AnomalyFilter) -> str:
    """The filter as people read it, for the footer and the audit chain."""
    parts = []
    for name, value in found.form.cleaned_data.items() if found.form.is_valid() else ():
        if value not in (None, ""):
            choices = dict(getattr(found.form.fields[name], "choices", ())) if isinstance(value, str) else {}
            parts.append(f"{found.form.fields[name].label} {choices.get(value, value)}")
    return _("；").join(parts)


def answer(found: AnomalyFilter, *, by, form: str) -> HttpResponse:
    out, count = content(found.qs, by=by, form=form), found.qs.count()
    return sheets.services.export_response(
        out, file_name(form), by=by, kind="anomalies", filters=in_words(found), row_count=count, district_id=_district_of(by)
    )


def _district_of(by) -> int:
    return min(scope.rights(by).district_ids, default=0)


def start(query: QueryDict, *, by, form: str) -> Job:
    params = {"query": query.urlencode(), "format": form}
    return sheets.services.start("anomalies", params=params, by=by, district_id=_district_of(by), title=_("导出站点异常记录"))


def run(job: Job) -> sheets.services.Result:
    """Runner of the background job: the person's rights are those of the moment it runs."""
    by = get_user_model().objects.get(pk=job.requested_by_id)
    found = filtered(SimpleNamespace(user=by, GET=QueryDict(job.params["query"])))
    total = found.qs.count()
    out = content(found.qs, by=by, form=job.params["format"], tick=lambda n: sheets.services.progress(job, n, total))
    name = file_name(job.params["format"])
    return sheets.services.Result(out, name, row_count=total, filters=in_words(found), message=_("共 %(n)s 条") % {"n": total})
