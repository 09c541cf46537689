"""The ranking as it was asked for: of whom, by what, for which time; one shape for page and sheet."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from airquality import rankings
from airquality.aqi import tables
from airquality.boards import areas, periods
from airquality.models import CompositeIndexRule, Station
from airquality.rankings import Ranking
from airquality.services.rules import as_rule
from airquality.words import SYMBOLS, UNITS, Edition
from grids.models import Grid


@dataclass(frozen=True)
class Asked:
    """``first`` to ``last``; the change is against the same dates a year before. ``rule``: the composite rule in force, None for the plain one."""

    kind: str
    by: str
    first: dt.date
    last: dt.date
    improved_is_positive: bool
    is_year: bool
    rule: CompositeIndexRule | None
    by_change: bool = False

    @property
    def notes(self) -> list[str]:
        return [period_words(self.rule), _ties(self), rule_words(self.rule), _edition(self.last), _sand(), _sign(self)]


def rule_words(rule: CompositeIndexRule | None) -> str:
    """Stands beside every composite index."""
    name = rule.name if rule else _("GB 3095—2012 二级限值")
    words = _("综合指数规则：%(name)s（%(note)s）。") if rule and rule.note else _("综合指数规则：%(name)s。")
    return words % {"name": name, "note": rule.note if rule else ""}


def period_words(rule: CompositeIndexRule | None) -> str:
    """What the concentrations of a period are."""
    by = as_rule(rule)
    words = _("浓度为日均值的平均，单位μg/m³；CO为日均值第%(co)d百分位数，单位mg/m³；O₃为日最大8小时均值第%(o3)d百分位数。")
    return words % {"co": by.percentile_co, "o3": by.percentile_o3}


def _ties(asked: Asked) -> str:
    if asked.by_change:
        return _("按同比变化率排名，改善最多的在前；没有上年同期数据的不排名。相同的并列，并列后名次顺延。")
    return _("相同的并列，并列后名次顺延。")


def _edition(last: dt.date) -> str:
    return _("优良天数和重污染天数，本期和上年同期均按%(edition)s评价。") % {"edition": Edition(tables.edition_on(last)).label}


def _sand() -> str:
    return _("经批准剔除的沙尘日等不参与评价。参考值，以市级及以上生态环境部门发布的为准。")


def _sign(asked: Asked) -> str:
    return _("同比变化以改善为正。") if asked.improved_is_positive else _("同比变化以下降为负。")


def ranking(district: Grid, asked: Asked) -> list[Ranking]:
    if asked.kind == "township":
        return [rankings.townships(district, asked.first, asked.last, by=asked.by, by_change=asked.by_change)]
    return rankings.stations(district, asked.first, asked.last, by=asked.by, by_change=asked.by_change, grouped=True)


def without_station(found: Sequence[Ranking], stations: Sequence[Station]) -> frozenset[int]:
    """Townships in which nothing is measured: they are listed as such."""
    towns = [line.subject for ranking in found for line in ranking.lines if isinstance(line.subject, Grid)]
    return frozenset(town.pk for town in towns if not areas.of_township(town, stations).stations)


def asked(district: Grid, chosen: dict, *, today: dt.date) -> Asked:
    """``chosen``: of ``RankingForm``. A month or year that is not over ends yesterday."""
    first, last = periods.bounds(chosen["month"])
    first = first.replace(month=1) if chosen["span"] == "year" else first
    last = max(first, min(last, today - dt.timedelta(days=1)))
    rule = CompositeIndexRule.objects.in_force(district, first)
    return Asked(chosen["kind"], chosen["by"], first, last, chosen["sign"] == "improved", chosen["span"] == "year", rule, chosen["order"] == "change")


def change_shown(asked: Asked, change: Decimal | None) -> Decimal | None:
    """The raw sign, or the other way round where improvement is to be positive; more good days are better already."""
    turned = asked.improved_is_positive and asked.by not in rankings.MORE_IS_BETTER and bool(change)
    return change.copy_negate() if turned and change is not None else change


def measure_label(by: str) -> str:
    if by == "composite":
        return _("综合指数")
    return _("优良天数比例（%）") if by == "good_ratio" else f"{SYMBOLS[by]}（{UNITS[by]}）"


def title(asked: Asked) -> str:
    whom = _("空气站") if asked.kind == "station" else _("乡办")
    if asked.is_year:
        span = _("%(year)d年1月至%(month)d月") % {"year": asked.last.year, "month": asked.last.month}
    else:
        span = periods.month_label(f"{asked.first:%Y-%m}")
    words = _("%(span)s%(whom)s空气质量同比变化排名") if asked.by_change else _("%(span)s%(whom)s空气质量排名")
    return words % {"span": span, "whom": whom}
