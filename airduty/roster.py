"""Import and export of rosters: units, grids and the 一长三员网络表 of one workbook (domain 3.6.1). The meaning of a row is in grids.roster."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial as bound

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count
from django.utils.translation import gettext as _

from audit.services import record
from common import clock
from common.templatetags.ui import mask_phone
from grids import board, roster
from grids.models import Grid
from grids.people import may_see_phones
from grids.roles import OrganisationKind, PostRole
from registers.models import Site
from registers.words import Risk
from sheets import importing
from sheets.columns import Column, Table
from sheets.importing import ImportResult
from sheets.reading import read_table
from sheets.writing import Col, Workbook

KINDS = {
    **{str(label): value for value, label in OrganisationKind.choices},
    "部门": "department",
    "区直单位": "department",
    "局委": "department",
    "乡镇": "township",
    "街道": "township",
    "乡镇街道": "township",
    "街道办事处": "township",
    "指挥部": "headquarters",
    "专班": "squad",
    "分队": "squad",
    "办公室": "office",
}
UNITS = [
    Column("name", "单位名称", ("单位全称", "全称", "机构名称", "组织名称"), required=True, max_length=80),
    Column("short_name", "简称", ("单位简称",), max_length=30),
    Column("kind", "类别", ("单位类别", "机构类别", "单位类型", "类型"), kind="choice", choices=KINDS),
    Column("parent", "上级单位", ("主管单位",)),
    Column("power", "有无执法权", ("执法权", "是否有执法权"), kind="bool"),
    Column("code", "单位编码", ("机构编码", "单位代码"), max_length=30),
    Column("heads", "负责人", ("主要负责人", "指挥长", "负责人/电话", "负责人/职务/电话", "负责人姓名")),
    Column("heads_phone", "负责人电话", ("负责人联系电话", "负责人手机")),
    Column("staff", "经办人", ("联络员", "工作人员", "经办人/电话", "联络员/电话", "经办人姓名", "联络员姓名")),
    Column("staff_phone", "经办人电话", ("联络员电话", "经办人联系电话", "经办人手机")),
]
PLACES = [
    Column("code", "网格编码", ("网格编号", "网格代码"), required=True, max_length=30),
    Column("name", "网格名称", ("网格",), required=True, max_length=60),
    Column("level", "级别", ("网格级别", "网格等级")),
    Column("parent", "上级网格", ("上级网格名称", "上级网格编码", "所属上级")),
    Column("extent", "范围描述", ("网格范围", "范围", "区域范围"), max_length=300),
    Column("organisation", "责任单位", ("所属单位", "管理单位")),
]
POST_TITLES = {
    PostRole.CHIEF: "网格长",
    PostRole.DEPUTY_CHIEF: "副网格长",
    PostRole.MEMBER: "网格员",
    PostRole.PATROLLER: "巡查员",
    PostRole.OVERSEER: "监督员",
}
POST_KEYS = {role: (role.value, f"{role.value}_title", f"{role.value}_phone") for role in POST_TITLES}


def _post_columns() -> list[Column]:
    columns = []
    for role, title in POST_TITLES.items():
        name, job, phone = POST_KEYS[role]
        columns += [
            Column(
                name,
                f"{title}/职务/电话" if role == PostRole.CHIEF else f"{title}/电话",
                (title, f"{title}姓名", f"{title}/职务/电话", f"{title}/电话"),
            ),
            Column(job, f"{title}职务"),
            Column(phone, f"{title}电话", (f"{title}联系电话", f"{title}手机", f"{title}手机号")),
        ]
    return columns


NETWORK = [
    *PLACES[:2],
    *_post_columns(),
    Column("updated", "更新日期", ("更新时间",), kind="date"),
]
COUNTED = {"企业数", "工地数", "重点对象数"}
"""Columns of the network table that are counted and never typed in."""


@dataclass
class Part:
    """What one sheet gave."""

    title: str
    table: Table
    result: ImportResult


@dataclass
class Outcome:
    """``written`` is False after a dry run and when errors kept everything out."""

    parts: list[Part]
    accounts: list[roster.Account]
    ended: list[str]
    written: bool = False

    @property
    def errors(self) -> list:
        return [error for part in self.parts for error in part.result.errors]

    @property
    def unknown_columns(self) -> list[str]:
        """Titles that no part reads."""
        sets = [set(part.table.unknown_columns) for part in self.parts]
        sheets = {part.table.sheet for part in self.parts}
        of_sheet = {
            sheet: set.intersection(*(found for found, part in zip(sets, self.parts, strict=True) if part.table.sheet == sheet)) for sheet in sheets
        }
        return sorted(set().union(*of_sheet.values()) - COUNTED)

    @property
    def changes(self) -> int:
        return sum(part.result.created + part.result.updated for part in self.parts)


def run(file, *, district: Grid, by, dry_run: bool, partial: bool) -> Outcome:
    """Read every part the workbook has and write all of it, or with ``partial`` what is right, or nothing.

    Raises ValidationError when no part is found.
    """
    today = clock.today()
    shared = roster.Run(district=district, by=by, day=today, is_dry=dry_run)
    found = [(title, table, apply) for title, table, apply in _tables(file, today) if table]
    if not found:
        raise ValidationError(_("没有找到单位、网格或一长三员网络表。请对照空白表检查表头。"), code="no_part")
    with transaction.atomic():
        # First in the deployment's chain, then in the district's: the order in which everybody takes the two.
        record("import.begin", "grids.roster", by=by)
        parts = [Part(str(title), table, _write(table, bound(apply, run=shared))) for title, table, apply in found]
        outcome = Outcome(parts, shared.accounts, shared.ended)
        outcome.written = not dry_run and (partial or not outcome.errors)
        if outcome.written:
            payload = {part.title: {"created": part.result.created, "updated": part.result.updated} for part in parts}
            record("import", "grids.roster", by=by, district_id=district.pk, payload=payload | {"accounts": len(shared.accounts)})
        transaction.set_rollback(not outcome.written)
    return outcome


def _tables(file, today: dt.date) -> list[tuple[str, Table | None, Callable]]:
    return [
        (_("单位"), _table(file, UNITS, today, {"kind", "short_name", "heads"}), roster.apply_organisation),
        (_("网格"), in_order(_table(file, PLACES, today, {"parent", "level"})), roster.apply_grid),
        (_("一长三员"), _table(file, NETWORK, today, {role.value for role in POST_TITLES}), _apply_network),
    ]


def _table(file, columns: list[Column], today: dt.date, telling: set[str]) -> Table | None:
    """The sheet for these columns, if the workbook has it: all required columns and at least one of ``telling``."""
    try:
        table = read_table(file, columns, today=today)
    except ValidationError as refused:
        if refused.code == "no_header":
            return None
        raise
    keys = {column.key for column in table.columns}
    required = {column.key for column in columns if column.required}
    return table if required <= keys and telling & keys else None


def in_order(table: Table | None) -> Table | None:
    """Rows with parents before their children, whatever their order in the sheet."""
    if table is None:
        return None
    parents = {word: row.values["parent"] for row in table.rows for word in (row.values["code"], row.values["name"])}

    def depth(word: str) -> int:
        steps = 0
        while (word := parents.get(word, "")) and steps < 20:
            steps += 1
        return steps

    table.rows.sort(key=lambda row: depth(row.values["code"]))
    return table


def _apply_network(values: dict, run: roster.Run) -> str:
    return roster.apply_posts(values, run, POST_KEYS)


def _write(table: Table, apply: Callable) -> ImportResult:
    return importing.run(table.rows, lambda row: apply(row.values), partial=True, dry_run=False, errors=table.errors, columns=table.columns)


# --- workbooks ----------------------------------------------------------------------------------------------------------------------
def blank_book() -> Workbook:
    """The three sheets to be filled in, required columns with *."""
    book = Workbook(_("网络表"))
    note = _("注：一格可写几个人，用“、”或换行分开；姓名、职务、电话可写在一格里，用“/”分开。空格表示不变，“空缺”表示无人。")
    for title, columns in ((_("单位"), UNITS), (_("网格"), PLACES), (_("一长三员网络表"), NETWORK)):
        cols = [Col(f"{column.title}{' *' if column.required else ''}", 16) for column in columns]
        book = book.sheet(title, columns=cols, rows=[], heading=title, note=note)
    return book


def accounts_book(district: Grid, rows: list) -> Workbook:
    """Sign-in names and one-time passwords to be handed out: rows of (place, role, name, phone, username, password)."""
    columns = [
        Col(_("网格或单位"), 22),
        Col(_("岗位或角色"), 14),
        Col(_("姓名"), 12),
        Col(_("电话"), 16),
        Col(_("登录名"), 18),
        Col(_("一次性密码"), 20),
    ]
    note = _("注：密码只能用一次，首次登录须改密码。请当面交给本人，发完即销毁本表。")
    return Workbook(_("账号清单")).sheet(_("账号"), columns=columns, rows=rows, heading=_("%(name)s账号清单") % {"name": district.name}, note=note)


def account_rows(accounts: list[roster.Account]) -> list[list[str]]:
    return [[one.place, one.role, one.user.name, one.user.phone, one.user.username, one.password] for one in accounts]


def network_book(grids: list[Grid], district: Grid, *, viewer, day: dt.date) -> Workbook:
    """The 一长三员网络表. Whole telephone numbers only for those who may see them."""
    whole = may_see_phones(viewer, district.pk)
    columns = [
        Col(_("网格编码"), 14),
        Col(_("网格名称"), 16),
        Col(_("级别"), 6),
        Col(_("上级网格"), 14),
        Col(_("范围描述"), 24),
        Col(_("网格长/职务/电话"), 26),
        Col(_("网格员/电话"), 22),
        Col(_("巡查员/电话"), 22),
        Col(_("监督员/电话"), 22),
        Col(_("企业数"), 8, "int"),
        Col(_("工地数"), 8, "int"),
        Col(_("重点对象数"), 10, "int"),
        Col(_("更新日期"), 12, "date"),
    ]
    counted = SiteCounts(district)
    rows = [_network_row(line, counted.under(line.grid), whole=whole) for line in board.lines(grids, day=day)]
    note = _("注：企业数、工地数和重点对象数为网格内（含下级）在管的监管对象。") + ("" if whole else _("电话号码已遮盖。"))
    heading = _("%(name)s一长三员网络表") % {"name": district.name}
    as_of = _("截至 %(day)s") % {"day": f"{day:%Y-%m-%d}"}
    return Workbook(heading).sheet(_("一长三员网络表"), columns=columns, rows=rows, heading=heading, as_of=as_of, note=note)


class SiteCounts:
    """Supervised objects still under watch, by grid with all below it: enterprises, building sites, key objects."""

    def __init__(self, district: Grid):
        found = Site.objects.filter(district=district, is_over=False).values_list("grid_path", "kind__code", "risk").annotate(n=Count("pk"))
        self.found = list(found.order_by())

    def under(self, grid: Grid) -> list[int]:
        mine = [(code, risk, n) for path, code, risk, n in self.found if path.startswith(grid.path)]
        kinds = [sum(n for code, _risk, n in mine if code == kind) for kind in ("enterprise", "construction")]
        return [*kinds, sum(n for _code, risk, n in mine if risk == Risk.KEY)]


def _network_row(line: board.Line, counts: list[int], *, whole: bool) -> list:
    grid = line.grid
    cells = ["\n".join(_told(post, whole=whole) for post in column["posts"]) or (_("空缺") if column["vacant"] else "") for column in line.columns]
    begun = [post.starts_on for posts in line.posts.values() for post in posts]
    parent = grid.parent.name if grid.parent else ""
    return [grid.code, grid.name, grid.level, parent, grid.extent, *cells, *counts, max(begun, default=None)]


def _told(post, *, whole: bool) -> str:
    phone = post.user.phone if whole else mask_phone(post.user.phone)
    return "/".join(part for part in (post.user.name, post.title, phone) if part)
