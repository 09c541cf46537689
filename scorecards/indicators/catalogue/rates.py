"""Rates of domain 2.8. Those over tasks and findings of the month look at the same stored rows."""

from django.utils.translation import gettext_lazy as _

from scorecards.indicators import checks, findings, rounds, tasks
from scorecards.indicators.flags import Flag
from scorecards.indicators.shapes import Indicator, Shape
from scorecards.words import Kind

TASKS, FINDINGS = "month_tasks", "month_findings"
BASES = [
    Indicator(TASKS, _("本月任务"), _("本月交办、到期、反馈、办结或缓办的任务，每件一行；各项任务比率都从这些行得出。"), Shape.BASE, tasks.of_month),
    Indicator(FINDINGS, _("本月问题"), _("本月受理或不予受理的本辖区问题和本辖区网格人员的上报，每件一行。"), Shape.BASE, findings.of_month),
]
JUDGED = (Flag.CLOSED, Flag.OVERDUE)
HANDLED = (Flag.CLOSED, Flag.AWAITING)
OF_TASKS = (Kind.TOWNSHIP, Kind.DEPARTMENT, Kind.HEADQUARTERS)
OF_GROUND = (Kind.TOWNSHIP, Kind.GRID)


def _share(code, label, formula, *, of, hit, base=TASKS, kinds=OF_TASKS) -> Indicator:
    return Indicator(code, label, formula, Shape.SHARE, base=base, of=of, hit=hit, kinds=kinds)


def _of_judged(flag: Flag) -> tuple[Flag, ...]:
    return tuple(each | flag for each in JUDGED)


