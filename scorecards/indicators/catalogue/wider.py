"""What headquarters and grids are seen by: outcomes in their field, what others found on their ground."""

from django.utils.translation import gettext_lazy as _

from scorecards.indicators import headquarters
from scorecards.indicators.catalogue.rates import FINDINGS, JUDGED, TASKS
from scorecards.indicators.flags import Flag
from scorecards.indicators.shapes import Indicator, Shape
from scorecards.words import Kind

OF_FIELD = (Kind.HEADQUARTERS,)
WIDER = [
    Indicator(
        "field_on_time",
        _("领域任务按期办结率"),
        _("本专项领域内乡办、部门的全部任务：按期办结 ÷（按期办结＋逾期办结＋截止时未办结且已逾期）。"),
        Shape.SHARE,
        base=TASKS,
        of=JUDGED,
        hit=(Flag.CLOSED | Flag.IN_TIME,),
        kinds=OF_FIELD,
    ),
    Indicator(
        "field_requests",
        _("申请按期审批率"),
        _("本专项领域内、审批期限在本月的延期、缓办、退单、移交等申请中，按期审批的 ÷ 全部申请；已撤回的不算。"),
        Shape.RATE,
        headquarters.requests,
        kinds=OF_FIELD,
    ),
    Indicator(
        "field_checks",
        _("领域按期核查率"),
        _("本专项领域内中风险问题由攻坚办或指挥部核查：本月到期的核查中按期完成的 ÷ 本月到期的核查。"),
        Shape.RATE,
        headquarters.checks,
        kinds=OF_FIELD,
    ),
    Indicator(
        "field_rebound",
        _("领域问题反弹"),
        _("本月回头看认定反弹的本专项领域问题，逐件扣分。"),
        Shape.DEDUCTION,
        headquarters.rebounds,
        _("每件"),
        kinds=OF_FIELD,
    ),
    Indicator(
        "found_here",
        _("他人在本网格发现"),
        _("本月受理的本网格问题中，由上级、区督查、指挥部、部门、媒体或领导批示发现的，逐件扣分；网格自己发现的从不扣分。"),
        Shape.TALLY,
        every=_("每件"),
        base=FINDINGS,
        hit=(Flag.FOUND_ABOVE, Flag.FOUND_BY_OTHERS),
        kinds=(Kind.GRID,),
    ),
]
