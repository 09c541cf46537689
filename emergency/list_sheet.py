"""The list as a sheet: the columns of domain 8.5 to be read from anybody's workbook, and to be written exactly so."""

import re
from collections import Counter
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from audit.services import record_many
from common import clock, language
from common.templatetags.ui import mask_phone
from emergency.models import ListedEnterprise, ReductionList
from emergency.services import lists
from emergency.services.lists import CREDIT_CODE
from emergency.words import Exemption, Grade, ListState
from grids.models import Grid
from registers.services.import_rows import Words, given, person, same
from sheets.cells import EMPTY_MARKS, CellError, half_width, parse_bool
from sheets.columns import Column, Row
from sheets.writing import Col

PARTS = re.compile(r"(?i)(?:[、；;\n]|[/／](?!\s*(?:d|h|a|天|日|小时|时|月|年)\s*(?:[/／、；;\n]|$)))+")
"""Between the figures of one cell; the stroke of a unit (10t/d, 3吨/天) is none."""
EMISSIONS = ("pm_daily", "so2_daily", "nox_daily", "voc_daily")
CUTS = ("yellow_cut", "orange_cut", "red_cut")
MEASURES = ("yellow", "orange", "red")
GRADE_WORDS = {
    **{word: grade for grade in (Grade.A, Grade.B, Grade.B_MINUS, Grade.C, Grade.D) for word in (grade.value, f"{grade.value}级")},
    "B－": Grade.B_MINUS, "B减": Grade.B_MINUS, "引领性": Grade.LEADING, "引领": Grade.LEADING, "绩效引领性": Grade.LEADING, "非引领性": Grade.NOT_LEADING,
    "非引领": Grade.NOT_LEADING, "未评级": Grade.NONE, "未评": Grade.NONE, "其他": Grade.NONE,
}  # fmt: skip
EXEMPTION_WORDS = {
    Exemption.LIVELIHOOD: ("民生", "供暖", "供热", "热电", "以热定产"), Exemption.ORDERS: ("外贸", "军工", "出口", "以量定产"),
    Exemption.STRATEGIC: ("战略",), Exemption.GREEN: ("绿色引领", "引领"),
}  # fmt: skip

NOT_ESSENTIAL = re.compile(r"否|无|没有|非|不是|不属|不在|未纳入|未列入")
"""What a cell begins with that says no, whatever class it then names: 非民生保障类."""
STATE_WORDS = {
    **dict.fromkeys(("在列", "是", "正常", "有效", "启用", "在用", "在产", "生产", "正常生产", "列入", "纳入", "保留", "√", "TRUE", "1"), True),
    **dict.fromkeys(
        ("退出", "已退出", "退出清单", "停用", "已停用", "注销", "已注销", "吊销", "关闭", "已关闭", "关停", "已关停", "拆除", "已拆除"), False
    ),
    **dict.fromkeys(("移出", "已移出", "移出清单", "不在列", "删除", "已删除", "取消", "否", "×", "FALSE", "0"), False),
}
"""Whether it is on the list. 停产 says neither: the row is refused, and somebody decides."""
UNREAD = re.compile(r"\d(?:\s?\d){4}")
"""A row of digits that is no telephone number."""

