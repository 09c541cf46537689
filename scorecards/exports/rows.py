"""扣分明细 and 明细行: the rows behind the marks."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from scorecards.exports.month import CHUNK, Month, Part
from scorecards.exports.ranking import subject
from scorecards.models import ScoreRow
from sheets.writing import Col

RELATIONS = ("finding__problem_type", "task", "line", "scorecard__organisation", "scorecard__scheme")
ORDER = ("scorecard__scheme__kind", "scorecard__rank", "scorecard__organisation__position", "scorecard_id", "line__position", "at", "id")


def fact_columns() -> list[Col]:
    return [
        Col(_("问题编号"), 14),
        Col(_("问题类型"), 20),
        Col(_("来源"), 14),
        Col(_("依据"), 20),
        Col(_("交办时间"), 16, "datetime"),
        Col(_("期限"), 16, "datetime"),
        Col(_("完成时间"), 16, "datetime"),
        Col(_("发生时间"), 16, "datetime"),
    ]


def facts(row: ScoreRow) -> tuple:
    number, kind = (row.finding.number or _("未编号"), str(row.finding.problem_type)) if row.finding_id else ("", "")
    return (number, kind, row.source_label, row.get_reason_display(), row.assigned_at, row.due_at, row.done_at, row.at)


def read(month: Month, **only) -> Iterator[ScoreRow]:
    return month.rows().select_related(*RELATIONS).filter(**only).order_by(*ORDER).iterator(chunk_size=CHUNK)


# --- marks --------------------------------------------------------------------------------------------------------------------------
def marked_columns() -> list[Col]:
    return [Col(_("单位"), 16), Col(_("指标"), 20), Col(_("分值"), 8, "hundredths"), Col(_("次数"), 6, "int"), *fact_columns()]


def marked_rows(month: Month):
    for row in month.rows().select_related(*RELATIONS).exclude(amount=0).order_by(*ORDER).iterator(chunk_size=CHUNK):
        yield (subject(row.scorecard), str(row.line.definition.label), row.amount, row.units, *facts(row))


# --- all rows -----------------------------------------------------------------------------------------------------------------------
def row_columns() -> list[Col]:
    return [
        Col(_("单位"), 16),
        Col(_("指标"), 20),
        Col(_("计入分子"), 9, "bool"),
        *fact_columns(),
        Col(_("任务号"), 9, "int"),
        Col(_("分值"), 8, "hundredths"),
    ]


def every_row(month: Month):
    for row in read(month):
        yield (subject(row.scorecard), str(row.line.definition.label), row.is_hit, *facts(row), row.task_id, row.amount or None)


def shared_note(month: Month) -> str:
    shared = _("结案率、返工率、延期率的分母即按期办结率各行；返工率、延期率另列计入分子的行，结案率的分子为其中“按期办结”和“逾期办结”的行。")
    return "\n".join(filter(None, (month.unseen, shared)))


MARKED = Part(
    "deductions",
    gettext_lazy("扣分明细"),
    gettext_lazy("每一次扣分、加分一行，写明问题、依据和时间。"),
    marked_columns,
    marked_rows,
    lambda month: month.rows().exclude(amount=0).count(),
    heading=gettext_lazy("%(month)s扣分、加分明细"),
    note=lambda month: month.unseen,
)
ROWS = Part(
    "rows",
    gettext_lazy("明细行"),
    gettext_lazy("各指标分子、分母的每一行。"),
    row_columns,
    every_row,
    lambda month: month.rows().count(),
    heading=gettext_lazy("%(month)s各指标明细行"),
    note=shared_note,
)
