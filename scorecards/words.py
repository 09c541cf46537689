"""The words of the monthly marks (domain 6.2)."""

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _


def month_words(month: str) -> str:
    """2026年10月"""
    return gettext("%(year)d年%(month)d月") % {"year": int(month[:4]), "month": int(month[5:])}


class Kind(TextChoices):
    """Whom a scheme ranks: kinds of ``grids.roles.OrganisationKind``, and grids."""

    TOWNSHIP = "township", _("乡办")
    DEPARTMENT = "department", _("部门")
    HEADQUARTERS = "headquarters", _("专项指挥部")
    GRID = "grid", _("网格")


PARTIES = (Kind.TOWNSHIP, Kind.DEPARTMENT)
"""Who has tasks; headquarters and grids are seen through the rows of these."""


class Part(TextChoices):
    A = "A", _("A 空气质量")
    B = "B", _("B 问题办理")
    C = "C", _("C 网格运行")
    D = "D", _("D 台账报送")
    BONUS = "bonus", _("加分")
    CARRIED = "carry", _("更正以前月份")
    INFORMATION = "info", _("参考指标，不计分")


PART_NAMES = {
    Kind.TOWNSHIP: {Part.A: _("A 空气"), Part.B: _("B 问题"), Part.C: _("C 网格"), Part.D: _("D 台账")},
    Kind.DEPARTMENT: {Part.A: _("A 本领域"), Part.B: _("B 交办"), Part.C: _("C 执法"), Part.D: _("D 报送")},
    Kind.HEADQUARTERS: {Part.A: _("A 办结"), Part.B: _("B 反弹"), Part.C: _("C 核查"), Part.D: _("D 审批")},
    Kind.GRID: {Part.A: _("A 自查"), Part.B: _("B 他人发现"), Part.C: _("C 巡查"), Part.D: _("D 培训")},
}
"""Short heads of the ranking's columns."""
PARTS_OF_KIND: dict[str, dict] = {
    Kind.DEPARTMENT: {Part.A: _("A 本领域任务"), Part.B: _("B 交办问题"), Part.C: _("C 检查执法"), Part.D: _("D 台账报送")},
    Kind.HEADQUARTERS: {Part.A: _("A 领域任务办结"), Part.B: _("B 领域问题反弹"), Part.C: _("C 核查时效"), Part.D: _("D 审批时效")},
    Kind.GRID: {Part.A: _("A 自查发现"), Part.B: _("B 他人发现"), Part.C: _("C 巡查与覆盖"), Part.D: _("D 人员培训")},
}


def part_label(kind: str, part: str):
    """Heading of a part on cards and schemes; A to D mean something else for each kind."""
    return PARTS_OF_KIND.get(kind, {}).get(Part(part), Part(part).label)


class LineState(TextChoices):
    COUNTED = "counted", _("已计分")
    NOT_COUNTED = "not_counted", _("暂未计分")
    NO_DATA = "no_data", _("无数据")
    INFORMATION = "information", _("仅供参考")


class SettlementState(TextChoices):
    OPEN = "open", _("未结账")
    PROPOSED = "proposed", _("待批准")
    SETTLED = "settled", _("已结账")


class SignState(TextChoices):
    """Of whatever one person draws up and another signs."""

    PROPOSED = "proposed", _("待签批")
    SIGNED = "signed", _("已签批")
    DROPPED = "dropped", _("未通过")


class AdjustmentKind(TextChoices):
    CORRECTION = "correction", _("更正以前月份")
    INNOVATION = "innovation", _("创新做法被采纳")
    PRAISE = "praise", _("上级表扬")
    LATE_REPORT = "late_report", _("迟报")
    WRONG_DATA = "wrong_data", _("数据有误")


PART_OF_ENTRY = {
    AdjustmentKind.CORRECTION: Part.CARRIED,
    AdjustmentKind.INNOVATION: Part.BONUS,
    AdjustmentKind.PRAISE: Part.BONUS,
    AdjustmentKind.LATE_REPORT: Part.D,
    AdjustmentKind.WRONG_DATA: Part.D,
}
"""Where an entry counts when the scheme does not say."""


class AppealState(TextChoices):
    FILED = "filed", _("待裁定")
    SECOND = "second", _("待第二人合议")
    UPHELD = "upheld", _("申诉成立")
    PARTLY = "partly", _("部分成立")
    DECLINED = "declined", _("不予支持")
    WITHDRAWN = "withdrawn", _("已撤回")


NOT_RANKED = _("本月无承办任务，不参与排名")


class Unranked(TextChoices):
    """Why a card has no rank."""

    IDLE = "idle", NOT_RANKED
    NO_DATA = "no_data", _("本月无数据，不参与排名")
    TOO_FEW = "too_few", _("样本过少，不参与排名")


class Grade(TextChoices):
    EXCELLENT = "excellent", _("优秀")
    GOOD = "good", _("良好")
    PASS = "pass", _("合格")
    FAIL = "fail", _("不合格")


