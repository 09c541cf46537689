"""The year as a workbook: a sheet for each kind of unit, the same figures as the page."""

from django.utils.translation import gettext as _

from scorecards.services.yearly import Cell, Group, Standing, Year
from sheets.writing import Col, Workbook


def title(year: Year) -> str:
    return _("%(year)d年度督导考核排名") % {"year": year.year}


def workbook(year: Year) -> Workbook:
    book = Workbook(title(year))
    for group in year.groups:
        heading = _("%(title)s（%(kind)s）") % {"title": title(year), "kind": group.label}
        book.sheet(str(group.label), columns=columns(year, group), rows=[row(each) for each in group.standings], heading=heading, note=note(year))
    return book


def columns(year: Year, group: Group) -> list[Col]:
    return [
        Col(_("名次"), 6, "int"),
        Col(_("单位"), 18),
        Col(_("年度平均得分率（%）"), 12, "hundredths"),
        Col(_("计入月数"), 8, "int"),
        Col(_("最高（%）"), 9, "hundredths"),
        Col(_("最高月份"), 8),
        Col(_("最低（%）"), 9, "hundredths"),
        Col(_("最低月份"), 8),
        Col(_("第一名次数"), 8, "int"),
        Col(_("末位次数"), 8, "int"),
        *(Col(head, 7, "int") for head in year.heads),
        *(col for month in group.months for col in month_columns(month)),
    ]


def month_columns(month) -> list[Col]:
    words = _("%(month)s得分率（%%）") if month.is_settled else _("%(month)s得分率（%%，未结账）")
    return [Col(words % {"month": month.label}, 11, "hundredths"), Col(_("%(month)s名次") % {"month": month.label}, 7, "int")]


def row(each: Standing) -> list:
    return [
        each.rank or "—",
        str(each.card.subject),
        each.mean,
        len(each.counted),
        *ends(each.best),
        *ends(each.worst),
        each.firsts,
        each.lasts,
        *(each.measures or []),
        *(value for cell in each.cells for value in (cell.share, cell.card.rank if cell.card else None)),
    ]


def ends(cell: Cell | None) -> tuple:
    return (cell.share, cell.month.label) if cell else (None, None)


def note(year: Year) -> str:
    counted = _("含未结账月份。") if year.with_open else _("只计已结账月份；未结账月份列出，不计入平均和名次。")
    return counted + _("年度平均为各月得分率的平均，无数据的月份不计；平均相同的并列，并列后名次顺延。")
