"""The figures of each rule: what may be edited, between which bounds, and what a new district begins with (domain 9.2)."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from django.core.exceptions import ValidationError
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from airquality.watch.words import RuleCode
from airquality.words import POLLUTANTS, SYMBOLS, UNITS


@dataclass(frozen=True)
class Figure:
    """Kept as text, so that 1.3 stays 1.3."""

    name: str
    label: object
    default: str
    low: str
    high: str
    unit: object = ""
    is_whole: bool = False

    def clean(self, value) -> str:
        """The figure as it is kept; ValidationError that says between what it must lie."""
        try:
            number = Decimal(str(value).strip())
        except InvalidOperation:
            raise ValidationError(_("请填写数字。"), code="number") from None
        if not number.is_finite() or not Decimal(self.low) <= number <= Decimal(self.high):
            raise ValidationError(_("应在 %(low)s 到 %(high)s 之间。") % {"low": self.low, "high": self.high}, code="bounds")
        if self.is_whole and number != number.to_integral_value():
            raise ValidationError(_("请填写整数。"), code="whole")
        return plain(number)


def plain(number: Decimal) -> str:
    """
    >>> plain(Decimal("1.30")), plain(Decimal("30.000")), plain(Decimal("1E+2"))
    ('1.3', '30', '100')
    """
    return f"{number.normalize():f}"


def _differences(high: str = "1000", **defaults: str) -> list[Figure]:
    return [
        Figure(name, format_lazy("{symbol} {label}", symbol=SYMBOLS[name], label=gettext_lazy("最小差值")), default, "0", high, UNITS[name])
        for name, default in defaults.items()
    ]


RULES: dict[str, list[Figure]] = {
    RuleCode.R1: [
        Figure("factor", gettext_lazy("倍数（黄色）"), "1.3", "1", "10"),
        Figure("red_factor", gettext_lazy("倍数（红色）"), "1.5", "1", "10"),
        *_differences(pm25="20", pm10="30", o3="20", so2="15", no2="15", co="0.5"),
        Figure("least_stations", gettext_lazy("参与比较的其他站点至少"), "1", "1", "50", is_whole=True),
    ],
    RuleCode.R2: [
        Figure("share", gettext_lazy("升幅"), "30", "1", "1000", "%"),
        *_differences(pm25="30", pm10="30"),
    ],
    RuleCode.R3: [Figure("hours", gettext_lazy("连续小时数"), "3", "2", "12", gettext_lazy("小时"), is_whole=True)],
    RuleCode.R4: [
        Figure("info", gettext_lazy("分指数（提示）"), "100", "1", "500", is_whole=True),
        Figure("yellow", gettext_lazy("分指数（黄色）"), "150", "1", "500", is_whole=True),
        Figure("red", gettext_lazy("分指数（红色）"), "200", "1", "500", is_whole=True),
    ],
    RuleCode.R5: [
        Figure("high", gettext_lazy("PM₁₀高于"), "150", "1", "2000", "μg/m³"),
        Figure("ratio", gettext_lazy("PM₂.₅与PM₁₀之比低于"), "0.3", "0.01", "1"),
    ],
    RuleCode.R6: [
        Figure("share", gettext_lazy("两项升幅均超过"), "20", "1", "1000", "%"),
        *_differences(pm25="15", co="0.2"),
    ],
    RuleCode.R7: [Figure("rank", gettext_lazy("月均浓度不低于第几名"), "3", "1", "200", is_whole=True)],
    RuleCode.R8: [
        Figure("missing", gettext_lazy("缺失小时数"), "2", "1", "24", gettext_lazy("小时"), is_whole=True),
        Figure("constant", gettext_lazy("数值不变小时数"), "4", "2", "24", gettext_lazy("小时"), is_whole=True),
        Figure("constant_coarse", gettext_lazy("数值不变小时数（SO₂、CO、O₃）"), "12", "2", "24", gettext_lazy("小时"), is_whole=True),
    ],
}
ORDERED: dict[str, tuple[str, ...]] = {
    RuleCode.R1: ("factor", "red_factor"),
    RuleCode.R4: ("info", "yellow", "red"),
}
"""Figures that must rise."""
COARSE = ("so2", "co", "o3")
"""Published in steps so coarse, ozone at night, that they stand for hours on sound instruments."""
WATCHED: dict[str, tuple[str, ...]] = {
    RuleCode.R2: ("pm10", "pm25"), RuleCode.R5: ("pm10",), RuleCode.R6: ("pm25",), RuleCode.R7: ("pm10", "pm25"),
}  # fmt: skip
"""For which pollutants a rule can speak at all, where not for all six."""
AT_FIRST: dict[str, tuple[str, ...]] = {RuleCode.R3: ("pm10", "pm25")}
"""For which a new district lets it speak: some station is always above the mean of some gas, and nobody should be sent for that."""
EXPLAINED = {
    RuleCode.R1: gettext_lazy("数值高于其他站点均值的规定倍数，并且差值超过最小差值。清洁对照点不参与比较。"),
    RuleCode.R2: gettext_lazy("比上一小时升高的数值，超过最小差值和规定升幅两者中较大的一个。"),
    RuleCode.R3: gettext_lazy("连续几个小时高于全域均值。清洁对照点不参与比较。"),
    RuleCode.R4: gettext_lazy("小时分指数（IAQI）由不高于变为高于规定数值，按越过的最高一级定级。"),
    RuleCode.R5: gettext_lazy("PM₁₀偏高，而PM₂.₅所占比例低，提示扬尘。"),
    RuleCode.R6: gettext_lazy("PM₂.₅和CO同时升高，提示燃烧；各自的升高值都要超过最小差值和规定升幅中较大的一个。"),
    RuleCode.R7: gettext_lazy("按本月截至目前的平均浓度预计全月，站点间的名次由不低于变为低于规定名次。"),
    RuleCode.R8: gettext_lazy(
        "缺失、数值不变、PM₂.₅高于PM₁₀、负值。只提醒值守人员核查仪器和传输，不派人巡查。SO₂、CO和夜间的O₃数值低、发布得粗，正常时也会几小时不变，另设小时数。"
    ),
}


def defaults(code: str) -> dict[str, str]:
    return {figure.name: figure.default for figure in RULES[code]}


def watched(code: str) -> tuple[str, ...]:
    return WATCHED.get(code, POLLUTANTS)


def at_first(code: str) -> list[str]:
    """The pollutants that a new district watches by this rule."""
    return list(AT_FIRST.get(RuleCode(code), watched(code)))


def checked(code: str, given: dict) -> dict[str, str]:
    """All figures of a rule, clean; ValidationError by figure."""
    clean, wrong = {}, {}
    for figure in RULES[code]:
        try:
            clean[figure.name] = figure.clean(given.get(figure.name, figure.default))
        except ValidationError as refused:
            wrong[figure.name] = refused
    _check_order(code, clean, wrong)
    if wrong:
        raise ValidationError(wrong)
    return clean


def _check_order(code: str, clean: dict[str, str], wrong: dict) -> None:
    names = ORDERED.get(code, ())
    for low, high in zip(names, names[1:], strict=False):
        if low in clean and high in clean and Decimal(clean[high]) <= Decimal(clean[low]):
            wrong[high] = ValidationError(_("应大于 %(low)s。") % {"low": clean[low]}, code="order")
