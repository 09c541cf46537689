"""Watching stations (domain 9.2): rules with their figures, anomalies that explain themselves, regional rises, dust spells, the wind of an hour."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from airquality.models.stations import AirQuerySet, Station
from airquality.watch.words import Fault, Hint, Level, RuleCode, Suppressed, WindSource
from airquality.words import Pollutant
from grids import scope
from grids.models import Grid


class AnomalyRule(models.Model):
    """One rule of a district. ``figures``: name → text, of ``watch.figures.RULES``; ``pollutants``: for which it speaks."""

    district = models.ForeignKey(Grid, models.PROTECT, related_name="+")
    code = models.CharField(_("规则"), max_length=2, choices=RuleCode)
    figures = models.JSONField(_("数值"), default=dict)
    pollutants = models.JSONField(_("监视的污染物"), default=list)
    is_active = models.BooleanField(_("启用"), default=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = AirQuerySet.as_manager()

    class Meta:
        verbose_name = _("站点异常规则")
        verbose_name_plural = _("站点异常规则")
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["district", "code"], name="anomaly_rule_once"),
            models.CheckConstraint(condition=Q(code__in=RuleCode.values), name="anomaly_rule_known"),
        ]

    def __str__(self):
        return f"{self.code} {self.get_code_display()}"


class WatchSettings(models.Model):
    """What holds for all rules of a district."""

    district = models.OneToOneField(Grid, models.PROTECT, related_name="+")
    repeat_hours = models.PositiveSmallIntegerField(
        _("重复抑制（小时）"), default=3, validators=[MinValueValidator(1), MaxValueValidator(72)],
        help_text=_("同一站点、同一污染物、同一规则在这段时间内不再报警，级别升高的除外。"),
    )  # fmt: skip
    late_hours = models.PositiveSmallIntegerField(
        _("迟到数据（小时）"), default=6, validators=[MinValueValidator(1), MaxValueValidator(72)],
        help_text=_("比现在早这么多小时以上的数据仍然检查、记录，但不再报警。"),
    )  # fmt: skip
    wait_minutes = models.PositiveSmallIntegerField(
        _("等待数据（分钟）"), default=45, validators=[MinValueValidator(5), MaxValueValidator(180)],
        help_text=_("整点后等各站数据到齐，最多等这么久；之后没有数据的站点按缺失计。"),
    )  # fmt: skip
    includes_micro = models.BooleanField(_("微型站参与站点间比较"), default=False)
    regional_share = models.PositiveSmallIntegerField(
        _("区域性升高（%）"), default=30, validators=[MinValueValidator(1), MaxValueValidator(500)],
        help_text=_("参与比较的站点比上一小时全部升高超过这个幅度时，只记一条区域性升高。"),
    )  # fmt: skip
    regional_stations = models.PositiveSmallIntegerField(
        _("区域性升高至少站点数"), default=2, validators=[MinValueValidator(2), MaxValueValidator(50)]
    )
    looked_at = models.DateTimeField(_("最近检查时间"), null=True, editable=False)

    objects = AirQuerySet.as_manager()

    class Meta:
        verbose_name = _("站点监视设置")
        verbose_name_plural = _("站点监视设置")


class RegionalEvent(models.Model):
    """All stations rose together in this hour: one event in the place of many anomalies."""

    district = models.ForeignKey(Grid, models.PROTECT, related_name="+")
    pollutant = models.CharField(_("污染物"), max_length=4, choices=Pollutant)
    hour = models.DateTimeField(_("时间"))
    numbers = models.JSONField(_("依据"), default=dict)
    words = models.TextField(_("说明"))
    found_at = models.DateTimeField(_("发现时间"))

    objects = AirQuerySet.as_manager()

    class Meta:
        verbose_name = _("区域性升高")
        verbose_name_plural = _("区域性升高")
        ordering = ["-hour", "pollutant"]
        constraints = [models.UniqueConstraint(fields=["district", "pollutant", "hour"], name="regional_event_once")]

    def __str__(self):
        return f"{self.pollutant} {self.hour:%Y-%m-%d %H:%M}"


class AnomalyQuerySet(AirQuerySet):
    def visible_to(self, user):
        """As all air; faults of instruments only for those who look after the whole district."""
        return super().visible_to(user).filter(~Q(level=Level.FAULT) | Q(district_id__in=scope.rights(user).whole_district_ids))

    def raised(self):
        """Nothing spoke against them."""
        return self.filter(suppressed="")

    def alarmed(self):
        """Those that became an alarm; a hint never does."""
        return self.raised().exclude(level=Level.INFO)


class Anomaly(models.Model):
    """What a rule has found in a station's hour. Written once, but for a rise of its level; ``words`` is a whole sentence with the numbers, as it was told."""

    district = models.ForeignKey(Grid, models.PROTECT, related_name="+")
    station = models.ForeignKey(Station, models.PROTECT, related_name="anomalies", verbose_name=_("站点"))
    pollutant = models.CharField(_("污染物"), max_length=4, choices=Pollutant, blank=True)
    """Empty: all of them, of a station that sends nothing."""
    rule = models.CharField(_("规则"), max_length=2, choices=RuleCode)
    level = models.CharField(_("级别"), max_length=6, choices=Level)
    hour = models.DateTimeField(_("时间"))
    numbers = models.JSONField(_("依据"), default=dict)
    words = models.TextField(_("说明"))
    fault = models.CharField(_("故障类型"), max_length=8, choices=Fault, blank=True)
    hint = models.CharField(_("特征"), max_length=7, choices=Hint, blank=True)
    suppressed = models.CharField(_("未报警的原因"), max_length=9, choices=Suppressed, blank=True)
    suppressed_by = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="repeats")
    regional_event = models.ForeignKey(RegionalEvent, models.PROTECT, null=True, blank=True, related_name="anomalies")
    found_at = models.DateTimeField(_("发现时间"))

    objects = AnomalyQuerySet.as_manager()

    class Meta:
        verbose_name = _("站点异常")
        verbose_name_plural = _("站点异常")
        ordering = ["-hour", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["station", "pollutant", "rule", "hour"], name="anomaly_once"),
            models.CheckConstraint(condition=Q(level__in=Level.values) & Q(rule__in=RuleCode.values), name="anomaly_words_known"),
            models.CheckConstraint(condition=Q(suppressed_by=None) | Q(suppressed="repeat"), name="anomaly_repeat_says_so"),
            models.CheckConstraint(condition=Q(regional_event=None) | Q(suppressed="regional"), name="anomaly_regional_says_so"),
        ]
        indexes = [models.Index(fields=["district", "-hour"], name="anomaly_of_district")]

    def __str__(self):
        return f"{self.rule} {self.station_id} {self.hour:%Y-%m-%d %H:%M}"

    def get_absolute_url(self):
        return reverse("airquality:anomaly", args=[self.pk])

    @property
    def why_quiet(self) -> str:
        """Why no alarm was raised; empty where one was."""
        return self.get_suppressed_display() or (str(_("提示级，不报警")) if self.level == Level.INFO else "")


