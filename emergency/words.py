"""The words of heavy-pollution emergencies (domain 8)."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Colour(TextChoices):
    """Level of a warning; the values are those of ``inspections.words.Weather``."""

    YELLOW = "yellow", _("黄色预警")
    ORANGE = "orange", _("橙色预警")
    RED = "red", _("红色预警")


ORDER: list[str] = list(Colour.values)
"""From the mildest to the gravest."""
RESPONSES = {Colour.YELLOW: _("Ⅲ级响应"), Colour.ORANGE: _("Ⅱ级响应"), Colour.RED: _("Ⅰ级响应")}
COLOUR_NAMES = {Colour.YELLOW: _("黄色"), Colour.ORANGE: _("橙色"), Colour.RED: _("红色")}


class EpisodeState(TextChoices):
    PREPARING = "preparing", _("待发布")
    RUNNING = "running", _("响应中")
    LIFTED = "lifted", _("已解除")
    REVIEWED = "reviewed", _("已总结")
    DROPPED = "dropped", _("未启动")


class DecisionKind(TextChoices):
    """Steps of one episode, each with its own approval (domain 8.2)."""

    START = "start", pgettext_lazy("emergency", "启动")
    UPGRADE = "upgrade", pgettext_lazy("emergency", "升级")
    DOWNGRADE = "downgrade", pgettext_lazy("emergency", "降级")
    LIFT = "lift", pgettext_lazy("emergency", "解除")


class DecisionState(TextChoices):
    DRAFT = "draft", _("拟稿")
    SUBMITTED = "submitted", _("待审批")
    APPROVED = "approved", _("待发布")
    PUBLISHED = "published", _("已发布")
    DROPPED = "dropped", _("已撤回")


UNDECIDED = (DecisionState.DRAFT, DecisionState.SUBMITTED, DecisionState.APPROVED)
"""On the way: of one episode there is at most one."""


class Party(TextChoices):
    """To whom an order goes."""

    UNIT = "unit", _("单位")
    ENTERPRISE = "enterprise", _("企业")
    GRID = "grid", _("网格")


class OrderState(TextChoices):
    ISSUED = "issued", pgettext_lazy("emergency", "待签收")
    ACKNOWLEDGED = "acknowledged", _("待落实")
    IN_FORCE = "in_force", _("已落实")
    DONE = "done", _("已办结")
    SUPERSEDED = "superseded", _("已被新指令替代")


RUNNING_ORDERS = (OrderState.ISSUED, OrderState.ACKNOWLEDGED, OrderState.IN_FORCE)


class Way(TextChoices):
    """How somebody answered."""

    LINK = "link", _("短信链接")
    SIGN_IN = "sign_in", _("登录平台")
    ON_BEHALF = "on_behalf", _("乡办代签")
    CALL = "call", _("电话确认")


class EvidenceKind(TextChoices):
    PHOTO = "photo", _("现场照片")
    METER = "meter", _("电表读数")
    LINES = "lines", _("停产生产线")
    WORDS = "words", _("文字说明")
    POWER = "power", _("用电数据")


class CallOutcome(TextChoices):
    ANSWERED = "answered", _("已接通，当场确认收到")
    TOLD = "told", _("已接通，答应上线签收")
    NO_ANSWER = "no_answer", _("无人接听")
    WRONG_NUMBER = "wrong_number", _("号码不对")


class Seen(TextChoices):
    """What an inspection found."""

    FULFILLED = "fulfilled", _("已落实")
    PARTLY = "partly", _("部分落实")
    NOT = "not", _("未落实")
    UNREACHABLE = "unreachable", _("未能进入")


class ListState(TextChoices):
    DRAFT = "draft", _("编制中")
    IN_FORCE = "in_force", _("现行")
    RETIRED = "retired", _("已停用")


class Grade(TextChoices):
    """绩效分级 (domain 8.5)."""

    A = "A", "A"
    B = "B", "B"
    B_MINUS = "B-", "B-"
    C = "C", "C"
    D = "D", "D"
    LEADING = "leading", _("引领性")
    NOT_LEADING = "not_leading", _("非引领性")
    NONE = "none", _("未评级")


class Exemption(TextChoices):
    """Why an enterprise keeps working (domain 8.5)."""

    LIVELIHOOD = "livelihood", _("民生供暖供电，以热定产")
    ORDERS = "orders", _("外贸、军工订单，以量定产")
    STRATEGIC = "strategic", _("战略性产业")
    GREEN = "green", _("绿色引领企业（橙色及以下）")


class MeasureClass(TextChoices):
    """Classes of domain 8.4."""

    INDUSTRY = "industry", _("工业源")
    DUST = "dust", _("扬尘源")
    MOBILE = "mobile", _("移动源")
    AREA = "area", _("面源")
    HEALTH = "health", _("健康防护")
    ADVICE = "advice", _("倡议性")
    INSPECTION = "inspection", _("督导检查")


class EpisodeAct(TextChoices):
    """What happened in an episode; written once."""

    DRAFT = "draft", _("录入预警")
    EDIT = "edit", _("修改审批表")
    SUBMIT = "submit", _("提请审批")
    APPROVE = "approve", pgettext_lazy("emergency", "批准")
    SEND_BACK = "send_back", _("退回修改")
    DROP = "drop", _("撤回")
    PUBLISH = "publish", _("发布预警，下达指令")
    LIFT = "lift", _("发布解除，下达解除令")
    REPORT = "report", _("报送日报")
    REVIEW = "review", _("完成总结")
