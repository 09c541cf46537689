"""Schemes to start from (domain 6.1, 6.2), as data: loaded when somebody asks, never over one that is there."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from scorecards.models import Scheme, SchemeLine
from scorecards.services.defaults import AIR, FEWEST, FOUND_ON_GROUND, HANDLING, LINES, NAMES, lines_of
from scorecards.words import Kind, Part


@dataclass(frozen=True)
class ReadyMade:
    code: str
    kind: Kind
    name: str | Promise
    source: str | Promise
    lines: list[tuple[Part, str, dict]]
    fewest: int = 0

    def lines_of(self, scheme: Scheme) -> list[SchemeLine]:
        return lines_of(scheme, self.lines)


def _default(kind: Kind) -> ReadyMade:
    return ReadyMade(f"default-{kind}", kind, NAMES[kind], _("系统默认方案"), LINES[kind], FEWEST.get(kind, 0))


DUST_BOARD = [
    (Part.A, "found_city", {"full": 1000, "per_event": 100}),
    (Part.A, "rework", {"full": 1000, "per_event": 100}),
    (Part.B, "found_supervision", {"full": 1500, "per_event": 50}),
    (Part.B, "overdue", {"full": 1500, "per_event": 50}),
    (Part.C, "patrol_completion", {"full": 3500}),
    (Part.D, "case_handling", {"full": 500}),
    (Part.D, "other_matters", {"full": 1000}),
]
"""City patrol 10 + 10 at a point each, district patrol 15 + 15 at half a point, the street's own rounds 35; closing cases for points is volume."""
DIGITAL_CITY = [
    (Part.A, "on_time_closing", {"full": 5000, "threshold": 7000, "slope": 100}),
    (Part.A, "closing_rate", {"full": 2000, "threshold": 9000, "slope": 100}),
    (Part.B, "urgent_closing", {"full": 1000}),
    (Part.A, "rework", {"per_event": 20}),
    (Part.A, "false_fix", {"per_event": 100}),
    (Part.D, "organisation_work", {"full": 500}),
    (Part.D, "other_matters", {"full": 1500}),
]
"""On-time closing from 70 % and closing from 90 % on in full, a point less for each percentage point below."""
DIGITAL_BOARD = [
    (Part.A, "handling_rate", {"full": 3000}),
    (Part.A, "on_time_handling", {"full": 2000}),
    (Part.B, "rework_rate", {"full": 2000, "inverse": True}),
    (Part.B, "overdue_pending", {"full": 2000, "inverse": True}),
    (Part.B, "extension_rate", {"full": 1000, "inverse": True}),
]
AIR_RANKS = [
    (Part.A, "air_pm25_rank", {"full": 2000}),
    (Part.A, "air_pm25_change_rank", {"full": 2000}),
    *LINES[Kind.TOWNSHIP][len(AIR) :],
]
"""Domain 6.2 A to the letter: a score by rank, for districts with so many townships that a place says something."""
AIR_FIRST = [
    (Part.A, "air_pm25_target", {"full": 2400, "slope": 60}),
    (Part.A, "air_pm10_target", {"full": 1600, "slope": 40}),
    (Part.A, "air_good_ratio_target", {"full": 2000, "slope": 50}),
    (Part.B, "handling_start", {"full": 4000}),
    *[line for line in HANDLING if line[1] != "handling_start"],
    *FOUND_ON_GROUND,
]
"""Weifang (domain 6.1 B): air 60, PM2.5 and PM10 60 to 40, good days 20; its 40 for key tasks stand as the handling of problems."""
BESIDE: list[tuple[Part, str, dict]] = [
    (Part.INFORMATION, code, {}) for code in ("open_overdue", "suspended", "on_time_closing_all", "dispatch_accuracy")
]


def _ready(code: str, kind: Kind, name, source, lines) -> ReadyMade:
    return ReadyMade(f"{code}-{kind}", kind, name, source, [*lines, *BESIDE])


STREETS = _("成都金牛2025年街道考核，按来源能计的部分照原分值，其余“暂未计分”")
CITY = _("金华数字城管考核，达标线以下每低1个百分点扣1分")
ALL = [
    *(_default(kind) for kind in LINES),
    ReadyMade(
        "air-ranks-township",
        Kind.TOWNSHIP,
        _("默认方案，空气按名次计分"),
        _("乡办较多的区县适用；空气部分按PM2.5浓度名次、同比改善名次各20分"),
        AIR_RANKS,
    ),
    _ready("weifang", Kind.TOWNSHIP, _("空气为主方案（潍坊）"), _("潍坊市大气考核：空气质量60分；其40分重点任务在这里以问题办理计"), AIR_FIRST),
    _ready("jinniu-dust", Kind.TOWNSHIP, _("扬尘逐件扣分方案（金牛）"), STREETS, DUST_BOARD),
    _ready("jinniu-digital", Kind.TOWNSHIP, _("数字城管比率方案（金牛）"), STREETS, DIGITAL_BOARD),
    _ready("digital-city", Kind.TOWNSHIP, _("数字城管达标线方案（金华）"), CITY, DIGITAL_CITY),
    _ready("digital-city", Kind.DEPARTMENT, _("数字城管达标线方案（金华）"), CITY, DIGITAL_CITY),
]
READY_MADE = {each.code: each for each in ALL}
