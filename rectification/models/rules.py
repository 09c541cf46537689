"""Editable rules: who is proposed as party, and who is told when."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from grids import scope
from grids.models import Field, Grid, Organisation
from inspections.models import ProblemType
from rectification.words import TaskRole
from worktime.models import Unit


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


class Clock(models.Model):
    """How long the steps of others than the party may take (design 4: the office's own steps have clocks too)."""

    class Name(models.TextChoices):
        REGISTER = "register", _("受理")
        ASSIGN = "assign", _("交办")
        DECIDE = "decide", _("审批申请")
        VERIFY = "verify", _("核查")
        STRIKE_OFF = "strike_off", _("销号")

    district = models.ForeignKey(Grid, models.PROTECT, related_name="clocks")
    name = models.CharField(_("环节"), max_length=15, choices=Name)
    figure = models.PositiveSmallIntegerField(_("时限"))
    unit = models.CharField(_("单位"), max_length=15, choices=Unit)

    objects = DistrictQuerySet.as_manager()

    class Meta:
        verbose_name = _("环节时限")
        verbose_name_plural = _("环节时限")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["district", "name"], name="clock_once_per_step")]


class Policy(models.Model):
    """Figures of a district that the workflow asks for (design 4, domain 3.5 and 5.3)."""

    district = models.OneToOneField(Grid, models.PROTECT, related_name="policy")
    second_look_one_in = models.PositiveSmallIntegerField(_("低风险盲查比例：每几件抽一件"), default=5)
    max_extensions = models.PositiveSmallIntegerField(_("最多延期次数"), default=2)
    max_total_share = models.PositiveSmallIntegerField(_("延期后总时长不超过原时限的倍数"), default=2)
    suspension_cap_days = models.PositiveSmallIntegerField(_("缓办上限（天）"), default=90)
    recheck_every_days = models.PositiveSmallIntegerField(_("停而未改复查间隔（天）"), default=7)
    look_back_after_days = models.JSONField(_("回头看时点（天）"), default=list)
    look_back_spread_days = models.PositiveSmallIntegerField(_("回头看随机窗口（天）"), default=10)
    look_back_low_share = models.PositiveSmallIntegerField(_("低风险回头看抽样（%）"), default=20)
    nearby_metres = models.PositiveSmallIntegerField(_("附近同类问题范围（米）"), default=250)
    rebound_within_days = models.PositiveSmallIntegerField(_("反弹认定期（天）"), default=90)

    objects = DistrictQuerySet.as_manager()

    class Meta:
        verbose_name = _("办理规则")
        verbose_name_plural = _("办理规则")
        constraints = [models.CheckConstraint(condition=Q(second_look_one_in__gte=1), name="policy_second_look_positive")]
