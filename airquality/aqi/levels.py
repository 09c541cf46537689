"""Levels, colours and advice: annex A, the same in both editions; sensitive groups are named since 2026."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise


@dataclass(frozen=True)
class Level:
    number: int
    numeral: Text
    label: Text
    colour: str
    """Of the standard; yellow and green need dark text."""
    top: int | None
    advice: Text


# fmt: off
LEVELS = (
    Level(1, _("一级"), _("优"), "#00E400", 50, _("各类人群可正常活动。")),
    Level(2, _("二级"), _("良"), "#FFFF00", 100, _("极少数异常敏感人群应减少户外活动。")),
    Level(3, _("三级"), _("轻度污染"), "#FF7E00", 150,
          _("儿童、老年人及心脏病、呼吸系统疾病患者应减少长时间、高强度的户外锻炼。")),
    Level(4, _("四级"), _("中度污染"), "#FF0000", 200,
          _("儿童、老年人及心脏病、呼吸系统疾病患者避免长时间、高强度的户外锻炼，一般人群适量减少户外运动。")),
    Level(5, _("五级"), _("重度污染"), "#99004C", 300,
          _("儿童、老年人及心脏病、呼吸系统疾病患者应停留在室内，停止户外运动，一般人群减少户外运动。")),
    Level(6, _("六级"), _("严重污染"), "#7E0023", None,
          _("儿童、老年人和病人应停留在室内，避免体力消耗，一般人群应避免户外活动。")),
)
SENSITIVE_GROUPS = {
    "so2": _("哮喘患者、青少年、老年人"),
    "no2": _("呼吸系统疾病患者、青少年、老年人"),
    "co": _("心血管疾病患者"),
    "o3": _("呼吸系统疾病患者、青少年、户外活动较多者、老年人"),
    "pm10": _("心血管或呼吸系统疾病患者、青少年、户外活动较多者、老年人"),
    "pm25": _("心血管或呼吸系统疾病患者、青少年、户外活动较多者、老年人"),
}
# fmt: on


def of(aqi: int | None) -> int | None:
    """1 to 6.

    >>> [of(aqi) for aqi in (0, 50, 51, 100, 200, 201, 300, 301, None)]
    [1, 1, 2, 2, 4, 5, 5, 6, None]
    """
    if aqi is None:
        return None
    return next((level.number for level in LEVELS if level.top is not None and aqi <= level.top), 6)


def level(number: int | None) -> Level | None:
    return LEVELS[number - 1] if number else None


def sensitive_groups(sub_indexes: dict[str, int]) -> dict[str, Text]:
    """Pollutant → who should take care, of those above 100 (2026)."""
    return {name: groups for name, groups in SENSITIVE_GROUPS.items() if any(sub_indexes.get(item, 0) > 100 for item in _items(name))}


def _items(pollutant: str) -> tuple[str, ...]:
    return (pollutant, f"{pollutant}_8h", f"{pollutant}_1h", f"{pollutant}_24h")