COLUMNS = [
    Column("position", gettext_noop("序号"), ("编号", "No"), kind="int", lenient=True),
    Column("name", gettext_noop("企业名称"), ("单位名称", "企业全称", "排污单位名称"), required=True, max_length=120),
    Column("credit_code", gettext_noop("统一社会信用代码"), ("社会信用代码", "信用代码", "组织机构代码"), required=True),
    Column("address", gettext_noop("地址"), ("企业地址", "生产地址", "详细地址", "所在地"), required=True, max_length=200),
    Column("lonlat", gettext_noop("经纬度"), ("坐标", "经度纬度", "经度,纬度", "地理坐标"), kind="lonlat"),
    Column("industry", gettext_noop("行业类型"), ("行业", "行业类别", "所属行业"), required=True, max_length=60),
    Column("grade", gettext_noop("绩效等级"), ("绩效分级", "绩效评级", "等级"), required=True, kind="choice", choices=GRADE_WORDS),
    Column("essential", gettext_noop("是否保障类"), ("保障类", "是否民生保障", "豁免情形")),
    Column("permit", gettext_noop("排污许可证编号"), ("排污许可证号", "许可证编号"), max_length=40),
    Column("lines", gettext_noop("生产线(工序)"), ("生产线", "工序", "生产工序", "主要生产线"), required=True, max_length=500),
    Column("capacity", gettext_noop("产能"), ("生产能力", "设计产能"), max_length=120),
    Column("daily_power", gettext_noop("日用电基准(kWh)"), ("日用电基准", "日均用电量", "正常生产日用电量"), kind="decimal"),
    Column("emissions", gettext_noop("颗粒物/SO2/NOx/VOCs 日排放(kg)"), ("日排放量", "颗粒物/SO2/NOx/VOCs日排放")),
    Column("pm_daily", gettext_noop("颗粒物日排放"), ("颗粒物(kg)", "颗粒物日排放量", "颗粒物"), kind="decimal"),
    Column("so2_daily", gettext_noop("SO2日排放"), ("SO2(kg)", "二氧化硫", "SO2"), kind="decimal"),
    Column("nox_daily", gettext_noop("NOx日排放"), ("NOx(kg)", "氮氧化物", "NOx"), kind="decimal"),
    Column("voc_daily", gettext_noop("VOCs日排放"), ("VOCs(kg)", "挥发性有机物", "VOCs"), kind="decimal"),
    Column("yellow", gettext_noop("黄色措施"), ("黄色预警措施", "Ⅲ级响应措施", "黄色预警减排措施"), required=True, max_length=1000),
    Column("orange", gettext_noop("橙色措施"), ("橙色预警措施", "Ⅱ级响应措施", "橙色预警减排措施"), required=True, max_length=1000),
    Column("red", gettext_noop("红色措施"), ("红色预警措施", "Ⅰ级响应措施", "红色预警减排措施"), required=True, max_length=1000),
    Column("cuts", gettext_noop("黄/橙/红减排比例或减排量"), ("减排比例", "减排比例或减排量", "黄/橙/红减排比例")),
    Column("vehicles", gettext_noop("车辆管控"), ("运输管控", "车辆管控措施"), max_length=300),
    Column("stop_hours", gettext_noop("停产所需时间(h)"), ("停产所需时间", "停车所需时间", "安全停产时间"), kind="decimal"),
    Column("check_points", gettext_noop("核查要点"), ("核查重点", "检查要点"), max_length=500),
    Column("contact", gettext_noop("企业联系人/电话"), ("联系人及电话", "企业联系人", "联系人", "环保负责人")),
    Column("contact_phone", gettext_noop("联系电话"), ("电话", "手机号", "联系方式"), kind="phone"),
    Column("guarantor", gettext_noop("包保干部"), ("包保人", "包保责任人", "驻厂员")),
    Column("grid", gettext_noop("网格"), ("所在网格", "所属网格", "村", "社区")),
    Column("plan", gettext_noop("一厂一策文件"), ("一厂一策",), max_length=150),
    Column("version", gettext_noop("版本(年度)"), ("版本", "年度")),
    Column("state", gettext_noop("状态"), ("企业状态", "是否在列"), kind="choice", choices=STATE_WORDS),
]
WRITTEN = (
    *(
        "position",
        "name",
        "credit_code",
        "address",
        "lonlat",
        "industry",
        "grade",
        "essential",
        "permit",
        "lines",
        "capacity",
        "daily_power",
        "emissions",
    ),
    *("yellow", "orange", "red", "cuts", "vehicles", "stop_hours", "check_points", "contact", "guarantor", "grid", "plan", "version", "state"),
)
"""Columns of the export, in the order of domain 8.5."""
WIDTHS = {"name": 26, "credit_code": 22, "address": 28, "lines": 30, "yellow": 36, "orange": 36, "red": 36, "lonlat": 22, "check_points": 30}


