"""The words of watching stations: rules, levels, faults, hints, zones around a station, measures, shifts (domain 9.1, 9.2)."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class RuleCode(TextChoices):
    """By their numbers in domain 9.2."""

    R1 = "R1", _("高于周边站点")
    R2 = "R2", _("突然升高")
    R3 = "R3", _("连续高于全域均值")
    R4 = "R4", _("分指数越级")
    R5 = "R5", _("扬尘型特征")
    R6 = "R6", _("燃烧型特征")
    R7 = "R7", _("预计月排名下滑")
    R8 = "R8", _("数据故障")


class Level(TextChoices):
    """``fault`` goes to the operator and never to a patrol."""

    INFO = "info", _("提示")
    YELLOW = "yellow", _("黄色")
    RED = "red", _("红色")
    FAULT = "fault", _("数据故障")


RISING = (Level.INFO, Level.YELLOW, Level.RED)
"""From the least to the gravest; a fault stands beside them."""


class Fault(TextChoices):
    MISSING = "missing", _("数据缺失")
    CONSTANT = "constant", _("数值不变")
    INVERTED = "inverted", _("PM2.5高于PM10")
    NEGATIVE = "negative", _("负值")


class Hint(TextChoices):
    DUST = "dust", _("疑似扬尘")
    BURNING = "burning", _("疑似燃烧")


class Suppressed(TextChoices):
    """Why an anomaly raises no alarm. It is kept all the same."""

    REPEAT = "repeat", _("重复")
    SAND_DUST = "sand_dust", _("沙尘天气")
    REGIONAL = "regional", _("区域性升高")
    LATE = "late", _("数据迟到")


class Zone(TextChoices):
    """Rings around a station, from its middle outwards. The buffer is for watching only."""

    BUFFER = "buffer", _("禁止干预区")
    CORE = "core", _("核心区")
    KEY = "key", _("重点区")
    EXTENDED = "extended", _("扩展区")


class MeasureKind(TextChoices):
    OBSERVE = "observe", _("观察、记录")
    PATROL = "patrol", _("巡查")
    CONTROL = "control", _("源头管控")
    CLEAN = "clean", _("道路保洁")
    GREEN = "green", _("绿化、覆盖裸土")
    SUPERVISE = "supervise", _("在线监控")


class Shift(TextChoices):
    """Two turns cover the day; the night's ends the next morning."""

    DAY = "day", _("白班（08:00–20:00）")
    NIGHT = "night", _("夜班（20:00–次日08:00）")


class Purpose(TextChoices):
    """Why somebody was near a station."""

    PATROL = "patrol", _("巡查周边")
    MAINTENANCE = "maintenance", _("仪器运维")
    CHECK = "check", _("监督检查")
    ANOMALY = "anomaly", _("异常排查")
    OTHER = "other", _("其他")


class WindSource(TextChoices):
    TYPED = "typed", _("人工填写")
    SENT = "sent", _("随数据发送")
