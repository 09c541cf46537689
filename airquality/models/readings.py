"""Hourly concentrations as they came, and what they were before they were corrected."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from airquality.models.stations import AirQuerySet, Station
from airquality.words import POLLUTANTS, Source, Status
from grids.models import Grid


class Concentration(models.DecimalField):
    """µg/m³, CO in mg/m³. Empty: no valid value. Negative figures are kept, since they tell of a faulty instrument; nothing is computed from them."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **{"max_digits": 9, "decimal_places": 3, "null": True, "blank": True} | kwargs)


class ReadingQuerySet(AirQuerySet):
    def between(self, start, end):
        """Hours in the half-open range of moments."""
        return self.filter(hour__gte=start, hour__lt=end)

    def real_time(self):
        return self.filter(status=Status.REAL_TIME)


class Reading(models.Model):
    """One station's hour. ``hour`` is the label of the published feed: 07:00 is the mean of 06:00 to 07:00, and 00:00 belongs to the day before."""

    district = models.ForeignKey(Grid, models.PROTECT, related_name="+")
    station = models.ForeignKey(Station, models.PROTECT, related_name="readings", verbose_name=_("站点"))
    hour = models.DateTimeField(_("时间"))
    status = models.CharField(_("数据状态"), max_length=10, choices=Status, default=Status.REAL_TIME)
    so2 = Concentration(_("二氧化硫"))
    no2 = Concentration(_("二氧化氮"))
    co = Concentration(_("一氧化碳"))
    o3 = Concentration(_("臭氧"))
    pm10 = Concentration(_("颗粒物（PM10）"))
    pm25 = Concentration(_("细颗粒物（PM2.5）"))
    source = models.CharField(_("来源"), max_length=10, choices=Source, default=Source.INTERFACE)
    received_at = models.DateTimeField(_("收到时间"))
    changed_at = models.DateTimeField(_("更正时间"), null=True)

    objects = ReadingQuerySet.as_manager()

    class Meta:
        verbose_name = _("小时数据")
        verbose_name_plural = _("小时数据")
        ordering = ["hour", "station_id"]
        constraints = [
            models.UniqueConstraint(fields=["station", "hour", "status"], name="reading_unique"),
            models.CheckConstraint(condition=Q(status__in=Status.values), name="reading_status_known"),
        ]
        indexes = [models.Index(fields=["district", "hour"], name="reading_of_district")]

    def __str__(self):
        return f"{self.station_id} {self.hour:%Y-%m-%d %H:%M}"

    @property
    def values(self) -> dict:
        """Pollutant → concentration or None, in the order of the reports."""
        return {name: getattr(self, name) for name in POLLUTANTS}


class Correction(models.Model):
    """What a reading was before other content came for the same station, hour and status. Written once."""

    district = models.ForeignKey(Grid, models.PROTECT, related_name="+")
    reading = models.ForeignKey(Reading, models.PROTECT, related_name="corrections")
    before = models.JSONField(_("更正前"))
    after = models.JSONField(_("更正后"))
    source = models.CharField(_("来源"), max_length=10, choices=Source)
    sender = models.CharField(_("发送者"), max_length=80, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("操作人"))
    at = models.DateTimeField(_("时间"))

    objects = AirQuerySet.as_manager()

    class Meta:
        verbose_name = _("数据更正")
        verbose_name_plural = _("数据更正")
        ordering = ["-at", "-id"]

    @property
    def changes(self) -> list[tuple[str, str | None, str | None]]:
        """Pollutant, from, to."""
        return [(name, self.before[name], self.after[name]) for name in POLLUTANTS if self.before[name] != self.after[name]]