class Reason(TextChoices):
    """Why a row stands in a line."""

    ON_TIME = "on_time", _("按期办结")
    LATE = "late", _("逾期办结")
    STILL_OVERDUE = "still_overdue", _("截止时未办结且已逾期")
    SUSPENDED = "suspended", _("缓办")
    FOUND = "found", _("上级或督查发现")
    OVERDUE = "overdue", _("逾期")
    REWORK = "rework", _("核查退回")
    REBOUND = "rebound", _("回头看反弹")
    FALSE_FIX = "false_fix", _("虚假整改")
    SENT_BACK = "sent_back", _("曾被退回")
    EXTENDED = "extended", _("获准延期")
    CHECK_ON_TIME = "check_on_time", _("按期核查")
    CHECK_LATE = "check_late", _("核查超期")
    CHECK_MISSED = "check_missed", _("截止时仍未核查")
    VALID = "valid", _("已受理")
    INVALID = "invalid", _("不予受理")
    LATE_SIGN = "late_sign", _("逾期未签收")
    SELF_FOUND_SERIOUS = "self_found_serious", _("自查发现严重问题")
    FOUND_BY_OTHERS = "found_by_others", _("他人发现")
    SELF_FOUND = "self_found", _("自查发现")
    HELD = "held", _("未反弹")
    AWAITING = "awaiting", _("已反馈待核查")
    UNDER_WAY = "under_way", _("办理中")
    GONE = "gone", _("已退单或移交")
    OTHER_SOURCE = "other_source", _("其他来源")
    VISITED = "visited", _("按时到访")
    NOT_VISITED = "not_visited", _("未按时到访")
    SEEN = "seen", _("本月到访过")
    UNSEEN = "unseen", _("本月未到访")
    TRAINED = "trained", _("一年内已培训")
    UNTRAINED = "untrained", _("一年内未培训")
    TEST_PASSED = "test_passed", _("测试合格")
    TEST_FAILED = "test_failed", _("测试不合格")
    DECIDED_IN_TIME = "decided_in_time", _("按期审批")
    DECIDED_LATE = "decided_late", _("审批超期")
    UNDECIDED = "undecided", _("截止时仍未审批")
    RECONCILED = "reconciled", _("按时对账")
    RECONCILED_LATE = "reconciled_late", _("对账超期")
    SILENT = "silent", _("截止时仍未对账")
    ENTRY = "entry", _("签批分录")
    AIR_COUNTED = "air_counted", _("计入")
    AIR_INVALID = "air_invalid", _("当日有效小时不足，不计")
    AIR_EXCLUDED = "air_excluded", _("批准剔除，不计")
    AIR_BEFORE = "air_before", _("上年同月")


class AirValues(TextChoices):
    """Which values a month may be marked by."""

    BOTH = "", _("没有审核值的日子以实时值计入，须经确认")
    REVIEWED = "reviewed", _("只用审核值")


class NoAir(TextChoices):
    """Why an air line has no figure to be marked by."""

    NO_STATION = "no_station", _("没有计入评价的站点")
    FEW_DAYS = "few_days", _("有效天数不足")
    NO_AIM = "no_aim", _("没有分月目标，也没有上年同月的有效数据")
    NO_BEFORE = "no_before", _("没有上年同月的有效数据")


# --- reconciling (domain 3.1) -------------------------------------------------------------------------------------------------------
def period_words(period: str) -> str:
    """2026年第45周, 2026年10月"""
    if "W" in period:
        return gettext("%(year)d年第%(week)d周") % {"year": int(period[:4]), "week": int(period[6:])}
    return month_words(period)


class SheetKind(TextChoices):
    WEEKLY = "weekly", _("每周对账")
    MONTHLY = "monthly", _("月度对账")


class SheetState(TextChoices):
    SILENT = "silent", _("未对账")
    CONFIRMED = "confirmed", _("无异议")
    DISPUTED = "disputed", _("有异议")


class DisputeKind(TextChoices):
    NOT_OURS = "not_ours", _("不属于本单位")
    DONE = "done", _("已经办结")
    WRONG_DATE = "wrong_date", _("时限有误")
    DUPLICATE = "duplicate", _("重复登记")
    OTHER = "other", _("其他")


class DisputeState(TextChoices):
    OPEN = "open", _("待答复")
    ACCEPTED = "accepted", _("异议成立")
    DECLINED = "declined", _("维持原状")
    WITHDRAWN = "withdrawn", _("已撤回")


class Weekday(IntegerChoices):
    MONDAY = 0, _("周一")
    TUESDAY = 1, _("周二")
    WEDNESDAY = 2, _("周三")
    THURSDAY = 3, _("周四")
    FRIDAY = 4, _("周五")
    SATURDAY = 5, _("周六")
    SUNDAY = 6, _("周日")


