"""The words of the ledger: sources, severities, states (domain 2.6, 3.2, 3.3)."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Source(TextChoices):
    """Where a problem came from. Domain 3.2."""

    CENTRAL_INSPECTION = "central_inspection", _("中央督察")
    CENTRAL_LOOK_BACK = "central_look_back", _("中央督察回头看")
    PROVINCIAL_INSPECTION = "provincial_inspection", _("省督察")
    CITY_INSPECTION = "city_inspection", _("市督察")
    SUPERIOR_COVERT = "superior_covert", _("上级暗访")
    PARTY_INSPECTION = "party_inspection", _("巡察")
    AUDIT = "audit", _("审计")
    DISTRICT_SUPERVISION = "district_supervision", _("区督查局")
    COVERT_VISIT = "covert_visit", _("督查局暗访")
    HEADQUARTERS = "headquarters", _("专项指挥部检查")
    DEPARTMENT = "department", _("部门执法")
    GRID_PATROL = "grid_patrol", _("网格巡查")
    STATION = "station", _("站点异常")
    SKY_GUARD = "sky_guard", _("蓝天卫士")
    ONLINE_MONITOR = "online_monitor", _("在线监测")
    COMPLAINT = "complaint", _("12345/12369投诉")
    PETITION = "petition", _("信访转办")
    MEDIA = "media", _("媒体曝光")
    LEADER = "leader", _("领导批示")
    SELF_CHECK = "self_check", _("自查自纠")
    EMERGENCY = "emergency", _("应急响应")


FROM_STATE = frozenset({Source.CENTRAL_INSPECTION, Source.CENTRAL_LOOK_BACK, Source.PROVINCIAL_INSPECTION})
FROM_CITY = frozenset({Source.CITY_INSPECTION, Source.SUPERIOR_COVERT, Source.PARTY_INSPECTION, Source.AUDIT})
FROM_ABOVE = FROM_STATE | FROM_CITY
"""Sources whose problems a superior body struck on its own list: its number, deadline and acceptance are kept beside ours."""
FROM_SUPERVISION = frozenset({Source.DISTRICT_SUPERVISION, Source.COVERT_VISIT})
SELF_FOUND = frozenset({Source.GRID_PATROL, Source.SELF_CHECK})
FOUND_BY_OTHERS = frozenset({Source.HEADQUARTERS, Source.DEPARTMENT, Source.MEDIA, Source.LEADER})
"""Sources by which somebody else who came and looked found what the grid had not reported (漏报, domain 6.2), beside superiors and 督查局.

