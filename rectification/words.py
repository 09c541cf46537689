"""The words of rectification: parties, task states, requests (domain 2.6, 3.4, 5.3)."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class TaskRole(TextChoices):
    """In which capacity an organisation has the duty. Domain 3.4."""

    TERRITORIAL = "territorial", _("属地")
    SECTOR = "sector", _("行业")
    LEAD = "lead", _("牵头")
    SUPPORT = "support", _("配合")


class TaskState(TextChoices):
    ASSIGNED = "assigned", _("待签收")
    ACCEPTED = "accepted", _("整改中")
    FED_BACK = "fed_back", _("待核查")
    SECOND_LOOK = "second_look", _("待核查")
    RETURNED = "returned", _("退回重办")
    SUSPENDED = "suspended", _("缓办")
    PASSED = "passed", _("已通过")
    REFUSED = "refused", _("已退单")
    TRANSFERRED = "transferred", _("已移交")
    VOID = "void", _("已作废")


PARTY_TURN = (TaskState.ASSIGNED, TaskState.ACCEPTED, TaskState.RETURNED)
"""The party's clock runs."""
VERIFIER_TURN = (TaskState.FED_BACK, TaskState.SECOND_LOOK)
UNFINISHED = (*PARTY_TURN, *VERIFIER_TURN, TaskState.SUSPENDED)
LEFT = (TaskState.REFUSED, TaskState.TRANSFERRED, TaskState.VOID)
"""No longer this organisation's duty."""


class Lot(TextChoices):
    """Whether the lot of the blind second look has fallen on a feedback, and whether the second looker was the first of the two. Shown to nobody."""

    DRAWN = "drawn"
    SECOND_LOOKED = "second_looked"


class Conclusion(TextChoices):
    """What a feedback says. Stopped is not rectified (domain 3.5, 以停代改)."""

    RECTIFIED = "rectified", _("已整改到位")
    STOPPED = "stopped", _("已停工（停产、停业），尚未整改")
    CLOSED_DOWN = "closed_down", _("已取缔，两断三清")
    NOT_FOUND = "not_found", _("经核实不属实")


class RequestKind(TextChoices):
    DATE_OBJECTION = "date_objection", _("时限异议")
    REFUSAL = "refusal", _("退单")
    EXTENSION = "extension", _("延期")
    SUSPENSION = "suspension", pgettext_lazy("request", "缓办")
    TRANSFER = "transfer", _("移交")
    PLAN = "plan", _("整改方案")


class RequestState(TextChoices):
    PENDING = "pending", _("待审批")
    APPROVED = "approved", _("同意")
    DECLINED = "declined", _("不同意")
    WITHDRAWN = "withdrawn", _("已撤回或失效")


class ExtensionReason(TextChoices):
    """Domain 5.3."""

    WEATHER = "weather", _("天气")
    APPROVAL = "approval", _("审批周期")
    EQUIPMENT = "equipment", _("设备采购")
    MONEY = "money", _("资金")
    WORKS = "works", _("施工周期")
    OTHER = "other", _("其他")


class TaskFlag(TextChoices):
    """Doubts about an after-photo: shown to the verifier, can be answered, never block (design 4)."""

    FAR = "far_from_place", _("距点位超过500米")
    TIME = "time_differs", _("拍摄时间与反馈相差超过24小时")
    REUSED = "reused", _("曾用于其他问题或其他反馈")


class LookBackResult(TextChoices):
    STABLE = "stable", _("稳定")
    REBOUND = "rebound", _("反弹")
