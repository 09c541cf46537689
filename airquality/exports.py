"""The ranking as a sheet: the rows of the page, in its order, with the same figures."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from airquality import figures
from airquality.boards.ranked import Asked, change_shown, measure_label, title
from airquality.rankings import Line, Ranking
from airquality.words import BASES, POLLUTANTS, SYMBOLS, StationLevel
from grids.models import Grid
from sheets.writing import Col, Workbook, csv_bytes

FORMS = ("xlsx", "csv")


def columns(asked: Asked) -> list[Col]:
    return [
        Col(_("组别"), 10),
        Col(_("名次"), 6, "int"),
        Col(_("站点") if asked.kind == "station" else _("乡办"), 20),
        Col(measure_label(asked.by), 12, "general"),
        Col(_("上年同期"), 12, "general"),
        Col(_("同比（%）"), 10, "general"),
        *(Col(SYMBOLS[name], 9, "general") for name in POLLUTANTS),
        Col(_("优良天数"), 9, "int"),
        Col(_("有效天数"), 9, "int"),
        Col(_("重污染天数"), 9, "int"),
        Col(_("数据"), 16),
    ]


def rows(asked: Asked, found: list[Ranking], without: frozenset[int]) -> list[list]:
    return [row(asked, ranking, line, without) for ranking in found for line in ranking.lines]


def row(asked: Asked, ranking: Ranking, line: Line, without: frozenset[int]) -> list:
    period, last = line.period, line.before.figure(asked.by) if line.before else None
    days = [period.good, period.assessed, period.heavy] if period.days else [None, None, None]
    group = str(StationLevel(ranking.group).label) if ranking.group else ""
    figures_of = [line.value, last, change_shown(asked, line.change), *(period.concentrations[name] for name in POLLUTANTS)]
    return [group, line.rank, str(line.subject), *figures_of, *days, basis(line, without)]


def basis(line: Line, without: frozenset[int]) -> str:
    """What a figure rests on."""
    if isinstance(line.subject, Grid) and line.subject.pk in without:
        return _("未设站点")
    return str(BASES.get(figures.status_of(line.period.statuses), _("无数据")))


def workbook(asked: Asked, found: list[Ranking], without: frozenset[int]) -> Workbook:
    book = Workbook(title(asked))
    return book.sheet(_("排名"), columns=columns(asked), rows=rows(asked, found, without), as_of=span(asked), note=note(asked))


def csv(asked: Asked, found: list[Ranking], without: frozenset[int]) -> bytes:
    return csv_bytes(columns(asked), rows(asked, found, without))


def span(asked: Asked) -> str:
    return _("%(first)s至%(last)s") % {"first": asked.first, "last": asked.last}


def note(asked: Asked) -> str:
    return " ".join(asked.notes)


def filters(asked: Asked) -> str:
    return f"{measure_label(asked.by)} {span(asked)}"


@dataclass(frozen=True)
class Group:
    """What the page shows of a ranking: the cells of the sheet, row by row."""

    label: str
    lines: list[tuple[Line, list[tuple[Col, Any]]]]


def groups(asked: Asked, found: list[Ranking], without: frozenset[int]) -> list[Group]:
    return [_group(asked, ranking, without) for ranking in found]


def _group(asked: Asked, ranking: Ranking, without: frozenset[int]) -> Group:
    label = str(StationLevel(ranking.group).label) if ranking.group else ""
    heads = columns(asked)
    return Group(label, [(line, list(zip(heads, row(asked, ranking, line, without), strict=True))) for line in ranking.lines])
