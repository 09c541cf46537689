"""Taking over an existing 整改台账 (domain 3.6.1): one row of the sheet becomes one finding, and importing the sheet again never doubles it.

A row is known again by its 问题编号: the finding's ``uuid`` is made from the district and that number (``uuid_of``), which also stands in
``superior_number``. The row goes through ``submit`` like any report, with ``Source`` and times of the sheet, and is then handed to
``settings.LEDGER_IMPORTED`` (``rectification.services.imported.carry_over``), inside the savepoint of the row:

    carry_over(finding, values: dict, *, by) -> bool

It brings the finding to the state the sheet tells (registered → assigned → fed back → passed → struck off → looked back), with history rows
dated by the sheet, tasks per unit, and returns whether anything changed. It is called again on every later import of the same row with the finding
in whatever state it then has: it may take it further, never back. It refuses with ``ValidationError`` keyed by the names below.

``values`` always holds all of these keys (an empty cell gives ``""`` for texts, ``None`` for the rest; dates are Beijing days):

=====================  ============================  ==========================================================
key                    column                        value
=====================  ============================  ==========================================================
``number``             问题编号                      str
``source``             问题来源                      ``Source``
``order_number``       交办文号                      str
``ordered_on``         交办日期                      date
``text``               问题描述                      str
``address``            问题位置                      str
``lonlat``             经度、纬度                    (lon, lat) Decimals or None
``field``              专项领域                      ``Field``
``problem_type``       问题类型                      ``ProblemType``
``severity``           严重程度                      ``Severity`` or None
``goal``               整改目标                      str
``measure``            整改措施                      str
``kind``               整改类型                      ``Kind``
``due_on``             整改时限                      date or None; None with ``kind`` IMMEDIATE for 立即, LONG_TERM for 长期坚持
``territorial``        责任单位（属地）              ``Organisation`` or None
``sector``             责任单位（行业）              list of ``Organisation`` (may be empty)
``lead``               牵头单位                      ``Organisation`` or None
``leader``             责任领导                      str
``person``             责任人                        str
``phone``              联系电话                      str
``progress``           整改进展                      str
``percent``            完成率                        int 0-100 or None
``finished_on``        完成日期                      date or None
``verifying_unit``     核查单位                      str
``verifier``           核查人                        str
``verified_on``        核查日期                      date or None
``verdict``            核查意见                      str
``is_done``            是否办结                      bool
``is_struck_off``      是否销号                      bool
``struck_off_on``      销号日期                      date or None
``published``          公示起止                      str
``looked_back_on``     回头看日期                    date or None
``look_back_result``   回头看结果                    str as written
``has_rebounded``      是否反弹                      bool or None
``extensions``         延期次数                      int or None
``returns``            返工次数                      int or None
``points``             扣分                          Decimal or None
``accountability``     问责情况                      str
``note``               备注                          str
=====================  ============================  ==========================================================
"""

import datetime as dt
import re
import uuid
from dataclasses import replace

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from common import clock
from grids.models import Field, Grid, Organisation
from inspections.models import Finding, ProblemType
from inspections.services import corrections, submit
from inspections.services.import_words import KIND_WORDS, SEVERITY_WORDS, SOURCE_WORDS, TYPE_WORDS
from inspections.words import FROM_ABOVE, ON_LEDGER, Kind
from sheets.cells import choice_key
from sheets.columns import Column, Row

NAMESPACE = uuid.UUID("5f0f4a52-8d0e-4a7c-9d5b-3f1c7a1e9b60")
MORNING, LAST_SECOND = dt.time(9), dt.time(23, 59, 59)
SEVERAL = re.compile(r"[、,，;；/\n]+")
CORRECTED = ("text", "address", "problem_type", "field", "severity")


