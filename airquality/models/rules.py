"""The composite index as a dated rule, and the year's targets."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from airquality.models.stations import AirQuerySet
from airquality.words import Rounding
from grids.models import Grid


class CompositeIndexRuleQuerySet(AirQuerySet):
    def in_force(self, district, day):
        """The district's rule for ``day``; of the future ones none."""
        return self.filter(district=district, effective_from__lte=day).order_by("-effective_from").first()


class CompositeIndexRule(models.Model):
    """How the composite index (综合指数) is worked out for periods that begin on or after ``effective_from`` (domain 7.7)."""

    district = models.ForeignKey(Grid, models.PROTECT, related_name="+")
    name = models.CharField(_("名称"), max_length=60)
    effective_from = models.DateField(_("适用起始日期"))
    limits = models.JSONField(_("标准限值"))
    """so2, no2, co, o3, pm10, pm25 → limit as text; CO in mg/m³."""
    weights = models.JSONField(_("权重"))
    decimals = models.PositiveSmallIntegerField(_("小数位数"), default=2, validators=[MaxValueValidator(4)])
    rounding = models.CharField(_("修约方法"), max_length=10, choices=Rounding, default=Rounding.HALF_EVEN)
    rounds_singles = models.BooleanField(_("先修约单项指数再相加"), default=True)
    percentile_co = models.PositiveSmallIntegerField(_("一氧化碳百分位"), default=95, validators=[MinValueValidator(1), MaxValueValidator(100)])
    percentile_o3 = models.PositiveSmallIntegerField(_("臭氧百分位"), default=90, validators=[MinValueValidator(1), MaxValueValidator(100)])
    note = models.CharField(_("说明"), max_length=200, blank=True)
    """Shown beside every figure made by it."""
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = CompositeIndexRuleQuerySet.as_manager()
    AUDIT_FIELDS = (
        "district_id", "name", "effective_from", "limits", "weights", "decimals", "rounding", "rounds_singles", "percentile_co", "percentile_o3", "note",
    )  # fmt: skip

    class Meta:
        verbose_name = _("综合指数规则")
        verbose_name_plural = _("综合指数规则")
        ordering = ["-effective_from"]
        constraints = [models.UniqueConstraint(fields=["district", "effective_from"], name="composite_rule_unique")]

    def __str__(self):
        return self.name


class AirTarget(models.Model):
    """What a district or a township shall reach in a year; empty columns have no target. ``months`` splits it: ``{"01": {"pm25": "66", …}, …}``."""

    district = models.ForeignKey(Grid, models.PROTECT, related_name="+")
    grid = models.ForeignKey(Grid, models.PROTECT, related_name="air_targets", verbose_name=_("区县或乡办"))
    year = models.PositiveSmallIntegerField(_("年度"))
    pm25 = models.DecimalField(_("PM2.5年均浓度"), max_digits=6, decimal_places=1, null=True, blank=True)
    pm10 = models.DecimalField(_("PM10年均浓度"), max_digits=6, decimal_places=1, null=True, blank=True)
    good_days = models.PositiveSmallIntegerField(_("优良天数"), null=True, blank=True)
    good_ratio = models.DecimalField(_("优良天数比例（%）"), max_digits=4, decimal_places=1, null=True, blank=True)
    heavy_days = models.PositiveSmallIntegerField(_("重污染天数上限"), null=True, blank=True)
    composite = models.DecimalField(_("综合指数"), max_digits=6, decimal_places=3, null=True, blank=True)
    months = models.JSONField(_("分月目标"), default=dict, blank=True)
    basis = models.CharField(_("依据"), max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = AirQuerySet.as_manager()
    AUDIT_FIELDS = ("district_id", "grid_id", "year", "pm25", "pm10", "good_days", "good_ratio", "heavy_days", "composite", "months", "basis")

    class Meta:
        verbose_name = _("空气质量目标")
        verbose_name_plural = _("空气质量目标")
        ordering = ["-year", "grid__path"]
        constraints = [models.UniqueConstraint(fields=["grid", "year"], name="air_target_unique")]

    def __str__(self):
        return f"{self.grid} {self.year}"
