"""The month's own copy of the air it is marked by. Readings go on being reviewed and corrected; of a settled month these rows stay as they were."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from airquality.models import DailyValue, Station
from airquality.models.daily import Mean
from airquality.words import Edition, ExcludedReason, Status
from grids.models import Grid, Organisation
from scorecards.models.schemes import MONTH, WELL_FORMED_MONTH, PublishedQuerySet

ITEMS = ("so2", "no2", "co", "o3_8h", "o3_1h", "pm10", "pm25")


class OfMonth(models.Model):
    district = models.ForeignKey(Grid, models.PROTECT, related_name="+")
    month = models.CharField(_("月份"), max_length=7, validators=[MONTH])
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name=_("单位"))

    objects = PublishedQuerySet.as_manager()

    class Meta:
        abstract = True


class AirSheet(OfMonth):
    """What a township's month is measured against: its stations, its targets and the rule of the composite index as they were then."""

    stations = models.JSONField(default=list)
    """``[{"id": 1, "not_measured": []}, …]``, those that count; ``until``: the first day out of use, if there is one."""
    aims = models.JSONField(default=dict)
    """Targets of the month: ``{"pm25": "45", …}``."""
    rule = models.JSONField(default=dict)
    edition = models.CharField(_("评价标准"), max_length=4, choices=Edition)
    """Of the month; the days of last year are looked at by it, too."""

    class Meta(OfMonth.Meta):
        constraints = [
            models.UniqueConstraint(fields=["month", "organisation"], name="air_sheet_once_a_month"),
            models.CheckConstraint(condition=Q(month__regex=WELL_FORMED_MONTH), name="air_sheet_month_well_formed"),
        ]


class AirDay(OfMonth):
    """One day of one station, of the month (or, ``is_before``, of the same month of last year), taken over from ``airquality.DailyValue``."""

    station = models.ForeignKey(Station, models.PROTECT, related_name="+", verbose_name=_("站点"))
    day = models.DateField(_("日期"))
    is_before = models.BooleanField(default=False)
    status = models.CharField(_("数据状态"), max_length=10, choices=Status)
    so2, no2, co, pm10, pm25, o3_8h, o3_1h = Mean(), Mean(), Mean(), Mean(), Mean(), Mean(), Mean()
    invalid = models.JSONField(_("无效项目"), default=list)
    excluded_reason = models.CharField(max_length=12, choices=ExcludedReason, blank=True)

    class Meta(OfMonth.Meta):
        ordering = ["day", "station_id"]
        constraints = [
            models.UniqueConstraint(fields=["month", "station", "day"], name="air_day_once"),
            models.CheckConstraint(condition=Q(month__regex=WELL_FORMED_MONTH), name="air_day_month_well_formed"),
        ]

    def __str__(self):
        return f"{self.station_id} {self.day}"

    @property
    def is_provisional(self) -> bool:
        return self.status == Status.REAL_TIME

    def as_daily_value(self) -> DailyValue:
        """For the functions of ``airquality``; never saved."""
        items = {name: getattr(self, name) for name in ITEMS}
        same = {"day": self.day, "status": self.status, "invalid": self.invalid, "excluded_reason": self.excluded_reason}
        return DailyValue(station_id=self.station_id, **same, **items)


class AirConfirmation(models.Model):
    """Somebody answers for it that days which were never reviewed count with their real-time values. Other values need a new confirmation."""

    AUDIT_FIELDS = ("district_id", "month", "by_id", "at", "note", "days", "digest")

    district = models.ForeignKey(Grid, models.PROTECT, related_name="+")
    month = models.CharField(_("月份"), max_length=7, validators=[MONTH])
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("确认人"))
    at = models.DateTimeField(_("确认时间"))
    note = models.CharField(_("理由"), max_length=300)
    days = models.PositiveIntegerField(_("实时值的站日"))
    digest = models.CharField(max_length=64)
    """Over the days confirmed with their values."""

    objects = PublishedQuerySet.as_manager()

    class Meta:
        verbose_name = _("实时空气数据确认")
        verbose_name_plural = _("实时空气数据确认")
        constraints = [models.UniqueConstraint(fields=["district", "month"], name="air_confirmation_once_a_month")]

    def __str__(self):
        return self.month
