"""Robots of group chats: WeCom, DingTalk, Feishu."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from notices.words import ROBOTS, Channel, Topic

PLATFORMS = [(channel.value, channel.label) for channel in ROBOTS]


class RobotQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Those of the districts in which the person serves (``settings.ROBOT_SCOPE``)."""
        return self.filter(district_id__in=import_string(settings.ROBOT_SCOPE)(user))

    def listening_to(self, topic: str, *, district_id: int) -> list["Robot"]:
        """Few rows for each district: the list of topics is looked into here, which every database can do."""
        active: list[Robot] = list(self.filter(district_id=district_id, is_active=True).order_by("pk"))
        return [robot for robot in active if topic in robot.topics]


class Robot(models.Model):
    """Whoever holds its address can write to the group: address and secret are sealed and shown to nobody again."""

    district_id = models.PositiveIntegerField()
    name = models.CharField(_("群名称"), max_length=40)
    platform = models.CharField(_("平台"), max_length=10, choices=PLATFORMS)
    address = models.TextField(editable=False)
    host = models.CharField(_("服务器"), max_length=253, editable=False)
    secret = models.TextField(blank=True, editable=False)
    keyword = models.CharField(_("关键词"), max_length=20, blank=True)
    topics = models.JSONField(_("接收内容"), default=list)
    is_active = models.BooleanField(_("启用"), default=True)
    created_at = models.DateTimeField(editable=False)
    sent_at = models.DateTimeField(_("最近发送"), null=True, blank=True, editable=False)
    last_error = models.CharField(_("最近的失败原因"), max_length=500, blank=True, editable=False)
    failed_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = RobotQuerySet.as_manager()

    class Meta:
        verbose_name = _("群机器人")
        verbose_name_plural = _("群机器人")
        constraints = [
            models.CheckConstraint(name="robot_platform_known", condition=Q(platform__in=[str(channel) for channel in ROBOTS])),
            models.UniqueConstraint(name="robot_name_once", fields=["district_id", "name"]),
        ]

    def __str__(self):
        return self.name

    @property
    def listens(self) -> list[str]:
        """What it listens to, in words."""
        return [str(Topic(topic).label) for topic in self.topics]

    @property
    def channel(self) -> Channel:
        return Channel(self.platform)
