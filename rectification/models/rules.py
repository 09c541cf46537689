"""Editable rules: who is proposed as party, and who is told when."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from grids import scope
from grids.models import Field, Grid, Organisation
from inspections.models import ProblemType
from rectification.words import TaskRole


class DistrictQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(district_id__in=scope.rights(user).member_district_ids)


class RoutingRule(models.Model):
    """Field (and type, when given) → department. The township is always proposed from the place."""

    district = models.ForeignKey(Grid, models.PROTECT, related_name="routing_rules")
    field = models.ForeignKey(Field, models.PROTECT, related_name="routing_rules", verbose_name=_("专项领域"))
    problem_type = models.ForeignKey(ProblemType, models.PROTECT, null=True, blank=True, related_name="routing_rules", verbose_name=_("问题类型"))
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="routing_rules", verbose_name=_("承办单位"))
    role = models.CharField(_("责任"), max_length=15, choices=TaskRole, default=TaskRole.SECTOR)
    position = models.PositiveSmallIntegerField(_("排序"), default=0)

    objects = DistrictQuerySet.as_manager()

    class Meta:
        verbose_name = _("交办规则")
        verbose_name_plural = _("交办规则")
        ordering = ["field", "position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["field", "problem_type", "organisation"], name="routing_rule_once_for_type"),
            models.UniqueConstraint(fields=["field", "organisation"], condition=Q(problem_type=None), name="routing_rule_once_for_field"),
        ]


class ReminderRule(models.Model):
    """One rung of the ladder of domain 5.2. A rung fires once per task, except ``daily`` ones: once per Beijing day."""

    class Point(models.TextChoices):
        ACCEPT_SHARE = "accept_share", _("签收时限已用（%）")
        ACCEPT_OVERDUE = "accept_overdue", _("超过签收期限（小时）")
        TIME_SHARE = "time_share", _("整改时限已用（%）")
        DAYS_BEFORE = "days_before", _("到期前（天）")
        DUE_TODAY = "due_today", _("当天到期")
        OVERDUE_DAILY = "overdue_daily", _("逾期后每天")
        OVERDUE_DAYS = "overdue_days", _("逾期（天）")
        REWORKS = "reworks", _("返工次数")
        SUPERIOR_OVERDUE = "superior_overdue", _("上级交办逾期")
        VERIFY_OVERDUE = "verify_overdue", _("核查超期")
        OFFICE_OVERDUE = "office_overdue", _("受理、交办、销号超期")
        REQUEST_OVERDUE = "request_overdue", _("审批超期")

    class Audience(models.TextChoices):
        HANDLER = "handler", _("经办人")
        MANAGER = "manager", _("单位负责人")
        LEADER = "leader", _("分管区领导、指挥长")
        OFFICE = "office", _("攻坚办")
        SUPERVISION = "supervision", _("督查局")
        VERIFIER = "verifier", _("核查人")

    district = models.ForeignKey(Grid, models.PROTECT, related_name="reminder_rules")
    code = models.SlugField(_("代码"), max_length=30)
    name = models.CharField(_("名称"), max_length=30)
    point = models.CharField(_("触发点"), max_length=20, choices=Point)
    figure = models.PositiveSmallIntegerField(_("数值"), default=0)
    audiences = models.JSONField(_("对象"), default=list)
    channels = models.JSONField(_("渠道"), default=list)
    level = models.PositiveSmallIntegerField(_("级别"), default=1)
    position = models.PositiveSmallIntegerField(_("排序"), default=0)
    is_active = models.BooleanField(_("启用"), default=True)

    objects = DistrictQuerySet.as_manager()

    class Meta:
        verbose_name = _("提醒规则")
        verbose_name_plural = _("提醒规则")
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["district", "code"], name="reminder_rule_code_unique_in_district"),
            models.CheckConstraint(condition=Q(level__gte=1, level__lte=9), name="reminder_rule_level_in_range"),
        ]
