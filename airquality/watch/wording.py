"""An anomaly in a whole sentence, and its numbers as a table: both made of ``numbers`` alone, in the reader's language or, for telling, in Chinese."""

import datetime as dt

from django.utils.dateparse import parse_datetime
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from airquality.hours import HOUR, day_of
from airquality.watch.words import Fault, RuleCode
from airquality.words import SYMBOLS, UNITS
from common import clock


def hour_words(hour: dt.datetime, *, with_day: bool = True) -> str:
    """11月27日7时, by the label of the feed; midnight is the 24th hour of the day that it ends."""
    local = clock.beijing(hour)
    clock_hour = local.hour or 24
    if get_language() == "en":
        return f"{day_of(hour):%Y-%m-%d} {clock_hour:02d}:00" if with_day else f"{clock_hour:02d}:00"
    day = day_of(hour)
    return f"{day.month}月{day.day}日{clock_hour}时" if with_day else f"{clock_hour}时"


FIRST = "R4 first"
"""An index without one of the hour before."""
SENTENCES: dict[str, object] = {
    RuleCode.R1: gettext_lazy(
        "%(station)s%(hour)s%(pollutant)s浓度为 %(value)s %(unit)s，其他 %(others)s 个站点均值为 %(mean)s %(unit)s，高出 %(difference)s %(unit)s，"
        "是均值的 %(times)s 倍（规定：超过 %(factor)s 倍并且高出 %(least)s %(unit)s 以上）。"
    ),
    RuleCode.R2: gettext_lazy(
        "%(station)s%(hour)s%(pollutant)s浓度由上一小时的 %(before)s %(unit)s 升至 %(value)s %(unit)s，"
        "升高 %(rise)s %(unit)s（%(rise_share)s%%），超过规定的 %(limit)s %(unit)s。"
    ),
    RuleCode.R3: gettext_lazy("%(station)s截至%(hour)s，%(pollutant)s浓度连续 %(hours)s 小时高于全域均值：%(series)s（%(unit)s）。"),
    RuleCode.R4: gettext_lazy(
        "%(station)s%(hour)s%(pollutant)s浓度为 %(value)s %(unit)s，分指数（IAQI）由 %(index_before)s 升至 %(index)s，越过 %(threshold)s。"
    ),
    FIRST: gettext_lazy(
        "%(station)s%(hour)s%(pollutant)s浓度为 %(value)s %(unit)s，分指数（IAQI）为 %(index)s，越过 %(threshold)s（上一小时没有数据）。"
    ),
    RuleCode.R5: gettext_lazy(
        "%(station)s%(hour)sPM₁₀浓度为 %(value)s %(unit)s，高于 %(high)s %(unit)s；PM₂.₅为 %(pm25)s %(unit)s，与PM₁₀之比为 %(ratio)s，"
        "低于 %(ratio_limit)s，呈扬尘型特征。"
    ),
    RuleCode.R6: gettext_lazy(
        "%(station)s%(hour)sPM₂.₅由 %(before)s 升至 %(value)s %(unit)s（升高 %(rise)s，即 %(rise_share)s%%，规定超过 %(limit)s），"
        "CO由 %(co_before)s 升至 %(co_value)s mg/m³（升高 %(co_rise)s，即 %(co_rise_share)s%%，规定超过 %(co_limit)s），两项同时升高，呈燃烧型特征。"
    ),
    RuleCode.R7: gettext_lazy(
        "%(station)s截至%(hour)s，本月%(pollutant)s平均浓度为 %(month_mean)s %(unit)s，按此预计全月在 %(stations)s 个站点中由第 %(rank_before)s 名"
        "降为第 %(rank)s 名，低于规定的第 %(limit)s 名。"
    ),
    Fault.MISSING: gettext_lazy("%(station)s%(pollutant)s自%(last)s以后没有数据，已达 %(hours)s 小时，请核查仪器和传输。"),
    Fault.CONSTANT: gettext_lazy("%(station)s截至%(hour)s，%(pollutant)s连续 %(hours)s 小时为 %(value)s %(unit)s，没有变化，请核查仪器。"),
    Fault.INVERTED: gettext_lazy("%(station)s%(hour)sPM₂.₅为 %(value)s %(unit)s，高于PM₁₀的 %(pm10)s %(unit)s，请核查仪器。"),
    Fault.NEGATIVE: gettext_lazy("%(station)s%(hour)s%(pollutant)s为负值 %(value)s %(unit)s，请核查仪器。"),
}
UNKNOWN = {"times": "—", "rise_share": "—", "co_rise_share": "—"}
"""Where what is divided by was zero."""
REGIONAL = gettext_lazy(
    "%(hour)s%(pollutant)s区域性升高：%(stations)s 个站点比上一小时全部升高 %(share)s%% 以上（升幅最小的站点 %(least_rise)s%%），"
    "均值由 %(before)s 升至 %(mean)s %(unit)s。各站点的异常不再逐个报警。"
)