Left out are instruments (station, camera, online monitor), whose alarm reaches everybody at the same moment, and what people complain of: a mark
taken for a complaint would be a reason to keep it off the ledger.
"""
NOT_SELF_FOUND = frozenset(Source) - SELF_FOUND


class Severity(TextChoices):
    MINOR = "minor", _("轻微")
    GENERAL = "general", _("一般")
    SERIOUS = "serious", _("严重")


class Risk(TextChoices):
    """Decides who verifies (design 4)."""

    LOW = "low", _("低")
    MEDIUM = "medium", _("中")
    HIGH = "high", _("高")


class Kind(TextChoices):
    """Kinds by time. Domain 3.3."""

    IMMEDIATE = "immediate", _("立行立改")
    LIMITED = "limited", _("限期整改")
    LONG_TERM = "long_term", _("长期整改")


class FindingState(TextChoices):
    REPORTED = "reported", _("待受理")
    REGISTERED = "registered", _("待交办")
    ASSIGNED = "assigned", _("整改中")
    STOPPED_PENDING = "stopped_pending", _("停而未改")
    RECTIFIED = "rectified", _("待销号")
    STRUCK_OFF = "struck_off", _("已销号")
    LOOKED_BACK = "looked_back", _("已回头看")
    REJECTED = "rejected", _("不予受理")
    MERGED = "merged", _("已并案")
    VOID = "void", _("已作废")


OPEN_STATES = (
    FindingState.REPORTED,
    FindingState.REGISTERED,
    FindingState.ASSIGNED,
    FindingState.STOPPED_PENDING,
    FindingState.RECTIFIED,
)
ON_LEDGER = (FindingState.REGISTERED, FindingState.ASSIGNED, FindingState.STOPPED_PENDING, FindingState.RECTIFIED)
"""States in which nearby problems of the same kind are offered before a new one is registered."""
CLOSED_STATES = (FindingState.STRUCK_OFF, FindingState.LOOKED_BACK)


class Flag(TextChoices):
    """Plausibility marks: shown, may be answered, never block (design 4)."""

    LATE_ARRIVAL = "late_arrival", _("补录：超过24小时才收到")
    CLOCK_AHEAD = "clock_ahead", _("手机时间超前")
    OUTSIDE_GRIDS = "outside_grids", _("位置不在任何网格内")
    TWO_GRIDS = "two_grids", _("位置同时在多个网格内")
    PHOTO_FAR = "photo_far", _("照片位置距问题点超过500米")
    PHOTO_TIME = "photo_time", _("照片时间与上报相差超过24小时")
    PHOTO_REUSED = "photo_reused", _("照片曾用于其他问题")
    NO_PLACE = "no_place", _("没有定位")
    FAR_FROM_SITE = "far_from_site", _("到访位置离对象较远")
    PHOTO_ALIKE = "photo_alike", _("照片与近90天的另一张几乎相同")
    PHOTO_OLD = "photo_old", _("照片拍摄早于到访10分钟以上")
    FROM_ALBUM = "from_album", _("照片选自相册")
    SAME_WORDS = "same_words", _("情况说明与以前的一字不差")
    MANY_AT_ONCE = "many_at_once", _("一分钟内到访多个对象")
    TOO_FAST = "too_fast", _("两次到访之间的速度不合常理")


# --- rounds and checklists (domain 2.4, 2.5, 4) ---------------------------------------------------------------------------------------
class Weather(TextChoices):
    """State of the air by which rules ask for more rounds. The three warnings are those of the emergency plan."""

    ORDINARY = "ordinary", _("平常")
    YELLOW = "yellow", _("黄色预警")
    ORANGE = "orange", _("橙色预警")
    RED = "red", _("红色预警")


class Per(TextChoices):
    DAY = "day", _("每天")
    WORKDAY = "workday", _("每个工作日")
    WEEK = "week", _("每周")
    HALF_MONTH = "half_month", _("每半月")
    MONTH = "month", _("每月")


LEVELS = {1: _("区县"), 2: _("乡办"), 3: _("村（社区）")}
"""What a level of the grid tree is called; deeper ones go by their number."""


class PatrolKind(TextChoices):
    DAILY = "daily", _("日常巡查")
    NIGHT = "night", _("夜查")
    EMERGENCY = "emergency", _("污染天气巡查")
    SPECIAL = "special", _("专项巡查")


class PatrolState(TextChoices):
    PLANNED = "planned", _("待巡查")
    STARTED = "started", _("巡查中")
    FINISHED = "finished", _("已完成")
    MISSED = "missed", _("未巡查")
    HANDED_OVER = "handed_over", _("已移交")


class VisitState(TextChoices):
    PLANNED = "planned", _("待到访")
    DONE = "done", _("已到访")
    DROPPED = "dropped", _("不再需要")


class Conclusion(TextChoices):
    NORMAL = "normal", _("正常")
    PROBLEM = "problem", _("发现问题")
    UNREACHABLE = "unreachable", _("无法到访")


class AnswerType(TextChoices):
    PASS_FAIL = "pass_fail", _("合格／不合格／不适用")
    NUMBER = "number", _("数值")
    CHOICE = "choice", _("单选")
    TEXT = "text", _("文字")


class Scoring(TextChoices):
    """How a checklist's answers become a result. Share: passed over applicable. Points: mean of the points of applicable items (site, six 100 %)."""

    SHARE = "share", _("合格项占比")
    POINTS = "points", _("各项平均分")


class Grade(TextChoices):
    """What a checklist's result is called: plates of a building site (domain 4.1), or simply how much of it passed."""

    GREEN = "green", _("绿牌")
    YELLOW = "yellow", _("黄牌")
    RED = "red", _("红牌")
    PASSED = "passed", _("合格")
    PARTLY = "partly", _("部分合格")
    FAILED = "failed", _("不合格")


class Outcome(TextChoices):
    """What the reporter did on the spot."""

    DISSUADED = "dissuaded", _("已当场劝阻")


class HeldKind(TextChoices):
    """What of an offline queue is kept for repair."""

    FINDING = "finding", _("问题上报")
    VISIT = "visit", _("巡查记录")
    PATROL = "patrol", _("巡查")
