"""Every indicator: its name, its formula in words, its shape, and the function that finds its rows. Adding one means adding it here."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from scorecards.indicators import findings, tasks
from scorecards.indicators.month import Month
from scorecards.words import Reason

__all__ = ["INDICATORS", "JUDGED", "Indicator", "Month", "Shape"]


class Shape(Enum):
    START = "start"
    """A mark everybody begins with; deduction lines of its part are taken from it."""
    DEDUCTION = "deduction"
    RATE = "rate"
    BONUS = "bonus"
    COUNT = "count"
    PART_OF = "part_of"
    """How many of the rows judged by other lines (``basis``) have something in common; nothing is stored twice."""
    NO_SOURCE = "no_source"


@dataclass(frozen=True)
class Indicator:
    """``collect(month)`` gives querysets in the shape of ``indicators.rows``; an indicator without one has no source yet and is never faked."""

    code: str
    label: str | Promise
    formula: str | Promise
    shape: Shape
    collect: Callable[[Month], list[QuerySet]] | None = None
    every: str | Promise = ""
    """What a deduction or bonus is given for: "each …"."""
    basis: tuple[str, ...] = ()
    """PART_OF: the lines whose rows are the denominator."""
    reasons: tuple[str, ...] = ()
    """PART_OF: the rows of the basis with these reasons are the numerator; with ``happened``, the reason of the line's own rows."""
    happened: Callable[[Month], QuerySet] | None = None
    """PART_OF: moments, newest first, by which an outer row of the basis enters the numerator; it is then stored with the line too."""

    @property
    def is_marked(self) -> bool:
        return self.shape in (Shape.DEDUCTION, Shape.BONUS)


