"""Supervised objects as a workbook: one sheet per kind, in the columns of its printed ledger, followed by what every ledger carries (domain 3.6.1)."""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from types import SimpleNamespace
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Prefetch
from django.http import HttpResponse, QueryDict
from django.utils.translation import gettext as _

import sheets.services
from common import clock
from grids import scope
from grids.models import Grid
from registers import access, ledgers, schema
from registers.filters import SiteFilter, filtered
from registers.models import Site, SiteKind, SitePost
from sheets.models import Job
from sheets.writing import Col, Workbook, csv_bytes

DIRECT_ROWS = 2_000
CHUNK = 500
WIDTHS = {"text": 16, "choice": 12, "int": 10, "decimal": 12, "bool": 9, "date": 12, "common": 16}
KINDS_OF_CELL = {"int": "int", "decimal": "decimal", "date": "date"}
ALWAYS_COVERED = {"id"}
"""The printed ledger itself covers these up (身份证号（脱敏）)."""


@dataclass(frozen=True)
class Row:
    n: int
    site: Site
    whole: bool
    """Whether personal data are shown whole."""
    townships: dict[str, str] = field(default_factory=dict)

    def covered(self, value, mask: str):
        return schema.mask(value, mask) if mask and (mask in ALWAYS_COVERED or not self.whole) else value


Cell = tuple[Col, Callable[[Row], Any]]


# --- columns ------------------------------------------------------------------------------------------------------------------------
def cells(kind: SiteKind | None) -> list[Cell]:
    """The ledger of a kind, where it is a printed one exactly as printed first; without a kind what all have in common."""
    ledger = schema.lines(kind.schema) if kind else []
    printed = ledgers.PRINTED.get(kind.code, []) if kind else []
    front = [_printed(kind, ledger, heading, key) for heading, key in printed] if printed else _front(kind, {line.key for line in ledger})
    known = {key for _heading, key in printed}
    middle = [_common(kind, line.name) if line.is_common else _own(line) for line in ledger if line.key not in known]
    return [*front, *middle, *_tail(kind, known | {line.key for line in ledger}, coded=not printed)]


def _front(kind: SiteKind | None, named: set[str]) -> list[Cell]:
    front: list[Cell] = [_counted()]
    if "@code" not in named:
        front.append(_common(kind, "code"))
    if not kind:
        front += [(Col(_("类型"), 12), lambda row: row.site.kind.name), _common(kind, "name"), _common(kind, "address")]
    return front


def _counted() -> Cell:
    return Col(_("序号"), 6, "int"), lambda row: row.n


def _printed(kind: SiteKind, ledger: list[schema.Line], heading: str, key: str) -> Cell:
    """A column of the print; one that the district has taken out of its table stays as an empty column."""
    line = next((line for line in ledger if line.key == key), None)
    if key == ledgers.NUMBER:
        return _counted()
    if "/@" in key:
        parts = [_common(kind, name.removeprefix("@"))[1] for name in key.split("/")]
        return Col(heading, 16), lambda row: "/".join(filter(None, (str(part(row) or "") for part in parts)))
    if key.startswith("@"):
        col, value = _common(kind, key[1:])
        return replace(col, title=heading), value
    if line is None:
        return Col(heading, 12), lambda row: ""
    col, value = _own(line)
    return replace(col, title=heading if line.title == ledgers.title(kind.code, key) else line.heading), value


def _own(line: schema.Line) -> Cell:
    col = Col(line.heading, WIDTHS[line.kind], KINDS_OF_CELL.get(line.kind, "text"))
    return col, lambda row: _value(row.covered(row.site.attributes.get(line.key), line.mask), line)


def _value(value, line: schema.Line):
    if value in (None, ""):
        return None if line.kind in KINDS_OF_CELL else ""
    if line.kind == "date":
        return _day(value)
    return schema.shown(value) if isinstance(value, bool) else value


def _day(value):
    try:
        return dt.date.fromisoformat(value)
    except ValueError:
        return str(value)


def _common(kind: SiteKind | None, name: str) -> Cell:
    table = kind.schema if kind else {}
    mask = schema.mask_of(table, name)
    return Col(schema.title_of(table, name), 28 if name in ("name", "address", "note") else 16), lambda row: row.covered(COMMON[name](row), mask)


def _tail(kind: SiteKind | None, named: set[str], *, coded: bool) -> list[Cell]:
    """What every ledger carries (domain 3.6.1). ``coded``: the code stands in front already."""
    names = ["township", "grid"] if coded else ["code", "township", "grid"]
    cells = [_common(kind, name) for name in names if f"@{name}" not in named]
    cells += [
        (Col(_("行政区划"), 14), lambda row: row.site.district.name),  # behind 乡办: other people's sheets call that so
        (Col(_("经度"), 12), lambda row: "" if row.site.lon is None else f"{row.site.lon:.6f}"),
        (Col(_("纬度"), 12), lambda row: "" if row.site.lat is None else f"{row.site.lat:.6f}"),
    ]
    rest = ("organisation", "contact", "contact_phone", "guarantor", "guarantor_phone", "risk", "status")
    cells += [_common(kind, name) for name in rest if f"@{name}" not in named]
    return cells + [
        (Col(_("录入人"), 12), lambda row: str(row.site.created_by or "")),
        (Col(_("录入时间"), 17, "datetime"), lambda row: row.site.created_at),
        (Col(_("更新时间"), 17, "datetime"), lambda row: row.site.updated_at),
        _common(kind, "note"),
    ]


