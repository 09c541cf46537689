"""What a day comes to, and which days must be worked out."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from airquality.aqi.rounding import MEAN_PLACES
from airquality.models.readings import Concentration
from airquality.models.stations import AirQuerySet, Station
from airquality.words import Edition, ExcludedReason, Status
from grids.models import Grid


class Mean(Concentration):
    """Rounded to places that no index can feel: of at most 24 figures with three decimals. An area's mean of such means is rounded to them too."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **{"max_digits": 11, "decimal_places": MEAN_PLACES} | kwargs)


class DailyValueQuerySet(AirQuerySet):
    def between(self, first, last):
        """Days from ``first`` to ``last``, both included."""
        return self.filter(day__gte=first, day__lte=last)

    def in_use(self):
        """Without days on which the station was out of use."""
        return self.filter(Q(station__out_of_use_from=None) | Q(day__lt=F("station__out_of_use_from")))

    def reviewed(self):
        return self.filter(status=Status.REVIEWED)


class DailyValue(models.Model):
    """A station's natural day (labels 01:00 to 24:00), worked out from its readings by ``services.daily`` and by nothing else.

    Means are not rounded yet; the index rounds. An item in ``invalid`` has a figure that rests on too few hours (domain 7.3) and enters no index.
    """

    district = models.ForeignKey(Grid, models.PROTECT, related_name="+")
    station = models.ForeignKey(Station, models.PROTECT, related_name="daily_values", verbose_name=_("站点"))
    day = models.DateField(_("日期"))
    status = models.CharField(_("数据状态"), max_length=10, choices=Status, default=Status.REAL_TIME)
    so2 = Mean(_("二氧化硫日均值"))
    no2 = Mean(_("二氧化氮日均值"))
    co = Mean(_("一氧化碳日均值"))
    pm10 = Mean(_("PM10日均值"))
    pm25 = Mean(_("PM2.5日均值"))
    o3_8h = Mean(_("臭氧日最大8小时平均"))
    o3_1h = Mean(_("臭氧日最大1小时平均"))
    hours = models.JSONField(_("有效小时数"), default=dict)
    """Item → hourly values counted; of ``o3_8h`` the valid running means of eight hours."""
    invalid = models.JSONField(_("无效项目"), default=list)
    sub_indexes = models.JSONField(_("分指数"), default=dict)
    aqi = models.PositiveSmallIntegerField(_("AQI"), null=True)
    level = models.PositiveSmallIntegerField(_("级别"), null=True)
    """1 to 6."""
    primary = models.JSONField(_("首要污染物"), default=list)
    """Pollutants; empty up to AQI 50, several when they tie."""
    edition = models.CharField(_("评价标准"), max_length=4, choices=Edition)
    excluded_reason = models.CharField(_("不参与评价的原因"), max_length=12, choices=ExcludedReason, blank=True)
    computed_at = models.DateTimeField(_("计算时间"))

    objects = DailyValueQuerySet.as_manager()

    class Meta:
        verbose_name = _("日均值")
        verbose_name_plural = _("日均值")
        ordering = ["day", "station_id"]
        constraints = [
            models.UniqueConstraint(fields=["station", "day", "status"], name="daily_value_unique"),
            models.CheckConstraint(condition=Q(status__in=Status.values), name="daily_value_status_known"),
        ]
        indexes = [models.Index(fields=["district", "day"], name="daily_value_of_district")]

    def __str__(self):
        return f"{self.station_id} {self.day}"

    @property
    def items(self) -> dict:
        """Item of the daily report → figure that counts, None where there is none or it is invalid."""
        names = ("so2", "no2", "co", "o3_8h", "o3_1h", "pm10", "pm25")
        return {name: None if name in self.invalid else getattr(self, name) for name in names}


class DueDay(models.Model):
    """A day whose readings have changed. Written with them, in one transaction; gone when the day has been worked out."""

    district = models.ForeignKey(Grid, models.PROTECT, related_name="+")
    station = models.ForeignKey(Station, models.PROTECT, related_name="+")
    day = models.DateField()
    status = models.CharField(max_length=10, choices=Status)
    since = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["station", "day", "status"], name="due_day_unique")]
        indexes = [models.Index(fields=["since"], name="due_day_since")]


class ExcludedDay(models.Model):
    """A day that does not count in assessments, by an approval of the superior authority; of one station, or of all."""

    district = models.ForeignKey(Grid, models.PROTECT, related_name="+")
    day = models.DateField(_("日期"))
    station = models.ForeignKey(Station, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("站点"))
    reason = models.CharField(_("原因"), max_length=12, choices=ExcludedReason, default=ExcludedReason.SAND_DUST)
    approval = models.CharField(_("批准依据"), max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    objects = AirQuerySet.as_manager()
    AUDIT_FIELDS = ("district_id", "day", "station_id", "reason", "approval", "by_id", "at")

    class Meta:
        verbose_name = _("不参与评价的日期")
        verbose_name_plural = _("不参与评价的日期")
        ordering = ["-day", "station_id"]
        constraints = [
            models.UniqueConstraint(fields=["district", "day"], condition=Q(station=None), name="excluded_day_of_district"),
            models.UniqueConstraint(fields=["station", "day"], condition=Q(station__isnull=False), name="excluded_day_of_station"),
        ]


class FeedState(models.Model):
    """How the last fetch of the district's feed went, for the page and for whoever asks why there is nothing new."""

    district = models.OneToOneField(Grid, models.CASCADE, related_name="+")
    tried_at = models.DateTimeField(_("最近获取时间"))
    succeeded_at = models.DateTimeField(_("最近成功时间"), null=True)
    error = models.CharField(_("错误"), max_length=300, blank=True)
    report = models.JSONField(_("结果"), default=dict)

    objects = AirQuerySet.as_manager()

    class Meta:
        verbose_name = _("数据获取状态")
        verbose_name_plural = _("数据获取状态")