JUDGED = ("on_time_rate", "own_field_on_time", "other_field_on_time")
"""Lines that judge a unit's tasks; a township has the first, a department the other two, no task is in two of them."""
ALL = [
    Indicator("handling_start", _("问题办理起评分"), _("每月从满分起评，逐项扣减，扣完为止。"), Shape.START),
    Indicator(
        "found_state",
        _("国家、省发现问题"),
        _("本月收到的、由中央督察、中央督察回头看或省督察在本单位辖区（部门为牵头领域）发现的问题，逐件扣分；已及时移交有执法权单位的不扣。"),
        Shape.DEDUCTION,
        findings.found_by_state,
        _("每件"),
    ),
    Indicator(
        "found_city",
        _("市级发现问题"),
        _("本月收到的、由市督察、上级暗访、巡察或审计在本单位辖区（部门为牵头领域）发现的问题，逐件扣分；已及时移交有执法权单位的不扣。"),
        Shape.DEDUCTION,
        findings.found_by_city,
        _("每件"),
    ),
    Indicator(
        "found_supervision",
        _("区督查发现问题"),
        _("本月收到的、由区督查局在本单位辖区（部门为牵头领域）发现的问题，逐件扣分；督查局暗访按交办时间计入；已及时移交有执法权单位的不扣。"),
        Shape.DEDUCTION,
        findings.found_by_supervision,
        _("每件"),
    ),
    Indicator(
        "overdue",
        _("整改逾期"),
        _("本月内超过期限的时间，每件每满或不满3天扣一次；反馈后核查占用的时间不算，缓办和已移交的不算。"),
        Shape.DEDUCTION,
        tasks.overdue,
        _("每件每3天"),
    ),
    Indicator("rework", _("返工"), _("本月核查退回或抽查退回的任务，逐次扣分。"), Shape.DEDUCTION, tasks.rework, _("每次")),
    Indicator("rebound", _("反弹"), _("本月回头看认定反弹的问题，对原先报结的承办单位逐件扣分。"), Shape.DEDUCTION, tasks.rebound, _("每件")),
    Indicator(
        "false_fix", _("虚假整改"), _("本月核查或抽查退回并认定为虚假整改的，逐次扣分，与返工不重复扣。"), Shape.DEDUCTION, tasks.false_fix, _("每次")
    ),
    Indicator(
        "missed",
        _("漏报"),
        _(
            "本月收到的、由专项指挥部检查、部门执法、媒体曝光或领导批示在本辖区发现的问题，逐件扣分；网格自己上报的从不扣分，已及时移交有执法权单位的不扣。"
        ),
        Shape.DEDUCTION,
        findings.missed,
        _("每件"),
    ),
    Indicator(
        "scattered_found",
        _("散乱污由他人发现"),
        _("本月收到的、不是由网格巡查或自查自纠在本辖区发现的“散乱污”领域问题，逐件扣分；同一问题不论几项都只按最重的扣一次。"),
        Shape.DEDUCTION,
        findings.scattered_found,
        _("每件"),
    ),
    Indicator(
        "fire_found",
        _("火点"),
        _(
            "本月收到的、不是由网格巡查或自查自纠在本辖区发现的秸秆禁烧领域问题（焚烧火点、卫星热点），逐件扣分；"
            "当季首个火点加重扣分暂不执行：季节尚无数据来源。"
        ),
        Shape.DEDUCTION,
        findings.fire_found,
        _("每件"),
    ),
    Indicator(
        "own_field_on_time",
        _("本领域任务按期办结率"),
        _("牵头领域内本单位任务：按期办结 ÷（按期办结＋逾期办结＋截止时未办结且已逾期），乘以满分。"),
        Shape.RATE,
        tasks.own_field_on_time,
    ),
    Indicator(
        "checks_on_time",
        _("按期核查率"),
        _("低风险问题由另一承办单位核查：本月到期的核查中按期完成的 ÷ 本月到期的核查，乘以满分。"),
        Shape.RATE,
        tasks.checks,
    ),
    Indicator(
        "valid_reports",
        _("有效上报率"),
        _("本辖区网格人员上报、本月作出处理的问题：受理 ÷（受理＋不予受理），乘以满分；并案、作废的两边都不算。"),
        Shape.RATE,
        findings.valid_reports,
    ),
    Indicator("late_sign", _("逾期未签收"), _("签收期限在本月届满而未签收的任务，逐件扣分。"), Shape.DEDUCTION, tasks.late_sign, _("每件")),
    Indicator("air_quality", _("空气质量"), _("按浓度名次和改善名次计分。尚无数据来源，暂未计分。"), Shape.NO_SOURCE),
    Indicator("patrol_completion", _("巡查完成率"), _("按时完成的巡查 ÷ 应巡查次数。尚无数据来源，暂未计分。"), Shape.NO_SOURCE),
    Indicator("training", _("培训率"), _("已培训人数 ÷ 在岗人数。尚无数据来源，暂未计分。"), Shape.NO_SOURCE),
    Indicator("field_inspection", _("领域检查与执法"), _("按年度计划完成的检查、执法。尚无数据来源，暂未计分。"), Shape.NO_SOURCE),
    Indicator("reconcile", _("按月对账"), _("每月按时对账、数据无误。尚无数据来源，暂未计分。"), Shape.NO_SOURCE),
    Indicator("late_report", _("迟报"), _("台账、报表未按时报送的，逐次扣分。尚无数据来源，暂未计分。"), Shape.NO_SOURCE, every=_("每次")),
    Indicator("wrong_data", _("数据有误"), _("报送数据经核实有误的，逐次扣分。尚无数据来源，暂未计分。"), Shape.NO_SOURCE, every=_("每次")),
    Indicator(
        "self_found_serious",
        _("自查发现严重问题"),
        _("本月受理的、由本辖区网格巡查或自查自纠（部门为牵头领域内部门执法）发现的严重问题，逐件加分。"),
        Shape.BONUS,
        findings.self_found_serious,
        _("每件"),
    ),
    Indicator(
        "other_field_on_time",
        _("其他领域任务按期办结率"),
        _("非牵头领域内本单位任务：按期办结 ÷（按期办结＋逾期办结＋截止时未办结且已逾期）。"),
        Shape.RATE,
        tasks.other_field_on_time,
    ),
    Indicator(
        "on_time_rate",
        _("按期办结率"),
        _("本单位全部任务：按期办结 ÷（按期办结＋逾期办结＋截止时未办结且已逾期）。以核查通过的月份计入，以后来通过的那次反馈时间判断是否按期。"),
        Shape.RATE,
        tasks.on_time,
    ),
    Indicator(
        "closing_rate",
        _("结案率"),
        _("办结 ÷ 应办结。应办结＝本月核查通过的任务＋截止时未办结且已逾期的任务，与按期办结率的分母相同。"),
        Shape.PART_OF,
        basis=JUDGED,
        reasons=(Reason.ON_TIME, Reason.LATE),
    ),
    Indicator(
        "rework_rate",
        _("返工率"),
        _("应办结的任务中，截止前被核查退回或抽查退回过的 ÷ 应办结；同一任务退回几次都算一件。"),
        Shape.PART_OF,
        basis=JUDGED,
        reasons=(Reason.SENT_BACK,),
        happened=tasks.sent_back_before,
    ),
    Indicator(
        "extension_rate",
        _("延期率"),
        _("应办结的任务中，截止前获准延期的 ÷ 应办结；同一任务延期几次都算一件。"),
        Shape.PART_OF,
        basis=JUDGED,
        reasons=(Reason.EXTENDED,),
        happened=tasks.extended_before,
    ),
    Indicator(
        "self_find_rate",
        _("自查发现率"),
        _(
            "本月受理的本辖区问题：网格巡查、自查自纠发现的 ÷（网格巡查、自查自纠发现的＋国家、省、市和区督查发现的）；"
            "督查局暗访按交办时间计入，其他来源两边都不算。"
        ),
        Shape.RATE,
        findings.self_find_rate,
    ),
    Indicator(
        "rebound_rate",
        _("反弹率"),
        _("销号满90天之日在本月的问题中，截止时已由回头看认定反弹的 ÷ 销号满90天之日在本月的问题，按报结的承办单位计。"),
        Shape.RATE,
        tasks.rebound_rate,
    ),
    Indicator("open_overdue", _("逾期件"), _("截止时未反馈且已超过期限的任务件数；缓办、已退单、已移交的不算。"), Shape.COUNT, tasks.open_overdue),
    Indicator("suspended", _("缓办件"), _("截止时处于缓办的任务件数，单列，不参与排名。"), Shape.COUNT, tasks.suspended),
]
INDICATORS = {each.code: each for each in ALL}