class MatchResult(TextChoices):
    """What became of a row of a superior's list laid beside our ledger."""

    MATCHED = "matched", _("一致")
    MISSING_HERE = "missing_here", _("本区缺")
    MISSING_THERE = "missing_there", _("上级缺")
    DIFFERING = "differing", _("不一致")


class Handling(TextChoices):
    REGISTERED = "registered", _("已补登")
    CORRECTED = "corrected", _("已更正")
    REMATCHED = "rematched", _("人工对应")
    REPORTED = "reported", _("待上报核对")


class SettlementAct(TextChoices):
    PROPOSE = "propose", _("提请结账")
    SEND_BACK = "send_back", _("退回")
    APPROVE = "approve", _("批准结账")
    RECOMPUTE = "recompute", _("重新核算比对")


class AppealAct(TextChoices):
    FILE = "file", _("提出申诉")
    OPINION = "opinion", _("提出裁定意见")
    CHANGE = "change", _("提出不同意见")
    DECIDE = "decide", _("作出裁定")
    WITHDRAW = "withdraw", _("撤回申诉")


class InnovationLevel(TextChoices):
    """Who adopted a unit's own practice (domain 6.2)."""

    DISTRICT = "district", _("区级采纳")
    CITY = "city", _("市级采纳")
    PROVINCE = "province", _("省级采纳")


# --- consequences (domain 5.2, 5.4, 6.4) ------------------------------------------------------------------------------------------------
class Action(TextChoices):
    """What a ladder proposes for a unit. 诫勉 and 问责 are not among them: they are the discipline body's (``Clue``)."""

    PRAISE = "praise", _("通报表扬")
    REMIND = "remind", _("预警提醒")
    CRITICISE = "criticise", _("通报批评")
    YELLOW = "yellow", pgettext_lazy("card of a unit", "黄牌")
    RED = "red", pgettext_lazy("card of a unit", "红牌")
    INTERVIEW = "interview", _("约谈")
    INSPECTION = "inspection", _("专项督察")


class Metric(TextChoices):
    """By what figure of a settled month units are compared."""

    RANK = "rank", _("月度排名")
    SHARE = "share", _("得分率")
    CHANGE = "change", _("得分率同比")
    OVERDUE = "overdue", _("逾期件")
    LATENESS = "lateness", _("逾期时长")
    FROM_ABOVE = "from_above", _("上级和督查发现问题")
    FIRES = "fires", _("火点")
    YELLOW = "yellow", _("黄牌数")
    PM25 = "pm25", _("PM2.5月均浓度")
    PM10 = "pm10", _("PM10月均浓度")
    GOOD_DAYS = "good_ratio", _("优良天数比例")
    AIR_INDEX = "composite", _("综合指数")
    PM25_DIFFERENCE = "pm25_diff", _("PM2.5较上年同月增减")
    PM10_DIFFERENCE = "pm10_diff", _("PM10较上年同月增减")
    GOOD_DIFFERENCE = "good_diff", _("优良天数比例较上年同月增减")
    PM25_CHANGE = "pm25_change", _("PM2.5同比变化率")
    PM10_CHANGE = "pm10_change", _("PM10同比变化率")
    INDEX_CHANGE = "index_change", _("综合指数同比变化率")


class Side(TextChoices):
    TOP = "top", _("靠前")
    BOTTOM = "bottom", _("靠后")


class Mode(TextChoices):
    CONSECUTIVE = "consecutive", _("连续")
    CUMULATIVE = "cumulative", _("累计")


class ProposalState(TextChoices):
    PROPOSED = "proposed", _("待审批")
    APPROVED = "approved", _("已批准")
    DROPPED = "dropped", _("不采纳")
    ISSUED = "issued", _("已印发")


class Colour(TextChoices):
    YELLOW = "yellow", pgettext_lazy("card of a unit", "黄牌")
    RED = "red", pgettext_lazy("card of a unit", "红牌")


class MoneyKind(TextChoices):
    RANK_FIXED = "rank_fixed", _("按名次定额")
    TIER = "tier", _("分档")
    PER_UNIT = "per_unit", _("按单位数量")
    MEAN_DIFFERENCE = "mean_difference", _("与平均值之差")
    EVENT = "event", _("按件")


class MoneySide(TextChoices):
    TOP = "top", _("只奖")
    BOTTOM = "bottom", _("只扣")
    BOTH = "both", _("奖扣都有")


class Ties(TextChoices):
    SHARE_FULL = "share_full", _("并列各得全额")
    SPLIT = "split", _("并列平分")


class MoneyState(TextChoices):
    DRAFT = "draft", _("待核对")
    CHECKED = "checked", _("待签批")
    SIGNED = "signed", _("已签批")


class ClueState(TextChoices):
    HANDED = "handed", _("已移送")
    ACCEPTED = "accepted", _("已受理")
    CONCLUDED = "concluded", _("已反馈结果")