class DustSpell(models.Model):
    """Sand or dust in the air, said by the office as it comes; approved days that do not count come weeks later (``ExcludedDay``)."""

    district = models.ForeignKey(Grid, models.PROTECT, related_name="+")
    starts_at = models.DateTimeField(_("开始时间"))
    ends_at = models.DateTimeField(_("结束时间"), null=True, blank=True)
    note = models.CharField(_("依据"), max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = AirQuerySet.as_manager()

    class Meta:
        verbose_name = _("沙尘天气")
        verbose_name_plural = _("沙尘天气")
        ordering = ["-starts_at"]
        constraints = [models.UniqueConstraint(fields=["district"], condition=Q(ends_at=None), name="dust_spell_one_runs")]


class WeatherHour(models.Model):
    """Wind of a district's hour: from where it blew (0 to 359, north is 0) and how fast. Without a direction nothing is upwind."""

    district = models.ForeignKey(Grid, models.PROTECT, related_name="+")
    hour = models.DateTimeField(_("时间"))
    wind_direction = models.PositiveSmallIntegerField(_("风向（度）"), null=True, blank=True, validators=[MaxValueValidator(359)])
    wind_speed = models.DecimalField(_("风速（m/s）"), max_digits=4, decimal_places=1, validators=[MinValueValidator(0), MaxValueValidator(60)])
    source = models.CharField(_("来源"), max_length=5, choices=WindSource, default=WindSource.TYPED)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    objects = AirQuerySet.as_manager()

    class Meta:
        verbose_name = _("小时风况")
        verbose_name_plural = _("小时风况")
        ordering = ["-hour"]
        constraints = [models.UniqueConstraint(fields=["district", "hour"], name="weather_hour_once")]
