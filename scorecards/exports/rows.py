"""扣分明细 and 明细行: the rows behind the marks."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from airquality.templatetags.air import symbol
from scorecards.exports.month import CHUNK, Month, Part
from scorecards.indicators import ALL, Shape
from scorecards.models import ScoreRow
from scorecards.services.air import rows as air_rows
from sheets.writing import Col

RELATIONS = (
    "finding__problem_type", "task", "line", "scorecard__organisation", "site__kind", "grid", "reconciliation__organisation", "adjustment__organisation", "station",
)  # fmt: skip
ORDER = ("scorecard__scheme__kind", "scorecard__rank", "scorecard__organisation__position", "scorecard_id", "line__position", "at", "id")


def fact_columns() -> list[Col]:
    return [
        Col(_("问题编号"), 14),
        Col(_("问题类型"), 20),
        Col(_("对象"), 20),
        Col(_("来源"), 14),
        Col(_("依据"), 24),
        Col(_("交办时间"), 16, "datetime"),
        Col(_("期限"), 16, "datetime"),
        Col(_("完成时间"), 16, "datetime"),
        Col(_("发生时间"), 16, "datetime"),
    ]


def facts(row: ScoreRow) -> tuple:
    """What is counted is a finding, or else a round's object, a grid, a sheet, an entry."""
    finding = row.finding
    named = (finding.number or _("未编号"), str(finding.problem_type), "") if finding else ("", "", row.subject_words)
    return (*named, row.source_label, row.reason_words, row.assigned_at, row.due_at, row.done_at, row.at)


def read(rows) -> Iterator[ScoreRow]:
    return rows.select_related(*RELATIONS).order_by(*ORDER).iterator(chunk_size=CHUNK)


# --- marks --------------------------------------------------------------------------------------------------------------------------
def marked_columns() -> list[Col]:
    return [Col(_("单位"), 16), Col(_("指标"), 20), Col(_("分值"), 8, "hundredths"), Col(_("次数"), 6, "int"), *fact_columns()]


def marked_rows(month: Month):
    for row in read(month.rows().marked()):
        yield (str(row.scorecard.subject), str(row.line.definition.label), row.amount, row.units, *facts(row))


# --- all rows -----------------------------------------------------------------------------------------------------------------------
def row_columns() -> list[Col]:
    return [
        Col(_("单位"), 16),
        Col(_("指标"), 20),
        Col(_("计入分子"), 9, "bool"),
        *fact_columns(),
        Col(_("任务号"), 9, "int"),
        Col(_("分值"), 8, "hundredths"),
        Col(_("站点日值"), 10, "hundredths"),
        Col(_("各项浓度"), 30),
    ]


def every_row(month: Month):
    days = air_rows.days_behind(month.first, by=month.by)
    for row in read(month.rows()):
        hit = None if row.line.definition.shape == Shape.BASE else row.is_hit
        told = (row.task_id, row.amount or None, row.value, _concentrations(row, days))
        yield (str(row.scorecard.subject), str(row.line.definition.label), hit, *facts(row), *told)


def _concentrations(row: ScoreRow, days: air_rows.Days) -> str:
    return _("，").join(f"{symbol(item)} {value}" for item, value in air_rows.concentrations(row, row.line, days))


def shared_note(month: Month) -> str:
    bases = _("、").join(dict.fromkeys(str(each.label) for each in ALL if each.shape == Shape.BASE))
    shared = _("“%(bases)s”各行是多项指标共用的底数，每件只列一次，不写是否计入分子；各项指标的分子、分母见“指标 KPI”。") % {"bases": bases}
    return "\n".join(filter(None, (month.unseen, shared)))


MARKED = Part(
    "deductions",
    gettext_lazy("扣分明细"),
    gettext_lazy("每一次扣分、加分一行，写明问题、依据和时间。"),
    marked_columns,
    marked_rows,
    lambda month: month.rows().marked().count(),
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
