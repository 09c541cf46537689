"""The month as a workbook for a leader's desk: 排名, 扣分明细, 明细行. The same figures as the screen, from the same rows."""

from django.utils.translation import gettext as _

from common import clock
from scorecards import board
from scorecards.models import Scorecard, ScoreRow
from scorecards.words import NOT_RANKED, Grade, month_words
from sheets import services as sheets
from sheets.services import Result
from sheets.writing import Col, Workbook

DIRECTLY = 5_000
"""Rows up to which the file is made while the person waits; more become a background job."""
NONE = "—"
ROW_RELATIONS = ("finding__problem_type", "task", "line", "scorecard__organisation")


def response(cards, *, month: str, district, by):
    """The file, or a redirect to the job that makes it."""
    count = ScoreRow.objects.visible_to(by).filter(scorecard__in=cards).count()
    if count > DIRECTLY:
        return sheets.start("scorecards", params={"month": month, "district": district.pk}, by=by, district_id=district.pk, title=filename(month))
    facts = {"kind": "scorecards.ranking", "filters": month_words(month), "row_count": count, "district_id": district.pk}
    return sheets.export_response(workbook(cards, month=month, by=by), f"{filename(month)}.xlsx", by=by, **facts)


def run(job) -> Result:
    """``settings.SHEET_JOBS["scorecards"]``"""
    month, by = job.params["month"], job.requested_by
    cards = Scorecard.objects.visible_to(by).filter(district_id=job.params["district"], month=month)
    count = ScoreRow.objects.visible_to(by).filter(scorecard__in=cards).count()
    return Result(workbook(cards, month=month, by=by), f"{filename(month)}.xlsx", row_count=count, filters=month_words(month))


def filename(month: str) -> str:
    return _("%(month)s督导考核排名") % {"month": month_words(month)}


def workbook(cards, *, month: str, by) -> Workbook:
    groups = board.groups(cards)
    first = groups[0].first
    title = _("%(district)s%(month)s督导考核排名") % {"district": first.district, "month": month_words(month)}
    facts = {"until": f"{clock.beijing(first.cut_off):%Y-%m-%d %H:%M}", "built": f"{clock.beijing(first.built_at):%Y-%m-%d %H:%M}"}
    as_of = _("截至 %(until)s（不含）  生成 %(built)s") % facts
    seen = ScoreRow.objects.visible_to(by).filter(scorecard__in=cards).select_related(*ROW_RELATIONS)
    seen = seen.order_by(
        "scorecard__scheme__kind", "scorecard__rank", "scorecard__organisation__position", "scorecard_id", "line__position", "at", "id"
    )
    hidden = ScoreRow.objects.filter(scorecard__in=cards).count() - seen.count()
    note = _("另有 %(count)s 行涉及您无权查看的问题，未列出。") % {"count": hidden} if hidden else ""
    book = Workbook(title)
    book.sheet(_("排名"), columns=ranking_columns(), rows=list(ranking_rows(groups)), as_of=as_of, note=ranking_note())
    marked = (marked_row(row) for row in seen.exclude(amount=0).iterator(chunk_size=2000))
    heading = _("%(month)s扣分、加分明细") % {"month": month_words(month)}
    book.sheet(_("扣分明细"), columns=marked_columns(), rows=marked, heading=heading, as_of=as_of, note=note)
    heading = _("%(month)s各指标明细行") % {"month": month_words(month)}
    shared = _("结案率、返工率、延期率的分母即按期办结率各行；返工率、延期率另列计入分子的行，结案率的分子为其中“按期办结”和“逾期办结”的行。")
    every = (plain_row(row) for row in seen.iterator(chunk_size=2000))
    return book.sheet(_("明细行"), columns=row_columns(), rows=every, heading=heading, as_of=as_of, note="\n".join(filter(None, (note, shared))))


# --- ranking ------------------------------------------------------------------------------------------------------------------------
def ranking_columns() -> list[Col]:
    return [
        Col(_("类别"), 8),
        Col(_("名次"), 6, "int"),
        Col(_("单位"), 18),
        Col(_("得分率（%）"), 11, "hundredths"),
        Col(_("得分"), 9, "hundredths"),
        Col(_("计分满分"), 9, "hundredths"),
        *(Col(_("%(part)s 部分") % {"part": part}, 10, "hundredths") for part in "ABCD"),
        Col(_("加分"), 7, "hundredths"),
        Col(_("按期办结率（%）"), 14, "hundredths"),
        Col(_("逾期件"), 9, "int"),
        Col(_("等次"), 8),
        Col(_("较上月"), 8),
        Col(_("备注"), 26),
    ]


def ranking_rows(groups):
    for group in groups:
        for each in group.standings:
            card, overdue = each.card, each.overdue
            scored = (card.share, card.obtained, card.counted, *(cell_words(cell) for cell in each.cells), each.bonus)
            yield (
                str(group.label),
                card.rank or NONE,
                str(card.organisation),
                *(scored if each.is_ranked else [NONE] * len(scored)),
                _("无数据") if each.on_time is None else each.on_time,
                overdue.numerator if overdue else None,
                str(Grade(card.grade).label) if card.grade else NONE,
                moved_words(each),
                "" if each.is_ranked else str(NOT_RANKED),
            )


def cell_words(cell):
    if cell.points is not None:
        return cell.points
    return _("无数据") if cell.has_source else _("暂未计分")


def moved_words(standing) -> str:
    if standing.rose:
        return f"↑{standing.rose}"
    return f"↓{standing.fell}" if standing.fell else NONE


def ranking_note() -> str:
    return _(
        "按得分率排名，得分率 = 得分 ÷ 计分满分；同分并列，并列后名次顺延。"
        "“暂未计分”的部分尚无数据来源，“无数据”的部分本月没有到期事项，都不计入得分，也不计入满分。"
        "B 部分从起评分扣减。“较上月”：↑、↓后为名次上升、下降的位数。各行依据见“扣分明细”和“明细行”。"
    )


# --- rows ---------------------------------------------------------------------------------------------------------------------------
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
    return (
        row.finding.number or _("未编号"),
        str(row.finding.problem_type),
        row.source_label,
        row.get_reason_display(),
        row.assigned_at,
        row.due_at,
        row.done_at,
        row.at,
    )


def marked_columns() -> list[Col]:
    return [Col(_("单位"), 16), Col(_("指标"), 20), Col(_("分值"), 8, "hundredths"), Col(_("次数"), 6, "int"), *fact_columns()]


def marked_row(row: ScoreRow) -> tuple:
    return (str(row.scorecard.organisation), str(row.line.definition.label), row.amount, row.units, *facts(row))


def row_columns() -> list[Col]:
    return [
        Col(_("单位"), 16),
        Col(_("指标"), 20),
        Col(_("计入分子"), 9, "bool"),
        *fact_columns(),
        Col(_("任务号"), 9, "int"),
        Col(_("分值"), 8, "hundredths"),
    ]


def plain_row(row: ScoreRow) -> tuple:
    return (str(row.scorecard.organisation), str(row.line.definition.label), row.is_hit, *facts(row), row.task_id, row.amount or None)