COLUMNS = [
    Column("number", gettext_noop("问题编号"), ("编号", "问题编码", "受理编号", "点位编号", "台账编号"), required=True, max_length=60),
    Column("source", gettext_noop("问题来源"), ("来源", "台账来源", "发现方式"), required=True, kind="choice", choices=SOURCE_WORDS),
    Column("order_number", gettext_noop("交办文号"), ("文号", "交办单号")),
    Column("ordered_on", gettext_noop("交办日期"), ("交办时间", "发现时间", "下发日期", "创建时间", "受理日期"), required=True, kind="date"),
    Column(
        "text",
        gettext_noop("问题描述"),
        ("问题详情描述", "存在问题", "问题内容", "交办问题基本情况", "问题标题", "主要问题"),
        required=True,
        max_length=2000,
    ),
    Column("address", gettext_noop("问题位置"), ("位置", "详细地址", "地址", "点位", "地点"), max_length=200),
    Column("lonlat", gettext_noop("经纬度"), ("坐标", "位置坐标"), kind="lonlat"),
    Column("field", gettext_noop("专项领域"), ("专项", "领域", "问题类别", "所属专项")),
    Column("problem_type", gettext_noop("问题类型"), ("类型", "污染类型", "问题种类"), required=True),
    Column("severity", gettext_noop("严重程度"), ("影响程度",), kind="choice", choices=SEVERITY_WORDS),
    Column("goal", gettext_noop("整改目标"), ("整改要求", "整改标准", "整改完成标准")),
    Column("measure", gettext_noop("整改措施"), ("细化措施", "处理和整改情况")),
    Column("kind", gettext_noop("整改类型"), ("整改方式", "整改性质", "时限类型"), kind="choice", choices=KIND_WORDS),
    Column("due_on", gettext_noop("整改时限"), ("整改期限", "整改截止日期", "完成时限", "截止日期", "时限"), kind="date"),
    Column(
        "territorial",
        gettext_noop("责任单位（属地）"),
        ("属地责任单位", "属地", "责任单位", "属地单位", "行政区域", "乡办", "整改责任单位"),
        required=True,
    ),
    Column("sector", gettext_noop("责任单位（行业）"), ("行业责任单位", "行业", "行业部门", "行业主管部门", "所属部门", "责任部门")),
    Column("lead", gettext_noop("牵头单位"), ("牵头部门",)),
    Column("leader", gettext_noop("责任领导"), ("包保领导", "协助领导", "整改第一责任人")),
    Column("person", gettext_noop("责任人"), ("整改责任人", "具体责任人")),
    Column("phone", gettext_noop("联系电话"), ("电话", "联系方式")),
    Column("progress", gettext_noop("整改进展"), ("最新整改反馈", "整改情况", "整改完成情况", "已采取措施")),
    Column("percent", gettext_noop("完成率"), ("进度", "完成比例")),
    Column("finished_on", gettext_noop("完成日期"), ("完成时间", "整改完成时间", "整改反馈时间"), kind="date"),
    Column("verifying_unit", gettext_noop("核查单位"), ("验收单位",)),
    Column("verifier", gettext_noop("核查人"), ("核查人员", "验收人员", "验收人")),
    Column("verified_on", gettext_noop("核查日期"), ("核查时间", "整改验收时间", "验收日期", "验收时间"), kind="date"),
    Column("verdict", gettext_noop("核查意见"), ("验收意见", "核查结论")),
    Column("is_done", gettext_noop("是否办结"), ("是否完成整改", "是否已完成整改", "办结"), kind="bool"),
    Column("is_struck_off", gettext_noop("是否销号"), ("销号", "是否已销号"), kind="bool"),
    Column("struck_off_on", gettext_noop("销号日期"), ("销号时间",), kind="date"),
    Column("published", gettext_noop("公示起止"), ("公示期", "公示时间")),
    Column("looked_back_on", gettext_noop("回头看日期"), ("回头看时间",), kind="date"),
    Column("look_back_result", gettext_noop("回头看结果"), ("回头看情况",)),
    Column("has_rebounded", gettext_noop("是否反弹"), ("反弹",), kind="bool"),
    Column("extensions", gettext_noop("延期次数"), (), kind="int"),
    Column("returns", gettext_noop("返工次数"), ("驳回次数", "退回次数"), kind="int"),
    Column("points", gettext_noop("扣分"), ("扣分情况",), kind="decimal"),
    Column("accountability", gettext_noop("问责情况"), ("责任人被处理情况", "追责情况")),
    Column("note", gettext_noop("备注"), ("说明",)),
    Column("grid", gettext_noop("所属网格"), ("网格",)),
]
"""The sheet's columns with the synonyms met in real files (domain 3.6)."""


def columns() -> list[Column]:
    """With titles in the reader's language; the form's own titles are known to every reader."""
    return [replace(column, title=_(column.title), synonyms=(column.title, *column.synonyms)) for column in COLUMNS]


def uuid_of(district_id: int, number: str) -> uuid.UUID:
    """The same row of the same district is the same finding, however often it is imported."""
    return uuid.uuid5(NAMESPACE, f"{district_id}:{choice_key(number)}")


