"""The ways into the import of a ledger: the page's check, the background job of a long sheet, the command."""

from dataclasses import dataclass

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

import sheets.services
from registers.models import SiteKind
from registers.services.import_rows import columns
from registers.services.importing import Plan, SiteImport
from sheets import files, refused
from sheets.columns import RowError, Table
from sheets.importing import ImportResult, grouped
from sheets.models import Job
from sheets.reading import read_table
from sheets.writing import Col, Workbook

LONG = 1_000
"""Rows from which an import runs in the background."""


@dataclass
class Checked:
    table: Table
    plan: Plan
    work: SiteImport

    @property
    def result(self) -> ImportResult:
        return self.plan.result(written=False)

    @property
    def is_long(self) -> bool:
        return len(self.table.rows) > LONG


def check(file, kind: SiteKind, *, by, tick=None) -> Checked:
    """Read a workbook and say what would happen. Raises ValidationError when the file as a whole cannot be read."""
    table = read_table(file, columns(kind))
    work = SiteImport(kind, by=by)
    return Checked(table, work.plan(table, tick=tick), work)


def apply(checked: Checked, *, partial: bool) -> ImportResult:
    return checked.work.write(checked.table, checked.plan, partial=partial)


# --- in the background --------------------------------------------------------------------------------------------------------------
def start(kind: SiteKind, *, token: str, by) -> Job:
    """One job per upload, however often it is asked for."""
    params = {"kind": kind.pk, "token": token}
    if there := Job.objects.filter(kind="import_sites", requested_by=by, params=params).first():
        return there
    return sheets.services.start(
        "import_sites", params=params, by=by, district_id=kind.district_id, title=_("导入%(kind)s台账") % {"kind": kind.name}
    )


def run_import(job: Job) -> sheets.services.Result:
    """Runner of the background job; the rows that were refused come back in a workbook, to be put right and sent again."""
    by = get_user_model().objects.get(pk=job.requested_by_id)
    kind = SiteKind.objects.visible_to(by).select_related("district").filter(pk=job.params["kind"]).first()
    if kind is None:
        raise ValidationError(_("对象类型已不存在。"))
    path = files.kept_upload(job.params["token"], by=by)
    checked = check(path, kind, by=by, tick=lambda n: sheets.services.progress(job, n, 0))
    total = len(checked.table.rows)
    sheets.services.progress(job, 0, total)
    result = apply(checked, partial=True)
    sheets.services.progress(job, total, total)
    told = result.errors + checked.plan.notes
    book = report(result, checked.plan.notes) if told else None
    if book and checked.table.has_refused(result.errors):
        refused.add_sheet(book, path, columns(kind), result.errors)
    files.discard_upload(job.params["token"], by=by)
    if book is None:
        return sheets.services.Result(message=in_words(result))
    return sheets.services.Result(book, f"{_('导入结果')}.xlsx", row_count=len(told), message=in_words(result))


def in_words(result: ImportResult) -> str:
    counts = {"created": result.created, "updated": result.updated, "unchanged": result.unchanged, "bad": result.bad_rows}
    return _("新增 %(created)s 行，更新 %(updated)s 行，没有变化 %(unchanged)s 行，有错未导入 %(bad)s 行") % counts


def report(result: ImportResult, notes: list[RowError]) -> Workbook:
    """What is to be put right, row by row; what was taken but wants a look; both summed up in front."""
    about = [Col(_("列"), 18), Col(_("填写内容"), 30), Col(_("原因和正确写法"), 60)]
    summary = [Col(_("处理"), 14), Col(_("处数"), 8, "int"), Col(_("例如第几行"), 24), *about]
    said = [(_("未导入"), group) for group in result.groups] + [(_("已导入，请核对"), group) for group in grouped(notes)]
    book = Workbook(_("导入结果")).sheet(
        _("归纳"),
        columns=summary,
        rows=[[what, group.count, _("、").join(map(str, group.rows)), group.column_title, group.value, group.message] for what, group in said],
    )
    for title, told in ((_("未导入的行"), result.errors), (_("已导入，请核对"), notes)):
        if told:
            book.sheet(
                title, columns=[Col(_("行"), 8, "int"), *about], rows=[[each.row, each.column_title, each.value, each.message] for each in told]
            )
    return book
