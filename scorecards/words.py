"""The words of the monthly marks (domain 6.2)."""

from django.db.models import TextChoices
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


def month_words(month: str) -> str:
    """2026年10月"""
    return gettext("%(year)d年%(month)d月") % {"year": int(month[:4]), "month": int(month[5:])}


class Kind(TextChoices):
    """Whom a scheme ranks; a subset of ``grids.roles.OrganisationKind``."""

    TOWNSHIP = "township", _("乡办")
    DEPARTMENT = "department", _("部门")


class Part(TextChoices):
    A = "A", _("A 空气质量")
    B = "B", _("B 问题办理")
    C = "C", _("C 网格运行")
    D = "D", _("D 台账报送")
    BONUS = "bonus", _("加分")
    INFORMATION = "info", _("参考指标，不计分")


PART_NAMES = {
    Kind.TOWNSHIP: {Part.A: _("A 空气"), Part.B: _("B 问题"), Part.C: _("C 网格"), Part.D: _("D 台账")},
    Kind.DEPARTMENT: {Part.A: _("A 本领域"), Part.B: _("B 交办"), Part.C: _("C 执法"), Part.D: _("D 报送")},
}
"""Short heads of the ranking's columns."""
DEPARTMENT_PARTS = {Part.A: _("A 本领域任务"), Part.B: _("B 交办问题"), Part.C: _("C 检查执法"), Part.D: _("D 台账报送")}


def part_label(kind: str, part: str):
    """Heading of a part on cards and schemes; A to D mean something else for departments."""
    return DEPARTMENT_PARTS.get(Part(part), Part(part).label) if kind == Kind.DEPARTMENT else Part(part).label


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


class AppealState(TextChoices):
    FILED = "filed", _("待裁定")
    SECOND = "second", _("待第二人合议")
    UPHELD = "upheld", _("申诉成立")
    PARTLY = "partly", _("部分成立")
    DECLINED = "declined", _("不予支持")
    WITHDRAWN = "withdrawn", _("已撤回")


NOT_RANKED = _("本月无承办任务，不参与排名")


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
