"""The words of telling people: by what, in what state, what became of it."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Channel(models.TextChoices):
    INBOX = "inbox", _("站内消息")
    EMAIL = "email", _("邮件")
    SMS = "sms", _("短信")
    VOICE = "voice", _("语音电话")
    WEB_PUSH = "web_push", _("浏览器推送")
    WECOM = "wecom", _("企业微信群")
    DINGTALK = "dingtalk", _("钉钉群")
    FEISHU = "feishu", _("飞书群")


ROBOTS = (Channel.WECOM, Channel.DINGTALK, Channel.FEISHU)
"""Channels whose recipient is a group's robot and no person."""
PERSONAL = tuple(channel for channel in Channel if channel not in ROBOTS)
PERSONAL_CHOICES = [(channel.value, channel.label) for channel in PERSONAL if channel not in (Channel.VOICE, Channel.WEB_PUSH)]
"""What a rule may name for ordinary reminders: calls are for what is urgent, and a push follows the inbox by itself."""


class State(models.TextChoices):
    PENDING = "pending", _("待发送")
    CLAIMED = "claimed", _("发送中")
    SENT = "sent", _("已发送")
    RETRY = "retry", _("等待重发")
    DEAD = "dead", _("发送失败")
    CANCELLED = "cancelled", _("未发送")


UNSENT = (State.PENDING, State.RETRY, State.CLAIMED)


class Outcome(models.TextChoices):
    """What the gateway said later, by a receipt."""

    DELIVERED = "delivered", _("已送达")
    ANSWERED = "answered", _("已接听")
    NO_ANSWER = "no_answer", _("无人接听")
    BUSY = "busy", _("占线")
    REFUSED = "refused", _("拒接")
    UNREACHABLE = "unreachable", _("关机或无法接通")
    FAILED = "failed", pgettext_lazy("of a message", "未送达")


REACHED = (Outcome.DELIVERED, Outcome.ANSWERED)


class Topic(models.TextChoices):
    """What a group's robot may listen to: the part of a notice's kind before the dot."""

    ALARM = "alarm", _("报警")
    EMERGENCY = "emergency", _("预警应急")
    AIR = "air", _("空气质量")
