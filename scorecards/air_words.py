"""What an air line rests on, as sentences: measured, target, last year, days, and what kind of values were used."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from airquality.words import Edition
from scorecards.indicators.air import Measure, Way
from scorecards.words import NoAir


def figure(line, name: str) -> str:
    """``measured``, ``aim`` or ``before`` in its unit; empty without one."""
    value = (line.air or {}).get(name)
    return "" if value is None else shown(line.definition.air.measure, value)


def shown(measure: Measure, value: int) -> str:
    """
    >>> from scorecards.indicators.air import MEASURES
    >>> shown(MEASURES["pm25"], 4250), shown(MEASURES["good_ratio"], 8000), shown(MEASURES["composite"], 55580)
    ('42.5 μg/m³', '80%', '5.558')
    """
    number = f"{(Decimal(value).scaleb(-measure.places)).normalize():f}"
    return f"{number}{measure.unit}" if measure.in_points else f"{number} {measure.unit}".strip()


def rule(line) -> str:
    """How the line gives its points, in one sentence for the card; the whole formula stands with the rows. Empty for information."""
    if not line.full:
        return ""
    facts = {"slope": f"{Decimal(line.slope) / 100:f}", "wanted": f"{Decimal(line.threshold or 0) / 100:f}"}
    return RULES[line.definition.air.way, bool(line.slope)]() % facts


RULES = {
    (Way.TARGET, True): lambda: _("达到本单位本月目标得满分；超出目标每1个百分点扣 %(slope)s 分，或按已完成的改善份额计，两者取高。"),
    (Way.TARGET, False): lambda: _("达到本单位本月目标得满分；未达到的按已完成的改善份额计。"),
    (Way.CHANGE, True): lambda: _("较上年同月改善达到 %(wanted)s%% 得满分，每差1个百分点扣 %(slope)s 分。"),
    (Way.CHANGE, False): lambda: _("较上年同月改善达到 %(wanted)s%% 得满分，达不到不得分。"),
    **dict.fromkeys([(way, has) for way in (Way.RANK, Way.CHANGE_RANK) for has in (True, False)], lambda: _("满分 ×（N－名次）÷（N－1）。")),
}


def said(line) -> list[str]:
    """Empty for a line that is none of air."""
    air = line.air
    if air is None:
        return []
    return [words for words in (_reason(line, air), _figures(line, air), _change(line, air), _place(air), _basis(air), _edition(line, air)) if words]


def _reason(line, air: dict[str, Any]) -> str:
    if not air["why"]:
        return ""
    facts = {"days": air["days"], "needed": air["needed"], "why": NoAir(air["why"]).label, "full": f"{Decimal(line.full) / 100:f}"}
    few = air["why"] == NoAir.FEW_DAYS
    words = (_("有效天数 %(days)d 天，少于 %(needed)d 天。") if few else _("%(why)s。")) % facts
    return words + _("这项 %(full)s 分不计入满分，按比例分摊到其余各项。") % facts if line.full else words


def _figures(line, air: dict[str, Any]) -> str:
    if air["measured"] is None:
        return ""
    facts = {name: figure(line, name) for name in ("measured", "aim", "before")}
    parts = [_("实测 %(measured)s") % facts]
    if air["aim"] is not None:
        parts.append((_("目标 %(aim)s（上年同月）") if air["aim_is_before"] else _("目标 %(aim)s")) % facts)
    if air["before"] is not None and not air["aim_is_before"]:
        parts.append(_("上年同月 %(before)s") % facts)
    return _("，").join(parts) + _("。")


def _change(line, air: dict[str, Any]) -> str:
    if air["change"] is None:
        return ""
    change = f"{Decimal(air['change']) / 100:+.2f}"
    return (_("同比 %(change)s 个百分点。") if line.definition.air.measure.in_points else _("同比 %(change)s%%。")) % {"change": change}


def _place(air: dict[str, Any]) -> str:
    return _("在 %(of)d 个乡办中第 %(rank)d 名。") % {"rank": air["rank"], "of": air["of"]} if air.get("rank") else ""


def _basis(air: dict[str, Any]) -> str:
    if not air["stations"]:
        return ""
    facts = {"stations": air["stations"], "days": air["days"], "excluded": air["excluded"], "provisional": air["provisional"]}
    parts = [ngettext("%(stations)d 个站点，有效 %(days)d 天", "%(stations)d 个站点，有效 %(days)d 天", air["stations"]) % facts]
    if air["excluded"]:
        parts.append(_("批准剔除 %(excluded)d 天") % facts)
    parts.append(_("其中 %(provisional)d 个站日为实时值") % facts if air["provisional"] else _("本月全部为审核值"))
    return _("，").join(parts) + _("。")


def _edition(line, air: dict[str, Any]) -> str:
    if line.definition.air.measure.code != "good_ratio" or not air["edition"]:
        return ""
    return _("两年都按 %(edition)s 计算。") % {"edition": Edition(air["edition"]).label}