def _written(name: str) -> Callable[[Row], Any]:
    return lambda row: getattr(row.site, name)


def township(site: Site, townships: dict[str, str]) -> str:
    return next((name for path, name in townships.items() if site.grid_path.startswith(path)), "")


def post(row: Row, role: str) -> str:
    held = next((each for each in row.site.holders if each.role == role), None)
    return f"{held.name} {row.covered(held.phone, 'phone')}".strip() if held else ""


COMMON: dict[str, Callable[[Row], Any]] = {
    **{name: _written(name) for name in ("code", "name", "address", "contact", "contact_phone", "guarantor", "guarantor_phone", "note")},
    "organisation": lambda row: str(row.site.organisation or ""),
    "grid": lambda row: row.site.grid.name if row.site.grid_id else "",
    "township": lambda row: township(row.site, row.townships),
    "risk": lambda row: str(row.site.get_risk_display()),
    "status": lambda row: row.site.status_label,
    **{role: partial(post, role=role) for role in schema.TRIO},
}


# --- rows ---------------------------------------------------------------------------------------------------------------------------
def rows(queryset, *, by, tick=None, start: int = 0) -> Iterator[Row]:
    holders = Prefetch("site_posts", SitePost.objects.current(clock.today()), to_attr="holders")
    read = queryset.select_related("kind", "grid", "organisation", "created_by", "district").prefetch_related(holders).order_by("code", "pk")
    towns = townships(by)
    for n, site in enumerate(read.iterator(chunk_size=CHUNK), 1):
        yield Row(n, site, access.may_see_personal(by, site), towns)
        if tick and n % CHUNK == 0:
            tick(start + n)


def townships(by) -> dict[str, str]:
    below = Grid.objects.filter(district_id__in=scope.rights(by).district_ids, parent__isnull=False, parent__parent=None)
    return dict(below.values_list("path", "name"))


def lines(queryset, kind: SiteKind | None, *, by, tick=None, start: int = 0) -> Iterator[list]:
    values = [value for _col, value in cells(kind)]
    return ([value(row) for value in values] for row in rows(queryset, by=by, tick=tick, start=start))


# --- ways out -----------------------------------------------------------------------------------------------------------------------
def is_long(queryset) -> bool:
    return queryset.order_by().values("pk")[: DIRECT_ROWS + 1].count() > DIRECT_ROWS


def content(queryset, *, by, form: str, tick=None):
    kinds = list(SiteKind.objects.filter(pk__in=queryset.order_by().values("kind")).order_by("position", "pk"))
    if form == "csv":
        kind = kinds[0] if len(kinds) == 1 else None
        return csv_bytes([col for col, _value in cells(kind)], lines(queryset, kind, by=by, tick=tick))
    return _workbook(queryset, kinds, by=by, tick=tick)


def _workbook(queryset, kinds: list[SiteKind], *, by, tick) -> Workbook:
    as_of = _("截至 %(moment)s") % {"moment": f"{clock.beijing(clock.now()):%Y-%m-%d %H:%M}"}
    book, done = Workbook(title()), 0
    for kind in kinds:
        of_kind = queryset.filter(kind=kind)
        heading = _("%(kind)s台账") % {"kind": kind.name}
        columns = [col for col, _value in cells(kind)]
        book.sheet(kind.name, columns=columns, rows=lines(of_kind, kind, by=by, tick=tick, start=done), heading=heading, as_of=as_of)
        done += of_kind.count()
    if not kinds:
        book.sheet(title(), columns=[col for col, _value in cells(None)], rows=[], as_of=as_of)
    return book


def title() -> str:
    return _("监管对象台账")


def file_name(form: str) -> str:
    return f"{_('监管对象台账')}-{clock.today():%Y%m%d}.{form}"


def answer(found: SiteFilter, *, by, form: str) -> HttpResponse:
    out = content(found.qs, by=by, form=form)
    return sheets.services.export_response(
        out, file_name(form), by=by, kind="sites", filters=in_words(found), row_count=found.qs.count(), district_id=_district_of(by)
    )


def in_words(found: SiteFilter) -> str:
    """The filter as people read it, for the footer and the audit chain."""
    parts = []
    for name, value in found.form.cleaned_data.items() if found.is_bound and found.form.is_valid() else ():
        if value not in (None, "", False):
            choice = dict(getattr(found.form.fields[name], "choices", ())) if isinstance(value, str) else {}
            parts.append(f"{found.form.fields[name].label} {_('是') if value is True else choice.get(value, value)}")
    return _("；").join(parts)


def _district_of(by) -> int:
    return min(scope.rights(by).district_ids, default=0)


def start(query: QueryDict, *, by, form: str) -> Job:
    params = {"query": query.urlencode(), "format": form}
    return sheets.services.start("sites", params=params, by=by, district_id=_district_of(by), title=_("导出监管对象台账"))


def run_export(job: Job) -> sheets.services.Result:
    """Runner of the background job: the person's rights are those of the moment it runs."""
    by = get_user_model().objects.get(pk=job.requested_by_id)
    form = job.params["format"]
    found = filtered(SimpleNamespace(user=by, GET=QueryDict(job.params["query"])))
    total = found.qs.count()
    out = content(found.qs, by=by, form=form, tick=lambda n: sheets.services.progress(job, n, total))
    return sheets.services.Result(out, file_name(form), row_count=total, filters=in_words(found), message=_("共 %(n)s 条") % {"n": total})
