"""A table of units and figures that somebody pasted or uploaded: which column is what, and every cell that cannot be read with its reason."""

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from scorecards.methods.bulletin import Entry, Measure
from scorecards.methods.words import What
from sheets.cells import CellError, clean, half_width, parse_decimal
from sheets.columns import Column, RowError
from sheets.header import Grid, Header, find_header, match
from sheets.opening import Sheet, open_sheets
from sheets.reading import read_table

MAX_ROWS = 2_000
MAX_FIGURES = 40
NAME = Column(
    "name",
    "单位",
    (
        *(
            "单位名称",
            "名称",
            "承办单位",
            "责任单位",
            "部门",
            "乡办",
            "乡办名称",
            "乡镇",
            "乡镇名称",
            "乡镇（街道）",
            "乡镇街道",
            "镇街",
            "街道",
            "街道办",
        ),
        *("区县", "县区", "县市区", "县（市、区）", "区（县）", "城市", "地区", "区域", "所在区域", "站点", "站点名称", "点位", "点位名称", "网格"),
    ),
    required=True,
    max_length=60,
)
GROUP = Column("group", "组别", ("分组", "组", "类别", "类型", "考核组", "所属组", "排名组"), max_length=40)
NO_FIGURE = re.compile(r"序号|名次|排名|位次|排序|备注|说明")
IS_CHANGE = re.compile(r"同比|环比|变化|变幅|升降|增幅|降幅|增减|相比|比较|改善")
LAST = re.compile(r"(?:去年|上年|上一年|前一年|上月|上个月|上期|上周|上季)度?(?:的?同期|同月|同周)?|同期")
THIS = re.compile(r"今年|本年度?|本月|本期|本周|本季度?|当期|当月")
DRESS = re.compile(r"\(.*?\)|平均浓度|浓度|均值|平均值|[\s()/、_的-]")
KNOWN = [
    (What.PM25, re.compile(r"PM2\.?5|细颗粒物", re.I)),
    (What.PM10, re.compile(r"PM10|可吸入颗粒物", re.I)),
    (What.SO2, re.compile(r"SO2|二氧化硫", re.I)),
    (What.NO2, re.compile(r"NO2|二氧化氮", re.I)),
    (What.CO, re.compile(r"(?<![A-Z])CO(?![A-Z0-9])|一氧化碳", re.I)),
    (What.O3, re.compile(r"(?<![A-Z])O3|臭氧", re.I)),
    (What.INDEX, re.compile(r"综合指数")),
    (What.GOOD_DAYS, re.compile(r"优良")),
]
MORE_IS_BETTER = re.compile(r"优良|得分|总分|完成率|办结率|达标率|满意|到位率|评分|改善")


@dataclass
class Reading:
    """``errors`` keep the table from being ranked; ``left_out``: columns without figures. Columns written with % hold percent."""

    measures: list[Measure] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    @property
    def has_groups(self) -> bool:
        return len({entry.group for entry in self.entries}) > 1


def read(text: str) -> Reading:
    """Raises ValidationError when there is no table in the text."""
    content = _spaced(text).encode()
    with open_sheets(io.BytesIO(content), max_rows=MAX_ROWS) as sheets:
        sheet, header = _best(sheets)
        figures, left_out = _figures(sheet, header)
    measures = _measures(figures)
    columns = [NAME, GROUP, *(Column(title, title, kind="decimal") for title in figures)]
    table = read_table(io.BytesIO(content), columns, max_rows=MAX_ROWS)
    return Reading(measures, [_entry(row.values, measures) for row in table.rows], [*table.errors, *_twice(table.rows)], left_out)


