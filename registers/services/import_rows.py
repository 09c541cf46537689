"""What one row of somebody else's ledger says about an object: the columns to look for, and the words that have to be looked up."""

import re
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from common import clock
from grids import geometry
from grids.models import Grid, Organisation
from registers import schema
from registers.models import Site, SiteKind
from registers.words import Risk
from sheets.cells import choice_key, parse_phone
from sheets.columns import Column, Row

GAP = r"[\s‐-―－-]"
ABROAD = rf"(?:(?:\+|00)?86{GAP}{{0,2}})?"
NUMBERS = (
    re.compile(rf"(?<![\d*]){ABROAD}(?P<number>1(?:{GAP}{{0,2}}\d){{10}})(?![\d*])"),
    re.compile(
        rf"(?<![\d*])(?<!\d[\s-]){ABROAD}(?P<number>(?:[(（]?0\d{{2,3}}[)）]?{GAP}?)?[2-8]\d{{2,3}}\s?\d{{4}}(?:[-转]\d{{1,6}})?)(?![\d*])(?![\s-]\d)"
    ),
    re.compile(r"(?<![\d*])(?P<number>[48]00-?\d{3}-?\d{4})(?![\d*])"),
)
"""How telephone numbers stand between words: mobile ones, which a text message reaches, before others. Never a part of a longer row of digits."""
COVERED = re.compile(r"(?=\S*\d)[\d+*转-]*\*[\d*转-]*")
"""A number of which only the ends are shown (``mask_phone``)."""
PUNCTUATION = re.compile(r"[\s()（）,，;；:：、/-]+")
COMMON_SYNONYMS = {
    "code": ("对象编号", "台账编号"),
    "contact_phone": ("联系电话", "电话", "联系方式", "手机号"),
    "contact": ("联系人姓名",),
    "guarantor": ("包保人", "包保责任人姓名"),
    "guarantor_phone": ("包保人电话",),
    "organisation": ("主管部门", "行业主管部门", "监管单位"),
    "township": ("乡镇", "街道", "乡镇街道", "行政区划", "所属乡办", "所属街道"),
    "grid": ("网格", "所在网格", "网格名称", "村", "社区"),
    "risk": ("重点等级", "监管等级"),
    "status": ("当前状态", "工程状态", "经营状态"),
    "note": ("说明",),
    "address": ("详细地址",),
}
LONLAT = ("坐标", "位置坐标", "经度纬度", "经度,纬度", "GPS坐标", "gps", "地理坐标")
CELLS = {"text": "text", "choice": "choice", "int": "int", "decimal": "decimal", "bool": "bool", "date": "date"}
ENDS = re.compile(r"竣工|完成|完工|结束|截止|到期|时限|期限|有效|计划")
"""Titles of days on which something is over: one that names a month alone means its last day, all others its first."""


def columns(kind: SiteKind) -> list[Column]:
    """What may stand in a sheet of this kind, in the order of the ledger; a word that means two columns means the ledger's own."""
    ledger = schema.lines(kind.schema)
    named = {line.key for line in ledger}
    others = [schema.common_line(kind.schema, name) for name in schema.COMMON_TITLES if f"@{name}" not in named and _suits(kind, name)]
    taken: set[str] = {name for line in ledger for name in (line.title, *line.synonyms)}
    found = [_column(line, kind, taken) for line in (*ledger, *others)]
    return [*found, Column("@lonlat", _("经纬度"), LONLAT, kind="lonlat")]


def _suits(kind: SiteKind, name: str) -> bool:
    return name not in ("lon", "lat") and (kind.has_trio or name not in schema.TRIO)


def _column(line: schema.Line, kind: SiteKind, taken: set[str]) -> Column:
    synonyms = [*line.synonyms, *([line.heading] if line.heading != line.title else [])]
    for word in COMMON_SYNONYMS.get(line.name, ()) if line.is_common else ():
        if word not in taken and word != line.title:
            synonyms.append(word)
            taken.add(word)
    words = list(line.choices) or _words(kind, line.name) if not line.mask else None
    cell = CELLS.get(line.kind, "text") if not (line.is_common and words) else "choice"
    if cell == "bool":
        synonyms += [f"{asked}{line.title}" for asked in ("是否", "是否落实", "是否有", "有无", "是否安装", "是否完成")]
    return Column(
        line.key,
        line.title,
        tuple(dict.fromkeys(synonyms)),
        kind=cell,
        choices=words or None,
        max_length=_most(line),
        lenient=not line.is_common and not line.required and cell != "text",
        month_as=("last" if ENDS.search(line.title) else "first") if cell == "date" else "",
    )