# --- reading ----------------------------------------------------------------------------------------------------------------------------
class ListImport:
    """Rows of one sheet into one draft, in the name of ``by``. An enterprise is known again by its code; an empty cell leaves what stands."""

    def __init__(self, found: ReductionList, *, by):
        self.found, self.by = found, by
        self.words = Words(found.district)
        self.closed = _closed_codes(found.district_id)
        self.seen: dict[str, int] = {}
        self.acts: dict[str, list[tuple[ListedEnterprise, dict]]] = {"created": [], "updated": []}

    def apply(self, row: Row) -> str:
        self._hold()
        code = self._code(row)
        before = self.found.enterprises.filter(credit_code=code).select_related("grid").select_for_update(of=("self",)).first()
        enterprise = before or ListedEnterprise(reduction_list=self.found, credit_code=code)
        stood = _columns_of(enterprise)
        self._fill(enterprise, row)
        lists.settle(enterprise, self.found)
        enterprise.full_clean(exclude=["reduction_list", "grid", "site"])
        changed = _changes(stood, _columns_of(enterprise))
        if before and not changed:
            return "unchanged"
        enterprise.save()
        outcome = "updated" if before else "created"
        self.acts[outcome].append((enterprise, {"changes": changed, "import": row.number}))
        return outcome

    def _hold(self) -> None:
        """The list as it is now, until commit: it may have been put in force since the page was opened. A refused row lets go of its lock, so each
        row takes it."""
        found = ReductionList.objects.select_for_update(of=("self",)).get(pk=self.found.pk)
        if found.state != ListState.DRAFT:
            raise ValidationError(_("清单已启用，不再修改；请由它生成新的版本。"))

    def record(self) -> None:
        """Last, in the transaction of the rows."""
        district_id = self.found.district_id
        if self.acts["created"]:
            record_many("reduction_list.enterprise_new", self.acts["created"], by=self.by, district_id=district_id)
        if self.acts["updated"]:
            record_many("reduction_list.enterprise_edit", self.acts["updated"], by=self.by, district_id=district_id)

    def _code(self, row: Row) -> str:
        code = re.sub(r"\s", "", row.values["credit_code"]).upper()
        if not CREDIT_CODE.fullmatch(code):
            raise ValidationError({"credit_code": _("应为18位统一社会信用代码，由数字和大写字母组成（不含 I、O、S、V、Z）")})
        if self.seen.get(code, row.number) != row.number:
            raise ValidationError({"credit_code": _("与第 %(row)s 行是同一家企业，请只保留一行") % {"row": self.seen[code]}})
        self.seen[code] = row.number
        return code

    def _fill(self, enterprise: ListedEnterprise, row: Row) -> None:
        plain = (
            "position",
            "name",
            "address",
            "industry",
            "grade",
            "permit",
            "lines",
            "capacity",
            "daily_power",
            "vehicles",
            "stop_hours",
            "check_points",
        )
        for name in (*plain, *EMISSIONS, *MEASURES):
            if (value := given(row, name)) is not None:
                setattr(enterprise, name, value)
        if place := given(row, "lonlat"):
            enterprise.lon, enterprise.lat = float(place[0]), float(place[1])
        if grid := self._grid(enterprise, row):
            enterprise.grid = grid
        self._split(enterprise, row)
        self._people(enterprise, row)
        self._standing(enterprise, row)
        enterprise.plan_name = given(row, "plan") or enterprise.plan_name

    def _grid(self, enterprise: ListedEnterprise, row: Row) -> Grid | None:
        """The grid named. Its own grid stays, though another is called so or it is closed by now; a closed one says nothing of a new enterprise: the
        point does."""
        word = given(row, "grid") or ""
        if enterprise.grid and same(word) in (same(enterprise.grid.name), same(enterprise.grid.code)):
            return enterprise.grid
        if same(word) in self.closed:
            return None
        try:
            return self.words.grid(word, below=None)
        except ValidationError as refused:
            raise ValidationError({"grid": next(iter(refused.message_dict.values()))}) from refused

    def _split(self, enterprise: ListedEnterprise, row: Row) -> None:
        """One cell with four emissions, one with three cuts."""
        if text := given(row, "emissions"):
            for name, part in zip(EMISSIONS, _parts(text, 4, "emissions"), strict=True):
                setattr(enterprise, name, _figure(part, "emissions"))
        if text := given(row, "cuts"):
            parts = PARTS.split(text.strip())
            for name, part in zip(CUTS, parts * 3 if len(parts) == 1 else _parts(text, 3, "cuts"), strict=True):
                setattr(enterprise, name, "" if half_width(part) in EMPTY_MARKS else part.strip()[:60])

    def _people(self, enterprise: ListedEnterprise, row: Row) -> None:
        for name in ("contact", "guarantor"):
            called, phone = person(given(row, name) or "")
            if not phone and UNREAD.search(called):
                raise ValidationError({name: _("应填 11 位手机号，或带区号的座机号，例如 0371-6600000；只填一个号码")})
            if called or phone:
                setattr(enterprise, name, called or getattr(enterprise, name))
                setattr(enterprise, f"{name}_phone", phone or getattr(enterprise, f"{name}_phone"))
        enterprise.contact_phone = given(row, "contact_phone") or enterprise.contact_phone

    def _standing(self, enterprise: ListedEnterprise, row: Row) -> None:
        if text := given(row, "essential"):
            enterprise.is_essential, kind = _essential(half_width(text))
            enterprise.exemption = (kind or enterprise.exemption) if enterprise.is_essential else ""
        if (state := given(row, "state")) is not None:
            enterprise.is_active = state


