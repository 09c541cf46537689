"""排名 and 指标 KPI: what the ranking and the cards show."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from scorecards import air_words
from scorecards.exports.month import Month, Part
from scorecards.indicators import Shape
from scorecards.models import ScoreLine
from scorecards.words import Grade, LineState, part_label
from sheets.writing import Col

NONE = "—"


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
        Col(_("更正以前月份"), 9, "hundredths"),
        Col(_("按期办结率（%）"), 14, "hundredths"),
        Col(_("逾期件"), 9, "int"),
        Col(_("等次"), 8),
        Col(_("较上月"), 8),
        Col(_("备注"), 26),
    ]


def ranking_rows(month: Month):
    return [_standing(group, each) for group in month.groups for each in group.standings]


def _standing(group, each) -> tuple:
    card, overdue = each.card, each.overdue
    scored = (card.share, card.obtained, card.counted, *(cell_words(cell) for cell in each.cells), each.bonus, each.carried or None)
    return (
        str(group.label),
        card.rank or NONE,
        str(card.subject),
        *(scored if each.is_ranked else [NONE] * len(scored)),
        _("无数据") if each.on_time is None else each.on_time,
        overdue.numerator if overdue else None,
        str(Grade(card.grade).label) if card.grade else NONE,
        moved_words(each),
        each.note,
    )


def cell_words(cell):
    if cell.points is not None:
        return cell.points
    return _("无数据") if cell.has_source else _("暂未计分")


def moved_words(standing) -> str:
    if standing.rose:
        return f"↑{standing.rose}"
    return f"↓{standing.fell}" if standing.fell else NONE


def ranking_note(month: Month) -> str:
    return _(
        "按得分率排名，得分率 = 得分 ÷ 计分满分；同分并列，并列后名次顺延。"
        "“暂未计分”的部分尚无数据来源，“无数据”的部分本月没有到期事项，或没有站点、有效数据不足，都不计入得分，也不计入满分。"
        "B 部分从起评分扣减。“较上月”：↑、↓后为名次上升、下降的位数。各行依据见“扣分明细”和“明细行”。"
    )


def standings(month: Month) -> int:
    return sum(len(group.standings) for group in month.groups)


# --- grids --------------------------------------------------------------------------------------------------------------------------
def grid_columns() -> list[Col]:
    return [
        Col(_("乡办"), 14),
        Col(_("名次"), 6, "int"),
        Col(_("网格编码"), 16),
        Col(_("网格"), 16),
        Col(_("得分率（%）"), 11, "hundredths"),
        Col(_("得分"), 9, "hundredths"),
        Col(_("计分满分"), 9, "hundredths"),
        *(Col(_("%(part)s 部分") % {"part": part}, 10, "hundredths") for part in "ABCD"),
        Col(_("等次"), 8),
        Col(_("较上月"), 8),
        Col(_("备注"), 26),
    ]


def grid_rows(month: Month):
    return [_grid(group, each) for group in month.grid_groups for each in group.standings]


def _grid(group, each) -> tuple:
    card = each.card
    scored = (card.share, card.obtained, card.counted, *(cell_words(cell) for cell in each.cells))
    return (
        str(group.township),
        card.rank or NONE,
        card.grid.code,
        card.grid.name,
        *(scored if each.is_ranked else [NONE] * len(scored)),
        str(Grade(card.grade).label) if card.grade else NONE,
        moved_words(each),
        each.note,
    )


def grid_note(month: Month) -> str:
    return _("网格只看结果：他人在这里发现而网格没有报的、自己发现的、巡查、覆盖和培训。不对个人排名。名次为全区网格名次，样本过少的不排名。")


# --- indicators ---------------------------------------------------------------------------------------------------------------------
def kpi_columns() -> list[Col]:
    return [
        Col(_("类别"), 8),
        Col(_("单位"), 18),
        Col(_("部分"), 18),
        Col(_("指标"), 22),
        Col(_("分子"), 8, "int"),
        Col(_("分母"), 8, "int"),
        Col(_("比率（%）"), 10, "hundredths"),
        Col(_("得分"), 9, "hundredths"),
        Col(_("满分"), 9, "hundredths"),
        Col(_("状态"), 10),
        Col(_("实测"), 14),
        Col(_("目标"), 14),
        Col(_("上年同月"), 14),
        Col(_("空气数据说明"), 40),
    ]


def kpi_rows(month: Month):
    return [_line(group, each, line) for group in month.groups for each in group.standings for line in shown(each.lines)]


def shown(lines: list[ScoreLine]) -> list[ScoreLine]:
    """Without the lines that only hold the rows which others look at."""
    return [line for line in lines if line.definition.shape != Shape.BASE]


def _line(group, standing, line: ScoreLine) -> tuple:
    return (
        str(group.label),
        str(standing.card.subject),
        str(part_label(group.kind, line.part)),
        str(line.definition.label),
        line.numerator,
        line.denominator,
        rate_of(line),
        line.points,
        line.full or None,
        str(LineState(line.state).label),
        *(air_words.figure(line, name) or None for name in ("measured", "aim", "before")),
        "".join(line.air_words) or None,
    )


def rate_of(line: ScoreLine):
    """Hundredths of a percent; 无数据 where the denominator is zero, never 0 or 100 (domain 2.8)."""
    if line.denominator is None or (line.definition.air and line.denominator):
        return None
    return _("无数据") if line.percent is None else line.percent


def kpi_note(month: Month) -> str:
    return _(
        "每个单位的每一项指标一行；比率 = 分子 ÷ 分母，分母为零的写“无数据”。扣分、加分项的分子为次数，得分为负即扣分。"
        "空气指标的分子、分母为计入的站日和全部站日，得分依据实测、目标和上年同月。口径见“指标说明”页。"
    )


def lines(month: Month) -> int:
    return sum(len(shown(each.lines)) for group in month.groups for each in group.standings)


RANKING = Part(
    "ranking",
    gettext_lazy("排名"),
    gettext_lazy("名次、得分率、各部分得分、按期办结率、等次，与排名页一致。"),
    ranking_columns,
    ranking_rows,
    standings,
    note=ranking_note,
)
GRIDS = Part(
    "grids",
    gettext_lazy("网格评价"),
    gettext_lazy("各乡办网格的得分率和名次；只评网格，不评个人。"),
    grid_columns,
    grid_rows,
    lambda month: month.grid_cards.count(),
    heading=gettext_lazy("%(month)s网格工作评价"),
    note=grid_note,
)
KPI = Part(
    "kpi",
    gettext_lazy("指标 KPI"),
    gettext_lazy("每个单位每一项指标的分子、分母、比率、得分和状态。"),
    kpi_columns,
    kpi_rows,
    lines,
    heading=gettext_lazy("%(month)s考核指标"),
    note=kpi_note,
)
