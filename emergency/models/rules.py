"""What a district may edit: limits, who is told what at which colour, thresholds by date; and the forecasts that are judged by them."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from emergency.words import Colour, MeasureClass, Party
from grids import scope
from grids.models import Grid, Organisation


def minutes(words, default: int) -> models.PositiveSmallIntegerField:
    return models.PositiveSmallIntegerField(words, default=default, validators=[MinValueValidator(5), MaxValueValidator(2_880)])


def percent(words, default: int) -> models.PositiveSmallIntegerField:
    return models.PositiveSmallIntegerField(words, default=default, validators=[MaxValueValidator(100)])


class RuleQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(district_id__in=scope.rights(user).member_district_ids)


class EmergencyRule(models.Model):
    """The limits of domain 8.3. Without a row: the defaults."""

    AUDIT_FIELDS = (
        "district_id", "enter_minutes", "approve_minutes", "publish_minutes", "ack_minutes", "force_minutes", "grace_minutes", "yellow_share",
        "orange_share", "red_share", "report_hour", "review_days", "phone",
    )  # fmt: skip

    district = models.OneToOneField(Grid, models.PROTECT, related_name="emergency_rule")
    enter_minutes = minutes(_("录入时限（分钟）"), 15)
    approve_minutes = minutes(_("审批时限（分钟）"), 120)
    publish_minutes = minutes(_("发布时限（分钟）"), 120)
    ack_minutes = minutes(_("签收时限（分钟）"), 30)
    force_minutes = minutes(_("落实时限（分钟）"), 60)
    grace_minutes = models.PositiveSmallIntegerField(_("逾期未落实多久自动立案（分钟，0 为不自动）"), default=60)
    yellow_share = percent(_("黄色每日检查比例（%）"), 30)
    orange_share = percent(_("橙色每日检查比例（%）"), 50)
    red_share = percent(_("红色每日检查比例（%）"), 100)
    report_hour = models.PositiveSmallIntegerField(_("日报时间（时）"), default=17, validators=[MaxValueValidator(23)])
    review_days = models.PositiveSmallIntegerField(_("总结时限（工作日）"), default=5, validators=[MinValueValidator(1), MaxValueValidator(30)])
    phone = models.CharField(_("攻坚办值班电话"), max_length=20, blank=True)
    """Shown on the page that an enterprise opens by its link."""

    class Meta:
        verbose_name = _("应急响应规则")
        verbose_name_plural = _("应急响应规则")

    def share_of(self, colour: str) -> int:
        return getattr(self, f"{colour}_share")


def rule_of(district_id: int) -> EmergencyRule:
    return EmergencyRule.objects.filter(district_id=district_id).first() or EmergencyRule(district_id=district_id)


class UnitMeasure(models.Model):
    """A measure of one colour for a unit, for all townships or for all grids. An order takes up those of its colour and no others."""

    AUDIT_FIELDS = ("district_id", "party", "organisation_id", "colour", "measure_class", "text", "is_active")

    district = models.ForeignKey(Grid, models.PROTECT, related_name="unit_measures")
    party = models.CharField(_("对象"), max_length=10, choices=[(Party.UNIT, Party.UNIT.label), (Party.GRID, Party.GRID.label)], default=Party.UNIT)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="unit_measures", verbose_name=_("单位（空：全部乡办或网格）")
    )
    colour = models.CharField(_("级别"), max_length=10, choices=Colour)
    measure_class = models.CharField(_("类别"), max_length=12, choices=MeasureClass)
    text = models.CharField(_("措施"), max_length=500)
    position = models.PositiveSmallIntegerField(_("排序"), default=0)
    is_active = models.BooleanField(_("启用"), default=True)

    objects = RuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("单位措施")
        verbose_name_plural = _("单位措施")
        ordering = ["party", "organisation__position", "colour", "position", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(colour__in=Colour.values), name="unit_measure_colour_known"),
            models.CheckConstraint(condition=~Q(party="grid") | Q(organisation=None), name="unit_measure_of_grids_is_for_all"),
        ]


class ThresholdRule(models.Model):
    """From which forecast which level follows, from a date on. ``levels``: colour → list of alternatives, each a list of
    ``{"above": AQI, "hours": n}`` that must hold together, the later ones within the span of the first.
    """

    AUDIT_FIELDS = ("district_id", "name", "effective_from", "levels", "gap_hours", "lift_hours", "basis")

    district = models.ForeignKey(Grid, models.PROTECT, related_name="threshold_rules")
    name = models.CharField(_("名称"), max_length=60)
    effective_from = models.DateField(_("施行日期"))
    levels = models.JSONField(_("各级条件"), default=dict)
    gap_hours = models.PositiveSmallIntegerField(_("间隔多短仍算连续（小时）"), default=12, validators=[MaxValueValidator(36)])
    lift_hours = models.PositiveSmallIntegerField(_("低于黄色条件多久可以解除（小时）"), default=36, validators=[MaxValueValidator(120)])
    basis = models.CharField(_("依据"), max_length=200, blank=True)

    objects = RuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("预警分级条件")
        verbose_name_plural = _("预警分级条件")
        ordering = ["-effective_from"]
        constraints = [models.UniqueConstraint(fields=["district", "effective_from"], name="threshold_rule_once_a_day")]

    def __str__(self):
        return self.name


class Forecast(models.Model):
    """A table of forecast AQI, typed or pasted: ``rows`` is ``[["2026-12-01T00:00:00+08:00", 212], …]``, one for each day or hour.

    ``proposal`` is what the rule in force made of it, in words and figures, as it was then.
    """

    AUDIT_FIELDS = ("district_id", "by_hour", "rows", "source", "rule_id", "level")

    district = models.ForeignKey(Grid, models.PROTECT, related_name="forecasts")
    by_hour = models.BooleanField(_("逐小时"), default=False)
    rows = models.JSONField()
    source = models.CharField(_("预报来源"), max_length=120)
    rule = models.ForeignKey(ThresholdRule, models.PROTECT, null=True, related_name="forecasts")
    level = models.CharField(_("建议级别"), max_length=10, choices=Colour, blank=True)
    proposal = models.JSONField(default=dict)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    objects = RuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("预报")
        verbose_name_plural = _("预报")
        ordering = ["-at", "-id"]

    def get_absolute_url(self):
        return reverse("emergency:forecast", args=[self.pk])