def _essential(text: str) -> tuple[bool, str]:
    """Whether it keeps working, and as which class where one is named."""
    if NOT_ESSENTIAL.match(text):
        return False, ""
    kind = next((kind for kind, words in EXEMPTION_WORDS.items() if any(word in text for word in words)), "")
    try:
        return bool(kind) or text in ("保障", "保障类", "属于") or parse_bool(text), kind
    except CellError as wrong:
        raise ValidationError({"essential": str(wrong)}) from wrong


def _columns_of(enterprise: ListedEnterprise) -> dict:
    return {field.attname: getattr(enterprise, field.attname) for field in ListedEnterprise._meta.concrete_fields if not field.primary_key}


def _changes(stood: dict, now: dict) -> dict:
    return {name: [str(stood[name]), str(value)] for name, value in now.items() if value != stood[name]}


def _parts(text: str, count: int, key: str) -> list[str]:
    parts = PARTS.split(text.strip())
    if len(parts) != count:
        example = "1.2/0.8/3.5/0" if count == 4 else "30%/50%/100%"
        raise ValidationError({key: _("应为%(count)s个数，用“/”隔开，例如 %(example)s") % {"count": count, "example": example}})
    return parts


def _figure(part: str, key: str) -> Decimal | None:
    text = re.sub(r"(?i)(?:kg|公斤|千克)(?:[/／][d天日])?", "", part).strip()
    if text in ("", "-", "—", "无"):
        return None
    if not re.fullmatch(r"\d+(\.\d+)?", text):
        raise ValidationError({key: _("“%(part)s”不是数字") % {"part": part.strip()[:20]}})
    return Decimal(text)


# --- grids ------------------------------------------------------------------------------------------------------------------------------
def _closed_codes(district_id: int) -> set[str]:
    grids = Grid.objects.filter(district_id=district_id)
    return {same(code) for code in grids.exclude(pk__in=grids.active(clock.today())).values_list("code", flat=True)}


def _found_by_name(district_id: int) -> set[int]:
    """Grids that their name alone finds again; the others are written by their code."""
    grids = Grid.objects.filter(district_id=district_id, parent__isnull=False).active(clock.today())
    words = {pk: {same(name), same(code)} for pk, name, code in grids.values_list("pk", "name", "code")}
    called = Counter(word for each in words.values() for word in each)
    return {pk for pk, name in grids.values_list("pk", "name") if called[same(name)] == 1}


# --- writing ----------------------------------------------------------------------------------------------------------------------------
def columns_written() -> list[Col]:
    by_key = {column.key: column for column in COLUMNS}
    return [Col(str(by_key[key].title), WIDTHS.get(key, 14), "int" if key == "position" else "text") for key in WRITTEN]


def rows_written(found: ReductionList, *, phones: bool) -> list[list]:
    """In the plan's own language, whoever takes it: it is read back. Without ``phones`` numbers are masked, as on the page."""
    named = _found_by_name(found.district_id)
    with language.official():
        rows = found.enterprises.select_related("grid").order_by("position", "pk")
        return [_line(enterprise, found, phones=phones, named=named) for enterprise in rows]


def _named(name: str, phone: str, *, phones: bool) -> str:
    return f"{name} {phone if phones else mask_phone(phone)}".strip()


def _grid_written(grid: Grid | None, named: set[int]) -> str:
    if grid is None:
        return ""
    return grid.name if grid.pk in named else grid.code


def _line(enterprise: ListedEnterprise, found: ReductionList, *, phones: bool, named: set[int]) -> list:
    exemption = enterprise.get_exemption_display() if enterprise.exemption else _("是")
    return [
        enterprise.position, enterprise.name, enterprise.credit_code, enterprise.address,
        f"{enterprise.lon},{enterprise.lat}" if enterprise.lon is not None else "",
        enterprise.industry, str(enterprise.get_grade_display()), exemption if enterprise.is_essential else _("否"), enterprise.permit, enterprise.lines,
        enterprise.capacity, _number(enterprise.daily_power), _joined([_number(getattr(enterprise, name)) for name in EMISSIONS]), enterprise.yellow,
        enterprise.orange, enterprise.red, _joined([getattr(enterprise, name) for name in CUTS]), enterprise.vehicles, _number(enterprise.stop_hours),
        enterprise.check_points, _named(enterprise.contact, enterprise.contact_phone, phones=phones),
        _named(enterprise.guarantor, enterprise.guarantor_phone, phones=phones),
        _grid_written(enterprise.grid, named), enterprise.plan_name, f"{found.year}（第{found.version_no}版）",
        _("在列") if enterprise.is_active else _("退出"),
    ]  # fmt: skip


def _number(value) -> str:
    return "" if value is None else f"{value.normalize():f}"


def _joined(parts: list[str]) -> str:
    return "/".join(part or "-" for part in parts) if any(parts) else ""