RATES = [
    _share(
        "own_field_on_time",
        _("本领域任务按期办结率"),
        _("牵头领域内本单位任务：按期办结 ÷（按期办结＋逾期办结＋截止时未办结且已逾期），乘以满分。"),
        of=_of_judged(Flag.OWN_FIELD),
        hit=(Flag.CLOSED | Flag.IN_TIME | Flag.OWN_FIELD,),
        kinds=(Kind.DEPARTMENT,),
    ),
    _share(
        "other_field_on_time",
        _("其他领域任务按期办结率"),
        _("非牵头领域内本单位任务：按期办结 ÷（按期办结＋逾期办结＋截止时未办结且已逾期）。"),
        of=_of_judged(Flag.OTHER_FIELD),
        hit=(Flag.CLOSED | Flag.IN_TIME | Flag.OTHER_FIELD,),
        kinds=(Kind.DEPARTMENT,),
    ),
    _share(
        "on_time_rate",
        _("按期办结率"),
        _("本单位全部任务：按期办结 ÷（按期办结＋逾期办结＋截止时未办结且已逾期）。以核查通过的月份计入，以后来通过的那次反馈时间判断是否按期。"),
        of=JUDGED,
        hit=(Flag.CLOSED | Flag.IN_TIME,),
        kinds=(Kind.TOWNSHIP,),
    ),
    _share(
        "closing_rate",
        _("结案率"),
        _("办结 ÷ 应办结。应办结＝本月核查通过的任务＋截止时未办结且已逾期的任务，与按期办结率的分母相同。"),
        of=JUDGED,
        hit=(Flag.CLOSED,),
    ),
    _share(
        "on_time_closing",
        _("按期结案率（扣除缓办）"),
        _("按期办结 ÷ 应办结；缓办的任务不在应办结之内。"),
        of=JUDGED,
        hit=(Flag.CLOSED | Flag.IN_TIME,),
    ),
    _share(
        "on_time_closing_all",
        _("按期结案率（含缓办）"),
        _("按期办结 ÷（应办结＋截止时缓办）。"),
        of=(*JUDGED, Flag.SUSPENDED),
        hit=(Flag.CLOSED | Flag.IN_TIME,),
    ),
    _share(
        "handling_rate",
        _("处置率"),
        _("已处置 ÷ 应处置。已处置＝本月办结＋本月反馈、截止时待核查；应处置＝已处置＋截止时未反馈且已逾期。"),
        of=(*HANDLED, Flag.OVERDUE),
        hit=HANDLED,
    ),
    _share(
        "on_time_handling",
        _("按期处置率"),
        _("在期限内反馈的已处置任务 ÷ 应处置。"),
        of=(*HANDLED, Flag.OVERDUE),
        hit=tuple(each | Flag.IN_TIME for each in HANDLED),
    ),
    _share("overdue_pending", _("超期待处置率"), _("截止时未反馈且已逾期 ÷ 应处置。"), of=(*HANDLED, Flag.OVERDUE), hit=(Flag.OVERDUE,)),
    _share(
        "rework_rate",
        _("返工率"),
        _("应办结的任务中，截止前被核查退回或抽查退回过的 ÷ 应办结；同一任务退回几次都算一件。"),
        of=JUDGED,
        hit=_of_judged(Flag.SENT_BACK),
    ),
    _share(
        "extension_rate",
        _("延期率"),
        _("应办结的任务中，截止前获准延期的 ÷ 应办结；同一任务延期几次都算一件。"),
        of=JUDGED,
        hit=_of_judged(Flag.EXTENDED),
    ),
    _share(
        "dispatch_accuracy",
        _("准确派遣率"),
        _("本月交办的任务中，截止时没有退单或移交的 ÷ 本月交办的任务；作废的两边都不算。"),
        of=(Flag.DISPATCHED,),
        hit=(Flag.DISPATCHED | Flag.KEPT,),
    ),
    Indicator(
        "open_overdue",
        _("逾期件"),
        _("截止时未反馈且已超过期限的任务件数；缓办、已退单、已移交的不算。"),
        Shape.TALLY,
        base=TASKS,
        hit=(Flag.OVERDUE,),
        kinds=OF_TASKS,
    ),
    Indicator(
        "suspended", _("缓办件"), _("截止时处于缓办的任务件数，单列，不参与排名。"), Shape.TALLY, base=TASKS, hit=(Flag.SUSPENDED,), kinds=OF_TASKS
    ),
    Indicator(
        "awaiting", _("待核查件"), _("本月反馈、截止时还没有核查结论的任务件数。"), Shape.TALLY, base=TASKS, hit=(Flag.AWAITING,), kinds=OF_TASKS
    ),
    _share(
        "filing_rate",
        _("立案率"),
        _("本辖区问题中，本月受理 ÷（本月受理＋本月不予受理）；督查局暗访按交办时间计入，并案、作废的两边都不算。"),
        base=FINDINGS,
        of=(Flag.FILED, Flag.REFUSED),
        hit=(Flag.FILED,),
        kinds=OF_GROUND,
    ),
    _share(
        "self_find_rate",
        _("自查发现率"),
        _(
            "本月受理的本辖区问题：网格巡查、自查自纠发现的 ÷（网格巡查、自查自纠发现的＋国家、省、市和区督查发现的）；"
            "督查局暗访按交办时间计入，其他来源两边都不算。"
        ),
        base=FINDINGS,
        of=(Flag.SELF_FOUND, Flag.FOUND_ABOVE),
        hit=(Flag.SELF_FOUND,),
        kinds=OF_GROUND,
    ),
    _share(
        "miss_rate",
        _("漏报率"),
        _("本月受理的本辖区问题中，由上级、区督查、指挥部、部门、媒体或领导批示发现的 ÷ 本月受理的本辖区全部问题。"),
        base=FINDINGS,
        of=(Flag.FILED,),
        hit=(Flag.FOUND_ABOVE, Flag.FOUND_BY_OTHERS),
        kinds=OF_GROUND,
    ),
    _share(
        "valid_reports",
        _("有效上报率"),
        _("本辖区网格人员上报、本月作出处理的问题：受理 ÷（受理＋不予受理），乘以满分；并案、作废的两边都不算。"),
        base=FINDINGS,
        of=(Flag.REPORT_TAKEN, Flag.REPORT_REFUSED),
        hit=(Flag.REPORT_TAKEN,),
        kinds=(Kind.TOWNSHIP,),
    ),
    Indicator(
        "rebound_rate",
        _("反弹率"),
        _("销号满90天之日在本月的问题中，截止时已由回头看认定反弹的 ÷ 销号满90天之日在本月的问题，按报结的承办单位计。"),
        Shape.RATE,
        tasks.rebound_rate,
    ),
    Indicator(
        "checks_on_time",
        _("按期核查率"),
        _("低风险问题由另一承办单位核查：本月到期的核查中按期完成的 ÷ 本月到期的核查，乘以满分。"),
        Shape.RATE,
        checks.owed_to_other_party,
        kinds=(Kind.TOWNSHIP,),
    ),
    Indicator(
        "patrol_completion",
        _("巡查完成率"),
        _("时段在本月结束的计划到访中，在时段内完成的 ÷ 全部计划到访；不再需要的两边都不算。"),
        Shape.RATE,
        rounds.planned_visits,
        kinds=OF_GROUND,
    ),
    Indicator(
        "coverage",
        _("覆盖率"),
        _("月末仍在册的本辖区监管对象中，本月至少到访一次的 ÷ 全部对象。"),
        Shape.RATE,
        rounds.objects_seen,
        kinds=OF_GROUND,
    ),
    Indicator(
        "training",
        _("培训率"),
        _("月末在岗的网格人员中，一年内参加过培训的 ÷ 在岗人数；只计人数，不对个人排名。"),
        Shape.RATE,
        rounds.people_trained,
        kinds=OF_GROUND,
    ),
    Indicator(
        "pass_rate",
        _("培训合格率"),
        _("月末在岗、一年内参加过测试的网格人员中，测试合格的 ÷ 参加测试的人数。"),
        Shape.RATE,
        rounds.tests_passed,
        kinds=OF_GROUND,
    ),
    Indicator(
        "reconcile", _("按时对账"), _("截止时间在本月的对账单中，按时确认或提出异议的 ÷ 全部对账单，乘以满分。"), Shape.RATE, rounds.sheets_answered
    ),
]
