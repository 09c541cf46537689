"""Editable figures: clocks and merging by kind of alarm, limits of site dust monitors by standard."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from alarms.words import AlarmKind
from grids import scope
from grids.models import Grid
from inspections.models import ProblemType


class DistrictQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(district_id__in=scope.rights(user).member_district_ids)


class AlarmRule(models.Model):
    """Clocks and merging of one kind of alarm. Its row is locked while a message is taken in, so that two at once make one alarm.

    An edit holds for later alarms: issued clocks are stored with the alarm. ``judge_minutes`` 0: dispatched at once, judged on the way.
    """

    district = models.ForeignKey(Grid, models.PROTECT, related_name="alarm_rules")
    kind = models.CharField(_("报警类型"), max_length=10, choices=AlarmKind)
    judge_minutes = models.PositiveSmallIntegerField(_("研判（分钟）"), default=3)
    answer_minutes = models.PositiveSmallIntegerField(_("无人应答转下一级（分钟）"), default=3)
    accept_minutes = models.PositiveSmallIntegerField(_("接单（分钟）"), default=5)
    arrive_minutes = models.PositiveSmallIntegerField(_("到场（分钟）"), default=15)
    control_minutes = models.PositiveSmallIntegerField(_("控制（分钟）"), default=30)
    report_minutes = models.PositiveSmallIntegerField(_("反馈（分钟）"), default=120)
    merge_metres = models.PositiveIntegerField(_("归并距离（米）"), default=500)
    merge_minutes = models.PositiveSmallIntegerField(_("归并时间（分钟）"), default=30)
    problem_type = models.ForeignKey(ProblemType, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("属实后的问题类型"))

    objects = DistrictQuerySet.as_manager()

    class Meta:
        verbose_name = _("报警规则")
        verbose_name_plural = _("报警规则")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["district", "kind"], name="alarm_rule_once_per_kind"),
            models.CheckConstraint(condition=Q(kind__in=AlarmKind.values), name="alarm_rule_kind_known"),
            models.CheckConstraint(
                condition=Q(answer_minutes__gte=1, accept_minutes__gte=1, arrive_minutes__gte=1, control_minutes__gte=1, report_minutes__gte=1),
                name="alarm_rule_minutes_given",
            ),
        ]

    def __str__(self):
        return self.get_kind_display()


class DustLimit(models.Model):
    """What a site's dust monitor may show, by the standard of a province (domain 9.4). Concentrations in µg/m³; without a figure it is not applied."""

    class Measure(models.TextChoices):
        PM10 = "pm10", "PM10"
        TSP = "tsp", "TSP"

    district = models.ForeignKey(Grid, models.PROTECT, related_name="dust_limits")
    code = models.SlugField(_("代码"), max_length=30)
    name = models.CharField(_("适用"), max_length=60)
    basis = models.CharField(_("依据"), max_length=60)
    measure = models.CharField(_("指标"), max_length=6, choices=Measure)
    figure = models.PositiveIntegerField(_("限值（µg/m³）"), null=True, blank=True)
    above_background = models.BooleanField(_("扣除区县背景值"), default=False)
    minutes = models.PositiveSmallIntegerField(_("平均时间（分钟）"), default=60)
    allowed_per_day = models.PositiveSmallIntegerField(_("每天允许超标次数"), default=0)
    is_default = models.BooleanField(_("本区县采用"), default=False)

    objects = DistrictQuerySet.as_manager()

    class Meta:
        verbose_name = _("扬尘监测限值")
        verbose_name_plural = _("扬尘监测限值")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["district", "code"], name="dust_limit_code_unique_in_district"),
            models.UniqueConstraint(fields=["district"], condition=Q(is_default=True), name="dust_limit_one_default"),
            models.CheckConstraint(condition=Q(minutes__gte=1), name="dust_limit_has_minutes"),
        ]

    def __str__(self):
        return self.name


class MonitorRule(models.Model):
    """When a monitor that says nothing is a problem, and when a serious one."""

    district = models.OneToOneField(Grid, models.PROTECT, related_name="monitor_rule")
    offline_hours = models.PositiveSmallIntegerField(_("离线多少小时列为问题"), default=2)
    serious_hours = models.PositiveSmallIntegerField(_("离线多少小时列为严重"), default=24)

    objects = DistrictQuerySet.as_manager()

    class Meta:
        verbose_name = _("离线规则")
        verbose_name_plural = _("离线规则")
        constraints = [
            models.CheckConstraint(condition=Q(offline_hours__gte=1, serious_hours__gt=models.F("offline_hours")), name="monitor_rule_rises")
        ]


class AlarmNumber(models.Model):
    """Last number given to an alarm of a district in a Beijing year."""

    district = models.ForeignKey(Grid, models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["district", "year"], name="alarm_number_once_a_year")]
