"""What gives or takes marks one by one."""

from django.utils.translation import gettext_lazy as _

from scorecards.indicators import findings, tasks
from scorecards.indicators.shapes import Indicator, Shape

MARKED = [
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
    Indicator("late_sign", _("逾期未签收"), _("签收期限在本月届满而未签收的任务，逐件扣分。"), Shape.DEDUCTION, tasks.late_sign, _("每件")),
    Indicator(
        "self_found_serious",
        _("自查发现严重问题"),
        _("本月受理的、由本辖区网格巡查或自查自纠（部门为牵头领域内部门执法）发现的严重问题，逐件加分。"),
        Shape.BONUS,
        findings.self_found_serious,
        _("每件"),
    ),
    Indicator("late_report", _("迟报"), _("台账、报表未按时报送的，由两人签批逐次扣分。"), Shape.ENTRY, every=_("每次")),
    Indicator("wrong_data", _("数据有误"), _("报送数据经核实有误的，由两人签批逐次扣分。"), Shape.ENTRY, every=_("每次")),
    Indicator("innovation", _("创新做法被采纳"), _("做法被区、市、省采纳推广的，由两人签批加分。"), Shape.ENTRY, every=_("每项")),
    Indicator("praise", _("上级表扬"), _("受到上级通报表扬的，由两人签批加分。"), Shape.ENTRY, every=_("每次")),
    Indicator("correction", _("更正以前月份"), _("已结账月份发现的差错，不改原账，由两人签批，在本月加上或减去差额。"), Shape.ENTRY, every=_("每笔")),
    Indicator("air_quality", _("空气质量"), _("空气质量数据接入之前的行，暂未计分；新版方案请改用PM2.5、PM10等空气指标。"), Shape.NO_SOURCE),
    Indicator("field_inspection", _("领域检查与执法"), _("按年度计划完成的检查、执法。尚无数据来源，暂未计分。"), Shape.NO_SOURCE),
    Indicator("urgent_closing", _("紧急案件结案"), _("紧急案件全部结案并按期结案。尚无数据来源，暂未计分。"), Shape.NO_SOURCE),
    Indicator("organisation_work", _("组织保障"), _("机构、人员、制度和会议。尚无数据来源，暂未计分。"), Shape.NO_SOURCE),
    Indicator("case_handling", _("案件办理加分"), _("按办结件数加分的办法属于按数量计分，本系统不计。"), Shape.NO_SOURCE),
    Indicator("other_matters", _("其他事项"), _("原办法中人工评定或公开材料未载明的部分，暂未计分。"), Shape.NO_SOURCE),
]
