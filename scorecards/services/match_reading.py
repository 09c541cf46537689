"""Reading a list that city or province hands down: whatever its columns are called."""

import re
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from grids.models import Grid, Organisation
from scorecards.models import MatchRow
from sheets.cells import choice_key, half_width
from sheets.columns import Column, Row
from sheets.reading import read_table

COLUMNS = [
    Column(
        "superior_number",
        gettext_noop("上级编号"),
        ("问题编号", "编号", "案件编号", "工单编号", "受理编号", "交办编号", "台账编号", "问题编码", "案卷编号", "交办单号", "信访件编号"),
        max_length=60,
    ),
    Column(
        "text",
        gettext_noop("问题描述"),
        (
            "存在问题",
            "问题内容",
            "具体问题",
            "主要问题",
            "交办问题",
            "交办内容",
            "案件描述",
            "问题详情",
            "问题详情描述",
            "反映问题",
            "问题",
            "诉求内容",
        ),
        max_length=4000,
    ),
    Column("address", gettext_noop("位置"), ("点位", "地址", "地点", "问题位置", "详细地址", "点位名称", "问题地点", "项目名称"), max_length=300),
    Column(
        "ordered_on",
        gettext_noop("交办日期"),
        ("交办时间", "下发日期", "下发时间", "受理日期", "受理时间", "发现日期", "发现时间", "派遣时间", "检查日期", "检查时间"),
        kind="date",
        lenient=True,
        month_as="first",
    ),
    Column(
        "due_on",
        gettext_noop("时限"),
        ("整改时限", "整改期限", "完成时限", "办理时限", "办结时限", "截止日期", "截止时间", "要求完成时间", "限办时间"),
        kind="date",
        lenient=True,
        month_as="last",
    ),
    Column(
        "status",
        gettext_noop("状态"),
        ("是否办结", "办结情况", "整改状态", "办理状态", "是否销号", "是否完成整改", "销号情况", "完成情况", "案件状态", "整改情况"),
        max_length=500,
        lenient=True,
    ),
    Column(
        "done_on",
        gettext_noop("办结日期"),
        ("办结时间", "销号日期", "销号时间", "验收日期", "验收时间", "完成时间", "完成日期"),
        kind="date",
        lenient=True,
        month_as="last",
    ),
    Column(
        "unit",
        gettext_noop("责任单位"),
        ("承办单位", "整改责任单位", "属地", "属地责任单位", "乡办", "乡镇", "责任主体", "处置部门", "责任部门", "所属街道", "责任单位（属地）"),
        max_length=120,
        lenient=True,
    ),
]
NOT_DONE = re.compile(r"未|没有|尚|不合格|整改中|办理中|处置中|进行中|推进|在办|待|逾期|超期|退回|否|×|✗")
DONE = re.compile(r"已|办结|销号|完成|完毕|到位|通过|合格|是|√|✓")
WORDS = re.compile(r"[、,，;；/\n\s]+")


@dataclass
class Read:
    rows: list[MatchRow] = field(default_factory=list)
    unread: list[dict] = field(default_factory=list)


def read(file, *, district: Grid) -> Read:
    """Rows not saved yet. Raises ``ValidationError`` when the file as a whole cannot be read."""
    table = read_table(file, COLUMNS)
    known = {column.key for column in table.columns}
    if not known & {"superior_number", "text"}:
        raise ValidationError(_("没有找到“上级编号”或“问题描述”这一列，无法核对。请检查表头。"), code="no_header")
    units, read_rows = units_of(district), Read()
    read_rows.unread = [{"row": error.row, "message": str(error)} for error in table.errors]
    read_rows.unread += [{"row": note.row, "message": str(note)} for note in table.notes]
    for row in table.rows:
        if row.values["text"] or row.values["superior_number"]:
            read_rows.rows.append(_row(row, units))
        else:
            read_rows.unread.append({"row": row.number, "message": _("第 %(row)s 行既没有编号也没有问题描述，没有核对。") % {"row": row.number}})
    _forget_serials(read_rows.rows)
    if not read_rows.rows:
        raise ValidationError(_("表头下面没有可以核对的行。"), code="no_rows")
    return read_rows


def _row(row: Row, units: dict[str, Organisation]) -> MatchRow:
    values = row.values
    is_done = done(values["status"])
    return MatchRow(
        number=row.number,
        is_done=True if is_done is None and values["done_on"] and not values["status"] else is_done,
        organisation=unit_of(values["unit"], units),
        status=values["status"][:60],
        **{name: values[name] for name in ("superior_number", "text", "address", "ordered_on", "due_on", "done_on", "unit")},
    )


def _forget_serials(rows: list[MatchRow]) -> None:
    """A column called 编号 that only counts 1, 2, 3 names nothing."""
    written = [row.superior_number for row in rows if row.superior_number]
    if written and all(each.isdecimal() and int(each) <= 2 * len(rows) + 10 for each in written):
        for row in rows:
            row.superior_number = ""


def done(text: str) -> bool | None:
    """What a cell of status says: done, not done, or nothing we understand.

    >>> done("已销号"), done("未办结"), done("整改中"), done("见附件")
    (True, False, False, None)
    """
    word = half_width(text)
    if not word:
        return None
    if NOT_DONE.search(word):
        return False
    return True if DONE.search(word) else None


def units_of(district: Grid) -> dict[str, Organisation]:
    """Written name → unit; the full name wins over the short one of another."""
    found: dict[str, Organisation] = {}
    for unit in Organisation.objects.filter(district=district, merged_into=None).order_by("-position", "-pk"):
        found |= {choice_key(unit.short_name): unit, choice_key(unit.name): unit}
    return found


def unit_of(text: str, units: dict[str, Organisation]) -> Organisation | None:
    """The first of several units in the cell that is ours."""
    names = [choice_key(part) for part in WORDS.split(text) if part.strip()]
    return next((units[name] for name in names if name in units), None)