def _spaced(text: str) -> str:
    """Columns that are only set apart by blanks get tabs."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text if re.search(r"[\t,;]", text) else re.sub(r"[ \u3000\xa0]+", "\t", re.sub(r"(?m)^[ \u3000\xa0]+|[ \u3000\xa0]+$", "", text))


def _header_of(sheet: Sheet) -> Header | None:
    """Where the names stand; a header whose cells are merged downwards is taken from its first row."""
    header = find_header(sheet.head(), sheet.merged, [NAME, GROUP])
    if header is None or "name" not in header.places:
        return None
    place, row = header.places["name"][0], header.first_row
    tops = [top for top, left, bottom, right in sheet.merged if top < row <= bottom and left <= place <= right]
    return match(Grid(sheet.head(), sheet.merged), min(tops), header.last_row, [NAME, GROUP]) if tops else header


def _figures(sheet: Sheet, header: Header) -> tuple[dict[str, bool], list[str]]:
    """Titles of columns with figures and whether they are written with %; titles of the others that could have been meant."""
    taken = {place for places in header.places.values() for place in places}
    lines = [line for _number, line, _own in sheet.lines(after=header.last_row)]
    if not lines:
        raise ValidationError(_("表头下面没有数据行。"), code="no_rows")
    asked: dict[str, list] = {}
    for place, title in header.titles.items():
        if place not in taken and title != "序号":
            asked.setdefault(title, [line[place - 1] for line in lines if place <= len(line)])
    figures = {title: _in_percent(title, cells) for title, cells in asked.items() if _has_figures(title, cells)}
    if not figures or len(figures) > MAX_FIGURES:
        raise ValidationError(_("除名称外，表中要有 1 至 %(limit)s 列数字。") % {"limit": MAX_FIGURES}, code="figures")
    return figures, [title for title in asked if title not in figures]


def _has_figures(title: str, cells: list) -> bool:
    """At least half of what is filled in is a number."""
    filled = [cell for cell in cells if half_width(cell)]
    return bool(filled) and not NO_FIGURE.search(title) and 2 * sum(map(_is_figure, filled)) >= len(filled)


def _in_percent(title: str, cells: list) -> bool:
    """80% is 0.8 to a sheet: a column is written with % throughout or not at all."""
    written = {half_width(cell).endswith("%") for cell in cells if half_width(cell) and _is_figure(cell)}
    if len(written) > 1:
        raise ValidationError(_("“%(title)s”一列有的数字带“%%”，有的不带，请统一写法。") % {"title": title}, code="percent")
    return True in written


def _is_figure(cell) -> bool:
    try:
        parse_decimal(cell)
    except CellError:
        return False
    return True


# --- columns ----------------------------------------------------------------------------------------------------------------------------
def _measures(figures: dict[str, bool]) -> list[Measure]:
    """A column of the last period joins the one of this period that is otherwise called the same; alone it is a figure of its own."""
    titles = list(figures)
    this: dict[str, str] = {}
    last: dict[str, str] = {}
    for title in titles:
        is_last = bool(LAST.search(title)) and not IS_CHANGE.search(title)
        (last if is_last else this).setdefault(_key(title), title)
    known = {*this.values(), *(title for key, title in last.items() if key in this)}
    alone = [(title, title, "") for title in titles if title not in known]
    found = [_measure(*each, is_percent=figures[each[1]]) for each in [*((key, title, last.get(key, "")) for key, title in this.items()), *alone]]
    return sorted(found, key=lambda measure: titles.index(measure.title))


def _key(title: str) -> str:
    if IS_CHANGE.search(title):
        return title
    return DRESS.sub("", THIS.sub("", LAST.sub("", title))) or _("指标")


def _measure(key: str, title: str, last: str, *, is_percent: bool) -> Measure:
    what = "" if IS_CHANGE.search(title) else next((what for what, words in KNOWN if words.search(title)), "")
    return Measure(key, title, last, str(what), ascending=not MORE_IS_BETTER.search(title), is_percent=is_percent)


# --- rows -------------------------------------------------------------------------------------------------------------------------------
def _entry(values: dict, measures: list[Measure]) -> Entry:
    this = {measure.key: _figure(values[measure.title], measure) for measure in measures}
    last = {measure.key: _figure(values[measure.last], measure) for measure in measures if measure.last}
    return Entry(values["name"], values["group"], this, last)


def _figure(value: Decimal | None, measure: Measure) -> Decimal | None:
    return value.scaleb(2) if measure.is_percent and value is not None else value


def _twice(rows) -> list[RowError]:
    count = Counter((row.values["name"], row.values["group"]) for row in rows)
    words = _("这个名称有 %(count)s 行，每个单位只能有一行")
    return [
        RowError(row.number, str(NAME.title), row.values["name"], words % {"count": times})
        for row in rows
        if (times := count[row.values["name"], row.values["group"]]) > 1
    ]


# --- files ------------------------------------------------------------------------------------------------------------------------------
def as_text(file) -> str:
    """An uploaded sheet as the text people could have pasted: each row in the line of its number, merged cells filled, a header of several rows in one."""
    with open_sheets(file, max_rows=MAX_ROWS) as sheets:
        sheet, header = _best(sheets)
        lines = {number: [_flat(cell) for cell in line] for number, line, _own in sheet.lines(after=header.last_row)}
        lines |= {number: [_flat(cell) for cell in line] for number, line in enumerate(sheet.head()[: header.first_row - 1], 1)}
    lines[header.last_row] = [header.titles.get(place, "") for place in range(1, max(header.titles) + 1)]
    written = io.StringIO(newline="")
    csv.writer(written, delimiter="\t", lineterminator="\n").writerows(lines.get(number, []) for number in range(1, max(lines) + 1))
    return written.getvalue()


def _best(sheets: list[Sheet]) -> tuple[Sheet, Header]:
    """The first sheet with a column of names."""
    for sheet in sheets:
        if header := _header_of(sheet):
            return sheet, header
    raise ValidationError(_("没有找到名称列。请保留表头，并把单位一列的标题写成“单位”“乡办”“区县”或“点位名称”。"), code="no_header")


def _flat(cell) -> str:
    return re.sub(r"\s+", " ", clean(cell))
