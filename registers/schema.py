"""A kind's table as Python reads it: which columns in which order, whether values suit them, how personal data are covered up."""

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from jsonschema import Draft202012Validator, FormatChecker

from common.templatetags.ui import mask_phone

COMMON_TITLES = {
    "code": gettext_lazy("编号"),
    "lon": gettext_lazy("经度"),
    "lat": gettext_lazy("纬度"),
    "name": gettext_lazy("名称"),
    "address": gettext_lazy("地址"),
    "contact": gettext_lazy("联系人"),
    "contact_phone": gettext_lazy("联系人电话"),
    "guarantor": gettext_lazy("包保责任人"),
    "guarantor_phone": gettext_lazy("包保责任人电话"),
    "organisation": gettext_lazy("主管单位"),
    "township": gettext_lazy("乡办"),
    "grid": gettext_lazy("所属网格"),
    "risk": gettext_lazy("风险等级"),
    "status": gettext_lazy("状态"),
    "note": gettext_lazy("备注"),
    "overseer": gettext_lazy("监督员及电话"),
    "grid_member": gettext_lazy("网格员及电话"),
    "manager": gettext_lazy("管理员及电话"),
}
"""Columns every object has, and what they are called where a kind does not call them otherwise."""
TRIO = ("overseer", "grid_member", "manager")
COMMON_MASKS = {"contact_phone": "phone", "guarantor_phone": "phone"}
TYPES = {"integer": "int", "number": "decimal", "boolean": "bool"}
MASKED = "*"


@dataclass(frozen=True)
class Line:
    """One column of a ledger. ``kind``: text · choice · int · decimal · bool · date · common."""

    key: str
    title: str
    kind: str
    required: bool = False
    choices: tuple[str, ...] = ()
    unit: str = ""
    mask: str = ""
    synonyms: tuple[str, ...] = ()
    retired: bool = False
    most: int = 200

    @property
    def is_common(self) -> bool:
        return self.kind == "common"

    @property
    def name(self) -> str:
        """Without the sign of a common column."""
        return self.key.removeprefix("@")

    @property
    def heading(self) -> str:
        return _("%(title)s（%(unit)s）") % {"title": self.title, "unit": self.unit} if self.unit else self.title


def lines(schema: dict, *, retired: bool = False) -> list[Line]:
    """Columns in printed order, the common ones among them where the kind's ledger has them."""
    found = [_line(schema, key) for key in schema.get("x-order", schema.get("properties", {}))]
    return [line for line in found if line and (retired or not line.retired)]


def own_lines(schema: dict, *, retired: bool = False) -> list[Line]:
    return [line for line in lines(schema, retired=retired) if not line.is_common]


def title_of(schema: dict, name: str) -> str:
    """What a common column is called in this ledger."""
    return schema.get("x-common", {}).get(name, {}).get("title") or str(COMMON_TITLES.get(name, name))


def mask_of(schema: dict, name: str) -> str:
    return schema.get("x-common", {}).get(name, {}).get("x-mask") or COMMON_MASKS.get(name, "")


def common_line(schema: dict, name: str) -> Line:
    rule = schema.get("x-common", {}).get(name, {})
    required = bool(rule.get("x-required")) or name == "name"
    return Line(
        f"@{name}", title_of(schema, name), "common", required=required, mask=mask_of(schema, name), synonyms=tuple(rule.get("x-synonyms", ()))
    )


def _line(schema: dict, key: str) -> Line | None:
    if key.startswith("@"):
        return common_line(schema, key[1:]) if key[1:] in COMMON_TITLES else None
    rule = schema["properties"].get(key)
    if rule is None:
        return None
    return Line(
        key=key,
        title=rule.get("title", key),
        kind=_kind(rule),
        required=key in schema.get("required", ()),
        choices=tuple(rule.get("enum", ())),
        unit=rule.get("x-unit", ""),
        mask=rule.get("x-mask", ""),
        synonyms=tuple(rule.get("x-synonyms", ())),
        retired=bool(rule.get("x-retired")),
        most=rule.get("maxLength", 200),
    )


def _kind(rule: dict) -> str:
    if "enum" in rule:
        return "choice"
    return "date" if rule.get("format") == "date" else TYPES.get(rule.get("type"), "text")


# --- values -------------------------------------------------------------------------------------------------------------------------
def validator(schema: dict) -> Draft202012Validator:
    """Made once for many rows."""
    return Draft202012Validator(schema, format_checker=FormatChecker(formats=("date",)))


def check(attributes: dict, *, by: Draft202012Validator) -> dict[str, list[str]]:
    """Column → why its value cannot stay and what would be right; empty when all is well."""
    wrong: dict[str, dict[str, None]] = {}
    for error in by.iter_errors(attributes):  # two columns left empty are two errors, each of which names both
        for key in _keys(error):
            wrong.setdefault(key, {})[_said(error)] = None
    return {key: list(said) for key, said in wrong.items()}


def insist(attributes: dict, schema: dict) -> None:
    if wrong := check(attributes, by=validator(schema)):
        raise ValidationError(wrong)


def _keys(error) -> list[str]:
    if error.validator == "required":
        return [key for key in error.validator_value if key not in error.instance]
    if error.validator == "additionalProperties":
        return [key for key in error.instance if key not in error.schema.get("properties", {})]
    return [str(error.absolute_path[0])] if error.absolute_path else ["attributes"]


def _said(error) -> str:
    limit = error.validator_value
    if error.validator == "type":
        return str(TYPE_WORDS.get(limit, OTHERWISE))
    if error.validator == "enum":
        return _("应为下列之一：%(words)s。") % {"words": _("、").join(str(word) for word in limit)}
    if error.validator == "maxLength":
        return _("共 %(length)s 个字，最多 %(limit)s 个字，请缩短。") % {"length": len(error.instance), "limit": limit}
    return str(WORDS.get(error.validator, OTHERWISE)) % {"limit": limit}


OTHERWISE = gettext_lazy("内容的格式不对。")
TYPE_WORDS = {
    "integer": gettext_lazy("应填整数，例如 12。"),
    "number": gettext_lazy("应填数字，例如 12.5。"),
    "boolean": gettext_lazy("应填“是”或“否”。"),
    "string": gettext_lazy("应填文字。"),
}
WORDS = {
    "required": gettext_lazy("必填，不能为空。"),
    "minimum": gettext_lazy("不能小于 %(limit)s。"),
    "maximum": gettext_lazy("不能大于 %(limit)s。"),
    "format": gettext_lazy("应为日期，例如 2026-03-05。"),
    "additionalProperties": gettext_lazy("这一类对象没有这一栏，请在“对象类型”设置里增加。"),
}


def shown(value, line: Line | None = None) -> str:
    """A value as people read it."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    text = f"{value:.10g}" if isinstance(value, float) else str(value)
    return _("%(figure)s %(unit)s") % {"figure": text, "unit": line.unit} if line and line.unit else text


# --- personal data ------------------------------------------------------------------------------------------------------------------
def mask(value, how: str) -> str:
    """``phone`` 138****0001 · ``id`` 4101**********0012 · ``name`` 示**; whole when ``how`` is empty."""
    text = str(value or "")
    if how == "phone":
        return mask_phone(text)
    if how == "id":
        return f"{text[:4]}{MASKED * (len(text) - 8)}{text[-4:]}" if len(text) > 8 else MASKED * len(text)
    if how == "name":
        return f"{text[:1]}{MASKED * max(1, len(text) - 1)}" if text else ""
    return text