class LedgerImport:
    """``apply`` takes one row. Names of units, types and fields are read once."""

    def __init__(self, district: Grid, *, by):
        self.district, self.by = district, by
        self.carry_over = import_string(settings.LEDGER_IMPORTED)
        self.units = self._named_units()
        self.types = list(ProblemType.objects.filter(district=district).select_related("field"))
        self.fields = list(Field.objects.filter(district=district))
        self.grids = self._named_grids()
        self.taken: set[uuid.UUID] = set()

    def _named_units(self) -> dict[str, Organisation]:
        found: dict[str, Organisation] = {}
        for unit in Organisation.objects.filter(district=self.district, merged_into=None).order_by("-position", "-pk"):
            for name in (unit.name, unit.short_name):
                found[choice_key(name)] = unit
        return found

    def _named_grids(self) -> dict[str, list[Grid]]:
        """Several villages of a district may have the same name."""
        found: dict[str, list[Grid]] = {}
        for grid in Grid.objects.filter(district=self.district).active(clock.today()).order_by("path"):
            for name in {choice_key(grid.name), choice_key(grid.code)}:
                found.setdefault(name, []).append(grid)
        return found

    # --- one row ---------------------------------------------------------------------------------------------------------------------
    def apply(self, row: Row) -> str:
        key = uuid_of(self.district.pk, row.values["number"])
        finding = Finding.objects.filter(uuid=key).first()
        values = self.values_of(row, is_known=finding is not None)
        self._check_one_problem(key, finding, values)
        if finding is None:
            self._check_not_ours(values["number"])
            finding = self._create(values)
            self.carry_over(finding, values, by=self.by)
            outcome = "created"
        else:
            corrected = self._correct(finding, values)
            outcome = "updated" if self.carry_over(finding, values, by=self.by) or corrected else "unchanged"
        self.taken.add(key)
        return outcome

    def _check_one_problem(self, key: uuid.UUID, finding: Finding | None, values: dict) -> None:
        """A number names one problem: neither another row of this sheet nor another ledger's row may overwrite it."""
        if key in self.taken:
            raise ValidationError({"number": _("这张表里已有一行用了这个问题编号，请核对后另编号。")}, code="twice")
        if finding and finding.source != values["source"] and values["source"] not in self._sources_before(finding):
            texts = {"source": finding.get_source_display()}
            told = _(
                "这个问题编号已是“%(source)s”的问题。如是另一本台账的问题，请在编号前加上台账名称；如是同一个问题、来源填错，请在问题页更正来源，不要另编号。"
            )
            raise ValidationError({"number": told % texts}, code="other_source")

    def _sources_before(self, finding: Finding) -> set[str]:
        """What the source was before the office corrected it: an older sheet still says so."""
        corrected = finding.events.filter(action="correct", details__changes__has_key="source")
        return {changes["source"][0] for changes in corrected.values_list("details__changes", flat=True)}

    def _check_not_ours(self, number: str) -> None:
        if Finding.objects.filter(district=self.district, number=number).exists():
            raise ValidationError({"number": _("这是平台内登记的问题，请在平台内办理，不能用表格改。")}, code="ours")

    def _create(self, values: dict) -> Finding:
        lon, lat = (float(value) for value in values["lonlat"]) if values["lonlat"] else (None, None)
        received_at = min(clock.at(values["ordered_on"], MORNING), clock.now())
        clean = {
            "uuid": uuid_of(self.district.pk, values["number"]),
            "captured_at": received_at,
            "saved_at": received_at,
            "superior_number": values["number"],
            "superior_due_at": clock.at(values["due_on"], LAST_SECOND) if values["due_on"] and values["source"] in FROM_ABOVE else None,
            "lon": lon,
            "lat": lat,
            "grid": values["grid"],
            **{name: values[name] for name in ("source", "text", "address", "field", "problem_type", "severity")},
        }
        return submit.carry_in(clean, kind=values["kind"], received_at=received_at, by=self.by)

    def _correct(self, finding: Finding, values: dict) -> bool:
        """Words that the newer sheet puts otherwise are corrected, signed by the importer, while the finding is on the ledger."""
        newer = {name: values[name] for name in CORRECTED if values[name] not in (None, "") and values[name] != getattr(finding, name)}
        if not newer or finding.state not in ON_LEDGER:
            return False
        corrections.apply(finding, newer, note=_("按再次导入的台账更正"), by=self.by)
        return True

    # --- values ----------------------------------------------------------------------------------------------------------------------
    def values_of(self, row: Row, *, is_known: bool = False) -> dict:
        """The contract's dictionary. Raises ``ValidationError`` with every wrong column at once. A row that ``is_known`` has its grid already."""
        values, errors = dict(row.values), {}
        for key, read in {
            "problem_type": self._type,
            "field": self._field,
            "territorial": self._unit,
            "lead": self._unit,
            "sector": self._several_units,
            "percent": percent,
            "grid": lambda text: None if is_known else self._grid(text, values["territorial"]),
        }.items():
            try:
                values[key] = read(row.values[key])
            except ValidationError as refused:
                values[key], errors[key] = None, refused.messages
        if row.values["ordered_on"] and row.values["ordered_on"] > clock.today():
            errors["ordered_on"] = [_("交办日期不能晚于今天。")]
        if errors:
            raise ValidationError(errors)
        return self._completed(values, row)

    def _completed(self, values: dict, row: Row) -> dict:
        values["field"] = values["field"] or values["problem_type"].field
        values["kind"] = values["kind"] or kind_of(row.words.get("due_on", "")) or Kind(values["problem_type"].kind)
        values["grid"] = values["grid"] or (None if values["lonlat"] else self._grid_of(values["territorial"]))
        for name in ("is_done", "is_struck_off"):
            values[name] = bool(values[name])
        values["is_done"] = values["is_done"] or values["is_struck_off"]
        return values

    def _type(self, text: str) -> ProblemType:
        key = choice_key(text)
        exact = [each for each in self.types if key in (choice_key(each.name), choice_key(each.code))]
        by_word = [each for each in self.types if any(word in key for word in TYPE_WORDS.get(each.code, ()))]
        partly = [each for each in self.types if key and (key in choice_key(each.name) or choice_key(each.name) in key)]
        for found in (exact, by_word, partly):
            if len(found) == 1 or (found and found is by_word):
                return found[0]
        names = "、".join(each.name for each in self.types[:30])
        raise ValidationError(_("没有“%(text)s”这个问题类型，可填：%(names)s") % {"text": text, "names": names}, code="type")

    def _field(self, text: str) -> Field | None:
        key = choice_key(text)
        if not key:
            return None
        found = [each for each in self.fields if key in (choice_key(each.name), choice_key(each.code))] or [
            each for each in self.fields if key[:2] in each.name
        ]
        if not found:
            raise ValidationError(
                _("没有“%(text)s”这个专项，可填：%(names)s") % {"text": text, "names": "、".join(each.name for each in self.fields)}, code="field"
            )
        return found[0]

    def _unit(self, text: str) -> Organisation | None:
        key = choice_key(text)
        if not key:
            return None
        for name in (key, key.removeprefix(choice_key(self.district.name)), key.lstrip("区县市"), f"区{key}"):
            if name in self.units:
                return self.units[name]
        raise ValidationError(_("没有“%(text)s”这个单位，请用单位的全称或简称。") % {"text": text}, code="unit")

    def _several_units(self, text: str) -> list[Organisation]:
        found = [self._unit(part) for part in SEVERAL.split(text or "") if part.strip()]
        return list(dict.fromkeys(unit for unit in found if unit))

    def _grid(self, text: str, unit: Organisation | None) -> Grid | None:
        if not choice_key(text):
            return None
        named = self.grids.get(choice_key(text), [])
        if not named:
            raise ValidationError(_("没有“%(text)s”这个网格，请用网格名称或编码。") % {"text": text}, code="grid")
        found = named if len(named) == 1 else self._of_unit(named, unit)
        if len(found) != 1:
            raise ValidationError(_("有 %(n)s 个网格叫“%(text)s”，请填网格编码。") % {"n": len(named), "text": text}, code="grid")
        return found[0]

    def _of_unit(self, grids: list[Grid], unit: Organisation | None) -> list[Grid]:
        """Those that lie in a township's own grids."""
        paths = tuple(self._grids_of(unit).values_list("path", flat=True))
        return [grid for grid in grids if grid.path.startswith(paths)]

    def _grid_of(self, unit: Organisation | None) -> Grid | None:
        """A row without a place lies in the township that has the duty."""
        return self._grids_of(unit).order_by("level", "pk").first()

    def _grids_of(self, unit: Organisation | None):
        mine = Grid.objects.filter(district=self.district, organisation=unit, parent__isnull=False) if unit else Grid.objects.none()
        return mine.active(clock.today())


def percent(text: str) -> int | None:
    """``80%``, ``80`` and Excel's 0.8 are all eighty."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*[%％]?", (text or "").strip())
    if not (text or "").strip():
        return None
    if not found:
        raise ValidationError(_("完成率应为 0 到 100 之间的数。"), code="percent")
    figure = float(found[1])
    share = round(figure * 100) if figure <= 1 and "." in text and "%" not in text and "％" not in text else round(figure)
    if share > 100:
        raise ValidationError(_("完成率应为 0 到 100 之间的数。"), code="percent")
    return share


def kind_of(word: str) -> Kind | None:
    return {"立即": Kind.IMMEDIATE, "长期坚持": Kind.LONG_TERM}.get(word)