def words(*, station: str, pollutant: str, rule: str, fault: str, hour: dt.datetime, numbers: dict) -> str:
    """The full sentence in the active language."""
    there = UNKNOWN | numbers | _named(pollutant) | {"station": station, "hour": hour_words(hour)}
    if "series" in numbers:
        there["series"] = _series(numbers["series"], hour)
    if "last" in numbers:
        there["last"] = hour_words(parse_datetime(numbers["last"]) or hour)
    first = FIRST if rule == RuleCode.R4 and "index_before" not in numbers else rule
    return str(SENTENCES[fault or first]) % there


def regional_words(*, pollutant: str, hour: dt.datetime, numbers: dict) -> str:
    return str(REGIONAL) % ({"least_rise": "—"} | numbers | _named(pollutant) | {"hour": hour_words(hour)})


def _named(pollutant: str) -> dict:
    return {"pollutant": SYMBOLS.get(pollutant, ""), "unit": UNITS.get(pollutant, "μg/m³")}


def _series(series: list, hour: dt.datetime) -> str:
    first = hour - (len(series) - 1) * HOUR
    parts = [
        _("%(hour)s %(value)s，均值 %(mean)s") % {"hour": hour_words(first + n * HOUR, with_day=False), "value": value, "mean": middle}
        for n, (value, middle) in enumerate(series)
    ]
    return _("；").join(parts)


# --- as a table -------------------------------------------------------------------------------------------------------------------------
LABELS = {
    "value": gettext_lazy("本站浓度"),
    "others": gettext_lazy("参与比较的其他站点"),
    "mean": gettext_lazy("均值"),
    "difference": gettext_lazy("高出均值"),
    "times": gettext_lazy("与均值之比"),
    "factor": gettext_lazy("规定倍数"),
    "least": gettext_lazy("规定最小差值"),
    "before": gettext_lazy("上一小时"),
    "rise": gettext_lazy("升高"),
    "rise_share": gettext_lazy("升幅"),
    "limit": gettext_lazy("规定升高值"),
    "hours": gettext_lazy("连续小时数"),
    "index": gettext_lazy("分指数"),
    "index_before": gettext_lazy("上一小时分指数"),
    "threshold": gettext_lazy("越过"),
    "high": gettext_lazy("PM₁₀规定值"),
    "pm25": "PM₂.₅",
    "pm10": "PM₁₀",
    "ratio": gettext_lazy("PM₂.₅与PM₁₀之比"),
    "ratio_limit": gettext_lazy("规定比值"),
    "co_value": gettext_lazy("CO浓度"),
    "co_before": gettext_lazy("CO上一小时"),
    "co_rise": gettext_lazy("CO升高"),
    "co_rise_share": gettext_lazy("CO升幅"),
    "co_limit": gettext_lazy("CO规定升高值"),
    "month_mean": gettext_lazy("本月平均浓度"),
    "stations": gettext_lazy("站点数"),
    "rank": gettext_lazy("预计名次"),
    "rank_before": gettext_lazy("原名次"),
    "last": gettext_lazy("最后一次数据"),
    "share": gettext_lazy("规定升幅"),
    "least_rise": gettext_lazy("最小升幅"),
}
CONCENTRATIONS = ("value", "mean", "difference", "least", "before", "rise", "limit", "high", "pm25", "pm10", "month_mean")
SHARES = ("rise_share", "co_rise_share", "share", "least_rise")


def table(*, pollutant: str, rule: str, hour: dt.datetime, numbers: dict) -> list[tuple[str, str, str]]:
    """Label, figure and unit of every number used; of a streak each hour has its lines."""
    rows = [
        (str(_label(rule, name)), _figure(name, value, hour), _unit(rule, name, pollutant)) for name, value in numbers.items() if name != "series"
    ]
    series = numbers.get("series", [])
    for n, (value, middle) in enumerate(series):
        when = hour_words(hour - (len(series) - 1 - n) * HOUR)
        unit = UNITS.get(pollutant, "")
        rows += [(_("%(hour)s本站浓度") % {"hour": when}, value, unit), (_("%(hour)s全域均值") % {"hour": when}, middle, unit)]
    return rows


def _label(rule: str, name: str):
    return _("规定名次") if (rule, name) == (RuleCode.R7, "limit") else LABELS.get(name, name)


def _figure(name: str, value, hour: dt.datetime) -> str:
    return hour_words(parse_datetime(value) or hour) if name == "last" else str(value)


def _unit(rule: str, name: str, pollutant: str) -> str:
    if name in SHARES:
        return "%"
    if name.startswith("co_"):
        return UNITS["co"]
    is_concentration = name in CONCENTRATIONS and (rule, name) != (RuleCode.R7, "limit")
    return UNITS.get(pollutant, "") if is_concentration else ""