def _words(kind: SiteKind, name: str):
    if name == "status":
        return [(code, label) for code, label in kind.status_labels.items()]
    return [(value, str(label)) for value, label in Risk.choices] if name == "risk" else []


def _most(line: schema.Line) -> int | None:
    if not line.is_common:
        return line.most if line.kind == "text" else None
    return Site.longest(line.name) if line.name in ("code", "name", "address", "contact", "guarantor", "note") else None


def same(*words) -> str:
    """Names are the same however blanks, brackets and full-width letters are written."""
    return "|".join(choice_key(word or "") for word in words)


@dataclass
class Words:
    """The district's grids and organisations, read once for a whole sheet."""

    district: Grid

    def __post_init__(self):
        self.locator = geometry.Locator(self.district.pk)
        grids = list(Grid.objects.filter(district_id=self.district.pk, parent__isnull=False).active(clock.today()).order_by("level", "pk"))
        self.grids: dict[str, list[Grid]] = {}
        self.towns: dict[str, Grid] = {}
        for grid in grids:
            for word in {same(grid.name), same(grid.code)}:
                self.grids.setdefault(word, []).append(grid)
            if grid.level == self.district.level + 1:
                self.towns |= {same(word): grid for word in self._names_of(grid)}
        units = Organisation.objects.filter(district_id=self.district.pk).active(clock.today())
        self.units = {same(word): unit for unit in units for word in (unit.name, unit.short_name) if word}

    def _names_of(self, town: Grid) -> list[str]:
        bare = re.sub(r"(街道办事处|办事处|街道|乡|镇)$", "", town.name)
        return [town.name, bare, *(f"{bare}{end}" for end in ("街道", "街道办事处", "办事处", "乡", "镇"))]

    def town(self, word: str) -> Grid | None:
        if not word:
            return None
        if (found := self.towns.get(same(word))) is None:
            raise ValidationError({"@township": _("没有“%(word)s”这个乡办，应为：%(words)s") % {"word": word, "words": self._offered()}})
        return found

    def _offered(self) -> str:
        return _("、").join(dict.fromkeys(grid.name for grid in self.towns.values()))

    def grid(self, word: str, *, below: Grid | None) -> Grid | None:
        if not word:
            return None
        found = [grid for grid in self.grids.get(same(word), ()) if below is None or grid.path.startswith(below.path)]
        if not found:
            raise ValidationError({"@grid": _("没有“%(word)s”这个网格，请填网格名称或编码") % {"word": word}})
        if len(found) > 1:
            raise ValidationError({"@grid": _("有 %(n)s 个网格都叫“%(word)s”，请同时填写乡办，或改填网格编码") % {"n": len(found), "word": word}})
        return found[0]

    def unit(self, word: str) -> Organisation | None:
        if not word:
            return None
        if (found := self.units.get(same(word))) is None:
            raise ValidationError({"@organisation": _("没有“%(word)s”这个单位，请填本区单位的全称或简称") % {"word": word}})
        return found


def person(text: str) -> tuple[str, str]:
    """Name and telephone out of one cell: 张三 13800000000 · 张三（+86 138-0000-0000）. A covered number (138****0001) is none, nor part of the name."""
    found = next((match for pattern in NUMBERS if (match := pattern.search(text))), None)
    phone = parse_phone(re.sub(r"[)）]?[‐-―－-]+", "-", found["number"])) if found else ""
    rest = f"{text[: found.start()]} {text[found.end() :]}" if found else text
    return PUNCTUATION.sub(" ", COVERED.sub(" ", rest)).strip()[:60], phone


def given(row: Row, key: str):
    """The cell's value, or None where it says nothing. A covered number (138****0001) says nothing either: ``person`` leaves it out."""
    value = row.values.get(key)
    return None if value in (None, "") else value


def storable(value):
    """As JSON keeps it."""
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if hasattr(value, "as_tuple"):
        return int(value) if value == value.to_integral_value() else float(value)
    return value
