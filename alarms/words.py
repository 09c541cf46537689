"""The words of alarms: kinds, states, judgements, reasons (domain 5.1, 9.3–9.5)."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class SourceKind(TextChoices):
    """What sends by itself, or is written down for somebody who called."""

    STATION = "station", pgettext_lazy("source", "空气站")
    SMOKE_CAMERA = "smoke_camera", _("蓝天卫士摄像头")
    DUST_MONITOR = "dust_monitor", _("工地扬尘监测设备")
    CITIZEN = "citizen", _("群众举报")
    PLATFORM = "platform", _("其他平台")


WITH_KEY = (SourceKind.SMOKE_CAMERA, SourceKind.DUST_MONITOR, SourceKind.PLATFORM)
"""Kinds that are set up by hand and send with a key of their own."""
OF_MANY_PLACES = (SourceKind.CITIZEN, SourceKind.PLATFORM)
"""One source, but each signal may be of another place: without points of their own two of them are never the same."""


class AlarmKind(TextChoices):
    FIRE = "fire", _("烟火")
    STATION = "station", _("站点异常")
    DUST = "dust", _("扬尘超标")
    FAULT = "fault", _("数据异常")
    OFFLINE = "offline", _("设备离线")


class AlarmState(TextChoices):
    RAISED = "raised", _("待研判")
    DISPATCHED = "dispatched", _("待接单")
    ACCEPTED = "accepted", _("已接单")
    ARRIVED = "arrived", _("已到场")
    CONTROLLED = "controlled", _("已控制")
    FED_BACK = "fed_back", _("待复看")
    WATCHED = "watched", _("待恢复")
    CLOSED = "closed", _("已办结")
    FALSE = "false", _("误报")


OPEN_STATES = tuple(state for state in AlarmState if state not in (AlarmState.CLOSED, AlarmState.FALSE))


class Judgement(TextChoices):
    TRUE = "true", _("属实")
    FALSE = "false", pgettext_lazy("judgement", "误报")
    UNCLEAR = "unclear", _("待现场核实")


class FalseReason(TextChoices):
    CHIMNEY = "chimney", _("烟囱、水汽")
    FOG = "fog", _("雾、云")
    DUST = "dust", _("扬尘")
    COOKING = "cooking", _("炊烟")
    LIGHT = "light", _("灯光、反光")
    DEVICE = "device", _("设备或数据故障")
    STOPPED = "stopped", _("停电、停工或维护")
    OTHER = "other", _("其他")


class ClockName(TextChoices):
    """The running clocks of an alarm, in the order in which they are met."""

    JUDGE = "judge", _("研判")
    ACCEPT = "accept", _("接单")
    ARRIVE = "arrive", _("到场")
    CONTROL = "control", _("控制")
    REPORT = "report", _("反馈")


class Meaning(TextChoices):
    """What a message from a device says."""

    ALARM = "alarm", _("报警")
    WITHIN = "within", _("超标，未超允许次数")
    OVER = "over", _("报警结束")
    OTHER = "other", _("其他事件")
    TEST = "test", _("调试")
    UNREADABLE = "unreadable", _("无法读取")


class Duty(TextChoices):
    """In which part somebody is called (next in line: one after the other)."""

    FIRST = "first", _("值班人")
    DEPUTY = "deputy", _("副班")
    DESK = "desk", _("乡办值班室")
    OFFICE = "office", _("攻坚办")


class Answer(TextChoices):
    """What became of a call."""

    WAITING = "waiting", _("等待应答")
    ACCEPTED = "accepted", _("已接单")
    ANSWERED = "answered", _("已接通")
    MISSED = "missed", _("未接通")
    LEFT = "left", _("他人已接单")


class Cause(TextChoices):
    """Cause types of domain 9.3, and what burns or blows elsewhere."""

    SITE = "site", _("工地")
    ROAD = "road", _("道路")
    CATERING = "catering", _("餐饮")
    BURNING = "burning", _("燃烧")
    VEHICLE = "vehicle", _("机动车")
    INDUSTRY = "industry", _("工业")
    REGIONAL = "regional", _("区域传输")
    WEATHER = "weather", _("气象")
    DEVICE = "device", _("设备")
    OTHER = "other", _("其他")


class OnSite(TextChoices):
    REAL = "real", _("属实，已处置")
    REAL_OPEN = "real_open", _("属实，尚未处置完")
    NOTHING = "nothing", _("未发现")


class Unit(TextChoices):
    """In which unit a monitor writes its concentrations."""

    MICRO = "ug", _("µg/m³")
    MILLI = "mg", _("mg/m³")


class Shift(TextChoices):
    DAY = "day", _("白班")
    NIGHT = "night", _("夜班")
    WHOLE = "whole", _("全天")
